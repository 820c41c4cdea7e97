-- Newest time that a batch was published and newest exposure of a real alert of the last nights, both as Unix milliseconds; 0 for none.
SELECT
  (SELECT toUnixTimestamp64Milli(max(at)) FROM watermarks) AS published,
  (SELECT toInt64(ifNull(max((mjd - 40587) * 86400000), 0)) FROM alerts WHERE night >= today() - 2 AND origin = 'real') AS exposed
