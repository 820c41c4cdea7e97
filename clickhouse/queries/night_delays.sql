-- Purpose: seconds from the middle of the exposure, and from reception, to the alert being known, over the newest batches in
-- scope; of alerts that arrived live alone, for an archive that is read later shows the age of its data.
-- Parameters: writers, upTo: newest published number per writer; batches, how many to look back over; taiMinusUtcSeconds;
-- liveSeconds: received within so long of the exposure is live.
-- Columns: survey; alerts, live (counts); q, r: 0.5, 0.95 and 0.99 quantiles (s) from exposure and from reception, NaN without any.
SELECT
  survey,
  uniqExact(alert_id) AS alerts,
  uniqExactIf(alert_id, is_live) AS live,
  quantilesIf(0.5, 0.95, 0.99)(known_seconds - exposed_seconds, is_live) AS q,
  quantilesIf(0.5, 0.95, 0.99)(known_seconds - received_seconds, is_live) AS r
FROM (
  SELECT
    survey,
    alert_id,
    toUnixTimestamp64Milli(known_at) / 1000 AS known_seconds,
    toUnixTimestamp64Milli(received_at) / 1000 AS received_seconds,
    (mjd - 40587) * 86400 - {taiMinusUtcSeconds:Float64} AS exposed_seconds,
    received_seconds - exposed_seconds <= {liveSeconds:Float64} AS is_live
  FROM alerts
  WHERE {scope}
    AND writer IN {writers:Array(String)}
    AND number >= {lowest:UInt64}
    AND number + {batches:UInt64} > transform(toString(writer), {writers:Array(String)}, {upTo:Array(UInt64)}, toUInt64(0))
)
GROUP BY survey
ORDER BY survey
