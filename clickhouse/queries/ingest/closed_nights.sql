-- Nights that were closed at a watermark.
-- watermark: published number per writer
SELECT DISTINCT survey, toString(origin) AS origin, toUInt16(night) AS night
FROM nights
WHERE number <= {watermark:Map(String, UInt64)}[writer]
