-- Purpose: about how many alerts lie within some nights: rows, of which one that two workers stored in one second has two.
-- Parameters: those of {where}, which may name night and survey.
-- Columns: total.
SELECT count() AS total
FROM alerts
WHERE {scope} AND {where}
