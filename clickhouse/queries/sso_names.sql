-- Purpose: which of some names surveys gave to bodies of the solar system in alerts that the reader may see, those of most alerts first.
-- Parameters: names; limit.
-- Columns: name.
SELECT assumeNotNull(sso_name) AS name
FROM alerts
WHERE {scope} AND sso_name IN {names:Array(String)}
GROUP BY name
ORDER BY count() DESC, name
LIMIT {limit:UInt32}
