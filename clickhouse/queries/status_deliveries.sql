-- Purpose: what became of every record received, per source (rule 10); the operator's.
-- Parameters: none.
-- Columns: source; received; stored; duplicates; deadLetters; redelivered.
SELECT source, sum(received) AS received, sum(stored) AS stored, sum(duplicates) AS duplicates,
  sum(dead_letters) AS deadLetters, sum(redelivered) AS redelivered
FROM deliveries
GROUP BY source
ORDER BY source
LIMIT 1000
