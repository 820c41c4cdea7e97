-- Purpose: number of objects with an alert that matches.
-- Parameters: those of {where} (read/conditions.ts).
-- Columns: total.
SELECT uniqExact(survey, object_id) AS total
FROM alerts
WHERE {scope} AND {where}
