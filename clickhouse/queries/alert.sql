-- Purpose: every column of one alert, the first known row where racing writers both wrote it.
-- Parameters: survey; alertId.
-- Columns: the whole row as stored (units in src/lib/alert/fields.ts).
SELECT * EXCEPT (carried, keep)
FROM alerts
WHERE {scope} AND survey = {survey:String} AND alert_id = {alertId:UInt64}
ORDER BY known_at, writer, number
LIMIT 1
