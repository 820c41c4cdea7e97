-- Purpose: the number of the newest migration that was applied.
-- Parameters: none.
-- Columns: schema.
SELECT max(version) AS schema
FROM schema_migrations
