-- Purpose: how some nights were closed first (rule 3).
-- Parameters: nights.
-- Columns: name (survey/origin/night); reason.
SELECT concat(toString(survey), '/', toString(origin), '/', toString(night)) AS name, toString(argMin(reason, closed_at)) AS reason
FROM nights
WHERE night IN {nights:Array(Date)}
GROUP BY survey, origin, night
