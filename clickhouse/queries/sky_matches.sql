-- Purpose: catalogue sources that objects seen in a region were matched to, nearest first.
-- Parameters: limit; objects: how many objects of the region are looked at; those of {where} on alerts.
-- Columns: catalog; release; sourceId; ra, dec (deg); mag; redshift; survey, objectId of the nearest object; sepArcsec.
SELECT
  catalog, release, sourceId,
  any(m_ra) AS ra, any(m_dec) AS dec, any(m_mag) AS mag, any(m_redshift) AS redshift,
  argMin(m_survey, sep) AS survey, argMin(m_object, sep) AS objectId, min(sep) AS sepArcsec
FROM (
  SELECT
    catalog, release, source_id AS sourceId, ra AS m_ra, dec AS m_dec, mag AS m_mag, redshift AS m_redshift,
    survey AS m_survey, object_id AS m_object, sep_arcsec AS sep
  FROM crossmatches
  WHERE {scope} AND (survey, object_id) IN (
    SELECT survey, object_id FROM alerts WHERE {scope} AND {where} GROUP BY survey, object_id LIMIT {objects:UInt32}
  )
)
GROUP BY catalog, release, sourceId
ORDER BY sepArcsec, catalog, sourceId
LIMIT {limit:UInt32}
