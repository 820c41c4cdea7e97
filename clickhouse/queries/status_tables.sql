-- Purpose: size of our tables; the operator's.
-- Parameters: none.
-- Columns: table; rows; bytes (on disk); parts.
SELECT table, sum(rows) AS rows, sum(bytes_on_disk) AS bytes, count() AS parts
FROM system.parts
WHERE active AND database = currentDatabase()
GROUP BY table
ORDER BY table
