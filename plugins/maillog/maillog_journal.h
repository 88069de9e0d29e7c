/*
 * maillog_journal.h - the mail facility's lines of systemd's journal. The only
 * door to libsystemd of a plugin. One thread.
 */
#ifndef PLUGINS_MAILLOG_MAILLOG_JOURNAL_H
#define PLUGINS_MAILLOG_MAILLOG_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

struct maillog_journal;

/* `folder`: of journal files; NULL = this machine's. NULL: `errno` says why. */
struct maillog_journal *mail_journal_open(const char *folder);
void mail_journal_close(struct maillog_journal *journal);

/* After that entry; NULL: after the newest (or before the oldest). false: the
 * entry is gone, and what follows it is all that there is. */
bool mail_journal_seek(struct maillog_journal *journal, const char *cursor,
		       bool from_start);

/* "postfix/smtp[123]: text" and its time; valid until the next call, may be
 * written to. NULL: none is there now. */
char *mail_journal_next(struct maillog_journal *journal, int64_t *at_out);

/* Of the entry that was read last; valid until the next call. "" = none. */
const char *mail_journal_cursor(struct maillog_journal *journal);

#endif
