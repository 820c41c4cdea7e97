-- Purpose: hits of filters by night and survey, each alert once, since a night.
-- Parameters: filterIds; from (night); those of {where}.
-- Columns: filterId; night; survey; hits; objects; newest (mjd, TAI).
SELECT toString(filter_id) AS filterId, night, survey, uniqExact(alert_id) AS hits, uniqExact(object_id) AS objects, max(mjd) AS newest
FROM filter_hits
WHERE {scope} AND filter_id IN {filterIds:Array(UUID)} AND night >= {from:Date} AND {where}
GROUP BY filter_id, night, survey
ORDER BY filter_id, night DESC, survey
