/* maillog_emit.c - from a line to what is known of its queue id, and to the
 * signal. */
#include <string.h>

#include "maillog.h"

/* A line's time is the beginning of its second, and the milter's clock is not
 * syslog's. */
enum { SECOND_MS = 1000, APART_MS = 2 * SECOND_MS };

static void
remember(struct maillog *maillog, const char *queue_id, uint64_t message_id,
	 uint64_t record_key, const char *rfc_id, int64_t at)
{
	struct queue_entry entry = {
		.message_id = message_id, .record_key = record_key, .at = at};

	if (strlen(queue_id) > MAILLOG_QUEUE_ID_MOST ||
	    strlen(rfc_id) > QUEUE_RFC_ID_MOST)
		return;
	memcpy(entry.queue_id, queue_id, strlen(queue_id));
	memcpy(entry.rfc_id, rfc_id, strlen(rfc_id));
	queue_put(maillog->queue, &entry);
}

enum sg_status
maillog_outgoing(const struct sg_call *call, const struct sg_outgoing *mail,
		 struct sg_err *err)
{
	struct maillog *maillog = call->state;

	(void)err;
	if (mail->queue_id[0])
		remember(maillog, mail->queue_id, mail->message_id,
			 mail->record_key, "", call->now);
	if (mail->rfc_id[0])
		queue_remember(maillog->queue, mail->rfc_id);
	return SG_OK;
}

/* --- what tells whose queue id it is ------------------------------------- */

static bool
is_word(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || *text == 0x7f)
			return false;
	return true;
}

/* A mail of ours in another queue than the milter saw it in: a content filter
 * gave it back. Whose it is is for the engine. */
static void
take_message_id(struct maillog *maillog, const struct maillog_line *line)
{
	struct queue_entry entry;

	queue_drop_older(maillog->queue, line->queue_id, line->at - APART_MS);
	if (!queue_find(maillog->queue, line->queue_id, &entry) &&
	    is_word(line->rfc_id) &&
	    queue_remembers(maillog->queue, line->rfc_id))
		remember(maillog, line->queue_id, 0, 0, line->rfc_id, line->at);
}

/* One of our bounce addresses says it, whoever put it there: also mail that
 * passed no milter, and what was queued before a restart. */
static void
take_sender(const struct sg_call *call, const struct maillog_line *line)
{
	const struct sg_host *host = call->host;
	const char *domain = host->site(call, SG_SITE_BOUNCE_DOMAIN);
	const char *at = strrchr(line->from, '@');
	struct sg_token token;

	if (!domain[0] || !at || strcasecmp(at + 1, domain) != 0 ||
	    strncasecmp(line->from, "bounce+", 7) != 0 ||
	    host->token_read(call, SG_TOKEN_BOUNCE, SG_TOKEN_ADDRESS,
			     line->from + 7, (size_t)(at - line->from - 7),
			     &token, NULL) != SG_OK)
		return;
	remember(call->state, line->queue_id, token.message_id,
		 token.record_key, "", line->at);
}

/* --- signals ------------------------------------------------------------- */

static int64_t
time_of(const struct sg_call *call, const struct maillog_line *line,
	const struct queue_entry *entry)
{
	int64_t at = line->is_exact ? line->at : line->at + SECOND_MS - 1;
	int64_t sent = entry->message_id
			       ? call->host->message_time(entry->message_id)
			       : 0;

	if (at > call->now)
		at = call->now;
	return at < sent ? sent : at;
}

