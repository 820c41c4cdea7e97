-- Alerts of these ids that are known, with what tells a duplicate from a conflict; the caller drops rows beyond its watermark.
-- survey, ids: identity
SELECT survey, alert_id, programme, ra, dec, time_received, band, psf_flux, psf_flux_err, mag, mag_err, writer, number
FROM alerts
WHERE alert_id IN {ids:Array(UInt64)} AND survey = {survey:String}
