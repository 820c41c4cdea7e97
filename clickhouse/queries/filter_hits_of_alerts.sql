-- Purpose: hits of a filter on named alerts, oldest observed first.
-- Parameters: filterId; alertIds; names (survey:alertId); limit; those of {where}.
-- Columns: as filter_hits.sql.
SELECT survey, alert_id AS alertId, hpx29 AS pixel, object_id AS objectId, night, mjd AS sortKey, version, place, numbers, texts, truths, known_at AS hitAt
FROM filter_hits
WHERE {scope} AND filter_id = {filterId:UUID} AND alert_id IN {alertIds:Array(UInt64)}
  AND concat(survey, ':', toString(alert_id)) IN {names:Array(String)} AND {where}
ORDER BY sortKey, survey, alertId, version DESC, hitAt
LIMIT 1 BY survey, alertId
LIMIT {limit:UInt32}
