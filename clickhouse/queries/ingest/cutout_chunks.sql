-- Bytes on disk of every cutout chunk.
SELECT toUInt32(partition) AS chunk, sum(bytes_on_disk) AS bytes
FROM system.parts
WHERE database = currentDatabase() AND table IN ('cutouts', 'cutouts_local') AND active
GROUP BY chunk
ORDER BY chunk
