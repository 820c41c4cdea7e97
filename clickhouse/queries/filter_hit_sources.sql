-- Purpose: releases of catalogues and versions of models that the hits of a filter were seen with: rows that the alert's own batch wrote, not those
-- of a later rescore or match.
-- Parameters: filterId; those of {where} (read/hits.ts).
-- Columns: kind (catalog, model); name; version; alerts.
WITH own AS (
  SELECT survey, object_id, alert_id, writer, number
  FROM alerts
  WHERE {scope} AND hpx29 IN (SELECT hpx29 FROM filter_hits WHERE {scope} AND filter_id = {filterId:UUID} AND {where})
    AND (survey, alert_id) IN (SELECT survey, alert_id FROM filter_hits WHERE {scope} AND filter_id = {filterId:UUID} AND {where})
  ORDER BY known_at
  LIMIT 1 BY survey, alert_id
)
SELECT kind, name, version, uniqExact(survey, alert_id) AS alerts
FROM (
  SELECT 'catalog' AS kind, toString(catalog) AS name, toString(release) AS version, survey, alert_id
  FROM crossmatch_runs
  WHERE {scope} AND (survey, object_id) IN (SELECT survey, object_id FROM own)
    AND (survey, alert_id, writer, number) IN (SELECT survey, alert_id, writer, number FROM own)
  UNION ALL
  SELECT 'model' AS kind, toString(model) AS name, toString(version) AS version, survey, alert_id
  FROM scores
  WHERE {scope} AND (survey, object_id) IN (SELECT survey, object_id FROM own)
    AND (survey, alert_id, writer, number) IN (SELECT survey, alert_id, writer, number FROM own)
)
GROUP BY kind, name, version
ORDER BY kind, name, version
