-- 004_fourth.sql: the fourth schema, a heading an area.

-- broadcast: how many of its recipients are in which state, kept right as they
-- change, so that a glance at a broadcast to a million counts nobody.
CREATE TABLE broadcast_count (
	broadcast TEXT NOT NULL,
	state     TEXT NOT NULL,                -- as in broadcast_recipient
	n         INTEGER NOT NULL,
	PRIMARY KEY (broadcast, state)
) WITHOUT ROWID;
INSERT INTO broadcast_count (broadcast, state, n)
	SELECT broadcast, state, count(*) FROM broadcast_recipient
	GROUP BY broadcast, state;
CREATE TRIGGER broadcast_recipient_added AFTER INSERT ON broadcast_recipient
BEGIN
	INSERT INTO broadcast_count (broadcast, state, n)
		VALUES (new.broadcast, new.state, 1)
		ON CONFLICT (broadcast, state) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER broadcast_recipient_moved
	AFTER UPDATE OF state ON broadcast_recipient
	WHEN old.state <> new.state
BEGIN
	UPDATE broadcast_count SET n = n - 1
		WHERE broadcast = old.broadcast AND state = old.state;
	INSERT INTO broadcast_count (broadcast, state, n)
		VALUES (new.broadcast, new.state, 1)
		ON CONFLICT (broadcast, state) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER broadcast_recipient_removed
	AFTER DELETE ON broadcast_recipient
BEGIN
	UPDATE broadcast_count SET n = n - 1
		WHERE broadcast = old.broadcast AND state = old.state;
END;

-- What came of a big broadcast as it was last counted, which takes its time.
CREATE TABLE broadcast_counted (
	broadcast  TEXT PRIMARY KEY,
	counted_at INTEGER NOT NULL,
	took_ms    INTEGER NOT NULL,
	counted    TEXT NOT NULL                -- JSON: hits and points
) WITHOUT ROWID;
