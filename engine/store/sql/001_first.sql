-- 001_first.sql: the first schema. Times are ms UTC; ids lead with time where
-- the table only grows (history, ledger). The ledger is the truth: a score is
-- the fold of its ledger, the ledger is the fold of the history. What is
-- derived from them is marked "derived" and can be made anew.

CREATE TABLE meta (
	name  TEXT PRIMARY KEY,
	value TEXT NOT NULL
) WITHOUT ROWID;

-- How far each spool is applied; written in the transaction of its effects.
CREATE TABLE spool_position (
	spool_id TEXT PRIMARY KEY,              -- hex
	segment  INTEGER NOT NULL,
	position INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE record (
	id         INTEGER PRIMARY KEY,         -- small and dense: index of the scoreboard
	record_key INTEGER UNIQUE,              -- the hash in tokens, as signed 64 bit; NULL = deleted
	module     TEXT NOT NULL DEFAULT 'contact',
	key        TEXT NOT NULL,               -- normal form; '' = not known yet, or deleted
	created_at INTEGER NOT NULL,
	deleted_at INTEGER
);
CREATE INDEX record_by_key ON record (module, key);

-- An address changed: the old key still leads to the record.
CREATE TABLE record_alias (
	record_key INTEGER PRIMARY KEY,
	record_id  INTEGER NOT NULL
);
CREATE INDEX record_alias_by_record ON record_alias (record_id);

CREATE TABLE field (                            -- derived
	record_id INTEGER NOT NULL,
	name      TEXT NOT NULL,
	value     TEXT NOT NULL,
	PRIMARY KEY (record_id, name)
) WITHOUT ROWID;
CREATE INDEX field_by_name ON field (name, value);

CREATE TABLE record_tag (                       -- derived
	record_id INTEGER NOT NULL,
	tag       TEXT NOT NULL,
	PRIMARY KEY (tag, record_id)
) WITHOUT ROWID;
CREATE INDEX record_tag_by_record ON record_tag (record_id, tag);

CREATE TABLE list (
	name       TEXT PRIMARY KEY,
	title      TEXT NOT NULL DEFAULT '',
	created_at INTEGER NOT NULL,
	deleted_at INTEGER
) WITHOUT ROWID;

CREATE TABLE list_member (                      -- derived
	list      TEXT NOT NULL,
	record_id INTEGER NOT NULL,
	state     INTEGER NOT NULL,             -- 1 joined, 2 unconfirmed, 3 left
	since     INTEGER NOT NULL,
	how       TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (list, record_id)
) WITHOUT ROWID;
CREATE INDEX list_member_by_record ON list_member (record_id, list);

CREATE TABLE suppression (
	record_key INTEGER PRIMARY KEY,         -- works for unknown records too
	reason     TEXT NOT NULL,               -- hard-bounce, soft-bounces, complaint, manual
	evidence   TEXT NOT NULL DEFAULT '',
	source     TEXT NOT NULL DEFAULT '',
	created_at INTEGER NOT NULL,
	expires_at INTEGER
);

-- Every signal and change, with its final verdict.
CREATE TABLE history (
	id             INTEGER PRIMARY KEY,     -- received ms << 20 | counter
	record_id      INTEGER NOT NULL,        -- 0 = unmatched
	record_key     INTEGER NOT NULL,
	happened_at    INTEGER NOT NULL,
	received_at    INTEGER NOT NULL,
	kind           INTEGER NOT NULL,        -- enum signal_kind
	name           TEXT NOT NULL,
	message_id     INTEGER NOT NULL DEFAULT 0,
	source         TEXT NOT NULL DEFAULT '',
	actor          TEXT NOT NULL DEFAULT '',
	because        TEXT NOT NULL DEFAULT '',
	verdict        INTEGER NOT NULL DEFAULT 0,
	verdict_reason TEXT NOT NULL DEFAULT '',
	settle_until   INTEGER,                 -- not scored before
	effective      INTEGER NOT NULL DEFAULT 1, -- derived: a change that changed something
	ruleset        INTEGER NOT NULL,        -- the rules in force when it was received
	props          TEXT NOT NULL DEFAULT '{}'  -- JSON object of strings
);
CREATE INDEX history_by_record ON history (record_id, happened_at, id);
CREATE INDEX history_by_name ON history (name, happened_at);
-- Waiting for their record to appear.
CREATE INDEX history_unmatched ON history (record_key) WHERE record_id = 0;

-- External ids (webhooks, Idempotency-Key), kept 30 days by day.
CREATE TABLE external_id (
	day         INTEGER NOT NULL,
	external_id INTEGER NOT NULL,
	PRIMARY KEY (day, external_id)
) WITHOUT ROWID;

-- Messages that went out: VERP, opens and clicks find their campaign here.
CREATE TABLE message (
	message_id    INTEGER NOT NULL,
	record_key    INTEGER NOT NULL,
	rfc_id        INTEGER NOT NULL,         -- hash64 of the Message-ID header
	campaign      TEXT NOT NULL DEFAULT '',
	subject       TEXT NOT NULL DEFAULT '',
	sender        TEXT NOT NULL DEFAULT '', -- the original envelope sender
	sent_at       INTEGER NOT NULL,
	PRIMARY KEY (message_id, record_key)
) WITHOUT ROWID;
CREATE INDEX message_by_rfc_id ON message (rfc_id, record_key);

CREATE TABLE score (
	id               INTEGER PRIMARY KEY,   -- small and dense, from 1; 1 is 'lead'
	name             TEXT NOT NULL UNIQUE,
	degrade          REAL NOT NULL DEFAULT 0,   -- percent a day, 0 = none
	degrade_negative INTEGER NOT NULL DEFAULT 1,
	default_points   REAL,                  -- NULL = none
	floor            REAL,
	ceiling          REAL
);
INSERT INTO score (id, name) VALUES (1, 'lead');

-- One row a version of the rules as a whole; history.ruleset names it.
CREATE TABLE ruleset (
	id         INTEGER PRIMARY KEY,
	applied_at INTEGER NOT NULL,
	author     TEXT NOT NULL,
	note       TEXT NOT NULL DEFAULT '',
	swept_to   INTEGER DEFAULT 0            -- field rules recomputed up to this record id; NULL = all
);

-- A rule version lives in the rulesets from_ruleset <= id < to_ruleset.
CREATE TABLE rule (
	id           INTEGER PRIMARY KEY,       -- of this version; ledger.rule_id names it
	name         TEXT NOT NULL,
	version      INTEGER NOT NULL,
	place        INTEGER NOT NULL DEFAULT 0,-- its order in the file
	from_ruleset INTEGER NOT NULL,
	to_ruleset   INTEGER,                   -- NULL = in force
	take_back    INTEGER NOT NULL DEFAULT 0,-- how it ended: points taken back?
	author       TEXT NOT NULL,
	created_at   INTEGER NOT NULL,
	source       TEXT NOT NULL              -- its text in rules.conf form
);
CREATE INDEX rule_by_name ON rule (name, version);

CREATE TABLE ledger (
	id          INTEGER PRIMARY KEY,        -- written ms << 20 | counter
	record_id   INTEGER NOT NULL,
	score_id    INTEGER NOT NULL,
	at          INTEGER NOT NULL,           -- effective time
	delta       REAL NOT NULL,
	class       INTEGER NOT NULL,           -- 1 field, 2 touch, 3 manual
	side        INTEGER NOT NULL,           -- +1 or -1: the sum it belongs to
	rate        REAL NOT NULL DEFAULT 0,    -- percent a day, touch only
	entry       INTEGER NOT NULL,           -- 1 points, 2 closing, 3 erase mark
	correcting  INTEGER NOT NULL DEFAULT 0, -- 1: written by a refold
	rule_id     INTEGER NOT NULL DEFAULT 0,
	history_id  INTEGER NOT NULL DEFAULT 0, -- what caused it
	explanation TEXT NOT NULL DEFAULT '',
	balance     REAL NOT NULL,              -- the score after it, at `at`
	generation  INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX ledger_by_record ON ledger (record_id, id);

-- A checkpoint of the scoreboard, up to meta 'checkpoint_ledger_id'. Derived.
CREATE TABLE score_state (
	record_id INTEGER NOT NULL,
	score_id  INTEGER NOT NULL,
	state     BLOB NOT NULL,
	PRIMARY KEY (record_id, score_id)
) WITHOUT ROWID;

CREATE TABLE segment (
	name       TEXT PRIMARY KEY,
	expression TEXT NOT NULL,
	author     TEXT NOT NULL,
	created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE broadcast (
	name        TEXT PRIMARY KEY,
	state       TEXT NOT NULL,              -- draft, sending, sent, paused, cancelled, failed
	template    BLOB NOT NULL,
	condition   TEXT NOT NULL,
	sender      TEXT NOT NULL,              -- From
	settings    TEXT NOT NULL DEFAULT '{}', -- JSON
	author      TEXT NOT NULL,
	created_at  INTEGER NOT NULL,
	started_at  INTEGER,
	finished_at INTEGER,
	trouble     TEXT NOT NULL DEFAULT ''    -- why it stopped, for people
) WITHOUT ROWID;

CREATE TABLE broadcast_recipient (
	broadcast  TEXT NOT NULL,
	record_id  INTEGER NOT NULL,
	state      TEXT NOT NULL,               -- queued, handing-over, sent, failed, skipped, doubtful
	reason     TEXT NOT NULL DEFAULT '',
	message_id INTEGER NOT NULL DEFAULT 0,
	changed_at INTEGER NOT NULL,
	PRIMARY KEY (broadcast, record_id)
) WITHOUT ROWID;
CREATE INDEX broadcast_recipient_by_record ON broadcast_recipient (record_id);

CREATE TABLE api_token (
	id         INTEGER PRIMARY KEY,
	name       TEXT NOT NULL,               -- audit name
	role       TEXT NOT NULL,               -- reader, operator, manager
	hash       BLOB NOT NULL UNIQUE,        -- BLAKE2b of the token; the token is shown once
	created_at INTEGER NOT NULL,
	expires_at INTEGER,
	revoked_at INTEGER
);
CREATE UNIQUE INDEX api_token_in_use ON api_token (name) WHERE revoked_at IS NULL;

CREATE TABLE audit (
	id     INTEGER PRIMARY KEY,
	at     INTEGER NOT NULL,
	actor  TEXT NOT NULL,
	action TEXT NOT NULL,
	object TEXT NOT NULL DEFAULT '',
	detail TEXT NOT NULL DEFAULT ''
);

-- When a record must be looked at again though nothing happens to it.
CREATE TABLE timer (
	record_id INTEGER NOT NULL,
	kind      TEXT NOT NULL,
	object    TEXT NOT NULL DEFAULT '',
	due_at    INTEGER NOT NULL,
	PRIMARY KEY (record_id, kind, object)
) WITHOUT ROWID;
CREATE INDEX timer_by_due ON timer (due_at);

-- Room for what comes next; nothing writes these yet.
CREATE TABLE automation (
	id INTEGER PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL,
	source TEXT NOT NULL, author TEXT NOT NULL, created_at INTEGER NOT NULL,
	ended_at INTEGER
);
CREATE TABLE armed (
	record_id INTEGER NOT NULL, automation_id INTEGER NOT NULL,
	armed INTEGER NOT NULL, PRIMARY KEY (record_id, automation_id)
) WITHOUT ROWID;
CREATE TABLE outbox (
	id INTEGER PRIMARY KEY, due_at INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
	action TEXT NOT NULL, payload TEXT NOT NULL, state TEXT NOT NULL,
	trouble TEXT NOT NULL DEFAULT ''
);
CREATE INDEX outbox_by_due ON outbox (state, due_at);
