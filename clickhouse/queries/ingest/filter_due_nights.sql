-- Closed nights that filters which run after the night have not been run on yet, oldest first: those closed after each went live.
-- filterIds, since: two arrays of equal length, each filter and when it went live (Unix milliseconds)
SELECT toString(d.filter_id) AS filterId, d.survey AS survey, d.night AS night, d.origin AS origin
FROM (
  SELECT filter_id, survey, night, toString(origin) AS origin
  FROM (SELECT survey, night, origin, min(closed_at) AS closed FROM nights GROUP BY survey, night, origin) AS n
  CROSS JOIN (SELECT filter_id, since FROM (SELECT arrayJoin(arrayZip({filterIds:Array(UUID)}, {since:Array(Int64)})) AS one, one.1 AS filter_id, one.2 AS since)) AS f
  WHERE toUnixTimestamp64Milli(n.closed) >= f.since
) AS d
WHERE (d.filter_id, d.survey, d.night, d.origin) NOT IN (SELECT filter_id, survey, night, toString(origin) FROM filter_runs)
ORDER BY night, survey, filterId
LIMIT 1000
