-- Purpose: alerts of some batches, and those of them whose features were computed.
-- Parameters: writers, numbers: two arrays of equal length. {scope}.
-- Columns: stored; enriched.
SELECT uniqExact(survey, alert_id) AS stored, uniqExactIf((survey, alert_id), feature_version != '') AS enriched
FROM alerts
WHERE {scope}
  -- each by itself too, for the projection that is sorted by them
  AND writer IN {writers:Array(String)} AND number IN {numbers:Array(UInt64)}
  AND (toString(writer), number) IN (SELECT arrayJoin(arrayZip({writers:Array(String)}, {numbers:Array(UInt64)})))
