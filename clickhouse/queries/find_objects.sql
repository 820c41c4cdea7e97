-- Purpose: which surveys know an object of that id, for the search box.
-- Parameters: objectId.
-- Columns: survey; objectId.
SELECT survey, object_id AS objectId
FROM objects
WHERE {scope} AND survey IN {surveys:Array(String)} AND object_id = {objectId:String}
GROUP BY survey, object_id
ORDER BY survey
