-- Purpose: how many scores each model gave, and how they are spread.
-- Parameters: none.
-- Columns: bin: twentieth of [0, 1] that the score lies in, -1 where not done; newest: time of the last one, UTC.
SELECT model, version, label, if(state = 'done', toInt8(greatest(0, least(19, floor(score * 20)))), toInt8(-1)) AS bin,
  count() AS scores, max(known_at) AS newest
FROM scores
WHERE {scope}
GROUP BY model, version, label, bin
ORDER BY model, version, label, bin
