-- Newest place of every object and programme, a page at a time in the order of the key.
-- after_*: where the page begins (behind it); limit
SELECT survey, object_id, toString(origin) AS origin_name, programme, newest.2 AS ra, newest.3 AS dec
FROM (
  SELECT survey, object_id, origin, programme, argMaxMerge(last) AS newest
  FROM objects
  WHERE (survey, object_id) >= ({after_survey:String}, {after_object:String})
    AND (survey, object_id, toString(origin), programme) > ({after_survey:String}, {after_object:String}, {after_origin:String}, {after_programme:String})
  GROUP BY survey, object_id, origin, programme
  ORDER BY survey, object_id, toString(origin), programme
  LIMIT {limit:UInt32}
)
ORDER BY survey, object_id, origin_name, programme
