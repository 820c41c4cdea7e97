-- Stored points of objects as columns per object: key, value hash, own flag and packet of every version known at a watermark,
-- then what a light curve needs of it (programme as its place in the list given, from 1; positive 2 where it is unknown).
-- survey, objects: whose; watermark: published number per writer; programmes: of the survey
SELECT object_id, groupArray(point_key), groupArray(value_hash), groupArray(own), groupArray(alert_mjd), groupArray(alert_id),
  groupArray(toInt8(kind)), groupArray(toInt8(origin)), groupArray(toUInt8(indexOf({programmes:Array(String)}, programme))),
  groupArray(ifNull(toUInt8(positive), 2)), groupArray(mjd), groupArray(psf_flux), groupArray(psf_flux_err), groupArray(mag),
  groupArray(mag_err), groupArray(limit_mag), groupArray(ra), groupArray(dec), groupArray(toString(band))
FROM photometry
WHERE survey = {survey:String} AND object_id IN {objects:Array(String)} AND number <= {watermark:Map(String, UInt64)}[writer]
GROUP BY object_id
