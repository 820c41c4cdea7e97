-- Purpose: objects near a place, each at the position of its newest alert, nearest first.
-- Parameters: those of {where} (the cone, and the time of an "as known then" view); survey and objectId to leave out; limit; radiusArcsec.
-- Columns: survey; objectId; alertId and pixel (hpx29) of the newest alert in the cone; sepArcsec; nAlerts within the cone.
SELECT
  survey,
  object_id AS objectId,
  argMax(tuple(alert_id, hpx29, {separation}), tuple(mjd, alert_id)) AS newest,
  newest.1 AS alertId,
  newest.2 AS pixel,
  newest.3 AS sepArcsec,
  uniqExact(alert_id) AS nAlerts
FROM alerts
WHERE {scope} AND {where} AND NOT (survey = {survey:String} AND object_id = {objectId:String})
GROUP BY survey, object_id
ORDER BY sepArcsec, survey, objectId
LIMIT {limit:UInt32}
