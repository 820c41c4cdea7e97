-- Purpose: number of alerts that match, each once.
-- Parameters: those of {where} (read/conditions.ts).
-- Columns: total.
SELECT uniqExact(survey, alert_id) AS total
FROM alerts
WHERE {scope} AND {where}
