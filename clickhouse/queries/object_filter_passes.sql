-- Purpose: when alerts of an object first passed each version of some filters, oldest first.
-- Parameters: filterIds; survey, objectId: whose; nights of its alerts. {where} may hold the time of an "as known then" view.
-- Columns: filterId; version; alertId of the first; alerts that passed; knownAt UTC.
SELECT
  toString(filter_id) AS filterId,
  version,
  argMin(alert_id, tuple(known_at, alert_id)) AS alertId,
  uniqExact(alert_id) AS alerts,
  min(known_at) AS knownAt
FROM filter_hits
WHERE {scope} AND filter_id IN {filterIds:Array(UUID)} AND night IN {nights:Array(Date)}
  AND survey = {survey:String} AND object_id = {objectId:String} AND {where}
GROUP BY filter_id, version
ORDER BY knownAt, filterId, version
