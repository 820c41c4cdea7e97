-- Purpose: sources of some catalogues that have a name: as their id, or in a column that holds names. No index knows names: all their sources are read.
-- Parameters: catalogs, releases: in pairs; columns: of texts that hold names, several in a cell between commas, semicolons or bars;
--   names: spelled as sourceKeys of src/lib/alert/name.ts does; barred: the same between bars; limit.
-- Columns: catalog; release; sourceId; foundName: as the catalogue writes it; ra, dec (ICRS, degrees).
WITH translate(concat(
  '|', source_id, '|',
  arrayStringConcat(arrayFilter((value, name) -> has({columns:Array(String)}, name), mapValues(texts), mapKeys(texts)), '|'), '|'
), ',;', '||') AS written
SELECT
  catalog,
  release,
  source_id AS sourceId,
  trimBoth(arrayFirst(
    (name) -> has({names:Array(String)}, replaceRegexpAll(lowerUTF8(name), '[\\s_''-]', '')),
    splitByChar('|', written)
  )) AS foundName,
  ra,
  dec
FROM catalog_sources
WHERE catalog IN {catalogs:Array(String)}
  AND release IN {releases:Array(String)}
  AND has(arrayZip({catalogs:Array(String)}, {releases:Array(String)}), (toString(catalog), toString(release)))
  AND multiSearchAny(replaceRegexpAll(lowerUTF8(written), '[\\s_''-]', ''), {barred:Array(String)})
ORDER BY catalog, sourceId
LIMIT {limit:UInt32}
