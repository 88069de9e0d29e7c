/*
 * split_file.h - private copies on disk: of a mail to several recipients, what
 * is still to be handed to the MTA (mail §1, `multi_recipient = split`). Two
 * files a mail, in the folder `split` of the state:
 *
 *   NAME.mail   a head (sender, each recipient with its key and message id),
 *               an empty line, and the message as the MTA gave it
 *   NAME.log    a line when it is known what became of a copy: `S i .` the MTA
 *               has it, `F i reason .` it never will, `Q i .` try again
 *
 * A mail is there when its name is (written, synced, renamed, the folder
 * synced); a line without its ` .` was not written. No locks in here.
 */
#ifndef ENGINE_GATE_SPLIT_FILE_H
#define ENGINE_GATE_SPLIT_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "mail/header.h"

enum split_state { SPLIT_WAITING, SPLIT_SENDING, SPLIT_SENT, SPLIT_DEAD };

struct split_copy {
	uint64_t key; /* of Message-ID and recipient; never 0 */
	uint64_t message_id;
	char *recipient;
	enum split_state state;
	unsigned tries; /* since the start */
	int64_t next_at;
	char *reason; /* of the last failure; NULL = none */
	bool owed;    /* it is sent, and no note says so yet */
};

struct split_mail {
	char name[24];
	char *sender;	/* bare */
	char *user;	/* as it was authenticated; "" = not */
	char *queue_id; /* for the log */
	int64_t at;
	struct split_copy *copies;
	size_t n_copies;
	uint64_t bytes; /* on disk */
	struct split_mail *next;
};

/* The mail's name, times and copies are set; the message is written out of
 * what the MTA gave. Anything but SG_OK: nothing is left of it. */
enum sg_status split_file_write(const char *directory, struct split_mail *mail,
				const struct header_list *headers,
				const struct buf *body,
				struct sg_err *err) MUST_CHECK;

/* The head and the log of one, into a new mail. SG_REFUSED: not readable. */
enum sg_status split_file_read(const char *directory, const char *name,
			       struct split_mail **mail_out,
			       struct sg_err *err) MUST_CHECK;

/* The message alone, appended. */
enum sg_status split_file_message(const char *directory, const char *name,
				  struct buf *message_out,
				  struct sg_err *err) MUST_CHECK;

/* A line of the log, synced. */
enum sg_status split_file_note(const char *directory,
			       const struct split_mail *mail, char mark,
			       size_t i, const char *reason,
			       struct sg_err *err) MUST_CHECK;

/* Nothing is left to do with it. */
void split_file_remove(const char *directory, const struct split_mail *mail);

void split_mail_free(struct split_mail *mail);

/* So that the names in a folder survive the machine. */
enum sg_status split_sync_folder(const char *directory,
				 struct sg_err *err) MUST_CHECK;

/* Test hook: asked before each step that touches the disk; true: it fails
 * there. NULL = none. */
extern bool (*split_step_hook)(const char *step);
bool split_step_fails(const char *step);

#endif
