-- Purpose: which nights of which surveys are closed (rule 3).
-- Parameters: origin; from, to (inclusive nights).
-- Columns: survey; night.
SELECT DISTINCT survey, night
FROM nights
WHERE origin = {origin:String} AND night >= {from:Date} AND night <= {to:Date}
