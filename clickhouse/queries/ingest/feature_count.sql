-- How many alerts feature_batches.sql would give, from the start.
-- survey; nightFrom, nightTo; origins; watermark; version; made: as there
SELECT uniqExact(alert_id) AS alerts
FROM alerts
WHERE survey = {survey:String} AND night BETWEEN {nightFrom:Date} AND {nightTo:Date} AND toString(origin) IN {origins:Array(String)}
  AND number <= {watermark:Map(String, UInt64)}[writer]
  AND feature_version != {version:String}
  AND (empty({made:Array(String)}) OR has({made:Array(String)}, toString(feature_version)))
  AND alert_id NOT IN (
    SELECT alert_id FROM alert_features
    WHERE survey = {survey:String} AND night BETWEEN {nightFrom:Date} AND {nightTo:Date} AND version = {version:String}
  )
