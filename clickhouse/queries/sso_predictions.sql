-- Purpose: what packets of a body of the solar system predict of its position and brightness, newest first.
-- Parameters: ssoNames (spellings of the designation); alertIds (of these alone; empty = all); limit.
-- Columns: survey; alertId; ra, dec (deg); sepArcsec (arcsec); mag, as read/solarSystem.ts writes them.
SELECT {columns}
FROM alerts
WHERE {scope} AND sso_name IN {ssoNames:Array(String)}
  AND (empty({alertIds:Array(UInt64)}) OR has({alertIds:Array(UInt64)}, alerts.alert_id))
ORDER BY alerts.mjd DESC, alerts.alert_id DESC, known_at
LIMIT 1 BY survey, alert_id
LIMIT {limit:UInt32}
