-- Purpose: keys of one page of all objects (of a survey), from their running summary: no alert is read.
-- Objects whose alerts are all written but not yet published are left out.
-- Parameters: limit; those of {where} (survey), {after} and {published}, {unpublished} (read/watermark.ts).
-- Columns: survey; objectId; sortKey (as in search_alerts.sql).
SELECT survey, object_id AS objectId, {key} AS sortKey
FROM objects
WHERE {scope} AND {where} AND (survey, object_id) NOT IN (
  SELECT survey, object_id
  FROM alerts
  WHERE {scope} AND object_id IN (SELECT object_id FROM alerts WHERE {scope} AND ({unpublished}))
  GROUP BY survey, object_id
  HAVING countIf({published}) = 0
)
GROUP BY survey, object_id
HAVING {after}
ORDER BY sortKey {direction}, survey, objectId
LIMIT {limit:UInt32}
