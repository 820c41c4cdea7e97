-- Purpose: one page of objects that have an alert which matches, where few alerts do: each by the key of its newest matching alert, by
-- which it is sorted, and what lists tell by that alert. Of many alerts, search_objects.sql reads less.
-- {first} is empty or what is to be read before all else (pixelsFirst in read/conditions.ts).
-- Parameters: limit, and those of {where} and {after} (read/conditions.ts).
-- Columns: survey; objectId; alertId; pixel, its hpx29; mjd, firstMjd (MJD TAI; null = not told); nDetections (null = not told);
-- sortKey (as in search_alerts.sql); {counted} may add nAlerts, how many match.
SELECT *
FROM (
  SELECT
    survey,
    alerts.object_id AS objectId,
    toString(alerts.alert_id) AS alertId,
    toString(alerts.hpx29) AS pixel,
    alerts.mjd AS mjd,
    alerts.first_mjd AS firstMjd,
    alerts.n_detections AS nDetections,
    {key} AS sortKey{counted}
  FROM alerts
  {first}
  WHERE {scope} AND {where}
  ORDER BY survey, alerts.object_id, alerts.mjd DESC, alerts.alert_id DESC
  LIMIT 1 BY survey, alerts.object_id
)
WHERE {after}
ORDER BY sortKey {direction}, survey, objectId
LIMIT {limit:UInt32}
