-- Purpose: alerts of one night per survey in bins of time.
-- Parameters: night; binDays.
-- Columns: survey; bin (floor(mjd / binDays)); alerts.
SELECT survey, toInt64(floor(mjd / {binDays:Float64})) AS bin, uniqExact(alert_id) AS alerts
FROM alerts
WHERE {scope} AND night = {night:Date}
GROUP BY survey, bin
ORDER BY survey, bin
