-- Purpose: keys of one page of objects that have an alert which matches, sorted by their newest matching alert.
-- Parameters: limit, and those of {where} and {after} (read/conditions.ts); {joined} is empty or export_scores.sql, which holds the key.
-- Columns: survey; objectId; alertId and pixel (hpx29) of the newest matching alert; sortKey (as in search_alerts.sql).
SELECT
  survey,
  object_id AS objectId,
  argMax(tuple(alert_id, hpx29, {key}), tuple(mjd, alert_id)) AS newest,
  newest.1 AS alertId,
  newest.2 AS pixel,
  newest.3 AS sortKey
FROM alerts
{joined}
WHERE {scope} AND {where}
GROUP BY survey, object_id
HAVING {after}
ORDER BY sortKey {direction}, survey, objectId
LIMIT {limit:UInt32}
