-- Purpose: scores of models on a few alerts, the newest number of each model and label.
-- Parameters: surveys, objects, ids of the alerts (all in the primary key); models.
-- Columns: alertId; score in [0, 1] unless the model's card says otherwise.
SELECT survey, alert_id AS alertId, model, label, score
FROM scores
WHERE {scope} AND survey IN {surveys:Array(String)} AND object_id IN {objects:Array(String)} AND alert_id IN {ids:Array(UInt64)}
  AND model IN {models:Array(String)} AND scores.state = 'done'
ORDER BY known_at DESC, version DESC
LIMIT 1 BY survey, alert_id, model, label
