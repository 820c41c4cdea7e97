-- Purpose: objects of other surveys at the place of an object, nearest first; both sides within the reader's scope.
-- Parameters: survey, objectId: whose. {where} may hold the time of an "as known then" view.
-- Columns: survey; objectId; sepArcsec when it was found; knownAt.
SELECT
  other_survey AS otherSurvey,
  other_object_id AS otherObjectId,
  argMin(sep_arcsec, known_at) AS sepArcsec,
  formatDateTime(min(known_at), '%Y-%m-%dT%H:%i:%SZ') AS knownAt
FROM associations
WHERE {scope} AND {otherScope} AND survey = {survey:String} AND object_id = {objectId:String} AND {where}
GROUP BY other_survey, other_object_id
ORDER BY sepArcsec, otherSurvey, otherObjectId
