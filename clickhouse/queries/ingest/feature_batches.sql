-- Batches with alerts of a survey whose features were not computed by a version of the formulas, in the order in which they became
-- known, with those alerts.
-- survey; nightFrom, nightTo; origins; watermark: published number per writer; version: wanted; made: only those made by these
-- versions ('' = not done), empty = any; cursorWriter, cursorNumber: go on after this batch; limit
SELECT toString(writer) AS writer, number, groupUniqArray(alert_id) AS ids
FROM alerts
WHERE survey = {survey:String} AND night BETWEEN {nightFrom:Date} AND {nightTo:Date} AND toString(origin) IN {origins:Array(String)}
  AND number <= {watermark:Map(String, UInt64)}[writer]
  AND (toString(writer), number) > ({cursorWriter:String}, {cursorNumber:UInt64})
  AND feature_version != {version:String}
  AND (empty({made:Array(String)}) OR has({made:Array(String)}, toString(feature_version)))
  AND alert_id NOT IN (
    SELECT alert_id FROM alert_features
    WHERE survey = {survey:String} AND night BETWEEN {nightFrom:Date} AND {nightTo:Date} AND version = {version:String}
  )
GROUP BY writer, number
ORDER BY toString(writer), number
LIMIT {limit:UInt32}
