-- Purpose: objects with an alert in ranges of HEALPix pixels, by their newest alert there.
-- Parameters: low, high: first pixel and end of all ranges (hpx29); first, end: the ranges, two arrays of equal length; limit; those of {where}.
-- Columns: survey; objectId; alertId, mjd (TAI) of that alert.
SELECT survey, object_id AS objectId, toString(argMax(alert_id, tuple(mjd, alert_id))) AS alertId, max(mjd) AS lastMjd
FROM alerts
WHERE {scope} AND {where}
  AND hpx29 >= {low:UInt64} AND hpx29 < {high:UInt64}
  AND arrayExists((l, h) -> hpx29 >= l AND hpx29 < h, {first:Array(UInt64)}, {end:Array(UInt64)})
GROUP BY survey, object_id
ORDER BY lastMjd DESC, survey, object_id
LIMIT {limit:UInt32}
