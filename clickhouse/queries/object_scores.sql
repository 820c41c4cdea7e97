-- Purpose: scores of models on the alerts of one object: for each alert, model and label (and version, with {versions}) the newest
-- number, else why there is none.
-- Parameters: survey; objectId. {where} narrows scores: one alert, or what a watermark knew.
-- Columns: alertId; score in [0, 1] unless the model's card says otherwise, null where not done; knownAt UTC.
SELECT alert_id AS alertId, model, version, label, score, toString(scores.state) AS stateName, reason, known_at AS knownAt
FROM scores
WHERE {scope} AND survey = {survey:String} AND object_id = {objectId:String} AND {where}
ORDER BY scores.state, known_at DESC, version DESC
LIMIT 1 BY alert_id, model, label{versions}
