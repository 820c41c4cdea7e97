-- People, how they sign in, and what they may do. Times are Unix seconds; truth is 0 or 1; secrets stand here as SHA-256 in hex.

CREATE TABLE users (
	id TEXT PRIMARY KEY,
	-- as its owner writes it, and folded for looking up
	email TEXT NOT NULL,
	email_key TEXT NOT NULL UNIQUE,
	name TEXT NOT NULL,
	-- argon2id; null for who signs in by another site only
	password TEXT,
	operator INTEGER NOT NULL DEFAULT 0,
	-- set by an operator: nobody signs in, tokens are refused
	disabled_at INTEGER,
	created_at INTEGER NOT NULL
) STRICT;

-- Columns id, user_id and expires_at are named by lucia; id is the hash of what the cookie holds.
CREATE TABLE sessions (
	id TEXT PRIMARY KEY,
	user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	-- moved on while it is used: the idle limit
	expires_at INTEGER NOT NULL,
	-- of the first id of a rotated session: the absolute limit counts from here
	began_at INTEGER NOT NULL,
	made_at INTEGER NOT NULL,
	-- another id has taken over; the old one ends a minute later
	replaced_at INTEGER,
	seen_at INTEGER NOT NULL,
	agent TEXT NOT NULL,
	address TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_of_user ON sessions (user_id);

-- What a link in a letter stands for: 'sign-up', 'reset' or 'address' (a change of address). Used once.
CREATE TABLE letters (
	id TEXT PRIMARY KEY,
	purpose TEXT NOT NULL,
	user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
	email TEXT NOT NULL,
	name TEXT NOT NULL,
	-- account at another site that becomes the way to sign in, as PROVIDER SUBJECT
	identity TEXT,
	expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX letters_by_end ON letters (expires_at);

-- Accounts at other sites that sign a person in.
CREATE TABLE identities (
	provider TEXT NOT NULL,
	subject TEXT NOT NULL,
	user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	label TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	PRIMARY KEY (provider, subject)
) STRICT;

-- Failures in a row, by what was tried: an address, an account, both. Kept so that a restart forgives nobody.
CREATE TABLE attempts (
	subject TEXT PRIMARY KEY,
	failures INTEGER NOT NULL,
	last_at INTEGER NOT NULL
) STRICT;

CREATE TABLE groups (
	id TEXT PRIMARY KEY,
	name TEXT NOT NULL,
	name_key TEXT NOT NULL UNIQUE,
	about TEXT NOT NULL,
	created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE group_members (
	group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
	user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	-- invites and removes others
	admin INTEGER NOT NULL DEFAULT 0,
	joined_at INTEGER NOT NULL,
	PRIMARY KEY (group_id, user_id)
) STRICT;
CREATE INDEX groups_of_user ON group_members (user_id);

-- For whoever proves to have the address.
CREATE TABLE invitations (
	group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
	email TEXT NOT NULL,
	email_key TEXT NOT NULL,
	invited_by TEXT REFERENCES users (id) ON DELETE SET NULL,
	expires_at INTEGER NOT NULL,
	PRIMARY KEY (group_id, email_key)
) STRICT;

-- Programmes of surveys that the members of a group may read besides the public ones.
CREATE TABLE group_rights (
	group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
	survey TEXT NOT NULL,
	programme TEXT NOT NULL,
	granted_by TEXT,
	granted_at INTEGER NOT NULL,
	PRIMARY KEY (group_id, survey, programme)
) STRICT;

CREATE TABLE tokens (
	id TEXT PRIMARY KEY,
	user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	hash TEXT NOT NULL UNIQUE,
	name TEXT NOT NULL,
	-- words with spaces between
	scopes TEXT NOT NULL,
	-- the last four letters, so that its owner knows it again
	hint TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	expires_at INTEGER,
	used_at INTEGER
) STRICT;
CREATE INDEX tokens_of_user ON tokens (user_id);

-- Requests that somebody may make, where it is not the usual number: at once, and how many come back each second.
CREATE TABLE limits (
	user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
	capacity INTEGER NOT NULL,
	per_second INTEGER NOT NULL
) STRICT;

-- What was done to accounts, groups and rights. Names are kept, so that a deleted account still reads well.
CREATE TABLE audit (
	id INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	actor_id TEXT,
	actor TEXT NOT NULL,
	action TEXT NOT NULL,
	subject TEXT NOT NULL,
	detail TEXT NOT NULL,
	address TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_time ON audit (at);

-- What each person read: requests by UTC day and route.
CREATE TABLE reads (
	user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
	day TEXT NOT NULL,
	what TEXT NOT NULL,
	-- 'session', or the id of the token
	means TEXT NOT NULL,
	requests INTEGER NOT NULL,
	last_at INTEGER NOT NULL,
	PRIMARY KEY (user_id, day, what, means)
) STRICT;
