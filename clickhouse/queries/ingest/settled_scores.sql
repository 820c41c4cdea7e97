-- Numbers of alerts that need not be scored again.
-- survey, ids: whose; targets: "model version label"; settled: reasons that begin so are final
SELECT DISTINCT alert_id AS alertId, concat(model, ' ', version, ' ', label) AS target
FROM scores
WHERE survey = {survey:String} AND alert_id IN {ids:Array(UInt64)} AND concat(model, ' ', version, ' ', label) IN {targets:Array(String)}
  AND (state = 'done' OR startsWith(reason, {settled:String}))
