-- Full rows of versions of points, to append one again under a later packet.
-- survey, objects, keys: whose; watermark: published number per writer
SELECT object_id, toString(kind) AS kind, source_id, band, mjd, time_received, exposure_assumed, point_key, value_hash, ra, dec,
  psf_flux, psf_flux_err, mag, mag_err, limit_mag, positive, flags, programme, toString(origin) AS origin
FROM photometry
WHERE survey = {survey:String} AND object_id IN {objects:Array(String)} AND point_key IN {keys:Array(UInt64)}
  AND number <= {watermark:Map(String, UInt64)}[writer]
LIMIT 1 BY object_id, point_key, value_hash
