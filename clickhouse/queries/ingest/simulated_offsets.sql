-- Purpose: how far each simulated night was brought in: its packets are taken in order, so the rest begins there.
-- Columns: partition, next (first offset that is missing)
SELECT partition, max(last_offset) + 1 AS next FROM deliveries WHERE source = 'simulation' GROUP BY partition
