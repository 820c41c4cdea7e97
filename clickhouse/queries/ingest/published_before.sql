-- Newest number that each writer had published by a time.
-- before: Unix ms
SELECT writer, max(number) AS number
FROM ingest_log
WHERE state = 'published' AND at < fromUnixTimestamp64Milli({before:Int64})
GROUP BY writer
