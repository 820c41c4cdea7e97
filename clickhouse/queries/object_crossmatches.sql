-- Purpose: sources that some attempts at matching an object found, nearest first.
-- Parameters: survey, objectId: whose; catalogs, alertIds, writers, numbers: the attempts, in parallel.
-- Columns: catalog; sourceId; rank; sepArcsec; ra, dec (deg); mag; redshift; numbers; texts.
SELECT catalog, source_id AS sourceId, rank, sep_arcsec AS sepArcsec, ra, dec, mag, redshift, numbers, texts
FROM crossmatches
WHERE {scope} AND survey = {survey:String} AND object_id = {objectId:String}
  AND (toString(catalog), alert_id, toString(writer), number) IN arrayZip({catalogs:Array(String)}, {alertIds:Array(UInt64)}, {writers:Array(String)}, {batches:Array(UInt64)})
ORDER BY catalog, sepArcsec, sourceId
LIMIT 1 BY catalog, sourceId
