-- Purpose: every object with an alert that matches, for a download: position and measurement of its newest matching alert,
-- totals over all its alerts in scope.
-- Parameters: those of {where} (read/conditions.ts); {order} is empty or sorts as the page does; {more}
-- is empty or names columns of the newest matching alert, and the key to sort by; {scored} is empty or export_scores.sql.
-- Columns: chosen by read/columns.ts over: ra, dec (deg); first_mjd, last_mjd (TAI); n_alerts; n_detections; mag_min, last_mag (AB); ...
SELECT {columns}
FROM (
  SELECT survey, object_id, origin,
    argMax(tuple(ra, dec, alert_id, toString(band), mag, mag_err, positive, night, reliability, star_score, sso_name, toString(class), class_score, mjd,
      n_detections, first_mjd{more}),
      tuple(alerts.mjd, alerts.alert_id)) AS newest
  FROM alerts
  WHERE {scope} AND {where}
  GROUP BY survey, object_id, origin
) AS found
INNER JOIN (
  SELECT survey, object_id, min(first_mjd) AS first_mjd, max(last_mjd) AS last_mjd, uniqExactMerge(alerts) AS n_alerts,
    max(n_detections) AS n_detections, min(mag_min) AS mag_min
  FROM objects
  WHERE {scope}
  GROUP BY survey, object_id
) AS totals USING (survey, object_id)
{scored}
{order}
