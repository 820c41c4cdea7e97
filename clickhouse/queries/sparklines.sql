-- Purpose: the newest points of several objects, shown measurement only (as in light_curve.sql).
-- Parameters: surveys and ids: the objects (a superset of pairs is read and sorted out by the caller); points, most per object.
-- Columns: survey; objectId; kind; band; mjd (TAI); mag, limitMag (AB); positive; psfFlux (nJy).
SELECT survey, object_id AS objectId, kind, band, mjd, mag, limit_mag AS limitMag, positive
FROM (
  SELECT survey, object_id, kind, point_key, band, mjd, mag, limit_mag, positive
  FROM photometry
  WHERE {scope} AND survey IN {surveys:Array(String)} AND object_id IN {ids:Array(String)}
  ORDER BY survey, object_id, kind, point_key, own DESC, alert_mjd DESC, alert_id DESC, known_at
  LIMIT 1 BY survey, object_id, kind, point_key
)
WHERE isFinite(mag) OR isFinite(limit_mag)
ORDER BY survey, objectId, mjd DESC
LIMIT {points:UInt32} BY survey, objectId
