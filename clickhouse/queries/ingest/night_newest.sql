-- When the newest alert of each of some nights became known.
-- nights: whole nights as `survey/origin/YYYY-MM-DD`; first, last: the nights that they lie between (Date)
-- Columns: name (as given), newestMs (Unix milliseconds)
SELECT concat(survey, '/', toString(origin), '/', toString(night)) AS name, toUnixTimestamp64Milli(max(known_at)) AS newestMs
FROM alerts
WHERE night >= {first:Date} AND night <= {last:Date} AND name IN {nights:Array(String)}
GROUP BY survey, origin, night
