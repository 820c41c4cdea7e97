-- Purpose: nights of the simulated sky of which it is known what was really there, newest first.
-- Parameters: none. {published} (read/watermark.ts).
-- Columns: night; alerts; things (simulated ones, seen in whatever survey).
SELECT night, count() AS alerts, uniqExact(truths.sim_id) AS things
FROM (SELECT survey, alert_id, any(night) AS night FROM alerts WHERE {scope} AND {published} GROUP BY survey, alert_id) AS seen
INNER JOIN (SELECT survey, alert_id, any(sim_id) AS sim_id FROM truth WHERE {scope} GROUP BY survey, alert_id) AS truths
  ON seen.survey = truths.survey AND seen.alert_id = truths.alert_id
GROUP BY night
ORDER BY night DESC
LIMIT 60
