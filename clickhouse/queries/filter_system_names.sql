-- Purpose: what the names in filters that come with Nightjar stand for.
-- Columns: environment (JSON).
SELECT DISTINCT environment
FROM filter_versions
WHERE author_id = 'system'
