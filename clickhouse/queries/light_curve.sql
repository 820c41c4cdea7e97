-- Purpose: every point of one object, one measurement each: that of the detection's own alert, else of the packet with the
-- greatest (alert mjd, alert id) among those in scope and known (design rules 1, 6 and 7).
-- Parameters: survey; objectId; limit. {where} may hold the watermark, the time and the newest mjd of an "as known then" view.
-- Columns: mjd, ra, dec, fluxes (nJy), magnitudes (AB), limitMag (5 sigma); timeReceived in the packet's own scale.
SELECT
  survey, object_id AS objectId, kind, band, mjd,
  psf_flux AS psfFlux, psf_flux_err AS psfFluxErr, mag, mag_err AS magErr, limit_mag AS limitMag, positive, ra, dec, programme,
  own, alert_id AS alertId, source_id AS sourceId, time_received AS timeReceived, exposure_assumed AS exposureAssumed, flags
FROM (
  SELECT *
  FROM photometry
  WHERE {scope} AND survey = {survey:String} AND object_id = {objectId:String} AND {where}
  ORDER BY kind, point_key, own DESC, alert_mjd DESC, alert_id DESC, known_at
  LIMIT 1 BY kind, point_key
)
ORDER BY mjd, kind, band, point_key
LIMIT {limit:UInt32}
