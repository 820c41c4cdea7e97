-- Purpose: alerts per night, survey and class of the newest nights.
-- Parameters: from (first night).
-- Columns: night; survey; class; alerts.
SELECT night, survey, class, uniqExactMerge(alerts) AS alerts
FROM nightly
WHERE {scope} AND night >= {from:Date}
GROUP BY night, survey, class
ORDER BY night DESC, survey, class
