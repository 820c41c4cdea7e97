-- Purpose: the catalogues that are loaded, each as its newest release.
-- Parameters: none.
-- Columns: name; release; origin; description; licence; citation; sourceUrl; radiusArcsec, nearRadiusArcsec (arcsec); radiusKpc; columnList (JSON); sources; checksum; addedAt.
SELECT
  name,
  newest.1 AS release,
  toString(newest.2) AS origin,
  newest.3 AS description,
  newest.4 AS licence,
  newest.13 AS citation,
  newest.5 AS sourceUrl,
  newest.6 AS radiusArcsec,
  newest.7 AS radiusKpc,
  newest.8 AS nearRadiusArcsec,
  newest.9 AS columnList,
  newest.10 AS sources,
  newest.11 AS checksum,
  formatDateTime(added, '%Y-%m-%dT%H:%i:%SZ') AS addedAt
FROM (
  SELECT
    catalog AS name,
    argMax(tuple(release, origin, description, licence, source_url, radius_arcsec, radius_kpc, near_radius_arcsec, columns, rows, sha256, removed, citation), added_at) AS newest,
    max(added_at) AS added
  FROM catalogs
  GROUP BY catalog
)
WHERE NOT newest.12
ORDER BY lower(name)
