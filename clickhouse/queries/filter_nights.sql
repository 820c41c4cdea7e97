-- Purpose: nights of surveys that have alerts in scope, oldest first, with how many.
-- Parameters: from; to (nights); survey ('' = all).
-- Columns: survey; night; alerts.
SELECT survey, night, uniqExact(alert_id) AS alerts
FROM alerts
WHERE {scope} AND night >= {from:Date} AND night <= {to:Date} AND ({survey:String} = '' OR survey = {survey:String})
GROUP BY survey, night
ORDER BY night, survey
