-- Purpose: what became of the newest attempt at matching an object with each catalogue.
-- Parameters: survey, objectId: whose. {where} may hold the time of an "as known then" view.
-- Columns: catalog; release; state (matched, none, notDone); radiusArcsec; reason; alertId (0 = the object at its newest place), writer, number: the attempt; knownAt.
SELECT
  catalog,
  toString(newest.1) AS release,
  toString(newest.2) AS state,
  newest.3 AS radiusArcsec,
  toString(newest.4) AS reason,
  newest.5 AS alertId,
  toString(newest.6) AS writer,
  newest.7 AS number,
  formatDateTime(known, '%Y-%m-%dT%H:%i:%SZ') AS knownAt
FROM (
  SELECT
    catalog,
    argMax(tuple(release, state, radius_arcsec, reason, alert_id, writer, number), tuple(known_at, alert_id)) AS newest,
    max(known_at) AS known
  FROM crossmatch_runs
  WHERE {scope} AND survey = {survey:String} AND object_id = {objectId:String} AND {where}
  GROUP BY catalog
)
ORDER BY lower(catalog)
