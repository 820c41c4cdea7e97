-- Purpose: where the cutouts of an alert are, if the reader may see the alert.
-- Parameters: survey; alertId.
-- Columns: chunk; kinds (bits as the packet had them: 1 science, 2 template, 4 difference).
SELECT cutout_chunk AS chunk, cutout_kinds AS kinds
FROM alerts
WHERE {scope} AND survey = {survey:String} AND alert_id = {alertId:UInt64}
ORDER BY known_at, writer, number
LIMIT 1
