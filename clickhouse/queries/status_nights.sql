-- Purpose: what became of the records of some nights (rule 10), as far as the store can tell: sums over batches that tell the same of their nights. The operator's.
-- A partition of the simulation and a nightly topic of ZTF have their night and survey in their names. Of other partitions the alerts tell that a batch stored: those that
-- no such name claims. A dead letter that was read when it came again counts as that.
-- Parameters: nights. {scope}: every programme and origin, for a batch may hold several.
-- Columns: source; place (partition of a topic or of the simulation, else ''); night, survey (by name, else ''); entries (survey/origin/night) with the alerts stored of each;
-- whole (1: all records that no name claims are of the one entry); alone (1: they are all of this place); received; stored; duplicates; deadLetters; revivedStored,
-- revivedDuplicates (dead letters that were read later, to be moved); missing (offsets of the place between its first and last of which nothing came).
WITH
  batches AS (
    SELECT writer, number, groupArray((concat(toString(survey), '/', toString(origin), '/', toString(night)), alerts)) AS entries
    FROM (
      SELECT writer, number, survey, origin, night, count() AS alerts
      FROM alerts
      WHERE {scope} AND alerts.night IN {nights:Array(Date)}
      GROUP BY writer, number, survey, origin, night
    )
    GROUP BY writer, number
  ),
  named AS (
    SELECT
      writer, number, source, partition,
      multiIf(
        source = 'simulation', extract(partition, '/night:(\\d\\d\\d\\d-\\d\\d-\\d\\d)/'),
        source = 'kafka', replaceRegexpOne(extract(partition, '/ztf_(\\d\\d\\d\\d\\d\\d\\d\\d)_programid\\d+/'), '^(\\d\\d\\d\\d)(\\d\\d)', '\\1-\\2-'),
        ''
      ) AS night,
      multiIf(night = '', '', source = 'simulation', extract(partition, '/(ztf|lsst)$'), 'ztf') AS survey,
      received, stored, duplicates, dead_letters
    FROM deliveries
  ),
  revived AS (
    -- in which batch each record was set aside that was read later
    SELECT writer, number, source, partition, countIf(first = 'stored') AS stored, countIf(first = 'duplicate') AS duplicates
    FROM (
      SELECT source, partition, source_offset, argMin(outcome, known_at) AS first
      FROM replays
      GROUP BY source, partition, source_offset
    ) AS r
    INNER JOIN (
      SELECT source, partition, source_offset, argMin(writer, known_at) AS writer, argMin(number, known_at) AS number
      FROM dead_letters
      GROUP BY source, partition, source_offset
    ) AS l ON l.source = r.source AND l.partition = r.partition AND l.source_offset = r.source_offset
    GROUP BY writer, number, source, partition
  ),
  places AS (
    -- offsets of other sources do not follow one another
    SELECT source, partition,
      greatest(0, toInt64(max(last_offset)) + 1 - if(source = 'kafka', toInt64(min(first_offset)), 0) - toInt64(sum(received))) AS missing
    FROM deliveries
    WHERE source IN ('kafka', 'simulation')
    GROUP BY source, partition
  ),
  pieces AS (
    SELECT
      n.writer AS writer, n.number AS number, n.source AS source, if(n.source IN ('kafka', 'simulation'), n.partition, '') AS place, n.night AS night, n.survey AS survey,
      sum(n.received) AS received, sum(n.stored) AS stored, sum(n.duplicates) AS duplicates, sum(n.dead_letters) AS deadLetters,
      sum(r.stored) AS revivedStored, sum(r.duplicates) AS revivedDuplicates, max(p.missing) AS missing
    FROM named AS n
    LEFT JOIN revived AS r ON r.writer = n.writer AND r.number = n.number AND r.source = n.source AND r.partition = n.partition
    LEFT JOIN places AS p ON p.source = n.source AND p.partition = n.partition
    WHERE n.night IN (SELECT toString(arrayJoin({nights:Array(Date)}))) OR (n.writer, n.number) IN (SELECT writer, number FROM batches)
    GROUP BY writer, number, source, place, night, survey
  )
SELECT
  part.1 AS source, part.2 AS place, part.3 AS night, part.4 AS survey, whole, alone,
  arrayMap(one -> one.1, told) AS entries, sumForEach(arrayMap(one -> one.2, told)) AS alerts,
  sum(part.5) AS received, sum(part.6) AS stored, sum(part.7) AS duplicates, sum(part.8) AS deadLetters,
  sum(part.9) AS revivedStored, sum(part.10) AS revivedDuplicates, max(part.11) AS missing
FROM (
  SELECT
    arrayJoin(o.parts) AS part,
    arrayFilter(one -> NOT arrayExists(name -> startsWith(one.1, concat(name.2, '/')) AND endsWith(one.1, concat('/', name.1)), o.claimed), b.entries) AS free,
    arraySum(arrayMap(one -> one.2, free)) AS freeAlerts,
    part.3 = '' AND length(free) = 1 AND freeAlerts = o.unnamedStored AS whole,
    part.3 = '' AND o.unnamed = 1 AND freeAlerts <= o.unnamedStored AS alone,
    arraySort(
      multiIf(
        part.3 != '', arrayFilter(one -> startsWith(one.1, concat(part.4, '/')) AND endsWith(one.1, concat('/', part.3)), b.entries),
        whole OR alone, free,
        []
      )
    ) AS told
  FROM (
    SELECT writer, number,
      groupArray((source, place, night, survey, received, stored, duplicates, deadLetters, revivedStored, revivedDuplicates, missing)) AS parts,
      groupArrayIf((night, survey), night != '') AS claimed,
      countIf(night = '') AS unnamed,
      sumIf(pieces.stored, night = '') AS unnamedStored
    FROM pieces
    GROUP BY writer, number
  ) AS o
  LEFT JOIN batches AS b ON b.writer = o.writer AND b.number = o.number
)
GROUP BY source, place, night, survey, whole, alone, entries
ORDER BY source, place, night, survey, entries
