-- Who said how many hits of a filter are expected: a band that was computed is computed anew for the next version, one of its owner stays.
-- Of bands from before it is not known.
{alter filter_states} ADD COLUMN IF NOT EXISTS expected_by Enum8('unknown' = 0, 'owner' = 1, 'computed' = 2) DEFAULT 'unknown';
