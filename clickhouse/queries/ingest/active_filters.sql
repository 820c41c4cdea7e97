-- Versions that run now, each with what it needs to be checked: of filters that are live, or by reference.
-- references: id@version of those wanted; empty = those that are live
SELECT toString(v.filter_id) AS id, v.version AS version, toString(v.kind) AS kind, v.text AS text, v.environment AS environment, v.grants AS grants,
  f.name AS name, f.topic AS topic, f.owner_id AS ownerId,
  toUnixTimestamp64Milli(s.changed_at) AS sinceMs, s.expected_low AS expectedLow, s.expected_high AS expectedHigh, toString(s.expected_by) AS expectedBy
FROM (SELECT * FROM filter_versions ORDER BY created_at LIMIT 1 BY filter_id, version) AS v
INNER JOIN (SELECT * FROM filters ORDER BY changed_at DESC LIMIT 1 BY filter_id) AS f ON f.filter_id = v.filter_id
LEFT JOIN (SELECT * FROM filter_states ORDER BY changed_at DESC LIMIT 1 BY filter_id) AS s ON s.filter_id = v.filter_id
WHERE if(
  empty({references:Array(String)}),
  s.state = 'live' AND s.version = v.version,
  concat(toString(v.filter_id), '@', toString(v.version)) IN {references:Array(String)}
)
ORDER BY id, version
