-- Purpose: the number of the newest migration that was applied.
-- Parameters: none.
-- Columns: schema.
SELECT max(id) AS schema
FROM migrations
