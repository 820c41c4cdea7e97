-- Alerts of these ids that are stored, with what tells a duplicate from a conflict; the caller tells rows beyond its watermark apart.
-- survey, ids: identity
SELECT survey, alert_id, programme, ra, dec, time_received, band, psf_flux, psf_flux_err, mag, mag_err, writer, number,
  toUnixTimestamp64Milli(known_at) AS known_at_ms
FROM alerts
WHERE alert_id IN {ids:Array(UInt64)} AND survey = {survey:String}
