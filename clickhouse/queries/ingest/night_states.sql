-- Nights with alerts of every programme, newest first, each with how it was closed first.
-- from, to: inclusive nights (Date); surveys, origins: arrays
-- Columns: survey, origin, night (days), alerts, closedMs (Unix milliseconds, 0 = open), reason, boundary (of the batch that closed it)
SELECT
  a.survey AS survey,
  toString(a.origin) AS origin,
  toUInt16(a.night) AS night,
  a.alerts AS alerts,
  toUnixTimestamp64Milli(c.closed) AS closedMs,
  toString(c.why) AS reason,
  l.text AS boundary
FROM (
  SELECT survey, origin, night, uniqExactMerge(n.alerts) AS alerts
  FROM nightly AS n
  WHERE night >= {from:Date} AND night <= {to:Date} AND survey IN {surveys:Array(String)} AND toString(origin) IN {origins:Array(String)}
  GROUP BY survey, origin, night
) AS a
LEFT JOIN (
  SELECT survey, origin, night, min(closed_at) AS closed, argMin(reason, closed_at) AS why, argMin(writer, closed_at) AS by, argMin(number, closed_at) AS batch
  FROM nights
  GROUP BY survey, origin, night
) AS c ON c.survey = a.survey AND c.origin = a.origin AND c.night = a.night
LEFT JOIN (SELECT writer, number, any(boundary) AS text FROM ingest_log WHERE writer = 'operator' AND state = 'opened' GROUP BY writer, number) AS l
  ON l.writer = c.by AND l.number = c.batch
ORDER BY night DESC, survey, origin
