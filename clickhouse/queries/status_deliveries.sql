-- Purpose: what became of every record received, per source (rule 10); a dead letter that was read when it came again counts as that. The operator's.
-- Parameters: none.
-- Columns: source; received; stored; duplicates; deadLetters; redelivered.
SELECT
  source,
  sum(d.received) AS received,
  sum(d.stored) + any(r.stored) AS stored,
  sum(d.duplicates) + any(r.duplicates) AS duplicates,
  sum(d.dead_letters) - any(r.stored) - any(r.duplicates) AS deadLetters,
  sum(d.redelivered) AS redelivered
FROM deliveries AS d
LEFT JOIN (
  SELECT
    source,
    uniqExactIf((partition, source_offset), first = 'stored') AS stored,
    uniqExactIf((partition, source_offset), first = 'duplicate') AS duplicates
  FROM (SELECT source, partition, source_offset, argMin(outcome, known_at) AS first FROM replays GROUP BY source, partition, source_offset)
  GROUP BY source
) AS r ON r.source = d.source
GROUP BY source
ORDER BY source
LIMIT 1000
