-- Purpose: each writer's newest batch, and whether one is open that was not finished.
-- Parameters: none.
-- Columns: writer; published, opened (numbers); publishedAt (UTC).
SELECT
  writer,
  maxIf(number, state = 'published') AS published,
  max(number) AS opened,
  maxIf(at, state = 'published') AS publishedAt
FROM ingest_log
GROUP BY writer
ORDER BY writer
