-- Purpose: which cutouts of an alert are still kept.
-- Parameters: survey; alertId; chunk.
-- Columns: kinds (bits: 1 science, 2 template, 4 difference).
SELECT groupBitOr(kinds) AS kinds
FROM cutouts
WHERE {scope} AND chunk = {chunk:UInt32} AND survey = {survey:String} AND alert_id = {alertId:UInt64}
