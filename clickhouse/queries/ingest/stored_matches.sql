-- Crossmatches of alerts that the batches of those alerts found, nearest first.
-- survey, objects, ids: whose
SELECT alert_id, writer, number, catalog, release, source_id, sep_arcsec, ra, dec, mag, redshift, numbers, texts
FROM crossmatches
WHERE survey = {survey:String} AND object_id IN {objects:Array(String)} AND alert_id IN {ids:Array(UInt64)}
ORDER BY alert_id, sep_arcsec, catalog, source_id
