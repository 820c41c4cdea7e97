-- Cutouts of alerts as they came; kinds: bits 1 science, 2 template, 4 difference. Rows in RowBinary.
-- survey, ids: whose; chunks: where they were put
SELECT alert_id, kinds, science, template, difference
FROM cutouts
WHERE chunk IN {chunks:Array(UInt32)} AND survey = {survey:String} AND alert_id IN {ids:Array(UInt64)}
ORDER BY known_at
LIMIT 1 BY alert_id
