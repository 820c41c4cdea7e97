-- Purpose: names and kinds of the annotations that hits of a filter carry.
-- Parameters: filterId; those of {where} (read/hits.ts).
-- Columns: numbers; texts; truths: names.
SELECT groupUniqArrayArray(mapKeys(numbers)) AS numbers, groupUniqArrayArray(mapKeys(texts)) AS texts, groupUniqArrayArray(mapKeys(truths)) AS truths
FROM filter_hits
WHERE {scope} AND filter_id = {filterId:UUID} AND {where}
