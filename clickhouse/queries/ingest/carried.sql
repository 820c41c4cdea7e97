-- Alerts of objects with the traces of the points they carried, known at a watermark.
-- survey, objects: whose; watermark: published number per writer
SELECT object_id, mjd, alert_id, carried
FROM alerts
WHERE object_id IN {objects:Array(String)} AND survey = {survey:String} AND number <= {watermark:Map(String, UInt64)}[writer]
