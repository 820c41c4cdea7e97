-- Purpose: what was really there of the alerts of one simulated night, in an order that depends on the seed alone.
-- Parameters: night; seed; limit. {published} (read/watermark.ts).
-- Columns: survey; alertId; objectId; simId; class; group (as the simulator names them); parameters (JSON); pixel (hpx29).
SELECT
  seen.survey AS survey,
  toString(seen.alert_id) AS alertId,
  truths.objectId AS objectId,
  truths.simId AS simId,
  truths.class AS class,
  truths.group AS group,
  truths.parameters AS parameters,
  toString(seen.pixel) AS pixel
FROM (
  SELECT survey, alert_id, any(hpx29) AS pixel
  FROM alerts
  WHERE {scope} AND night = {night:Date} AND {published}
  GROUP BY survey, alert_id
) AS seen
INNER JOIN (
  SELECT survey, alert_id, any(object_id) AS objectId, any(sim_id) AS simId, any(truth.class) AS class, any(truth.group) AS group,
    any(truth.parameters) AS parameters
  FROM truth
  WHERE {scope}
  GROUP BY survey, alert_id
) AS truths ON seen.survey = truths.survey AND seen.alert_id = truths.alert_id
ORDER BY cityHash64(seen.survey, seen.alert_id, {seed:UInt32}), seen.alert_id
LIMIT {limit:UInt32}
