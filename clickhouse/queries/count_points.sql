-- Purpose: how many points are shown of each of some objects (the rule of light_curve.sql).
-- Parameters: those of {objects} and {where} (read/export.ts).
-- Columns: survey; objectId; points.
SELECT survey, object_id AS objectId, uniqExact(kind, point_key) AS points
FROM photometry
WHERE {scope} AND {objects} AND {where}
GROUP BY survey, objectId
