/*
 * maillog.h - what the files of `maillog` share. A line's way: the file or the
 * journal (maillog_file.c, maillog_journal.c) gives it, maillog_line.c reads
 * it, maillog_queue.c knows whose queue id it is, maillog_emit.c makes the
 * signal, maillog_state.c keeps how far it went.
 */
#ifndef PLUGINS_MAILLOG_MAILLOG_H
#define PLUGINS_MAILLOG_MAILLOG_H

#include "maillog_file.h"
#include "maillog_journal.h"
#include "maillog_line.h"
#include "maillog_queue.h"
#include "scoregate_plugin.h"

enum {
	LINES_A_BATCH = 500,
	LINES_A_TICK = 20000, /* other plugins want their tick, too */
	CURSOR_MOST = 500,
	PROPS_MOST = 6
};

/* Where reading stands, of either source; nothing was read: has_any false. */
struct maillog_position {
	bool has_any;
	struct file_position file;
	char cursor[CURSOR_MOST];
};

struct maillog {
	/* settings */
	const char *path, *journal_folder;
	bool uses_journal, from_start;
	/* told to by several threads */
	struct maillog_queue *queue;
	/* the tick's own */
	struct maillog_file file;
	struct maillog_journal *journal;
	struct maillog_position kept; /* what came before is in the spool */
	bool opened, said_missing;
	char *state_path; /* NULL: nothing outlives the process */
	long state_bytes;
};

/* --- maillog_emit.c ------------------------------------------------------ */

/* Signals of one batch; their strings belong to the call. */
struct maillog_batch {
	struct sg_signal signals[LINES_A_BATCH];
	struct sg_prop props[LINES_A_BATCH][PROPS_MOST];
	size_t n;
};

/* What this line says goes into the queue's table, or into the batch. */
void maillog_take_line(const struct sg_call *call, struct maillog_batch *batch,
		       char *line, int64_t at);

/* A sg_plugin's outgoing(): the milter knows the queue id. */
enum sg_status maillog_outgoing(const struct sg_call *call,
				const struct sg_outgoing *mail,
				struct sg_err *err);

/* --- maillog_state.c ----------------------------------------------------- */

/* What was written last time; nothing when there is no file. */
void maillog_state_load(struct maillog *maillog);
/* What is new since; false: `errno` says why it could not be. */
bool maillog_state_save(struct maillog *maillog);

#endif
