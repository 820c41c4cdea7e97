-- Purpose: some sources of a catalogue, spread over the sky, the same whenever it is asked.
-- Parameters: catalog; release; limit.
-- Columns: those of a source.
SELECT source_id, ra, dec, mag, redshift, numbers, texts
FROM catalog_sources
WHERE catalog = {catalog:String} AND release = {release:String}
ORDER BY cityHash64(source_id, hpx29)
LIMIT {limit:UInt32}
