-- Purpose: what a filter finds of what was really there on simulated nights: by class, and by class and magnitude.
-- Parameters: from, to (nights); those of {states} (src/lib/filter/sql.ts) and {published} (read/watermark.ts).
-- Columns: class; kind; mag (lower edge of a bin of one magnitude, null for the whole class); alerts; passes; objects; found (objects with
-- an alert that passes); days (median days from an object's first alert ever to the first that passes, null where none does).
SELECT class, any(kind) AS kind, mag, sum(n) AS alerts, sum(p) AS passes, count() AS objects, countIf(p > 0) AS found,
  if(found = 0, NULL, quantileExactIf(0.5)(days, p > 0)) AS days
FROM (
  SELECT class, any(kind) AS kind, simId, mag, count() AS n, sum(passes) AS p, greatest(0, minIf(mjd, passes = 1) - any(firstMjd)) AS days
  FROM (
    SELECT truths.class AS class, truths.kind AS kind, truths.simId AS simId, states.passes AS passes, states.mjd AS mjd,
      first.firstMjd AS firstMjd, arrayJoin([NULL, toNullable(if(isFinite(states.mag), floor(states.mag), nan))]) AS mag
    FROM ({states}) AS states
    INNER JOIN (
      SELECT survey, alert_id AS alertId, any(class) AS class, any(group) AS kind, any(sim_id) AS simId
      FROM truth
      WHERE {scope} AND (survey, alert_id) IN (SELECT survey, alert_id FROM alerts WHERE {scope} AND night >= {from:Date} AND night <= {to:Date})
      GROUP BY survey, alert_id
    ) AS truths ON states.survey = truths.survey AND states.alertId = truths.alertId
    INNER JOIN (
      SELECT sim_id AS simId, min(mjd) AS firstMjd FROM truth WHERE {scope} GROUP BY sim_id
    ) AS first ON truths.simId = first.simId
  )
  GROUP BY class, simId, mag
)
GROUP BY class, mag
ORDER BY class, mag NULLS FIRST
