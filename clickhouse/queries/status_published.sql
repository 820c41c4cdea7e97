-- Purpose: batches that were published in the last minute.
-- Parameters: none.
-- Columns: writer; number.
SELECT writer, number
FROM ingest_log
WHERE state = 'published' AND at > now64(3, 'UTC') - INTERVAL 1 MINUTE
LIMIT 10000
