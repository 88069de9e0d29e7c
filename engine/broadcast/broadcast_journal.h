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
 * A line is one write(2): it survives the process, not the machine. Against
 * the machine's crash recipients are *prepared*, many with one fdatasync()
 * long before their turn, so that no connection waits for the disk. Each run
 * begins with the boot's id: if it ended without a word and in another boot
 * than this one, lines may be lost, and whoever was prepared in it and of whom
 * nothing else is known is doubtful, too. In the same boot no line is lost, and
 * prepared says nothing.
 *
 * One text file a broadcast, NAME.journal, `B|S|F|R|P record-id message-id
 * reason`, `M boot-id` or `E` (ended in order) a line; a line without its end
 * was not written. Any thread.
 */
#ifndef ENGINE_BROADCAST_BROADCAST_JOURNAL_H
#define ENGINE_BROADCAST_BROADCAST_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
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

/* Reads what is there, calling fn for each line that says something of a
 * recipient (JOURNAL_HANDING_OVER also for who was prepared when the machine
 * crashed), then appends. */
typedef void journal_fn(void *arg, const struct journal_line *line);
enum sg_status journal_open(const char *directory, const char *name,
			    journal_fn *fn, void *arg,
			    struct broadcast_journal **journal_out,
			    struct sg_err *err) MUST_CHECK;
void journal_close(struct broadcast_journal *journal);

/* One write(2): survives the process. SG_BUSY: no room, or no leave; SG_FAILED:
 * it is broken. */
enum sg_status journal_note(struct broadcast_journal *journal,
			    const struct journal_line *line,
			    struct sg_err *err) MUST_CHECK;
struct journal_prepared {
	uint32_t record_id;
	uint64_t message_id;
};
/* Written and synced: they may be handed over from now on. Errors as above. */
enum sg_status journal_prepare(struct broadcast_journal *journal,
			       const struct journal_prepared *prepared,
			       size_t n_prepared,
			       struct sg_err *err) MUST_CHECK;
/* fdatasync: what was noted so far survives the machine. Errors as above. */
enum sg_status journal_sync(struct broadcast_journal *journal,
			    struct sg_err *err) MUST_CHECK;
/* Everything in it is in the store: the file goes. */
void journal_remove(struct broadcast_journal *journal);

#endif
