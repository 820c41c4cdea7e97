-- Purpose: alerts of all nights per pixel of one tile of the density HiPS; rows are counted.
-- Parameters: first, beyond: half-open range of hpx29 that is the tile; shift: bits below a pixel; mask: pixels of a tile less one.
-- Columns: sub (nested index within the tile, UInt32); alerts.
SELECT toUInt32(bitAnd(bitShiftRight(hpx29, {shift:UInt8}), {mask:UInt64})) AS sub, count() AS alerts
FROM alerts
WHERE {scope} AND hpx29 >= {first:UInt64} AND hpx29 < {beyond:UInt64}
GROUP BY sub
