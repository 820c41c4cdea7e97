-- Purpose: the newest closed nights of each survey that have alerts in scope.
-- Parameters: origin; each (nights of a survey).
-- Columns: survey; night.
SELECT survey, night
FROM (SELECT DISTINCT survey, night FROM nightly WHERE {scope}) AS n
WHERE (survey, night) IN (SELECT survey, night FROM nights WHERE origin = {origin:String})
ORDER BY survey, night DESC
LIMIT {each:UInt32} BY survey
