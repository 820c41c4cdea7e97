-- Purpose: alerts around many places, each object's (or each alert) once per place, nearest first.
-- Parameters: ra, dec: the places; who, pixels: place (from 1) and pixel at the order of {divisor}, in pairs; radius (arcsec); most (rows per place); those of {where}.
-- Columns: place (from 1); survey; objectId; alertId; night; mjd; ra, dec; band; mag; class; sepArcsec.
SELECT place, survey, objectId, alertId, night, mjd, ra, dec, band, mag, class, sepArcsec
FROM (
  SELECT
    who AS place,
    survey,
    object_id AS objectId,
    alert_id AS alertId,
    toString(night) AS night,
    mjd,
    ra,
    dec,
    band,
    mag,
    class,
    degrees(2 * asin(sqrt(least(1, pow(sin(radians(dec - place_dec) / 2), 2)
      + cos(radians(place_dec)) * cos(radians(dec)) * pow(sin(radians(ra - place_ra) / 2), 2))))) * 3600 AS sepArcsec
  FROM (
    SELECT arrayJoin(arrayZip({who:Array(UInt32)}, {pixels:Array(UInt64)})) AS pair, pair.1 AS who, pair.2 AS pixel,
      {ra:Array(Float64)}[who] AS place_ra, {dec:Array(Float64)}[who] AS place_dec
  ) AS places
  INNER JOIN (
    SELECT survey, object_id, alert_id, night, mjd, ra, dec, band, mag, class, hpx29
    FROM alerts
    WHERE {scope} AND {where} AND intDiv(hpx29, {divisor}) IN {pixels:Array(UInt64)}
  ) AS near ON intDiv(near.hpx29, {divisor}) = places.pixel
  WHERE sepArcsec <= {radius:Float64}
  ORDER BY place, survey, objectId, mjd DESC, alertId DESC
  LIMIT 1 BY place, survey, {identity}
)
ORDER BY place, sepArcsec, survey, objectId, alertId
LIMIT {most:UInt32} BY place
