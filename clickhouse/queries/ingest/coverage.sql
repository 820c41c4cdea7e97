-- Offsets that ended in a state before (rule 10).
-- partitions: as in deliveries; watermark: published number per writer
SELECT source, partition, first_offset, last_offset
FROM deliveries
WHERE partition IN {partitions:Array(String)} AND number <= {watermark:Map(String, UInt64)}[writer]
