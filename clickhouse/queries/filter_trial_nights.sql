-- Purpose: what filters did on the nights of trials.
-- Parameters: ids.
-- Columns: id; survey; night; alerts; hits; objects; recorded; again; shown (alert id, object id); elapsedMs.
SELECT toString(trial_id) AS id, survey, night, alerts, hits, objects, recorded, again,
  arrayMap(one -> (toString(one.1), one.2), shown) AS shown, elapsed_ms AS elapsedMs
FROM filter_trial_nights
WHERE trial_id IN {ids:Array(UUID)}
ORDER BY trial_id, night DESC, survey
LIMIT 1 BY trial_id, night, survey
