-- Marshals that people linked, and what was sent to them. Times are Unix seconds.

CREATE TABLE marshals (
	id TEXT PRIMARY KEY,
	user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	-- 'skyportal' or 'tom'
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	url TEXT NOT NULL,
	-- the token, or name and password, encrypted
	sealed TEXT NOT NULL,
	-- whitelisted fields of the marshal's profile: who, rights, groups; JSON
	profile TEXT NOT NULL,
	-- ids of groups that one key saves to; JSON
	default_groups TEXT NOT NULL DEFAULT '[]',
	checked_at INTEGER NOT NULL,
	last_error TEXT,
	last_error_at INTEGER,
	created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX marshals_of_user ON marshals (user_id);

CREATE TABLE marshal_deeds (
	id INTEGER PRIMARY KEY,
	user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	marshal_id TEXT NOT NULL,
	-- its name then, for it may be unlinked
	marshal TEXT NOT NULL,
	survey TEXT NOT NULL,
	object_id TEXT NOT NULL,
	-- 'save', 'comment', 'annotate' or 'candidate'
	kind TEXT NOT NULL,
	-- ids of the marshal's groups; JSON
	group_ids TEXT NOT NULL,
	done INTEGER NOT NULL,
	-- id that the marshal gave, or why not
	detail TEXT NOT NULL,
	at INTEGER NOT NULL
) STRICT;
CREATE INDEX marshal_deeds_of_object ON marshal_deeds (user_id, survey, object_id, at);
