-- Sources of catalogues in pixels, as little of them as decides whether they match: one branch per HEALPix order, joined by UNION ALL.
-- pixels_K: at order K; catalogs_K, releases_K: which, in pairs; branch: number of the branch
SELECT toUInt8({branch}) AS branch, toUInt16(indexOf({catalogs_K:Array(String)}, toString(catalog))) AS which, hpx29, ra, dec, redshift
FROM catalog_sources
WHERE catalog IN {catalogs_K:Array(String)} AND (catalog, release) IN arrayZip({catalogs_K:Array(String)}, {releases_K:Array(String)})
  AND intDiv(hpx29, {divisor}) IN {pixels_K:Array(UInt64)}
