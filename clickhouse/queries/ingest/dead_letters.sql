-- Dead letters to feed again, without their bytes: whole ones that were not read since, one row for each.
-- kinds, surveys: which, empty for all; since_ms, until_ms: when they were set aside (Unix milliseconds); source, partition: of which
-- place, empty for all; first, last: between which offsets; watermark: published number per writer
SELECT source, partition, source_offset, member, size
FROM dead_letters
WHERE complete AND number <= {watermark:Map(String, UInt64)}[writer]
  AND (empty({kinds:Array(String)}) OR has({kinds:Array(String)}, toString(kind)))
  AND (empty({surveys:Array(String)}) OR has({surveys:Array(String)}, survey))
  AND known_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC') AND known_at < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
  AND ({source:String} = '' OR source = {source:String})
  AND ({partition:String} = '' OR partition = {partition:String} OR position(partition, {partition:String}) > 0)
  AND source_offset BETWEEN {first:UInt64} AND {last:UInt64}
  AND (source, partition, source_offset) NOT IN (SELECT source, partition, source_offset FROM replays)
ORDER BY source, partition, source_offset
LIMIT 1 BY source, partition, source_offset
LIMIT 1000000
