-- Purpose: one page of objects that have an alert which matches, where few alerts do: each with the whole row of its newest matching
-- alert, by which it is sorted; the first known row where racing writers both wrote it. Of many alerts, search_objects.sql reads less.
-- {first} is empty or what is to be read before all else (pixelsFirst in read/conditions.ts).
-- Parameters: limit, and those of {where} and {after} (read/conditions.ts).
-- Columns: chosen by read/columns.ts (units in src/lib/alert/fields.ts); sortKey (as in search_alerts.sql); {counted} may add nAlerts, how many match.
SELECT *
FROM (
  SELECT {columns}, {key} AS sortKey{counted}
  FROM alerts
  {first}
  WHERE {scope} AND {where}
  ORDER BY survey, alerts.object_id, alerts.mjd DESC, alerts.alert_id DESC, alerts.known_at, writer, number
  LIMIT 1 BY survey, alerts.object_id
)
WHERE {after}
ORDER BY sortKey {direction}, survey, objectId
LIMIT {limit:UInt32}
