/* maillog_journal.c - see maillog_journal.h. */
#include "maillog_journal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>

#include "maillog_line.h"

struct maillog_journal {
	sd_journal *journal;
	char *cursor;
	char line[MAILLOG_LINE_MOST + 1];
	bool is_behind; /* something was read since the cursor was asked for */
	bool is_on_unread; /* the entry we stand on was not handed out */
};

struct maillog_journal *
mail_journal_open(const char *folder)
{
	struct maillog_journal *journal = calloc(1, sizeof(*journal));
	int status = -ENOMEM;

	if (journal)
		status = folder ? sd_journal_open_directory(&journal->journal,
							    folder, 0)
				: sd_journal_open(&journal->journal,
						  SD_JOURNAL_LOCAL_ONLY);
	/* The facility `mail` (RFC 5424), which Postfix logs to. */
	if (status >= 0)
		status = sd_journal_add_match(journal->journal,
					      "SYSLOG_FACILITY=2", 0);
	if (status >= 0)
		return journal;
	mail_journal_close(journal);
	errno = -status;
	return NULL;
}

void
mail_journal_close(struct maillog_journal *journal)
{
	if (!journal)
		return;
	if (journal->journal)
		sd_journal_close(journal->journal);
	free(journal->cursor);
	free(journal);
}

bool
mail_journal_seek(struct maillog_journal *journal, const char *cursor,
		  bool from_start)
{
	free(journal->cursor);
	journal->cursor = cursor ? strdup(cursor) : NULL;
	journal->is_behind = journal->is_on_unread = false;
	if (!cursor && !from_start) {
		/* The tail is behind the last entry only after a step. */
		sd_journal_seek_tail(journal->journal);
		if (sd_journal_previous(journal->journal) > 0)
			journal->is_behind = true;
		return true;
	}
	sd_journal_seek_head(journal->journal);
	if (!cursor)
		return true;
	if (sd_journal_seek_cursor(journal->journal, cursor) < 0 ||
	    sd_journal_next(journal->journal) <= 0)
		return false;
	if (sd_journal_test_cursor(journal->journal, cursor) > 0)
		return true;
	/* It is gone, and this is the one that follows. */
	journal->is_on_unread = true;
	return false;
}

/* The value of "NAME=value", cut; NULL: not there. */
static const char *
field(struct maillog_journal *journal, const char *name, size_t *len_out)
{
	size_t skip = strlen(name) + 1, len;
	const void *data;

	if (sd_journal_get_data(journal->journal, name, &data, &len) < 0 ||
	    len < skip)
		return NULL;
	*len_out = len - skip;
	return (const char *)data + skip;
}

/* false: longer than a line may be, or with something missing. */
static bool
write_line(struct maillog_journal *journal)
{
	size_t name_len = 0, text_len = 0, pid_len = 0, len;
	const char *name, *pid, *text;
	char *to = journal->line;

	name = field(journal, "SYSLOG_IDENTIFIER", &name_len);
	/* Each may be overwritten by the next call. */
	if (!name || name_len > 100)
		return false;
	memcpy(to, name, name_len);
	pid = field(journal, "SYSLOG_PID", &pid_len);
	len = name_len;
	len += (size_t)snprintf(to + len, 40, "[%.*s]: ",
				pid && pid_len < 20 ? (int)pid_len : 1,
				pid && pid_len < 20 ? pid : "0");
	text = field(journal, "MESSAGE", &text_len);
	if (!text || len + text_len > MAILLOG_LINE_MOST)
		return false;
	memcpy(to + len, text, text_len);
	to[len + text_len] = '\0';
	return true;
}

char *
mail_journal_next(struct maillog_journal *journal, int64_t *at_out)
{
	uint64_t us;

	/* Files come and go as the journal rotates. */
	sd_journal_process(journal->journal);
	while (journal->is_on_unread || sd_journal_next(journal->journal) > 0) {
		journal->is_on_unread = false;
		journal->is_behind = true;
		if (sd_journal_get_realtime_usec(journal->journal, &us) < 0 ||
		    !write_line(journal))
			continue;
		*at_out = (int64_t)(us / 1000);
		return journal->line;
	}
	return NULL;
}

const char *
mail_journal_cursor(struct maillog_journal *journal)
{
	char *cursor;

	if (journal->is_behind &&
	    sd_journal_get_cursor(journal->journal, &cursor) >= 0) {
		free(journal->cursor);
		journal->cursor = cursor;
		journal->is_behind = false;
	}
	return journal->cursor ? journal->cursor : "";
}
