-- Purpose: alerts of all nights per HEALPix pixel of order 6 (nested), for the wide tiles of the density HiPS; rows are counted.
-- Columns: ipix (order 6); alerts.
SELECT toUInt32(bitShiftRight(hpx29, 46)) AS ipix, count() AS alerts
FROM alerts
WHERE {scope}
GROUP BY ipix
