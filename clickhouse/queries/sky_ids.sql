-- Purpose: the alert ids of sky_columns.sql in the same order, for a hit test.
-- Parameters: limit; those of {where}.
-- Columns: alert_id (UInt64).
SELECT alert_id
FROM alerts
WHERE {scope} AND {where}
ORDER BY intHash64(alert_id), survey, alert_id
LIMIT 1 BY survey, alert_id
LIMIT {limit:UInt32}
