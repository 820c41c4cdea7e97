-- Purpose: number of objects with an alert that matches.
-- Parameters: those of {where} (read/conditions.ts).
-- Columns: total.
SELECT sum(objectsOfSurvey) AS total
FROM (
  SELECT uniqExact(object_id) AS objectsOfSurvey
  FROM alerts
  WHERE {scope} AND {where}
  GROUP BY survey
)
