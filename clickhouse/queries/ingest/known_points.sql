-- Stored points of objects as columns per object: key, value hash, own flag and packet of every version known at a watermark.
-- survey, objects: whose; watermark: published number per writer
SELECT object_id, groupArray(point_key), groupArray(value_hash), groupArray(own), groupArray(alert_mjd), groupArray(alert_id)
FROM photometry
WHERE survey = {survey:String} AND object_id IN {objects:Array(String)} AND number <= {watermark:Map(String, UInt64)}[writer]
GROUP BY object_id
