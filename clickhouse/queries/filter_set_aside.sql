-- Purpose: filters that were set aside since a time and are still so.
-- Parameters: since (Unix milliseconds).
-- Columns: filterId; version; reason; atMs; name; ownerId.
SELECT toString(f.filter_id) AS filterId, s.version AS version, s.reason AS reason, toUnixTimestamp64Milli(s.changed_at) AS atMs,
  f.name AS name, f.owner_id AS ownerId
FROM (SELECT * FROM filter_states ORDER BY changed_at DESC LIMIT 1 BY filter_id) AS s
INNER JOIN (SELECT * FROM filters ORDER BY changed_at DESC LIMIT 1 BY filter_id) AS f ON f.filter_id = s.filter_id
WHERE s.state = 'setAside' AND toUnixTimestamp64Milli(s.changed_at) > {since:Int64}
