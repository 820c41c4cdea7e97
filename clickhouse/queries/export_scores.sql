-- Purpose: joins to a download the newest numbers that models gave to its alerts.
-- Parameters: scoreModels, and the models and labels that {numbers} counts; those of {where} (read/conditions.ts).
-- Columns: scored_survey, scored_id; score_0, score_1, ... in the order asked for, NaN where there is none.
LEFT JOIN (
  SELECT survey AS scored_survey, alert_id AS scored_id, {numbers}
  FROM scores
  WHERE {scope} AND model IN {scoreModels:Array(String)} AND alert_id IN (SELECT alert_id FROM alerts WHERE {scope} AND {where})
  GROUP BY survey, alert_id
) AS scored ON scored.scored_survey = {survey} AND scored.scored_id = {alertId}
