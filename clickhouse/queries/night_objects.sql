-- Purpose: objects with an alert in one night, per survey.
-- Parameters: night.
-- Columns: survey; objects.
SELECT survey, uniqExact(object_id) AS objects
FROM alerts
WHERE {scope} AND night = {night:Date}
GROUP BY survey
