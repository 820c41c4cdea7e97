-- Purpose: one page of alerts that match, where few do: sorted, each a whole row, the first known where racing writers both wrote it.
-- Of many alerts, search_alerts.sql and alert_rows.sql read less.
-- {first} is empty or what is to be read before all else (pixelsFirst in read/conditions.ts).
-- Parameters: limit, and those of {where} (read/conditions.ts).
-- Columns: chosen by read/columns.ts (units in src/lib/alert/fields.ts); sortKey (as in search_alerts.sql).
SELECT {columns}, {key} AS sortKey
FROM alerts
{first}
WHERE {scope} AND {where}
ORDER BY sortKey {direction}, survey, alerts.alert_id, alerts.known_at, writer, number
LIMIT 1 BY survey, alerts.alert_id
LIMIT {limit:UInt32}
