-- Whole alerts by their ids, the first known row where racing writers both wrote it.
-- survey, ids: which
SELECT * EXCEPT (carried, keep)
FROM alerts
WHERE survey = {survey:String} AND alert_id IN {ids:Array(UInt64)}
ORDER BY known_at, writer, number
LIMIT 1 BY alert_id
