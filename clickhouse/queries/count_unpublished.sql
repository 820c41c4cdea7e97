-- Purpose: alerts that match and are written but not published yet: the summary of the nights holds them already.
-- Parameters: those of {where} (read/conditions.ts) and of {unpublished} (read/watermark.ts).
-- Columns: total.
SELECT uniqExact(survey, alert_id) AS total
FROM alerts
WHERE {scope} AND ({unpublished}) AND {where}
