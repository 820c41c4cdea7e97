-- Purpose: releases of catalogues and versions of models that were asked about the hits of a filter.
-- Parameters: filterId; those of {where} (read/hits.ts).
-- Columns: kind (catalog, model); name; version; alerts.
SELECT 'catalog' AS kind, toString(catalog) AS name, toString(release) AS version, uniqExact(survey, alert_id) AS alerts
FROM crossmatch_runs
WHERE {scope} AND (survey, alert_id) IN (SELECT survey, alert_id FROM filter_hits WHERE {scope} AND filter_id = {filterId:UUID} AND {where})
GROUP BY catalog, release
UNION ALL
SELECT 'model' AS kind, toString(model) AS name, toString(version) AS version, uniqExact(survey, alert_id) AS alerts
FROM scores
WHERE {scope} AND (survey, alert_id) IN (SELECT survey, alert_id FROM filter_hits WHERE {scope} AND filter_id = {filterId:UUID} AND {where})
GROUP BY model, version
ORDER BY kind, name, version
