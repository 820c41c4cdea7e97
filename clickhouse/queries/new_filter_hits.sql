-- Purpose: hits of a filter published after one watermark and up to another, in the order of publication.
-- Parameters: filterId; writers, after, upTo: three arrays of equal length, one entry per writer; lowest, highest; limit.
-- Columns: survey; alertId; pixel (hpx29); objectId; night; sortKey (mjd, TAI); version; place; annotations by kind; hitAt; writer; number.
SELECT survey, alert_id AS alertId, hpx29 AS pixel, object_id AS objectId, night, mjd AS sortKey, version, place, numbers, texts, truths,
  known_at AS hitAt, writer, number
FROM filter_hits
WHERE {scope} AND filter_id = {filterId:UUID}
  AND writer IN {writers:Array(String)}
  AND number > {lowest:UInt64}
  AND number <= {highest:UInt64}
  AND number > transform(toString(writer), {writers:Array(String)}, {after:Array(UInt64)}, toUInt64(0))
  AND number <= transform(toString(writer), {writers:Array(String)}, {upTo:Array(UInt64)}, toUInt64(0))
ORDER BY number, writer, sortKey, survey, alertId, version DESC
LIMIT 1 BY survey, alertId
LIMIT {limit:UInt32}
