-- What Nightjar sends by itself, and its queue. Times are Unix milliseconds.

-- Where the hits of filters go: an address of their owner, told of each hit or by a digest now and then.
CREATE TABLE outputs (
	id TEXT PRIMARY KEY,
	-- id of an account, or local
	owner_id TEXT NOT NULL,
	filter_id TEXT NOT NULL,
	origin TEXT NOT NULL,
	-- webhook or email
	kind TEXT NOT NULL,
	-- address of a webhook; '' for mail, which goes to the address of its owner's account
	address TEXT NOT NULL,
	-- what signs a webhook, encrypted
	sealed TEXT NOT NULL,
	-- 0 = at once
	every_ms INTEGER NOT NULL,
	-- on, off (by its owner) or stopped (by the other side or by us, with the reason)
	state TEXT NOT NULL,
	reason TEXT NOT NULL,
	-- watermark of the store up to which hits are in the queue, as JSON
	cursor TEXT NOT NULL,
	-- when hits are looked for next
	due_at INTEGER NOT NULL,
	created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX outputs_of_filter ON outputs (filter_id);

-- One thing to send. Those of one lane go out one after the other, in the order of their numbers.
CREATE TABLE deliveries (
	number INTEGER PRIMARY KEY AUTOINCREMENT,
	-- names it for the receiver, who may get it twice
	id TEXT NOT NULL UNIQUE,
	kind TEXT NOT NULL,
	lane TEXT NOT NULL,
	owner_id TEXT NOT NULL,
	output_id TEXT REFERENCES outputs (id) ON DELETE CASCADE,
	-- JSON: what it is about, not what is sent, which is read when it goes out
	payload TEXT NOT NULL,
	-- waiting, sent, nothing (of what it was about the owner may see nothing any more) or dead
	state TEXT NOT NULL,
	attempts INTEGER NOT NULL,
	next_at INTEGER NOT NULL,
	-- oldest of what it is about became visible
	visible_at INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	ended_at INTEGER,
	error TEXT NOT NULL
) STRICT;
CREATE INDEX deliveries_waiting ON deliveries (lane, number) WHERE state = 'waiting';
CREATE INDEX deliveries_of_output ON deliveries (output_id, number);
CREATE INDEX deliveries_by_end ON deliveries (ended_at);
