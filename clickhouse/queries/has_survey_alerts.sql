-- Whether any alert came from a survey itself (real or its own test), in any programme: decides whether a sky is simulated.
-- Columns: present (1, or no row)
SELECT 1 AS present FROM nightly WHERE origin != 'simulated' LIMIT 1
