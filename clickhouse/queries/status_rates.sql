-- Purpose: how many records were received in the batches that were published in the last minute, and messages that output topics took in it; of every programme and
-- origin: the operator's.
-- Parameters: none.
-- Columns: received; unread (set aside before there was an alert); sent; sends (whether output topics ever took any).
WITH recent AS (SELECT writer, number FROM ingest_log WHERE state = 'published' AND at > now64(3, 'UTC') - INTERVAL 1 MINUTE)
SELECT
  (SELECT sum(received) FROM deliveries WHERE (writer, number) IN (SELECT writer, number FROM recent)) AS received,
  (
    SELECT uniqExact(source, partition, source_offset) FROM dead_letters
    WHERE kind != 'conflict' AND (writer, number) IN (SELECT writer, number FROM recent)
  ) AS unread,
  (SELECT sum(alerts) FROM ingest_log WHERE state = 'sent' AND at > now64(3, 'UTC') - INTERVAL 1 MINUTE) AS sent,
  (SELECT count() > 0 FROM ingest_log WHERE state = 'sent') AS sends
