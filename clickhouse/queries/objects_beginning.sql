-- Purpose: objects whose ids begin with a text, from their running summary: the order of its rows finds them without reading others.
-- Parameters: surveys: all of them, for ids stand in order within a survey; beginnings: spellings, of any of which ids may begin; limit.
-- Columns: survey; objectId.
SELECT survey, object_id AS objectId
FROM objects
WHERE {scope} AND survey IN {surveys:Array(String)} AND ({begins})
GROUP BY survey, object_id
ORDER BY objectId, survey
LIMIT {limit:UInt32}
