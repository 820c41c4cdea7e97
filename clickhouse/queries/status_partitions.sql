-- Purpose: what became of every message of each partition of topics (rule 10), the newest first; a dead letter that was read when it came again counts as that. The operator's.
-- Parameters: none.
-- Columns: partition; lastOffset; received; stored; duplicates; deadLetters; redelivered; lastAt (UTC).
SELECT
  partition,
  max(d.last_offset) AS lastOffset,
  sum(d.received) AS received,
  sum(d.stored) + any(r.stored) AS stored,
  sum(d.duplicates) + any(r.duplicates) AS duplicates,
  sum(d.dead_letters) - any(r.stored) - any(r.duplicates) AS deadLetters,
  sum(d.redelivered) AS redelivered,
  max(d.known_at) AS lastAt
FROM deliveries AS d
LEFT JOIN (
  SELECT
    partition,
    uniqExactIf(source_offset, first = 'stored') AS stored,
    uniqExactIf(source_offset, first = 'duplicate') AS duplicates
  FROM (SELECT partition, source_offset, argMin(outcome, known_at) AS first FROM replays WHERE source = 'kafka' GROUP BY partition, source_offset)
  GROUP BY partition
) AS r ON r.partition = d.partition
WHERE d.source = 'kafka'
GROUP BY partition
ORDER BY lastAt DESC, partition
LIMIT 500
