-- The last two log rows of a writer: whether its newest batch was finished.
-- writer: slot name
SELECT number, toString(state) AS state, boundary FROM ingest_log WHERE writer = {writer:String} ORDER BY number DESC, state DESC LIMIT 2
