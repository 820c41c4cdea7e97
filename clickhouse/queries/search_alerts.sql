-- Purpose: keys of one page of alerts in sort order; the rows themselves are fetched by alert_rows.sql.
-- Reads only columns of the by_night projection.
-- Parameters: limit, and those of {where} (read/conditions.ts).
-- Columns: survey; alertId; pixel (hpx29); sortKey (unit of the column sorted by; absent values as +-1e300, last).
SELECT survey, alert_id AS alertId, hpx29 AS pixel, {key} AS sortKey
FROM alerts
WHERE {scope} AND {where}
ORDER BY sortKey {direction}, survey, alertId
LIMIT 1 BY survey, alertId
LIMIT {limit:UInt32}
