-- Pairs of these objects that are known at a watermark.
-- surveys, objects: whose; watermark: published number per writer
SELECT DISTINCT survey, object_id, programme, other_survey, other_object_id,
  other_programme, toString(origin) AS origin
FROM associations
WHERE survey IN {surveys:Array(String)} AND object_id IN {objects:Array(String)} AND number <= {watermark:Map(String, UInt64)}[writer]
