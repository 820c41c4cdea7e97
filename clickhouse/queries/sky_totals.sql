-- Purpose: alerts per HEALPix pixel of order 6 (nested) over a range of nights, quickly, as rows of sky_cells.sql: the first picture
-- of a map. Rows are counted, not ids: an alert that two writers stored at once counts twice until its parts merge.
-- Parameters: from, to (inclusive nights); {where} may name surveys and classes.
-- Columns: ipix (order 6, UInt32); alerts (UInt32); night (the newest, days since 1970, UInt16); class, survey (0, UInt8).
SELECT toUInt32(bitShiftRight(hpx29, 46)) AS ipix, toUInt32(count()), max(night), toUInt8(0), toUInt8(0)
FROM alerts
WHERE {scope} AND night >= {from:Date} AND night <= {to:Date} AND {where}
GROUP BY ipix
ORDER BY ipix
