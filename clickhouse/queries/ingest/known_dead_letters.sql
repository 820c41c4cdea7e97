-- Dead letters of these partitions: a redelivery of one is not counted again.
-- partitions; watermark: published number per writer
SELECT source, partition, source_offset, lower(hex(sha256)) AS sha256
FROM dead_letters
WHERE partition IN {partitions:Array(String)} AND number <= {watermark:Map(String, UInt64)}[writer]
