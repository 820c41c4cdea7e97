-- Purpose: what is summed over all alerts of some objects, merged over the programmes of the reader's scope.
-- Parameters: surveys and ids, two arrays of equal length: the objects.
-- Columns: survey; objectId; firstMjd, lastMjd (MJD TAI); nAlerts; nDetections (0 = not told by the survey);
-- magMin (AB, brightest; null when no alert has a magnitude).
SELECT
  survey,
  object_id AS objectId,
  min(first_mjd) AS firstMjd,
  max(last_mjd) AS lastMjd,
  uniqExactMerge(alerts) AS nAlerts,
  max(n_detections) AS nDetections,
  min(mag_min) AS magMin
FROM objects
WHERE {scope}
  AND survey IN {surveys:Array(String)}
  AND object_id IN {ids:Array(String)}
GROUP BY survey, object_id
