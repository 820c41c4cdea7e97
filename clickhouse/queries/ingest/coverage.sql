-- Offsets that ended in a state in another batch (rule 10).
-- partitions: as in deliveries, with the first and last offset looked for in each; from: no range that matters begins before it;
-- writer, number: the batch itself
SELECT source, partition, first_offset, last_offset, writer, number
FROM deliveries
WHERE partition IN {partitions:Array(String)}
  AND first_offset >= {from:UInt64}
  AND first_offset <= transform(partition, {partitions:Array(String)}, {lasts:Array(UInt64)}, toUInt64(0))
  AND last_offset >= transform(partition, {partitions:Array(String)}, {firsts:Array(UInt64)}, toUInt64(0))
  AND NOT (writer = {writer:String} AND number = {number:UInt64})
