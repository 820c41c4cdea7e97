-- Purpose: size of the simulated sky, in every programme.
-- Columns: alerts, nights
SELECT uniqExactMerge(alerts) AS alerts, uniqExact(night) AS nights FROM nightly WHERE origin = 'simulated'
