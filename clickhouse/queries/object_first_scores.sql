-- Purpose: the first score that each version of a model gave an alert of an object, oldest first.
-- Parameters: survey, objectId: whose. {where} may hold the time of an "as known then" view.
-- Columns: model; version; alertId; knownAt UTC.
SELECT model, version, argMin(alert_id, tuple(known_at, alert_id)) AS alertId, min(known_at) AS knownAt
FROM scores
WHERE {scope} AND survey = {survey:String} AND object_id = {objectId:String} AND scores.state = 'done' AND {where}
GROUP BY model, version
ORDER BY knownAt, model, version
