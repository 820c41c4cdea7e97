-- Purpose: features of one alert that were computed after it was stored, the newest of every version of the formulas.
-- Parameters: survey; alertId.
-- Columns: version; knownAt (UTC); values by name, absent ones left out (units in src/lib/alert/features.ts).
SELECT version, known_at AS knownAt, features AS values
FROM alert_features
WHERE {scope} AND survey = {survey:String} AND alert_id = {alertId:UInt64}
ORDER BY known_at DESC, number DESC
LIMIT 1 BY version
