-- Purpose: every shown point of one object for a download; the rule of light_curve.sql.
-- Parameters: survey; objectId; those of {where}.
-- Columns: chosen by read/columns.ts: mjd (TAI), ra, dec (deg), fluxes (nJy), magnitudes (AB).
SELECT {columns}
FROM (
  SELECT *
  FROM photometry
  WHERE {scope} AND survey = {survey:String} AND object_id = {objectId:String} AND {where}
  ORDER BY kind, point_key, own DESC, alert_mjd DESC, alert_id DESC, known_at
  LIMIT 1 BY kind, point_key
) AS photometry
ORDER BY photometry.mjd, photometry.kind, photometry.band, photometry.point_key
