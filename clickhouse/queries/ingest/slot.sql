-- The newest batch of a writer: how far it came and its boundary.
-- writer: slot name
SELECT number, toString(max(l.state)) AS state, anyIf(l.boundary, l.state = 'opened') AS boundary
FROM ingest_log AS l
WHERE writer = {writer:String}
GROUP BY number
ORDER BY number DESC
LIMIT 1
