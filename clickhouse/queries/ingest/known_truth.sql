-- Alerts of these ids whose truth is stored.
-- survey, ids: identity
SELECT DISTINCT alert_id
FROM truth
WHERE alert_id IN {ids:Array(UInt64)} AND survey = {survey:String}
