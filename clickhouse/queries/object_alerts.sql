-- Purpose: the alerts of one object, newest first.
-- Parameters: survey; objectId; limit. {where} may hold the watermark of an "as of" view.
-- Columns: chosen by read/columns.ts (units in src/lib/alert/fields.ts).
SELECT {columns}
FROM alerts
WHERE {scope} AND survey = {survey:String} AND object_id = {objectId:String} AND {where}
ORDER BY alerts.mjd DESC, alerts.alert_id DESC, known_at
LIMIT 1 BY survey, alert_id
LIMIT {limit:UInt32}
