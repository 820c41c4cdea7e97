-- Purpose: where seconds pass from the middle of the exposure until an alert is received, can be read, and is in output topics, over the newest
-- batches in scope; of alerts that arrived live alone, for an archive that is read later shows the age of its data. The moment in an alert's own
-- row (known_at) is that at which its batch was opened: when it could be read, and was sent, stands in the ingest log.
-- Parameters: writers, upTo: newest published number per writer; batches, how many to look back over; taiMinusUtcSeconds;
-- liveSeconds: received within so long of the exposure is live.
-- Columns: survey; alerts, live, sent (counts; sent: live ones that output topics took); 0.5, 0.95 and 0.99 quantiles (s), NaN without any: received
-- (since exposure), known (can be read, since received), published (in output topics, since known), whole (can be read, since exposure).
SELECT
  survey,
  uniqExact(alert_id) AS alerts,
  uniqExactIf(alert_id, is_live) AS live,
  uniqExactIf(alert_id, is_live AND sent_seconds > 0) AS sent,
  quantilesIf(0.5, 0.95, 0.99)(received_seconds - exposed_seconds, is_live) AS received,
  quantilesIf(0.5, 0.95, 0.99)(known_seconds - received_seconds, is_live) AS known,
  quantilesIf(0.5, 0.95, 0.99)(sent_seconds - known_seconds, is_live AND sent_seconds > 0) AS published,
  quantilesIf(0.5, 0.95, 0.99)(known_seconds - exposed_seconds, is_live) AS whole
FROM (
  SELECT
    survey,
    alert_id,
    toString(writer) AS of_writer,
    number AS of_number,
    toUnixTimestamp64Milli(received_at) / 1000 AS received_seconds,
    (mjd - 40587) * 86400 - {taiMinusUtcSeconds:Float64} AS exposed_seconds,
    received_seconds - exposed_seconds <= {liveSeconds:Float64} AS is_live
  FROM alerts
  WHERE {scope}
    AND writer IN {writers:Array(String)}
    AND number >= {lowest:UInt64}
    AND number + {batches:UInt64} > transform(toString(writer), {writers:Array(String)}, {upTo:Array(UInt64)}, toUInt64(0))
) AS a
INNER JOIN (
  SELECT
    toString(writer) AS log_writer,
    number AS log_number,
    toUnixTimestamp64Milli(minIf(at, state = 'published')) / 1000 AS known_seconds,
    toUnixTimestamp64Milli(minIf(at, state = 'sent')) / 1000 AS sent_seconds
  FROM ingest_log
  WHERE writer IN {writers:Array(String)} AND number >= {lowest:UInt64}
  GROUP BY writer, number
  HAVING countIf(state = 'published') > 0
) AS l ON l.log_writer = a.of_writer AND l.log_number = a.of_number
GROUP BY survey
ORDER BY survey
