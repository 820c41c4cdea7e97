-- What people want to be told of, and what they were told. Times are Unix seconds.

-- How far new alerts were compared with what people keep; one process at a time does it.
CREATE TABLE follow_state (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	-- published number of each writer, as JSON; '' before the first time
	watermark TEXT NOT NULL,
	holder TEXT NOT NULL,
	until INTEGER NOT NULL
) STRICT;
INSERT INTO follow_state VALUES (1, '', '', 0);

CREATE TABLE watches (
	id TEXT PRIMARY KEY,
	owner_id TEXT NOT NULL,
	-- 'list', 'object' or 'filter'; subject is the id of the list or filter, or SURVEY/OBJECT
	kind TEXT NOT NULL,
	subject TEXT NOT NULL,
	origin TEXT NOT NULL,
	-- 'off', 'instant' or 'digest'
	email TEXT NOT NULL,
	-- address of a webhook, sealed; '' = none
	sealed TEXT NOT NULL,
	-- grows when the secret addresses are made anew
	generation INTEGER NOT NULL,
	-- last notice that went into the queue of letters, and of the webhook
	emailed INTEGER NOT NULL,
	hooked INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	UNIQUE (owner_id, kind, subject, origin)
) STRICT;
CREATE INDEX watches_of_subject ON watches (kind, subject);

CREATE TABLE notices (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	watch_id TEXT NOT NULL REFERENCES watches (id) ON DELETE CASCADE,
	owner_id TEXT NOT NULL,
	survey TEXT NOT NULL,
	object_id TEXT NOT NULL,
	alert_id TEXT NOT NULL,
	-- MJD TAI of the alert
	mjd REAL NOT NULL,
	-- why, in words: the position it came near, the filter it passed
	why TEXT NOT NULL,
	at INTEGER NOT NULL,
	seen INTEGER NOT NULL,
	UNIQUE (watch_id, survey, alert_id)
) STRICT;
CREATE INDEX notices_of_owner ON notices (owner_id, id DESC);
CREATE INDEX notices_of_watch ON notices (watch_id, id DESC);

CREATE TABLE notice_settings (
	owner_id TEXT PRIMARY KEY,
	-- IANA name of the time zone in which the hours are meant
	zone TEXT NOT NULL,
	-- minutes of the day; equal = no quiet hours
	quiet_from INTEGER NOT NULL,
	quiet_to INTEGER NOT NULL,
	digest_at INTEGER NOT NULL,
	digested_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER watches_of_deleted_user AFTER DELETE ON users BEGIN
	DELETE FROM watches WHERE owner_id = OLD.id;
	DELETE FROM notice_settings WHERE owner_id = OLD.id;
END;
CREATE TRIGGER watches_of_deleted_list AFTER DELETE ON lists BEGIN
	DELETE FROM watches WHERE kind = 'list' AND subject = OLD.id;
END;
