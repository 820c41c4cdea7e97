-- Purpose: how each worker that follows topics stands: its newest row of the last day, and how many it received a minute before; the operator's.
-- Parameters: none.
-- Columns: writer; at, startedAt (UTC); received, stored, duplicates, deadLetters, redelivered, lost, rebalances, sent, sentAgain, withheld (since startedAt); trouble; readTrouble; ended (0 or 1);
-- lag by topic; delays by survey/stage/seconds at most; delaySeconds by survey/stage; earlier (received a minute before), earlierSeconds.
SELECT
  writer,
  max(w.at) AS at,
  argMax(w.started_at, w.at) AS startedAt,
  argMax(w.received, w.at) AS received,
  argMax(w.stored, w.at) AS stored,
  argMax(w.duplicates, w.at) AS duplicates,
  argMax(w.dead_letters, w.at) AS deadLetters,
  argMax(w.redelivered, w.at) AS redelivered,
  argMax(w.lost, w.at) AS lost,
  argMax(w.rebalances, w.at) AS rebalances,
  argMax(w.sent, w.at) AS sent,
  argMax(w.sent_again, w.at) AS sentAgain,
  argMax(w.withheld, w.at) AS withheld,
  argMax(w.trouble, w.at) AS trouble,
  argMax(w.read_trouble, w.at) AS readTrouble,
  argMax(w.ended, w.at) AS ended,
  argMax(w.lag, w.at) AS lag,
  argMax(w.delays, w.at) AS delays,
  argMax(w.delay_seconds, w.at) AS delaySeconds,
  argMinIf(w.received, w.at, w.at > n.newest - INTERVAL 65 SECOND AND w.started_at = n.started) AS earlier,
  dateDiff('millisecond', minIf(w.at, w.at > n.newest - INTERVAL 65 SECOND AND w.started_at = n.started), max(w.at)) / 1000 AS earlierSeconds
FROM worker_status AS w
INNER JOIN (
  SELECT writer, max(at) AS newest, argMax(started_at, at) AS started
  FROM worker_status
  -- what a clock that ran ahead wrote would hide all that came after
  WHERE at > now64(3, 'UTC') - INTERVAL 1 DAY AND at < now64(3, 'UTC') + INTERVAL 1 MINUTE
  GROUP BY writer
) AS n ON n.writer = w.writer
WHERE w.at > now64(3, 'UTC') - INTERVAL 1 DAY AND w.at < now64(3, 'UTC') + INTERVAL 1 MINUTE
GROUP BY writer
ORDER BY writer
LIMIT 1000
