-- The bytes of dead letters of one partition, as base64, in the order of their offsets.
-- source, partition, offsets: their places
SELECT source_offset, base64Encode(bytes) AS bytes
FROM dead_letters
WHERE source = {source:String} AND partition = {partition:String} AND source_offset IN {offsets:Array(UInt64)} AND complete
ORDER BY source_offset
LIMIT 1 BY source_offset
