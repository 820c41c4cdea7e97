-- Purpose: records set aside, per kind, of every programme, without those that were read when they came again: the operator's.
-- Parameters: none.
-- Columns: kind; count.
SELECT kind, uniqExact(source, partition, source_offset, sha256) AS count
FROM dead_letters
WHERE (source, partition, source_offset) NOT IN (SELECT source, partition, source_offset FROM replays)
GROUP BY kind
ORDER BY kind
