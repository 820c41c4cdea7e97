-- Purpose: recent alerts to try filters on: one an object, spread evenly over surveys and classes, so that rare classes are in.
-- Parameters: from (first night); each (most of one class and survey); most (in all); those of {published} (read/watermark.ts).
-- Columns: survey; alertId.
SELECT survey, alertId
FROM (
  SELECT survey, alertId, class, row_number() OVER (PARTITION BY survey, class ORDER BY draw) AS place
  FROM (
    SELECT survey, toString(alert_id) AS alertId, class, cityHash64(alert_id) AS draw
    FROM alerts
    WHERE {scope} AND night >= {from:Date} AND {published}
    ORDER BY mjd DESC
    LIMIT 1 BY survey, object_id
  )
  ORDER BY draw
  LIMIT {each:UInt32} BY survey, class
)
ORDER BY place, survey, class
LIMIT {most:UInt32}
