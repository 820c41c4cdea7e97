-- Purpose: sources of a catalogue around a place, nearest first.
-- Parameters: catalog; release; those of {where} (the cone); limit.
-- Columns: those of a source; sepArcsec.
SELECT source_id, ra, dec, mag, redshift, numbers, texts, {separation} AS sepArcsec
FROM catalog_sources
WHERE catalog = {catalog:String} AND release = {release:String} AND {where}
ORDER BY sepArcsec, source_id
LIMIT {limit:UInt32}
