-- Purpose: alerts that became known in the last minute, per writer, in the reader's scope.
-- Parameters: writers, upTo: newest published number per writer; lowest: smallest number looked at; batches, how many to look back over.
-- Columns: writer; alerts.
SELECT writer, uniqExact(survey, alert_id) AS alerts
FROM alerts
WHERE {scope}
  AND writer IN {writers:Array(String)}
  AND number >= {lowest:UInt64}
  AND number + {batches:UInt64} > transform(toString(writer), {writers:Array(String)}, {upTo:Array(UInt64)}, toUInt64(0))
  AND known_at > now64(3, 'UTC') - INTERVAL 1 MINUTE
GROUP BY writer
