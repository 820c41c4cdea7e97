-- Releases whose sources lie in the store, and whether and since when each is matched no more (Unix ms; 0 = it is the newest of its catalogue; -1 = never finished).
SELECT sources.catalog AS catalog, sources.release AS release, sources.n AS rows,
  multiIf(known.added = 0, -1, known.ended = 0 AND NOT known.last_removed, 0, known.last_removed AND known.ended = 0, known.added, known.ended) AS ended_ms
FROM (SELECT catalog, release, count() AS n FROM catalog_sources GROUP BY catalog, release) AS sources
LEFT JOIN (
  SELECT c.catalog AS catalog, c.release AS release, max(toUnixTimestamp64Milli(c.added_at)) AS added,
    argMax(c.removed, c.added_at) AS last_removed,
    minIf(toUnixTimestamp64Milli(later.added_at), later.added_at > c.added_at AND later.release != c.release) AS ended
  FROM catalogs AS c
  INNER JOIN catalogs AS later ON later.catalog = c.catalog
  GROUP BY c.catalog, c.release
) AS known ON known.catalog = sources.catalog AND known.release = sources.release
ORDER BY catalog, release
