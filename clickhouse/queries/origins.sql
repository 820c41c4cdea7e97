-- Purpose: whether there is an alert of an origin that the reader may see.
-- Parameters: none.
-- Columns: origin (no row when there is none).
SELECT origin
FROM nightly
WHERE {scope}
LIMIT 1
