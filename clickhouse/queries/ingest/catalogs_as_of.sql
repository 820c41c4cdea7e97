-- Catalogues as they stood at a time, newest row each; `gone` where what stood then was replaced or removed so long ago that its sources may have been dropped.
-- as_of: Unix ms; replaced_before: Unix ms
SELECT name AS catalog, stood.1 AS release, toString(stood.2) AS origin, stood.3 AS radius_arcsec, stood.4 AS radius_kpc, stood.5 AS near_radius_arcsec, gone
FROM (
  SELECT catalog AS name,
    argMaxIf(tuple(release, origin, radius_arcsec, radius_kpc, near_radius_arcsec, removed), added_at, added_at <= fromUnixTimestamp64Milli({as_of:Int64})) AS stood,
    countIf(added_at <= fromUnixTimestamp64Milli({as_of:Int64})) AS known,
    countIf(added_at > fromUnixTimestamp64Milli({as_of:Int64}) AND added_at < fromUnixTimestamp64Milli({replaced_before:Int64})) > 0 AS gone
  FROM catalogs
  GROUP BY catalog
)
WHERE known > 0 AND NOT stood.6
ORDER BY catalog
