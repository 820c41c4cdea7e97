-- Purpose: how the alerts that match spread over each facet, every facet under the conditions of all others, in one pass over them.
-- Parameters: those of {common}, conditions that no facet sets, and of {missed} (read/facets.ts); {sample} keeps one object in so many, or all.
-- Columns: facets, of which a row counts: two facets of bars are counted together, for each set of groups costs a pass of its own;
-- bin, other: numbers of the bars of the first and the second (255 = outside the axis; of nights the day since 1970); class; survey; counts:
-- alerts that meet every condition of a facet, then those that miss only the conditions of each facet in turn, as they are listed. An
-- alert that two workers stored in one second counts twice until it is merged.
SELECT
  multiIf(
    grouping(magAndDetections) = 0, 'mag,nDetections',
    grouping(ageAndReliability) = 0, 'age,reliability',
    grouping(day) = 0, 'night',
    grouping(className) = 0, 'class',
    'survey') AS facets,
  multiIf(
    grouping(magAndDetections) = 0, intDiv(magAndDetections, 256),
    grouping(ageAndReliability) = 0, intDiv(ageAndReliability, 256),
    day) AS bin,
  if(grouping(magAndDetections) = 0, magAndDetections, ageAndReliability) % 256 AS other,
  toString(className) AS class,
  toString(surveyName) AS survey,
  {counts} AS counts
FROM (
  SELECT
    if(alerts.mag >= 12 AND alerts.mag < 25, toUInt8((alerts.mag - 12) * 4), 255) AS magBin,
    if(alerts.reliability >= 0 AND alerts.reliability <= 1, toUInt8(least(24, alerts.reliability * 25)), 255) AS reliabilityBin,
    if(alerts.age > 0, toUInt8(least(39, greatest(0, (log10(alerts.age) + 1) * 8))), 255) AS ageBin,
    if(ifNull(n_detections, 0) >= 1, toUInt8(least(39, log10(ifNull(n_detections, 1)) * 10 + 1e-9)), 255) AS nDetectionsBin,
    -- groups of 16 bits are counted in a plain array
    toUInt16(magBin * 256 + nDetectionsBin) AS magAndDetections,
    toUInt16(ageBin * 256 + reliabilityBin) AS ageAndReliability,
    toUInt16(night) AS day,
    class AS className,
    survey AS surveyName,
    {missed} AS missed
  FROM alerts
  WHERE {scope} AND {common} AND {sample} AND bitAnd(missed, missed - 1) = 0
)
GROUP BY GROUPING SETS ((magAndDetections), (ageAndReliability), (day), (className), (surveyName))
ORDER BY facets, class, survey, bin, other
