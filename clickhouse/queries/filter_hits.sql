-- Purpose: one page of a filter's hits, newest observed first, each alert once.
-- Parameters: filterId; limit; those of {where} (read/hits.ts).
-- Columns: survey; alertId; pixel (hpx29); objectId; night; sortKey (mjd, TAI); version; place; annotations by kind; hitAt.
SELECT survey, alert_id AS alertId, hpx29 AS pixel, object_id AS objectId, night, mjd AS sortKey, version, place, numbers, texts, truths, known_at AS hitAt
FROM filter_hits
WHERE {scope} AND filter_id = {filterId:UUID} AND {where}
ORDER BY sortKey DESC, survey, alertId, version DESC, hitAt
LIMIT 1 BY survey, alertId
LIMIT {limit:UInt32}
