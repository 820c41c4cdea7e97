-- Purpose: alerts per night and survey, newest first.
-- Parameters: from, to (inclusive nights); limit.
-- Columns: survey; night; alerts.
SELECT survey, night, uniqExactMerge(alerts) AS alerts
FROM nightly
WHERE {scope} AND night >= {from:Date} AND night <= {to:Date}
GROUP BY night, survey
ORDER BY night DESC, survey
LIMIT {limit:UInt32}
