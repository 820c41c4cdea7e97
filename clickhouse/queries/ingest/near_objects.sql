-- Newest known place of every object in pixels of order 14, moving ones left out: what may be the same source in another survey.
-- origin; survey, same: objects of that survey (same = 1) or of the others; pixels: order 14; watermark: published number per writer
SELECT survey, object_id, programme, argMax(tuple(alerts.ra, alerts.dec), tuple(mjd, alert_id)) AS newest, newest.1 AS newest_ra, newest.2 AS newest_dec
FROM alerts
WHERE origin = {origin:String} AND (survey = {survey:String}) = {same:Bool} AND intDiv(hpx29, 1073741824) IN {pixels:Array(UInt64)}
  AND sso_name IS NULL AND number <= {watermark:Map(String, UInt64)}[writer]
GROUP BY survey, object_id, programme
