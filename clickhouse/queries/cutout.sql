-- Purpose: one cutout as it came; {column} is science, template or difference.
-- Parameters: survey; alertId; chunk; bit of the kind.
-- Columns: bytes, base64.
SELECT base64Encode({column}) AS bytes
FROM cutouts
WHERE {scope} AND chunk = {chunk:UInt32} AND survey = {survey:String} AND alert_id = {alertId:UInt64}
  AND bitAnd(kinds, {bit:UInt8}) != 0
ORDER BY known_at
LIMIT 1
