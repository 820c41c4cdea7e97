-- Purpose: one alert with what its survey fills, the first known row where racing writers both wrote it.
-- Parameters: survey; alertId. {where} may hold its pixel, by which the primary key finds it.
-- Columns: core, the survey's own, features and where it came from, as stored (units in src/lib/alert/fields.ts).
SELECT {columns}
FROM alerts
WHERE {scope} AND survey = {survey:String} AND alert_id = {alertId:UInt64} AND {where}
ORDER BY known_at, writer, number
LIMIT 1
