-- 002_second.sql: the second schema, a heading an area.

-- fold: rules' waits, expiries and caps need no rows: they are part of the
-- fold. An entry that does not count yet has the time from which it does.
CREATE INDEX history_settling ON history (settle_until)
	WHERE settle_until IS NOT NULL;
-- What `percent` in rules was judged by.
CREATE TABLE percent_base (
	score_id INTEGER NOT NULL,
	module   TEXT NOT NULL,
	at       INTEGER NOT NULL,
	top      REAL NOT NULL,
	median   REAL NOT NULL,
	PRIMARY KEY (score_id, module, at)
) WITHOUT ROWID;

-- automation: nothing has written the three of the first schema.
DROP TABLE automation;
DROP TABLE armed;
DROP TABLE outbox;

CREATE TABLE automation (
	id         INTEGER PRIMARY KEY,         -- of this version
	name       TEXT NOT NULL,
	version    INTEGER NOT NULL,
	place      INTEGER NOT NULL DEFAULT 0,  -- its order in the file
	source     TEXT NOT NULL,               -- its text in rules.conf form
	author     TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	ended_at   INTEGER,                     -- NULL = in force
	ended_by   TEXT NOT NULL DEFAULT '',
	armed_id   INTEGER NOT NULL             -- the version whose armed states it goes on with
);
CREATE INDEX automation_by_name ON automation (name, version);

-- Only what differs from the state of a record that the automation never saw.
CREATE TABLE armed (
	armed_id  INTEGER NOT NULL,
	record_id INTEGER NOT NULL,
	state     INTEGER NOT NULL,             -- 1 beyond the threshold, not fired; 2 fired
	PRIMARY KEY (armed_id, record_id)
) WITHOUT ROWID;

CREATE TABLE firing (
	id            INTEGER PRIMARY KEY,      -- at << 20 | counter
	automation_id INTEGER NOT NULL,         -- of the version
	record_id     INTEGER NOT NULL,
	history_id    INTEGER NOT NULL DEFAULT 0, -- what caused it; 0 = time
	cause         TEXT NOT NULL,
	chain         TEXT NOT NULL DEFAULT '', -- the automations before it
	trouble       TEXT NOT NULL DEFAULT ''  -- why it did not act
);
CREATE INDEX firing_by_record ON firing (record_id, id);
CREATE INDEX firing_by_automation ON firing (automation_id, id);

-- What is to be delivered, each at least once under the same key.
CREATE TABLE outbox (
	id         INTEGER PRIMARY KEY,
	firing_id  INTEGER NOT NULL DEFAULT 0,
	record_id  INTEGER NOT NULL,
	action     TEXT NOT NULL,               -- webhook, notify, send, mail, run
	target     TEXT NOT NULL,
	payload    TEXT NOT NULL,               -- JSON
	key        TEXT NOT NULL,               -- Idempotency-Key, Message-ID
	state      INTEGER NOT NULL,            -- 1 waiting, 2 delivered, 3 dead, 4 dropped
	due_at     INTEGER NOT NULL,
	tries      INTEGER NOT NULL DEFAULT 0,
	created_at INTEGER NOT NULL,
	done_at    INTEGER,
	trouble    TEXT NOT NULL DEFAULT ''     -- of the last try
);
CREATE INDEX outbox_waiting ON outbox (due_at) WHERE state = 1;
CREATE INDEX outbox_by_state ON outbox (state, id);
CREATE INDEX outbox_by_record ON outbox (record_id);

-- Actions done to all for whom a condition holds (`segment do`), record by
-- record in order of id.
CREATE TABLE bulk (
	id          INTEGER PRIMARY KEY,
	expression  TEXT NOT NULL,
	actions     TEXT NOT NULL,              -- JSON array of their texts
	actor       TEXT NOT NULL,
	created_at  INTEGER NOT NULL,
	total       INTEGER NOT NULL,           -- when it began
	after       INTEGER NOT NULL DEFAULT 0, -- done up to this record
	done        INTEGER NOT NULL DEFAULT 0,
	refused     INTEGER NOT NULL DEFAULT 0,
	finished_at INTEGER,
	trouble     TEXT NOT NULL DEFAULT ''
);

