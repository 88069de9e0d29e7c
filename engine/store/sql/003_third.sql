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

-- sequence: whose mail of which step, and how its delivery ended, also when
-- the delivery itself is forgotten. Message 0: it is not known, from before.
ALTER TABLE sequence_mail ADD COLUMN message_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sequence_mail ADD COLUMN state INTEGER NOT NULL DEFAULT 1;
UPDATE sequence_mail SET state = coalesce(
	(SELECT o.state FROM outbox o WHERE o.id = outbox_id), 2);
CREATE INDEX sequence_mail_by_step ON sequence_mail (sequence, step);
CREATE TRIGGER sequence_mail_ended AFTER UPDATE OF state ON outbox BEGIN
	UPDATE sequence_mail SET state = new.state WHERE outbox_id = new.id;
END;

-- What somebody did about a mail is counted for its broadcast, or for its step
-- of a sequence: `7/Welcome/Hello`, which no broadcast can be called. By it
-- folded_result, forgotten_result and their points know steps, too.
CREATE VIEW mail_of AS
	SELECT broadcast, record_id, message_id FROM broadcast_recipient
	WHERE message_id <> 0
	UNION ALL SELECT length(sequence) || '/' || sequence || '/' || step,
		record_id, message_id FROM sequence_mail WHERE message_id <> 0;
