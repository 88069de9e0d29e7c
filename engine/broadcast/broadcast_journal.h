/*
 * broadcast_journal.h - what is known of each recipient of a broadcast that is
 * being sent, written the moment it is known: a line when a mail's last bytes
 * are about to leave, a line when the answer is there. States in the store
 * follow in batches; after a crash the journal says what the store does not:
 *
 *   handed over and answered   sent or failed: never again
 *   handed over, no answer     doubtful: listed, not sent again
 *   nothing                    never handed over: sent now
 *
 * One text file a broadcast, NAME.journal, `B|S|F|R record-id message-id
 * reason` a line; a line without its end was not written. One thread.
 */
#ifndef ENGINE_BROADCAST_BROADCAST_JOURNAL_H
#define ENGINE_BROADCAST_BROADCAST_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct broadcast_journal;

enum journal_mark {
	JOURNAL_HANDING_OVER = 'B',
	JOURNAL_SENT = 'S',
	JOURNAL_FAILED = 'F',  /* for good */
	JOURNAL_RETURNED = 'R' /* refused for now: not handed over after all */
};

struct journal_line {
	enum journal_mark mark;
	uint32_t record_id;
	uint64_t message_id;
	const char *reason; /* borrowed for the call */
};

/* Reads what is there, calling fn for each line, then appends. */
typedef void journal_fn(void *arg, const struct journal_line *line);
enum sg_status journal_open(const char *directory, const char *name,
			    journal_fn *fn, void *arg,
			    struct broadcast_journal **journal_out,
			    struct sg_err *err) MUST_CHECK;
void journal_close(struct broadcast_journal *journal);

/* One write(2): survives the process. SG_BUSY: the disk is full; SG_FAILED:
 * it is broken. */
enum sg_status journal_note(struct broadcast_journal *journal,
			    const struct journal_line *line,
			    struct sg_err *err) MUST_CHECK;
/* fdatasync: what was noted so far survives the machine. Errors as above. */
enum sg_status journal_sync(struct broadcast_journal *journal,
			    struct sg_err *err) MUST_CHECK;
/* Everything in it is in the store: the file goes. */
void journal_remove(struct broadcast_journal *journal);

#endif
