-- Purpose: filters with their newest state and version, those that a reader may see or one of them.
-- Parameters: those of {where} (read/filters.ts).
-- Columns: as StoredFilter; expectedLow, expectedHigh in hits a night, expectedBy; at (of the state).
SELECT
  toString(f.filter_id) AS id, f.name AS name, f.topic AS topic, f.meaning AS meaning, f.owner_id AS ownerId,
  toString(f.visibility) AS visibility, f.group_id AS groupId, f.block AS block, f.forked_from AS forkedFrom,
  toString(s.state) AS state, s.version AS version, s.reason AS reason, s.changed_by AS by,
  s.expected_low AS expectedLow, s.expected_high AS expectedHigh, toString(s.expected_by) AS expectedBy, s.changed_at AS at,
  f.filter_id IN (SELECT filter_id FROM filter_states WHERE state = 'live') AS everLive,
  v.version AS newest, toString(v.kind) AS kind
FROM (SELECT * FROM filters ORDER BY changed_at DESC LIMIT 1 BY filter_id) AS f
INNER JOIN (SELECT * FROM filter_states ORDER BY changed_at DESC LIMIT 1 BY filter_id) AS s ON s.filter_id = f.filter_id
INNER JOIN (SELECT filter_id, version, kind FROM filter_versions ORDER BY version DESC, created_at LIMIT 1 BY filter_id) AS v
  ON v.filter_id = f.filter_id
WHERE {where}
ORDER BY lower(name), id
