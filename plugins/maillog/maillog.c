/*
 * maillog.c - the descriptor of `maillog`, and its tick: Postfix's log says
 * what no report does, that and when the other server took a mail.
 */
#include "maillog.h"

#include <errno.h>
#include <string.h>

static const struct sg_signal_declaration signals[] = {
	{"email.delivered", "status, relay, delay",
	 "The server it was for took the mail"},
	{"email.deferred", "status, reason, diagnostic, relay",
	 "The mail could not be delivered yet and is tried again"},
	{"email.bounced", "class, status, reason, diagnostic, recipient",
	 "A mail could not be delivered; class is hard or soft"},
	{0},
};

static const struct sg_option options[] = {
	{.name = "file",
	 .type = SG_OPTION_TEXT,
	 .fallback = "/var/log/mail.log",
	 .help = "the log that Postfix's lines are in"},
	{.name = "journal",
	 .type = SG_OPTION_BOOL,
	 .fallback = "no",
	 .help = "read systemd's journal instead of a file"},
	{.name = "journal_folder",
	 .type = SG_OPTION_TEXT,
	 .help = "of journal files; not set = this machine's journal"},
	{.name = "from_start",
	 .type = SG_OPTION_BOOL,
	 .fallback = "no",
	 .help = "read at the very first start what is there already"},
	{0},
};

static enum sg_status
maillog_start(const struct sg_call *call, void **state_out, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *settings = host->settings(call);
	struct maillog *maillog = host->alloc(call, sizeof(*maillog));
	const char *state = host->site(call, SG_SITE_STATE);
	struct sg_text *path = host->text(call);

	maillog->path = host->setting_text(settings, "file");
	maillog->uses_journal = host->setting_bool(settings, "journal");
	maillog->journal_folder =
		host->setting_text(settings, "journal_folder");
	maillog->from_start = host->setting_bool(settings, "from_start");
	if (!maillog->uses_journal && maillog->path[0] != '/')
		return host->setting_refuse(settings, "file", err,
					    "expected a path from the root");
	maillog->queue = queue_new();
	if (!maillog->queue)
		return host->fail(err, SG_FAILED, "out of memory");
	file_init(&maillog->file, maillog->path);
	if (state[0]) {
		host->print(path, "%s/maillog.state", state);
		maillog->state_path = host->copy(call, host->text_value(path));
	}
	maillog_state_load(maillog);
	*state_out = maillog;
	return SG_OK;
}

static void
maillog_stop(const struct sg_call *call)
{
	struct maillog *maillog = call->state;

	(void)maillog_state_save(maillog);
	file_done(&maillog->file);
	mail_journal_close(maillog->journal);
	queue_free(maillog->queue);
}

/* --- the source ---------------------------------------------------------- */

static const char *
source_name(const struct maillog *maillog)
{
	return maillog->uses_journal ? "the journal" : maillog->path;
}

static bool
seek(struct maillog *maillog, const struct sg_call *call)
{
	const struct maillog_position *kept = &maillog->kept;
	bool found;

	if (!maillog->uses_journal)
		return file_seek(&maillog->file,
				 kept->has_any && !kept->cursor[0] ? &kept->file
								   : NULL,
				 maillog->from_start);
	if (!maillog->journal)
		maillog->journal = mail_journal_open(maillog->journal_folder);
	if (!maillog->journal)
		return false;
	found = mail_journal_seek(maillog->journal,
				  kept->cursor[0] ? kept->cursor : NULL,
				  maillog->from_start);
	if (!found)
		call->host->log(call, SG_LOG_WARN,
				"the journal's entry that was read last is "
				"gone; lines after it may be, too");
	return true;
}

static struct maillog_position
position_now(struct maillog *maillog)
{
	struct maillog_position now = {.has_any = true};
	const char *cursor;

	if (!maillog->uses_journal) {
		now.file = maillog->file.at;
		return now;
	}
	cursor = mail_journal_cursor(maillog->journal);
	now.has_any = cursor[0] && strlen(cursor) < CURSOR_MOST;
	if (now.has_any)
		memcpy(now.cursor, cursor, strlen(cursor) + 1);
	return now;
}

