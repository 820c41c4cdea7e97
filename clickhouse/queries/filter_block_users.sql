-- Purpose: how many filters import blocks, by the blocks' names.
-- Columns: name; users (filters).
SELECT substring(reference, 1, length(reference) - position(reverse(reference), '@')) AS name, uniqExact(filter_id) AS users
FROM (
  SELECT filter_id, arrayJoin(blocks) AS reference
  FROM filter_versions
  WHERE filter_id NOT IN (SELECT filter_id FROM filter_states WHERE state = 'deleted')
)
GROUP BY name
