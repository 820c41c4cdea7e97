-- Purpose: the latest mid-exposure of the alerts in scope, in the nights from one on.
-- Parameters: from (YYYY-MM-DD).
-- Columns: mjd (MJD TAI); alerts: how many there are.
SELECT max(mjd) AS mjd, count() AS alerts
FROM alerts
WHERE {scope} AND night >= {from:Date}
