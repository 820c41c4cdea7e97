-- Purpose: every alert that matches, once, for a download; in sky order unless a sort is asked for, so that it streams.
-- Parameters: those of {where} (read/conditions.ts) and {scored}, which is empty or export_scores.sql.
-- Columns: chosen by read/columns.ts (units in src/lib/alert/fields.ts).
SELECT {columns}
FROM alerts
{scored}
WHERE {scope} AND {where}
ORDER BY {order}, alerts.known_at
LIMIT 1 BY alerts.survey, alerts.alert_id
