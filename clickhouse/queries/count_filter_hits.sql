-- Purpose: how many alerts passed a filter.
-- Parameters: filterId; those of {where} (read/hits.ts).
-- Columns: total.
SELECT uniqExact(survey, alert_id) AS total
FROM filter_hits
WHERE {scope} AND filter_id = {filterId:UUID} AND {where}