/* Other servers' words are in any charset. */
static const char *
clean_copy(const struct sg_call *call, const char *text)
{
	char *copy = call->host->copy(call, text), *c;

	for (c = copy; *c; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
			*c = '?';
	return copy;
}

/* "mx.far.test[192.0.2.1]:25" -> "mx.far.test" */
static const char *
host_of(const struct sg_call *call, const char *relay)
{
	char *copy = call->host->copy(call, relay);

	copy[strcspn(copy, "[:")] = '\0';
	return clean_copy(call, copy);
}

static void
add_prop(struct sg_signal *signal, const char *name, const char *value)
{
	/* The batch's own; there is room for PROPS_MOST. */
	struct sg_prop *props = (struct sg_prop *)(uintptr_t)signal->props;

	if (value[0])
		props[signal->n_props++] = (struct sg_prop){name, value};
}

static struct sg_signal *
new_signal(const struct sg_call *call, struct maillog_batch *batch,
	   const struct maillog_line *line, const struct queue_entry *entry)
{
	struct sg_signal *signal = &batch->signals[batch->n];
	const char *address = line->orig_to[0] ? line->orig_to : line->to;

	*signal = (struct sg_signal){.size = sizeof(*signal),
				     .kind = SG_SIGNAL_HAPPENED,
				     .record_key = entry->record_key,
				     .message_id = entry->message_id,
				     .happened_at = time_of(call, line, entry),
				     .props = batch->props[batch->n]};
	if (!entry->record_key)
		signal->key = call->host->copy(call, address);
	add_prop(signal, "status", clean_copy(call, line->dsn));
	add_prop(signal, "relay", host_of(call, line->relay));
	/* A token needs no search for its message. */
	if (!entry->message_id)
		add_prop(signal, "about", clean_copy(call, entry->rfc_id));
	batch->n++;
	return signal;
}

/* An address that cannot be one is nobody's. */
static bool
has_record(const struct sg_call *call, const struct sg_signal *signal)
{
	uint64_t key;

	return signal->record_key ||
	       call->host->record_key(call, "", signal->key, &key, NULL,
				      NULL) == SG_OK;
}

static void
add_delivered(const struct sg_call *call, struct maillog_batch *batch,
	      const struct maillog_line *line, const struct queue_entry *entry,
	      const char *whole)
{
	struct sg_signal *signal = new_signal(call, batch, line, entry);

	add_prop(signal, "delay", clean_copy(call, line->delay));
	signal->name = "email.delivered";
	signal->external_id = whole;
}

/* Each reason once, however often it is tried again. */
static void
add_deferred(const struct sg_call *call, struct maillog_batch *batch,
	     const struct maillog_line *line, const struct queue_entry *entry)
{
	struct sg_signal *signal = new_signal(call, batch, line, entry);
	struct sg_text *id = call->host->text(call);
	const char *said = maillog_line_said(line->text), *reason = "";

	call->host->bounce_class(line->dsn, said, &reason);
	call->host->print(id, "deferred %s %s %s %s", line->queue_id, line->to,
			  line->dsn, said);
	signal->name = "email.deferred";
	signal->external_id = call->host->text_value(id);
	add_prop(signal, "reason", reason);
	add_prop(signal, "diagnostic", clean_copy(call, said));
}

/* The report that Postfix writes of it may come, too: one bounce of a message
 * is kept, whoever tells it first. */
static void
add_bounced(const struct sg_call *call, struct maillog_batch *batch,
	    const struct maillog_line *line, const struct queue_entry *entry)
{
	struct sg_signal *signal = new_signal(call, batch, line, entry);
	const char *said = maillog_line_said(line->text), *reason = "";
	bool is_hard = call->host->bounce_class(line->dsn, said, &reason) ==
		       SG_BOUNCE_HARD;

	signal->name = "email.bounced";
	add_prop(signal, "class", is_hard ? "hard" : "soft");
	add_prop(signal, "reason", reason);
	add_prop(signal, "diagnostic", clean_copy(call, said));
}

static void
take_delivery(const struct sg_call *call, struct maillog_batch *batch,
	      const struct maillog_line *line, const char *whole)
{
	struct maillog *maillog = call->state;
	struct queue_entry entry;
	const char *next;
	size_t before = batch->n;

	if (!queue_find(maillog->queue, line->queue_id, &entry))
		return;
	next = line->kind == MAILLOG_SENT ? maillog_line_handed_on(line) : "";
	if (next[0]) {
		remember(maillog, next, entry.message_id, entry.record_key,
			 entry.rfc_id, line->at);
		return;
	}
	if (line->kind == MAILLOG_SENT)
		add_delivered(call, batch, line, &entry, whole);
	else if (line->kind == MAILLOG_DEFERRED)
		add_deferred(call, batch, line, &entry);
	else
		add_bounced(call, batch, line, &entry);
	if (!has_record(call, &batch->signals[before]))
		batch->n = before;
}

void
maillog_take_line(const struct sg_call *call, struct maillog_batch *batch,
		  char *line, int64_t at)
{
	struct maillog *maillog = call->state;
	const char *whole = call->host->copy(call, line);
	struct maillog_line read;

	if (!maillog_line_read(line, call->now, &read))
		return;
	if (at) {
		read.at = at;
		read.is_exact = true;
	}
	switch (read.kind) {
	case MAILLOG_MESSAGE_ID:
		take_message_id(maillog, &read);
		break;
	case MAILLOG_QUEUED:
		take_sender(call, &read);
		break;
	case MAILLOG_SENT:
	case MAILLOG_DEFERRED:
	case MAILLOG_BOUNCED:
		take_delivery(call, batch, &read, whole);
		break;
	case MAILLOG_REMOVED:
	case MAILLOG_OTHER:
		break;
	}
}