-- sequence
CREATE TABLE sequence (
	id         INTEGER PRIMARY KEY,         -- of this version
	name       TEXT NOT NULL,
	version    INTEGER NOT NULL,
	place      INTEGER NOT NULL DEFAULT 0,  -- its order in the file
	source     TEXT NOT NULL,               -- its text in rules.conf form
	author     TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	ended_at   INTEGER,                     -- NULL = in force
	ended_by   TEXT NOT NULL DEFAULT ''
);
CREATE INDEX sequence_by_name ON sequence (name, version);

-- Who is in which sequence, and what is next.
CREATE TABLE enrolment (
	sequence  TEXT NOT NULL,
	record_id INTEGER NOT NULL,
	state     TEXT NOT NULL,                -- active, finished, stopped
	since     INTEGER NOT NULL,             -- when it came to be so
	reason    TEXT NOT NULL DEFAULT '',
	step      TEXT NOT NULL DEFAULT '',     -- the one to come
	due_at    INTEGER,                      -- NULL = not active
	PRIMARY KEY (sequence, record_id)
) WITHOUT ROWID;
CREATE INDEX enrolment_by_record ON enrolment (record_id);
CREATE INDEX enrolment_by_due ON enrolment (due_at) WHERE due_at IS NOT NULL;

-- What came of each step.
CREATE TABLE sequence_result (
	sequence TEXT NOT NULL,
	step     TEXT NOT NULL,
	what     TEXT NOT NULL,                 -- sent, skipped, waits
	n        INTEGER NOT NULL,
	PRIMARY KEY (sequence, step, what)
) WITHOUT ROWID;

-- Which deliveries of the outbox are mails of which step.
CREATE TABLE sequence_mail (
	outbox_id INTEGER PRIMARY KEY,
	sequence  TEXT NOT NULL,
	step      TEXT NOT NULL,
	record_id INTEGER NOT NULL
);
CREATE INDEX sequence_mail_by_record ON sequence_mail (record_id, sequence);

-- generation: `rules run` builds the ledger anew beside the one in force; meta
-- 'generation' says which rows of the ledger count.
INSERT INTO meta (name, value) VALUES ('generation', '1');
CREATE TABLE generation (
	id          INTEGER PRIMARY KEY,        -- ledger.generation; 1 has no row
	ruleset     INTEGER NOT NULL,           -- the rules it is made with
	state       TEXT NOT NULL,              -- building, in-force, leaving, gone
	cancelled   INTEGER NOT NULL DEFAULT 0,
	author      TEXT NOT NULL,
	started_at  INTEGER NOT NULL,
	finished_at INTEGER,                    -- in force, or cancelled
	built_to    INTEGER NOT NULL DEFAULT 0, -- record id
	removed_to  INTEGER NOT NULL DEFAULT 0  -- ledger id
);
-- Records that changed after they were built: to be built again.
CREATE TABLE generation_dirty (
	record_id INTEGER PRIMARY KEY
);
-- 'module score' a line: its last rule went with this ruleset, and so did the
-- points that rules had given there.
ALTER TABLE ruleset ADD COLUMN hides TEXT NOT NULL DEFAULT '';

-- module

-- Which records lead to which, as of now; the record that a link leads from
-- has it in its history.
CREATE TABLE link (                             -- derived
	record_id INTEGER NOT NULL,
	relation  TEXT NOT NULL,
	to_id     INTEGER NOT NULL,
	since     INTEGER NOT NULL,
	PRIMARY KEY (record_id, relation, to_id)
) WITHOUT ROWID;
CREATE INDEX link_by_end ON link (to_id, relation);

