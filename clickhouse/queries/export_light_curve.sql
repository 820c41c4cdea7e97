-- Purpose: every shown point of one object, or of several, for a download (the rule of light_curve.sql) with the light of its images:
-- of its own alert, else the template of the alert nearest in time in its band, as src/lib/alert/images.ts has it.
-- Parameters: those of {objects} (which ones), {where} and {alertsWhere}. {template} and {science} are tuples of flux and error of an alert,
-- nan where it does not say (read/imageLight.ts).
-- Columns: chosen by read/columns.ts: mjd (TAI), ra, dec (deg), fluxes (nJy), magnitudes (AB).
SELECT {columns}
FROM (
  SELECT
    *,
    -- a note is (alert id, mjd, template, its error, science, its error); id 0 is none
    multiIf(
      kind = 'upperLimit' OR (mine.1 = 0 AND before.1 = 0 AND after.1 = 0), (toUInt64(0), nan, nan, nan, nan, nan),
      mine.1 != 0, mine,
      before.1 = 0, after,
      after.1 = 0 OR mjd - before.2 <= after.2 - mjd, before,
      after
    ) AS seen,
    if(isFinite(seen.3), mine.1 = 0, NULL)::Nullable(Bool) AS borrowed,
    seen.3 AS template_flux,
    seen.4 AS template_flux_err,
    mine.1 != 0 AND isFinite(seen.5) AS measured,
    if(measured, seen.5, seen.3 + if(isFinite(psf_flux_err), psf_flux, nan)) AS science_flux,
    if(measured, seen.6, if(isFinite(science_flux), sqrt(seen.4 * seen.4 + toFloat64(psf_flux_err) * psf_flux_err), nan)) AS science_flux_err
  FROM (
    SELECT
      *,
      anyLastIf(note, is_note) OVER (
        PARTITION BY survey, object_id, band ORDER BY mjd, is_note, alert_id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS before,
      -- the other way round, for a frame that only grows
      anyLastIf(note, is_note) OVER (
        PARTITION BY survey, object_id, band ORDER BY mjd DESC, is_note DESC, alert_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS after,
      anyIf(note, is_note) OVER (PARTITION BY survey, object_id, if(own, alert_id, 0)) AS mine
    FROM (
      SELECT
        survey, object_id, kind, band, mjd, psf_flux, psf_flux_err, mag, mag_err, limit_mag, positive, ra, dec, programme,
        own, alert_id, source_id, time_received, exposure_assumed, flags, point_key,
        false AS is_note, (toUInt64(0), nan, nan, nan, nan, nan) AS note
      FROM photometry
      WHERE {scope} AND {objects} AND {where}
      ORDER BY survey, object_id, kind, point_key, own DESC, alert_mjd DESC, alert_id DESC, known_at
      LIMIT 1 BY survey, object_id, kind, point_key
      UNION ALL
      SELECT
        survey, object_id, 'detection'::Enum8('detection' = 1, 'upperLimit' = 2, 'forcedPhotometry' = 3), band, mjd,
        nan, nan, nan, nan, nan, NULL, nan, nan, '', true, alert_id, 0, nan, false, '', 0,
        true, (alert_id, mjd, {template}.1, {template}.2, {science}.1, {science}.2)
      FROM alerts
      WHERE {scope} AND {objects} AND {alertsWhere}
      ORDER BY alerts.mjd DESC, alerts.alert_id DESC, known_at
      LIMIT 1 BY survey, alert_id
    )
  )
  WHERE NOT is_note
) AS photometry
ORDER BY photometry.survey, photometry.object_id, photometry.mjd, photometry.kind, photometry.band, photometry.point_key
