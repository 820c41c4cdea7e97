-- Purpose: whole alerts by their ids, the first known row where racing writers both wrote it, for filters in the reader's scope.
-- Parameters: surveys and ids (a superset of pairs is read and sorted out by the caller).
-- Columns: those of alerts.
SELECT * EXCEPT (carried, keep)
FROM alerts
WHERE {scope} AND survey IN {surveys:Array(String)} AND alert_id IN {ids:Array(UInt64)}
ORDER BY known_at, writer, number
LIMIT 1 BY survey, alert_id
