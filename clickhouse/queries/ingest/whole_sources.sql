-- Sources in these pixels of order 29, whole.
-- catalogs, releases: which, in pairs; pixels: hpx29
SELECT toString(catalog) AS catalog, hpx29, source_id, ra, dec, mag, redshift, numbers, texts
FROM catalog_sources
WHERE catalog IN {catalogs:Array(String)} AND (catalog, release) IN arrayZip({catalogs:Array(String)}, {releases:Array(String)})
  AND hpx29 IN {pixels:Array(UInt64)}
