-- Nights that were closed since a time, with every live filter that expects a number of hits and ran through all of them.
-- Whole nights only: each survey with alerts of a night has closed it, and a filter that runs after the night has run on each.
-- since (Unix milliseconds).
SELECT toString(s.filter_id) AS filterId, any(f.name) AS name, any(f.owner_id) AS ownerId,
  any(s.expected_low) AS low, any(s.expected_high) AS high, n.night AS night, toString(n.origin) AS origin
FROM (SELECT * FROM filter_states ORDER BY changed_at DESC LIMIT 1 BY filter_id) AS s
INNER JOIN (SELECT * FROM filters ORDER BY changed_at DESC LIMIT 1 BY filter_id) AS f ON f.filter_id = s.filter_id
INNER JOIN (SELECT DISTINCT filter_id, version, kind FROM filter_versions) AS v ON v.filter_id = s.filter_id AND v.version = s.version
CROSS JOIN (
  SELECT DISTINCT survey, night, origin, (survey, night, origin) IN (SELECT survey, night, origin FROM nights) AS closed
  FROM nightly
  WHERE (night, origin) IN (SELECT night, origin FROM nights WHERE toUnixTimestamp64Milli(closed_at) > {since:Int64})
) AS n
WHERE s.state = 'live' AND NOT isNaN(s.expected_low) AND toDateTime64(n.night, 3, 'UTC') >= s.changed_at
GROUP BY s.filter_id, n.night, n.origin
HAVING min(n.closed) = 1
  AND min(v.kind != 'afterNight'
    OR (s.filter_id, n.survey, n.night, n.origin) IN (SELECT filter_id, survey, night, origin FROM filter_runs WHERE reason = '')) = 1
