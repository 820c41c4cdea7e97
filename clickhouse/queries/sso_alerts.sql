-- Purpose: the alerts that surveys give one of some designations of a body of the solar system to, newest first.
-- Parameters: ssoNames (spellings of the designation); limit.
-- Columns: chosen by read/columns.ts (units in src/lib/alert/fields.ts).
SELECT {columns}
FROM alerts
WHERE {scope} AND sso_name IN {ssoNames:Array(String)}
ORDER BY alerts.mjd DESC, alerts.alert_id DESC, known_at
LIMIT 1 BY survey, alert_id
LIMIT {limit:UInt32}
