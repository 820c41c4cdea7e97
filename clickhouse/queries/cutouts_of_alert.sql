-- Purpose: all cutouts of an alert as they came, first kept first: a row has those of its kinds.
-- Parameters: survey; alertId; chunk.
-- Columns: kinds (bits: 1 science, 2 template, 4 difference); science, template, difference (bytes, base64, '' where they are not of its kinds).
SELECT
  kinds,
  base64Encode(science) AS science,
  base64Encode(template) AS template,
  base64Encode(difference) AS difference
FROM cutouts
WHERE {scope} AND chunk = {chunk:UInt32} AND survey = {survey:String} AND alert_id = {alertId:UInt64}
ORDER BY known_at
