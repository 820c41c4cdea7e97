-- Dead letters for the operator, of every programme, newest first, with whether they were read since.
-- Parameters: kind, source String (empty for all), before_ms Int64 (Unix milliseconds, exclusive), most UInt32
-- Columns: knownMs, kind, reason, survey, alertId, source, partition, offset, member, size, complete, read
SELECT toUnixTimestamp64Milli(known_at) AS knownMs, toString(kind) AS kind, reason, survey, toString(alert_id) AS alertId,
  source, partition, toString(source_offset) AS offset, member, size, complete,
  (source, partition, source_offset) IN (SELECT source, partition, source_offset FROM replays) AS read
FROM dead_letters
WHERE ({kind:String} = '' OR toString(kind) = {kind:String}) AND ({source:String} = '' OR source = {source:String})
  AND known_at < fromUnixTimestamp64Milli({before_ms:Int64}, 'UTC')
ORDER BY known_at DESC, source, partition, source_offset
LIMIT {most:UInt32}