-- Points that a rule's `also` gave along a link: which entry of the other
-- record's history they are.
CREATE TABLE roll_up (
	record_id  INTEGER NOT NULL,            -- whose rule gave them
	history_id INTEGER NOT NULL,            -- for what; 0 = time
	at         INTEGER NOT NULL,
	rule       TEXT NOT NULL,
	to_id      INTEGER NOT NULL,            -- who got them, too
	generation INTEGER NOT NULL,            -- of the ledger
	ruleset    INTEGER NOT NULL,            -- the rule's
	entry_id   INTEGER NOT NULL,            -- as this entry of its history
	points     REAL NOT NULL,
	stands     INTEGER NOT NULL DEFAULT 1,  -- 0: taken back
	reversal   INTEGER NOT NULL DEFAULT 0,  -- by this entry, where it was folded
	PRIMARY KEY (record_id, history_id, at, rule, to_id, generation)
) WITHOUT ROWID;
CREATE INDEX roll_up_by_entry ON roll_up (entry_id);
-- Such an entry is of one generation, as the ledger's are; NULL: of all.
ALTER TABLE history ADD COLUMN generation INTEGER;
CREATE INDEX history_of_generation ON history (generation)
	WHERE generation IS NOT NULL;

-- retention: what conditions still know of folded signals (store_folded.h).
CREATE TABLE folded_signal (                    -- derived
	id        INTEGER PRIMARY KEY,
	record_id INTEGER NOT NULL,
	name      TEXT NOT NULL,
	first_at  INTEGER NOT NULL,
	last_at   INTEGER NOT NULL,
	n         INTEGER NOT NULL,
	props     TEXT NOT NULL                 -- JSON object of strings
);
CREATE INDEX folded_signal_by_record ON folded_signal (record_id, name, last_at);
CREATE INDEX folded_signal_by_name ON folded_signal (name, last_at);
-- What a person did about a broadcast before that.
CREATE TABLE folded_result (
	broadcast    TEXT NOT NULL,
	signal       TEXT NOT NULL,
	record_id    INTEGER NOT NULL,
	hits         INTEGER NOT NULL,
	machine_hits INTEGER NOT NULL,
	PRIMARY KEY (broadcast, signal, record_id)
) WITHOUT ROWID;
CREATE INDEX folded_result_by_record ON folded_result (record_id);
CREATE TABLE folded_points (
	broadcast TEXT NOT NULL,
	score     TEXT NOT NULL,
	record_id INTEGER NOT NULL,
	points    REAL NOT NULL,
	PRIMARY KEY (broadcast, score, record_id)
) WITHOUT ROWID;
CREATE INDEX folded_points_by_record ON folded_points (record_id);

-- Entries that waited for a record and have yet to fire its automations.
CREATE TABLE adopted (
	place      INTEGER PRIMARY KEY,
	record_id  INTEGER NOT NULL,
	history_id INTEGER NOT NULL
);

-- How the record was named that entries of history wait for, for people.
CREATE TABLE unmatched (
	record_key INTEGER PRIMARY KEY,
	module     TEXT NOT NULL,
	key        TEXT NOT NULL
);

-- data

