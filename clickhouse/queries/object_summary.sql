-- Purpose: one object from its running summary, over the programmes of the reader's scope: no alert is read.
-- Parameters: survey; objectId.
-- Columns: newest, what its newest alert (mjd, alert id) says, in the order of the column `last`; firstMjd, lastMjd (MJD TAI);
-- nAlerts; nDetections (0 = not told by the survey); magMin (AB, brightest; null when no alert has a magnitude).
SELECT
  toString(any(origin)) AS originName,
  argMaxMerge(last) AS newest,
  newest.2 AS ra,
  newest.3 AS dec,
  newest.4 AS band,
  newest.5 AS mag,
  newest.6 AS magErr,
  newest.7 AS positive,
  newest.8 AS night,
  newest.9 AS reliability,
  newest.10 AS starScore,
  newest.11 AS ssoName,
  newest.12 AS class,
  newest.13 AS classScore,
  newest.14 AS classModel,
  toString(newest.15) AS alertId,
  min(first_mjd) AS firstMjd,
  max(last_mjd) AS lastMjd,
  uniqExactMerge(alerts) AS nAlerts,
  max(n_detections) AS nDetections,
  min(mag_min) AS magMin
FROM objects
WHERE {scope} AND survey = {survey:String} AND object_id = {objectId:String}
GROUP BY survey, object_id
