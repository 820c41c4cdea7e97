-- Purpose: candidates for the night's new objects: first seen within some days, reliable, brighter than the template, no
-- known solar system object; the newest alert of each. The star rule and the rank are applied to them in src/lib/alert/tonight.ts.
-- Parameters: night; maxAgeDays; minReliability; limit.
-- Columns: survey; objectId; alertId and pixel (hpx29) of the newest alert; nDetections; newestMag (AB).
SELECT
  survey,
  object_id AS objectId,
  argMax(tuple(alert_id, hpx29, mag, ifNull(alerts.n_detections, 0)), tuple(mjd, alert_id)) AS newest,
  newest.1 AS alertId,
  newest.2 AS pixel,
  newest.3 AS newestMag,
  newest.4 AS nDetections
FROM alerts
WHERE {scope} AND night = {night:Date}
  AND reliability >= {minReliability:Float32}
  AND positive = true
  AND sso_name IS NULL
  AND isFinite(alerts.mag)
  AND mjd - if(isNaN(first_mjd), mjd, first_mjd) <= {maxAgeDays:Float64}
GROUP BY survey, object_id
ORDER BY nDetections >= 2 DESC, newestMag, survey, objectId
LIMIT {limit:UInt32}
