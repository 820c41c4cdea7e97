-- Alerts known at a watermark for which some number of some models is still missing, in the order in which they became known.
-- survey; nightFrom, nightTo; origins; watermark: published number per writer; targets: "model version label" of every number;
-- settled: reasons that begin so are final; cursorWriter, cursorNumber, cursorId: go on after this one; limit
SELECT writer, number, alert_id AS alertId, object_id AS objectId
FROM alerts
WHERE survey = {survey:String} AND night BETWEEN {nightFrom:Date} AND {nightTo:Date} AND toString(origin) IN {origins:Array(String)}
  AND number <= {watermark:Map(String, UInt64)}[writer]
  AND (toString(writer), number, alert_id) > ({cursorWriter:String}, {cursorNumber:UInt64}, {cursorId:UInt64})
  AND alert_id NOT IN (
    SELECT alert_id
    FROM scores
    WHERE survey = {survey:String} AND night BETWEEN {nightFrom:Date} AND {nightTo:Date}
      AND concat(model, ' ', version, ' ', label) IN {targets:Array(String)}
      AND (state = 'done' OR startsWith(reason, {settled:String}))
    GROUP BY alert_id
    HAVING uniqExact(model, version, label) >= length({targets:Array(String)})
  )
ORDER BY toString(writer), number, alert_id
LIMIT 1 BY alert_id
LIMIT {limit:UInt32}
