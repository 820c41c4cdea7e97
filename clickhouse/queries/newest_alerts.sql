-- Purpose: the newest published alert of each of some objects.
-- Parameters: surveys and ids: the objects; those of {published} (read/watermark.ts).
-- Columns: survey; objectId; alertId; pixel (hpx29).
SELECT survey, object_id AS objectId, alert_id AS alertId, hpx29 AS pixel
FROM alerts
WHERE {scope} AND survey IN {surveys:Array(String)} AND object_id IN {ids:Array(String)} AND {published}
ORDER BY survey, objectId, mjd DESC, alertId DESC
LIMIT 1 BY survey, objectId
