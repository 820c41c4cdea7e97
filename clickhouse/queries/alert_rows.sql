-- Purpose: alerts by their keys, in no order; the first known row where racing writers both wrote it.
-- Parameters: pixels, hpx29 of the alerts (lets the primary key prune); ids, alert ids.
-- Columns: chosen by read/columns.ts (units in src/lib/alert/fields.ts).
SELECT {columns}
FROM alerts
WHERE {scope} AND hpx29 IN {pixels:Array(UInt64)} AND alert_id IN {ids:Array(UInt64)}
ORDER BY known_at, writer, number
LIMIT 1 BY survey, alert_id
