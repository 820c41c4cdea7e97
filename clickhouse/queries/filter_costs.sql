-- Purpose: what filters cost the workers in the last day, and when they last ran.
-- Parameters: filterIds.
-- Columns: filterId; version; alerts; hits; elapsedMs (all workers); slowestMs (one batch); visited; at (last).
SELECT toString(filter_id) AS filterId, version, sum(alerts) AS alerts, sum(hits) AS hits, sum(elapsed_ms) AS elapsedMs,
  max(slowest_ms) AS slowestMs, sum(visited) AS visited, max(c.at) AS at
FROM filter_costs AS c
WHERE filter_id IN {filterIds:Array(UUID)} AND c.at > now64(3) - INTERVAL 1 DAY
GROUP BY filter_id, version
ORDER BY filter_id, version