-- An import under way or done: chunk by chunk, each written together with its
-- number.
CREATE TABLE import (
	id          INTEGER PRIMARY KEY,
	name        TEXT NOT NULL,              -- of the file
	settings    TEXT NOT NULL,              -- JSON: format, header, map …
	author      TEXT NOT NULL,
	digest      TEXT NOT NULL DEFAULT '',   -- of the file, hex
	size        INTEGER NOT NULL DEFAULT 0, -- of the file, 0 = not known
	created_at  INTEGER NOT NULL,
	changed_at  INTEGER NOT NULL,
	finished_at INTEGER,
	next_chunk  INTEGER NOT NULL DEFAULT 0,
	position    INTEGER NOT NULL DEFAULT 0, -- bytes of the file that are in
	text_lines  INTEGER NOT NULL DEFAULT 0, -- line ends of the file that are in
	lines       INTEGER NOT NULL DEFAULT 0,
	created     INTEGER NOT NULL DEFAULT 0,
	updated     INTEGER NOT NULL DEFAULT 0,
	bad_lines   INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE import_error (
	id        INTEGER PRIMARY KEY,
	import_id INTEGER NOT NULL,
	line      INTEGER NOT NULL,
	title     TEXT NOT NULL,                -- of the column, '' = the line
	text      TEXT NOT NULL
);
CREATE INDEX import_error_by_import ON import_error (import_id, line);

-- Who was forgotten: what still comes with an old token makes nothing.
CREATE TABLE forgotten (
	record_key   INTEGER PRIMARY KEY,       -- a keyed hash, as in suppression
	forgotten_at INTEGER NOT NULL
);

-- What a forgotten person was to a broadcast, as numbers.
CREATE TABLE forgotten_result (
	broadcast      TEXT NOT NULL,
	signal         TEXT NOT NULL,
	people         INTEGER NOT NULL,
	hits           INTEGER NOT NULL,
	machine_people INTEGER NOT NULL,
	machine_hits   INTEGER NOT NULL,
	PRIMARY KEY (broadcast, signal)
) WITHOUT ROWID;
CREATE TABLE forgotten_points (
	broadcast TEXT NOT NULL,
	score     TEXT NOT NULL,
	points    REAL NOT NULL,
	people    INTEGER NOT NULL,
	PRIMARY KEY (broadcast, score)
) WITHOUT ROWID;

-- mail
-- Header From and Reply-To of a message, where they are not its sender: who
-- answers to none of them passes it on.
ALTER TABLE message ADD COLUMN reply_to TEXT NOT NULL DEFAULT '';

-- Tracking consent as it is today; derived from the history, and kept by key
-- so that a denial holds for who is no record (yet).
CREATE TABLE consent (
	record_key INTEGER NOT NULL,
	what       INTEGER NOT NULL,            -- enum consent_what
	state      INTEGER NOT NULL,            -- enum consent_state
	since      INTEGER NOT NULL,
	source     TEXT NOT NULL DEFAULT '',
	wording    TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (record_key, what)
) WITHOUT ROWID;

-- speed
-- A record's entries in order, without a page written for each of them: an
-- index by record dirties one page an entry, anywhere in a file of millions.
-- Here what is new goes into the newest run, which is small enough that a whole
-- batch shares few pages; full runs are moved in bulk, in order, into run 0
-- (store_order.h). Rows are added by store_history_append() and
-- store_ledger_append(); triggers see to what changes or goes.
-- To read by record: FROM history_of WHERE of_record = ?, not FROM history.
DROP INDEX history_by_record;
DROP INDEX ledger_by_record;
CREATE TABLE order_run (
	run    INTEGER PRIMARY KEY,             -- 0: all that was moved
	moving INTEGER NOT NULL DEFAULT 0       -- 1: on its way into run 0
);
INSERT INTO order_run (run) VALUES (0), (1);
CREATE TABLE history_by_record (                -- derived
	run         INTEGER NOT NULL,
	record_id   INTEGER NOT NULL,
	happened_at INTEGER NOT NULL,
	id          INTEGER NOT NULL,
	PRIMARY KEY (run, record_id, happened_at, id)
) WITHOUT ROWID;
CREATE TABLE ledger_by_record (                 -- derived
	run       INTEGER NOT NULL,
	record_id INTEGER NOT NULL,
	id        INTEGER NOT NULL,
	PRIMARY KEY (run, record_id, id)
) WITHOUT ROWID;
INSERT INTO history_by_record
	SELECT 0, record_id, happened_at, id FROM history
	WHERE record_id <> 0 ORDER BY record_id, happened_at, id;
INSERT INTO ledger_by_record
	SELECT 0, record_id, id FROM ledger ORDER BY record_id, id;

CREATE TRIGGER history_moved AFTER UPDATE OF record_id, happened_at ON history
BEGIN
	DELETE FROM history_by_record WHERE run IN (SELECT run FROM order_run)
		AND record_id = old.record_id
		AND happened_at = old.happened_at AND id = old.id;
	INSERT INTO history_by_record
		SELECT max(run), new.record_id, new.happened_at, new.id
		FROM order_run WHERE new.record_id <> 0 HAVING count(*) > 0;
END;
CREATE TRIGGER history_removed AFTER DELETE ON history
WHEN old.record_id <> 0 BEGIN
	DELETE FROM history_by_record WHERE run IN (SELECT run FROM order_run)
		AND record_id = old.record_id
		AND happened_at = old.happened_at AND id = old.id;
END;
CREATE TRIGGER ledger_removed AFTER DELETE ON ledger BEGIN
	DELETE FROM ledger_by_record WHERE run IN (SELECT run FROM order_run)
		AND record_id = old.record_id AND id = old.id;
END;

-- Each entry once, under the record it belongs to; those of one record by a
-- search in each run.
CREATE VIEW history_of_all AS                   -- of all generations
	SELECT p.record_id AS of_record, p.happened_at AS of_at, h.*
	FROM order_run r
	CROSS JOIN history_by_record p ON p.run = r.run
	CROSS JOIN history h ON h.id = p.id;
CREATE VIEW history_of AS
	SELECT * FROM history_of_all WHERE generation IS NULL OR generation =
		(SELECT CAST(value AS INTEGER) FROM meta
		WHERE name = 'generation');
CREATE VIEW ledger_of AS
	SELECT p.record_id AS of_record, l.*
	FROM order_run r
	CROSS JOIN ledger_by_record p ON p.run = r.run
	CROSS JOIN ledger l ON l.id = p.id;

-- broadcast: the second version of a mail, and who gets which (0 = the first)
CREATE TABLE broadcast_variant (
	broadcast TEXT NOT NULL,
	variant   INTEGER NOT NULL,             -- from 1
	template  BLOB NOT NULL,
	PRIMARY KEY (broadcast, variant)
) WITHOUT ROWID;
ALTER TABLE broadcast_recipient ADD COLUMN variant INTEGER NOT NULL DEFAULT 0;

-- verdict
-- Who fetched what, as far as it may be kept, and as long: the configuration's
-- `privacy`. It goes with its signal.
CREATE TABLE hit (
	history_id INTEGER PRIMARY KEY,
	source     INTEGER NOT NULL DEFAULT 0,  -- which hits are of one; 0 = not known
	address    TEXT NOT NULL DEFAULT '',
	agent      TEXT NOT NULL DEFAULT '',
	verdict    INTEGER NOT NULL,            -- of the hit by itself
	reason     TEXT NOT NULL DEFAULT ''
);
CREATE TRIGGER hit_removed AFTER DELETE ON history BEGIN
	DELETE FROM hit WHERE history_id = old.id;
END;
-- Who followed the link of a mail that nobody sees.
CREATE TABLE honeypot (
	message_id INTEGER NOT NULL,
	record_key INTEGER NOT NULL,
	source     INTEGER NOT NULL,
	at         INTEGER NOT NULL,
	PRIMARY KEY (message_id, record_key, source)
) WITHOUT ROWID;

-- rest: from where a change was asked for ("uid 1000", an address), when a
-- token was last used (to the hour), and what was answered to a call with an
-- Idempotency-Key, for a day.
ALTER TABLE audit ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE api_token ADD COLUMN last_used_at INTEGER;
CREATE TABLE idempotency (
	id     INTEGER PRIMARY KEY,             -- hash of caller, call and key
	body   INTEGER NOT NULL,                -- hash of what was sent
	at     INTEGER NOT NULL,
	status INTEGER NOT NULL,
	answer TEXT NOT NULL
);
CREATE INDEX idempotency_by_time ON idempotency (at);
