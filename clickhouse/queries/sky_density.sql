-- Purpose: alerts per HEALPix pixel of order 6 (nested) over a range of nights.
-- Parameters: from, to (inclusive nights); {where} may name surveys and classes.
-- Columns: ipix (order 6); alerts.
SELECT hpx6 AS ipix, uniqExactMerge(alerts) AS alerts
FROM nightly
WHERE {scope} AND night >= {from:Date} AND night <= {to:Date} AND {where}
GROUP BY hpx6
ORDER BY hpx6
