-- Purpose: trials of filters by one person, newest first.
-- Parameters: ownerId; those of {where} (read/trials.ts); limit.
-- Columns: as Trial; grants (the scope that it ran in); origin; alerts (of all its nights); nights.
SELECT toString(trial_id) AS id, toString(argMax(t.filter_id, t.changed_at)) AS filterId, argMax(t.version, t.changed_at) AS version,
  argMax(t.text, t.changed_at) AS text, toString(argMax(t.origin, t.changed_at)) AS origin, argMax(t.grants, t.changed_at) AS grants,
  toString(argMax(t.state, t.changed_at)) AS state, argMax(t.reason, t.changed_at) AS reason,
  argMax(t.night_from, t.changed_at) AS nightFrom, argMax(t.night_to, t.changed_at) AS nightTo, argMax(t.survey, t.changed_at) AS survey,
  argMax(t.nights, t.changed_at) AS nights, argMax(t.alerts, t.changed_at) AS alerts,
  min(t.began_at) AS beganAt, max(t.changed_at) AS changedAt
FROM filter_trials AS t
WHERE t.owner_id = {ownerId:String} AND {where}
GROUP BY trial_id
ORDER BY beganAt DESC
LIMIT {limit:UInt32}
