-- Purpose: the newest night with alerts in scope.
-- Parameters: none.
-- Columns: night (no row when there is none).
SELECT night
FROM nightly
WHERE {scope}
ORDER BY night DESC
LIMIT 1
