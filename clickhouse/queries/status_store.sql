-- Purpose: the store itself.
-- Parameters: none.
-- Columns: version; uptimeSeconds.
SELECT version() AS version, uptime() AS uptimeSeconds
