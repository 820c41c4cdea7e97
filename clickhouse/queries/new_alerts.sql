-- Purpose: keys of alerts published after one watermark and up to another, in the order of publication.
-- Parameters: writers, after, upTo: three arrays of equal length, one entry per writer; limit.
-- Columns: survey; alertId; pixel (hpx29); writer; number.
SELECT survey, alert_id AS alertId, hpx29 AS pixel, writer, number
FROM alerts
WHERE {scope}
  AND writer IN {writers:Array(String)}
  AND number > {lowest:UInt64}
  AND number <= {highest:UInt64}
  AND number > transform(toString(writer), {writers:Array(String)}, {after:Array(UInt64)}, toUInt64(0))
  AND number <= transform(toString(writer), {writers:Array(String)}, {upTo:Array(UInt64)}, toUInt64(0))
ORDER BY number, writer, survey, alertId
LIMIT 1 BY survey, alertId
LIMIT {limit:UInt32}
