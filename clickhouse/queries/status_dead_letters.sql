-- Purpose: records set aside, per kind, of every programme: the operator's.
-- Parameters: none.
-- Columns: kind; count.
SELECT kind, count() AS count
FROM dead_letters
GROUP BY kind
ORDER BY kind
