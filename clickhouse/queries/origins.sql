-- Purpose: which origins have alerts that the reader may see.
-- Parameters: none.
-- Columns: origin.
SELECT DISTINCT origin FROM nightly WHERE {scope}
