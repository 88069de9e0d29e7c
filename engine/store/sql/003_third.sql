-- 003_third.sql: the third schema, a heading an area.

-- console: who may sign in, and who is signed in. Of a password there is what
-- Argon2id makes of it, of what a browser keeps a hash.
CREATE TABLE console_user (
	id          INTEGER PRIMARY KEY,
	name        TEXT NOT NULL UNIQUE,
	role        TEXT NOT NULL,              -- reader, operator, manager
	password    TEXT NOT NULL,              -- as libsodium writes it
	created_at  INTEGER NOT NULL,
	password_at INTEGER NOT NULL,
	seen_at     INTEGER                     -- to the minute; NULL = never
);
CREATE TABLE console_session (
	hash       BLOB PRIMARY KEY,
	user_id    INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	seen_at    INTEGER NOT NULL,            -- to the minute
	origin     TEXT NOT NULL DEFAULT ''     -- the address that signed in
) WITHOUT ROWID;
CREATE INDEX console_session_by_user ON console_session (user_id);
