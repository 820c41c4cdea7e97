-- Every release that was ever matched, oldest first, and whether its catalogue was removed then.
SELECT catalog, release, removed FROM catalogs ORDER BY catalog, added_at
