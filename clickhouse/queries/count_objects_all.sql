-- Purpose: number of all objects (of a survey), from their running summary; without those that are not published yet.
-- Parameters: those of {where} (survey) and {published}, {unpublished} (read/watermark.ts).
-- Columns: total.
SELECT count() AS total
FROM (
  SELECT 1
  FROM objects
  WHERE {scope} AND {where} AND (survey, object_id) NOT IN (
    SELECT survey, object_id
    FROM alerts
    WHERE {scope} AND object_id IN (SELECT object_id FROM alerts WHERE {scope} AND ({unpublished}))
    GROUP BY survey, object_id
    HAVING countIf({published}) = 0
  )
  GROUP BY survey, object_id
)
