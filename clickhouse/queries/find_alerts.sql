-- Purpose: where alerts of one id stand, for the search box: the same number may be an alert of several surveys.
-- Parameters: alertId.
-- Columns: survey; alertId; objectId.
SELECT survey, alert_id AS alertId, object_id AS objectId
FROM alerts
WHERE {scope} AND alert_id = {alertId:UInt64}
ORDER BY survey, known_at
LIMIT 1 BY survey
