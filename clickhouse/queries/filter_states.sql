-- Purpose: what became of one filter, newest first.
-- Parameters: filterId.
-- Columns: as StateChange; expectedLow, expectedHigh in hits a night, expectedBy.
SELECT toString(state) AS state, version, reason, changed_by AS by, expected_low AS expectedLow, expected_high AS expectedHigh,
  toString(expected_by) AS expectedBy, changed_at AS at
FROM filter_states
WHERE filter_id = {filterId:UUID}
ORDER BY at DESC
LIMIT 200
