-- Purpose: alerts per HEALPix pixel of order 6 (nested), class and survey over a range of nights, one fixed-width row each.
-- Parameters: from, to (inclusive nights); legendClasses, legendSurveys (0 = not in the legend); {where} may name surveys and classes.
-- Columns: ipix (order 6, UInt32); alerts (UInt32); night (the newest, days since 1970, UInt16); class, survey (index in legend, UInt8).
SELECT
  hpx6, toUInt32(uniqExactMerge(alerts)), max(night),
  toUInt8(indexOf({legendClasses:Array(String)}, toString(class))),
  toUInt8(indexOf({legendSurveys:Array(String)}, toString(survey)))
FROM nightly
WHERE {scope} AND night >= {from:Date} AND night <= {to:Date} AND {where}
GROUP BY hpx6, class, survey
ORDER BY hpx6