/* Missing is said once, and once that it is there. */
static bool
open_source(const struct sg_call *call)
{
	struct maillog *maillog = call->state;

	if (maillog->opened)
		return true;
	if (!seek(maillog, call)) {
		if (!maillog->said_missing)
			call->host->log(call, SG_LOG_WARN,
					"%s cannot be read: %s; trying again "
					"every second",
					source_name(maillog), strerror(errno));
		maillog->said_missing = true;
		return false;
	}
	maillog->opened = true;
	maillog->said_missing = false;
	maillog->kept = position_now(maillog);
	call->host->log(call, SG_LOG_INFO, "following %s",
			source_name(maillog));
	return true;
}

/* --- the tick ------------------------------------------------------------ */

/* How many lines; their signals are in the batch. */
static size_t
read_batch(const struct sg_call *call, struct maillog_batch *batch)
{
	struct maillog *maillog = call->state;
	size_t n_lines = 0;
	int64_t at = 0;
	char *line;

	batch->n = 0;
	while (n_lines < LINES_A_BATCH) {
		line = maillog->uses_journal
			       ? mail_journal_next(maillog->journal, &at)
			       : file_next(&maillog->file);
		if (!line)
			break;
		n_lines++;
		maillog_take_line(call, batch, line, at);
	}
	return n_lines;
}

static void
say_lost(const struct sg_call *call)
{
	struct maillog *maillog = call->state;

	if (maillog->file.lost[0])
		call->host->log(call, SG_LOG_WARN, "%s", maillog->file.lost);
	maillog->file.lost[0] = '\0';
}

enum { EMIT_MOST = 200 };

static enum sg_status
emit(const struct sg_call *call, const struct maillog_batch *batch,
     struct sg_err *err)
{
	enum sg_status status = SG_OK;
	size_t n;

	for (size_t i = 0; i < batch->n && status == SG_OK; i += n) {
		n = batch->n - i < EMIT_MOST ? batch->n - i : EMIT_MOST;
		status = call->host->emit(call, batch->signals + i, n,
					  SG_SYNCED, err);
		/* One that cannot be kept must not keep back the others. */
		for (size_t k = 0; status == SG_REFUSED && k < n; k++)
			if (call->host->emit(call, batch->signals + i + k, 1,
					     SG_WRITTEN, err) == SG_BUSY)
				return SG_BUSY;
		if (status == SG_REFUSED)
			status = SG_OK;
	}
	return status;
}

/* What could not be kept is read again: the position stays. */
static enum sg_status
maillog_tick(const struct sg_call *call, struct sg_err *err)
{
	struct maillog *maillog = call->state;
	struct maillog_batch *batch = call->host->alloc(call, sizeof(*batch));
	enum sg_status status = SG_OK;
	size_t n_lines = 0, n;

	if (!open_source(call))
		return SG_BUSY;
	do {
		n = read_batch(call, batch);
		n_lines += n;
		status = emit(call, batch, err);
		if (status != SG_OK)
			break;
		maillog->kept = position_now(maillog);
	} while (n == LINES_A_BATCH && n_lines < LINES_A_TICK);
	say_lost(call);
	if (status != SG_OK)
		maillog->opened = false;
	if (n_lines && !maillog_state_save(maillog))
		call->host->log(call, SG_LOG_WARN,
				"cannot keep how far the log was read: %s",
				strerror(errno));
	return status;
}

SG_PLUGIN const struct sg_plugin sg_plugin_maillog = {
	SG_PLUGIN_HEAD,
	.name = "maillog",
	.version = "1.0",
	.summary = "What Postfix's log says: delivered, deferred, bounced",
	.signals = signals,
	.options = options,
	.start = maillog_start,
	.stop = maillog_stop,
	.tick = maillog_tick,
	.outgoing = maillog_outgoing,
};
