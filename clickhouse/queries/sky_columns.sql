-- Purpose: what the sky map draws, one fixed-width row per alert in a stable shuffled order, so that any beginning is an even sample.
-- Parameters: bands, classes, surveys: legends (0 = not in the legend); referenceMjd; limit; those of {where}.
-- Columns: ra, dec (deg, Float32); age (days before referenceMjd, Float32); band, class, survey (index in legend, UInt8); mag (AB), score (reliability, 0 to 1), Float32; id (UInt64).
SELECT
  toFloat32(ra), toFloat32(dec), toFloat32({referenceMjd:Float64} - mjd),
  toUInt8(indexOf({bands:Array(String)}, toString(band))),
  toUInt8(indexOf({classes:Array(String)}, toString(class))),
  toUInt8(indexOf({surveys:Array(String)}, toString(survey))),
  mag, reliability, alert_id
FROM alerts
WHERE {scope} AND {where}
ORDER BY intHash64(alert_id), survey, alert_id
LIMIT 1 BY survey, alert_id
LIMIT {limit:UInt32}
