-- Purpose: the newest night with alerts in scope.
-- Parameters: none.
-- Columns: night (1970-01-01 when there is none).
SELECT max(night) AS night FROM nightly WHERE {scope}
