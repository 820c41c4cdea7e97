-- Purpose: keys of one page of alerts in sort order; the rows themselves are fetched by alert_rows.sql.
-- Reads only columns of the by_night projection, unless it is sorted by one that was added.
-- Parameters: limit, and those of {where} (read/conditions.ts); {joined} is empty or export_scores.sql, which holds the key.
-- Columns: survey; alertId; pixel (hpx29); sortKey (unit of the column sorted by; absent values as +-1e300, last; of words a text, read/sorting.ts).
SELECT survey, alert_id AS alertId, hpx29 AS pixel, {key} AS sortKey
FROM alerts
{joined}
WHERE {scope} AND {where}
ORDER BY sortKey {direction}, survey, alertId
LIMIT 1 BY survey, alertId
LIMIT {limit:UInt32}
