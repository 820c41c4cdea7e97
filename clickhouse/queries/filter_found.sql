-- Purpose: alerts of some nights that pass a filter, and that fail one condition only, one an object, an even share of every condition.
-- Parameters: each (most that pass, and most that fail each condition); those of {states} (src/lib/filter/sql.ts).
-- Columns: survey; alertId; passes (0 or 1); failing (place of the condition that fails, from 0; -1 where it passes).
SELECT survey, alertId, passes, failing
FROM (
  SELECT survey, toString(alertId) AS alertId, passes, if(passes = 1, -1, toInt32(indexOf(holds, 0)) - 1) AS failing, cityHash64(alertId) AS draw
  FROM ({states})
  WHERE passes = 1 OR arrayCount(x -> x = 0, holds) = 1
  ORDER BY draw
  LIMIT 1 BY survey, objectId, passes
)
ORDER BY passes DESC, failing, draw
LIMIT {each:UInt32} BY passes, failing
