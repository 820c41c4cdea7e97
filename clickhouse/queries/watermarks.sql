-- Purpose: the newest number each writer has published: the watermark of rule 6.
-- Parameters: none.
-- Columns: writer; number.
SELECT writer, max(number) AS number
FROM watermarks
GROUP BY writer
ORDER BY writer
