-- Purpose: alerts per night, survey and class, newest first.
-- Parameters: from, to (inclusive nights); limit.
-- Columns: night; survey; class; alerts.
SELECT night, survey, class, uniqExactMerge(alerts) AS alerts
FROM nightly
WHERE {scope} AND night >= {from:Date} AND night <= {to:Date}
GROUP BY night, survey, class
ORDER BY night DESC, survey, class
LIMIT {limit:UInt32}
