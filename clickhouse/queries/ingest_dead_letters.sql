-- Dead letters of one writer since a moment, by partition and kind.
-- Parameters: writer String, since_ms UInt64 (Unix milliseconds)
-- Columns: partition, kind, letters (records), example (one reason)
SELECT partition, toString(kind) AS kind, count() AS letters, any(reason) AS example
FROM dead_letters
WHERE writer = {writer:String} AND known_at >= fromUnixTimestamp64Milli({since_ms:UInt64}, 'UTC')
GROUP BY partition, kind
ORDER BY partition, kind
