-- What became of the records that one writer read since a moment.
-- Parameters: writer String, since_ms UInt64 (Unix milliseconds)
-- Columns: partition, received, stored, duplicates, redelivered (records)
SELECT
  partition,
  sum(d.received) AS received,
  sum(d.stored) AS stored,
  sum(d.duplicates) AS duplicates,
  sum(d.redelivered) AS redelivered
FROM deliveries AS d
WHERE writer = {writer:String} AND known_at >= fromUnixTimestamp64Milli({since_ms:UInt64}, 'UTC')
GROUP BY partition
ORDER BY partition
