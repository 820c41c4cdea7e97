-- Purpose: seconds from the middle of the exposure to the alert being known, for the newest batches in scope.
-- Parameters: writers, upTo: newest published number per writer; batches, how many to look back over; taiMinusUtcSeconds.
-- Columns: survey; p50, p95, p99 (s); alerts.
SELECT
  survey,
  count() AS alerts,
  quantiles(0.5, 0.95, 0.99)(
    toUnixTimestamp64Milli(known_at) / 1000 - ((mjd - 40587) * 86400 - {taiMinusUtcSeconds:Float64})) AS q,
  quantiles(0.5, 0.95, 0.99)((toUnixTimestamp64Milli(known_at) - toUnixTimestamp64Milli(received_at)) / 1000) AS r
FROM alerts
WHERE {scope}
  AND writer IN {writers:Array(String)}
  AND number >= {lowest:UInt64}
  AND number + {batches:UInt64} > transform(toString(writer), {writers:Array(String)}, {upTo:Array(UInt64)}, toUInt64(0))
GROUP BY survey
ORDER BY survey
