-- Bytes on disk of the simulation's rows (not its cutouts), and its oldest and newest night as days since 1970.
SELECT
  (SELECT sum(bytes_on_disk) FROM system.parts WHERE database = currentDatabase() AND active AND partition LIKE '%simulated%') AS bytes,
  toUInt16(min(night)) AS oldest, toUInt16(max(night)) AS newest
FROM nightly
WHERE origin = 'simulated'
