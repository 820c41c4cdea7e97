-- Purpose: hits of a filter with columns of their alerts and their annotations, for a download.
-- Parameters: filterId; those of {where} (read/hits.ts) and of the annotations (annotation0, ...).
-- Columns: chosen by read/hits.ts (units in src/lib/alert/fields.ts).
SELECT {columns}
FROM (
  SELECT survey AS h_survey, alert_id AS h_alert_id, version, place, numbers, texts, truths, known_at AS hit_at
  FROM filter_hits
  WHERE {scope} AND filter_id = {filterId:UUID} AND {where}
  ORDER BY mjd DESC, survey, alert_id, version DESC, known_at
  LIMIT 1 BY survey, alert_id
) AS hits
INNER JOIN (
  SELECT *
  FROM alerts
  WHERE {scope} AND hpx29 IN (SELECT hpx29 FROM filter_hits WHERE {scope} AND filter_id = {filterId:UUID} AND {where})
    AND (survey, alert_id) IN (SELECT survey, alert_id FROM filter_hits WHERE {scope} AND filter_id = {filterId:UUID} AND {where})
  ORDER BY known_at
  LIMIT 1 BY survey, alert_id
) AS alerts ON alerts.survey = hits.h_survey AND alerts.alert_id = hits.h_alert_id
ORDER BY alerts.mjd DESC, alerts.survey, alerts.alert_id
