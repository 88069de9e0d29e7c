-- 002_second.sql: the second schema, a heading an area.

-- fold: rules' waits, expiries and caps need no rows: they are part of the
-- fold. Room for what does is here.

-- automation

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

-- data

-- mail

-- speed
