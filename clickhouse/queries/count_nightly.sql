-- Purpose: number of alerts by night, survey and class alone, from the summary.
-- Parameters: those of {where}, which may name night, survey and class.
-- Columns: total.
SELECT sum(alertsOfNight) AS total
FROM (
  SELECT uniqExactMerge(alerts) AS alertsOfNight
  FROM nightly
  WHERE {scope} AND {where}
  GROUP BY night, survey
)
