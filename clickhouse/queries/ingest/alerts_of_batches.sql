-- Alerts of numbered batches with what association needs.
-- writers, numbers: the batches, in pairs
SELECT survey, object_id, alert_id, programme, toString(origin) AS origin, mjd, ra, dec, sso_name
FROM alerts
WHERE (writer, number) IN arrayZip({writers:Array(String)}, {numbers:Array(UInt64)})
ORDER BY survey, object_id, alert_id
LIMIT 1 BY survey, alert_id
