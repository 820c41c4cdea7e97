-- What people keep: lists, watch-lists, areas, notes, tags, labels, recent objects, saved searches. owner_id is the id of an
-- account, or 'local' for whoever sits at a machine without accounts. Times are Unix seconds; positions ICRS degrees.

CREATE TABLE lists (
	id TEXT PRIMARY KEY,
	owner_id TEXT NOT NULL,
	-- 'objects', 'positions' (a watch-list) or 'area'
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	name_key TEXT NOT NULL,
	about TEXT NOT NULL,
	-- the sky that it is about: real, test or simulated
	origin TEXT NOT NULL,
	-- 'private', 'group' or 'public'
	shared TEXT NOT NULL,
	group_id TEXT REFERENCES groups (id) ON DELETE SET NULL,
	entries INTEGER NOT NULL,
	-- 'none', 'waiting' (for history), 'running', 'following', 'failed'
	state TEXT NOT NULL,
	-- of the match with history: steps done, steps in all, and what went wrong
	done INTEGER NOT NULL,
	steps INTEGER NOT NULL,
	problem TEXT NOT NULL,
	-- rows of an upload that were left out, as JSON: [{"row", "problem"}], at most 200, and how many in all
	refused TEXT NOT NULL,
	refused_count INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	changed_at INTEGER NOT NULL,
	UNIQUE (owner_id, origin, name_key)
) STRICT;
CREATE INDEX lists_of_group ON lists (group_id);
CREATE INDEX lists_by_state ON lists (state);

CREATE TABLE list_objects (
	list_id TEXT NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
	survey TEXT NOT NULL,
	object_id TEXT NOT NULL,
	added_at INTEGER NOT NULL,
	PRIMARY KEY (list_id, survey, object_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE list_positions (
	list_id TEXT NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
	place INTEGER NOT NULL,
	name TEXT NOT NULL,
	ra REAL NOT NULL,
	dec REAL NOT NULL,
	radius_arcsec REAL NOT NULL,
	PRIMARY KEY (list_id, place)
) STRICT, WITHOUT ROWID;

-- HEALPix pixels (nested) as sorted ranges of one order up to 13, ends excluded: JSON [[first, end], ...].
CREATE TABLE list_areas (
	list_id TEXT PRIMARY KEY REFERENCES lists (id) ON DELETE CASCADE,
	pixel_order INTEGER NOT NULL,
	sky_fraction REAL NOT NULL,
	ranges TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Objects that came near a position (place = its number), into an area, or of a list (place = 0). Who may not see the object is not shown it.
CREATE TABLE list_matches (
	list_id TEXT NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
	survey TEXT NOT NULL,
	object_id TEXT NOT NULL,
	place INTEGER NOT NULL,
	sep_arcsec REAL,
	-- of the newest alert that matched
	alert_id TEXT NOT NULL,
	mjd REAL NOT NULL,
	-- 1 = found on the stream, 0 = in what was there before
	live INTEGER NOT NULL,
	matched_at INTEGER NOT NULL,
	PRIMARY KEY (list_id, survey, object_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX list_matches_by_time ON list_matches (list_id, mjd DESC);

CREATE TABLE notes (
	id TEXT PRIMARY KEY,
	owner_id TEXT NOT NULL,
	survey TEXT NOT NULL,
	object_id TEXT NOT NULL,
	origin TEXT NOT NULL,
	text TEXT NOT NULL,
	shared TEXT NOT NULL,
	group_id TEXT REFERENCES groups (id) ON DELETE SET NULL,
	created_at INTEGER NOT NULL,
	changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX notes_of_object ON notes (survey, object_id);
CREATE INDEX notes_of_owner ON notes (owner_id, changed_at DESC);

CREATE TABLE tags (
	owner_id TEXT NOT NULL,
	survey TEXT NOT NULL,
	object_id TEXT NOT NULL,
	tag TEXT NOT NULL,
	origin TEXT NOT NULL,
	shared TEXT NOT NULL,
	group_id TEXT REFERENCES groups (id) ON DELETE SET NULL,
	added_at INTEGER NOT NULL,
	PRIMARY KEY (owner_id, survey, object_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_of_object ON tags (survey, object_id);

CREATE TABLE recent_objects (
	owner_id TEXT NOT NULL,
	survey TEXT NOT NULL,
	object_id TEXT NOT NULL,
	origin TEXT NOT NULL,
	seen_at INTEGER NOT NULL,
	PRIMARY KEY (owner_id, survey, object_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE saved_searches (
	id TEXT PRIMARY KEY,
	owner_id TEXT NOT NULL,
	name TEXT NOT NULL,
	name_key TEXT NOT NULL,
	-- parameters of /search, without the question mark
	query TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	UNIQUE (owner_id, name_key)
) STRICT;

-- What people said of an alert while they scanned: labels to train networks with.
CREATE TABLE labels (
	owner_id TEXT NOT NULL,
	survey TEXT NOT NULL,
	alert_id TEXT NOT NULL,
	object_id TEXT NOT NULL,
	origin TEXT NOT NULL,
	-- 'real', 'bogus', 'later' or ''
	verdict TEXT NOT NULL,
	interesting INTEGER NOT NULL,
	-- key of a class, or ''
	class TEXT NOT NULL,
	-- what was scanned, in words
	source TEXT NOT NULL,
	decided_at INTEGER NOT NULL,
	PRIMARY KEY (owner_id, survey, alert_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX labels_of_object ON labels (owner_id, survey, object_id);
CREATE INDEX labels_by_time ON labels (owner_id, decided_at DESC);

-- What a person kept goes with them; what they gave to a group stays the group's.
CREATE TRIGGER work_of_deleted_user AFTER DELETE ON users BEGIN
	DELETE FROM lists WHERE owner_id = OLD.id AND shared <> 'group';
	DELETE FROM notes WHERE owner_id = OLD.id AND shared <> 'group';
	DELETE FROM tags WHERE owner_id = OLD.id AND shared <> 'group';
	DELETE FROM recent_objects WHERE owner_id = OLD.id;
	DELETE FROM saved_searches WHERE owner_id = OLD.id;
	DELETE FROM labels WHERE owner_id = OLD.id;
	UPDATE lists SET state = 'none' WHERE owner_id = OLD.id;
END;
