-- Purpose: when the alerts of one object were taken.
-- Parameters: survey; objectId.
-- Columns: alertId; mjd (TAI, mid-exposure).
SELECT alert_id AS alertId, min(alerts.mjd) AS takenAt
FROM alerts
WHERE {scope} AND survey = {survey:String} AND object_id = {objectId:String}
GROUP BY alert_id
