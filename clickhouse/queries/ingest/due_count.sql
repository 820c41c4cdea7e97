-- How many alerts due_alerts.sql would give, from the start.
-- survey; nightFrom, nightTo; origins; watermark; targets; settled: as there
SELECT uniqExact(alert_id) AS alerts
FROM alerts
WHERE survey = {survey:String} AND night BETWEEN {nightFrom:Date} AND {nightTo:Date} AND toString(origin) IN {origins:Array(String)}
  AND number <= {watermark:Map(String, UInt64)}[writer]
  AND alert_id NOT IN (
    SELECT alert_id
    FROM scores
    WHERE survey = {survey:String} AND night BETWEEN {nightFrom:Date} AND {nightTo:Date}
      AND concat(model, ' ', version, ' ', label) IN {targets:Array(String)}
      AND (state = 'done' OR startsWith(reason, {settled:String}))
    GROUP BY alert_id
    HAVING uniqExact(model, version, label) >= length({targets:Array(String)})
  )
