-- Purpose: number of alerts that match, each once.
-- Parameters: those of {where} (read/conditions.ts).
-- Columns: total.
SELECT sum(alertsOfSurvey) AS total
FROM (
  SELECT uniqExact(alert_id) AS alertsOfSurvey
  FROM alerts
  WHERE {scope} AND {where}
  GROUP BY survey
)
