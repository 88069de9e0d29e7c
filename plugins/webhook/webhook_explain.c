/*
 * webhook_explain.c - for the operator, as JSON: which webhooks there are, what
 * one listens for and what came, and what a payload would become: each
 * condition, each value, each signal, or why there is none.
 */
#include "webhook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOG_EVERY_MS = 60000, OUTCOMES_SHOWN = 200, VALUE_SHOWN = 2000 };

/* --- news ---------------------------------------------------------------- */

void
webhook_counted(struct webhook *hook, enum webhook_count count, size_t n)
{
	atomic_fetch_add(&hook->news->counts[count], n);
}

/* In the log at most once a minute: a stranger can cause it. */
void
webhook_problem(const struct sg_call *call, struct webhook *hook,
		const char *text)
{
	struct webhook_news *news = hook->news;
	bool log;

	pthread_mutex_lock(&news->lock);
	news->problem_at = call->now;
	snprintf(news->problem, sizeof(news->problem), "%s", text);
	log = llabs(call->now - news->logged_at) >= LOG_EVERY_MS;
	if (log)
		news->logged_at = call->now;
	pthread_mutex_unlock(&news->lock);
	if (log)
		call->host->log(call, SG_LOG_WARN,
				"webhook not taken webhook=%s reason=\"%s\"",
				hook->name, text);
}

/* --- JSON, written as it goes -------------------------------------------- */

struct writer {
	const struct sg_call *call;
	struct sg_text *to;
	bool first;
};

static void
comma(struct writer *writer)
{
	if (!writer->first)
		writer->call->host->print(writer->to, ",");
	writer->first = false;
}

static void
name(struct writer *writer, const char *text)
{
	comma(writer);
	writer->call->host->append_json(writer->to, text);
	writer->call->host->print(writer->to, ":");
}

/* Any bytes a sender may have put into it are no JSON of ours. */
static void
put_text(struct writer *writer, const char *text)
{
	const struct sg_host *host = writer->call->host;
	size_t len = text ? strlen(text) : 0;
	char *cut;

	if (!text) {
		host->print(writer->to, "null");
	} else if (!host->is_text(text, len)) {
		host->append_json(writer->to, "(no text in UTF-8)");
	} else if (len > VALUE_SHOWN) {
		cut = host->copy(writer->call, text);
		for (len = VALUE_SHOWN;
		     ((unsigned char)cut[len] & 0xc0) == 0x80;)
			len--;
		cut[len] = '\0';
		host->append_json(writer->to, cut);
	} else {
		host->append_json(writer->to, text);
	}
}

static void
text(struct writer *writer, const char *of, const char *value)
{
	name(writer, of);
	put_text(writer, value);
}

static void
number(struct writer *writer, const char *of, unsigned long long value)
{
	name(writer, of);
	writer->call->host->print(writer->to, "%llu", value);
}

static void
yes(struct writer *writer, const char *of, bool value)
{
	name(writer, of);
	writer->call->host->print(writer->to, value ? "true" : "false");
}

static void
open(struct writer *writer, const char *of, const char *bracket)
{
	if (of)
		name(writer, of);
	else
		comma(writer);
	writer->call->host->print(writer->to, "%s", bracket);
	writer->first = true;
}

static void
close(struct writer *writer, const char *bracket)
{
	writer->call->host->print(writer->to, "%s", bracket);
	writer->first = false;
}

static void
moment(struct writer *writer, const char *of, int64_t at)
{
	text(writer, of,
	     at ? writer->call->host->time_text(writer->call, at) : NULL);
}

/* --- one webhook --------------------------------------------------------- */

static const char *
signature_of(const struct webhook *hook)
{
	if (hook->scheme)
		return hook->scheme->name;
	if (hook->authorization)
		return hook->authorization[1] == 'a' ? "basic" : "bearer";
	return hook->token ? "token" : "none";
}

/* The URL that confirms a subscription is shown with all of it only. */
static void
write_news(struct writer *writer, const struct webhook *hook, bool all)
{
	static const char *const names[] = {
		[COUNT_SIGNALS] = "signals",   [COUNT_EVENTS] = "kept",
		[COUNT_NOTHING] = "no_event",  [COUNT_UNUSABLE] = "unusable",
		[COUNT_UNSIGNED] = "unsigned", [COUNT_BUSY] = "not_kept"};
	struct webhook_news *news = hook->news;

	for (size_t i = 0; i <= COUNT_LAST; i++)
		number(writer, names[i], atomic_load(&news->counts[i]));
	moment(writer, "received_at", atomic_load(&news->received_at));
	pthread_mutex_lock(&news->lock);
	text(writer, "problem", news->problem_at ? news->problem : NULL);
	moment(writer, "problem_at", news->problem_at);
	text(writer, "confirm_topic",
	     news->confirm_at ? news->confirm_topic : NULL);
	if (all)
		text(writer, "confirm_url",
		     news->confirm_at ? news->confirm_url : NULL);
	pthread_mutex_unlock(&news->lock);
}

static void
write_url(struct writer *writer, const struct webhook *hook)
{
	const struct sg_host *host = writer->call->host;
	struct sg_text *url = host->text(writer->call);

	host->print(url, "%s/h/%s",
		    host->site(writer->call, SG_SITE_PUBLIC_URL), hook->name);
	text(writer, "url", host->text_value(url));
}

static void
write_pairs(struct writer *writer, const char *of,
	    const struct webhook_pair *pairs, const char *const *values,
	    size_t n)
{
	open(writer, of, "[");
	for (size_t i = 0; i < n; i++) {
		open(writer, NULL, "{");
		text(writer, "name", pairs[i].name);
		text(writer, "from", pairs[i].from);
		if (values)
			text(writer, "value", values[i]);
		close(writer, "}");
	}
	close(writer, "]");
}

static void
write_event(struct writer *writer, const struct webhook_event *event)
{
	open(writer, NULL, "{");
	text(writer, "event", event->title);
	text(writer, "signal", event->signal);
	text(writer, "each", event->each);
	open(writer, "when", "[");
	for (size_t i = 0; i < event->n_when; i++) {
		comma(writer);
		put_text(writer, event->when[i].text);
	}
	close(writer, "]");
	write_pairs(writer, "record", event->record, NULL, event->n_record);
	write_pairs(writer, "properties", event->props, NULL, event->n_props);
	close(writer, "}");
}

static void
write_hook(struct writer *writer, const struct webhook *hook, bool all)
{
	text(writer, "name", hook->name);
	text(writer, "mapping", hook->mapping_name);
	text(writer, "signature", signature_of(hook));
	number(writer, "replay_window_s",
	       (unsigned long long)hook->window_ms / 1000);
	text(writer, "format", webhook_format_name(hook->format));
	write_url(writer, hook);
	write_news(writer, hook, all);
	if (all) {
		open(writer, "events", "[");
		for (size_t i = 0; i < hook->n_events; i++)
			write_event(writer, &hook->events[i]);
		close(writer, "]");
	}
}

/* --- what a payload would become ----------------------------------------- */

static void
write_signals(struct writer *writer, const struct webhook *hook,
	      const struct webhook_outcome *outcome)
{
	static const struct {
		enum sg_signal_kind kind;
		const char *name;
	} kinds[] = {
		{SG_FIELD_SET, "field.changed"},
		{SG_TAG_ADD, "tag.added"},
		{SG_TAG_REMOVE, "tag.removed"},
		{SG_LIST_JOIN, "list.joined"},
		{SG_LIST_LEAVE, "list.left"},
		{SG_SUPPRESS, "record.suppressed"},
	};
	struct sg_signal *signals = writer->call->host->alloc(
		writer->call, WEBHOOK_SIGNALS_MOST * sizeof(*signals));
	size_t n = outcome->record ? webhook_signals(writer->call, hook,
						     outcome, signals)
				   : 0;

	open(writer, "signals", "[");
	for (size_t i = 0; i < n; i++) {
		open(writer, NULL, "{");
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
			if (kinds[k].kind == signals[i].kind)
				text(writer, "name", kinds[k].name);
		if (signals[i].kind == SG_SIGNAL_HAPPENED)
			text(writer, "name", signals[i].name);
		open(writer, "properties", "{");
		for (size_t k = 0; k < signals[i].n_props; k++)
			text(writer, signals[i].props[k].name,
			     signals[i].props[k].value
				     ? signals[i].props[k].value
				     : "");
		close(writer, "}");
		close(writer, "}");
	}
	close(writer, "]");
}

static void
write_failed(struct writer *writer, const struct webhook_scope *scope,
	     const struct webhook_condition *condition)
{
	text(writer, "failed", condition->text);
	text(writer, "value", webhook_value(scope, condition->left));
	yes(writer, "there", webhook_is_there(scope, condition->left));
}

/* Without the names of the webhook and the signal before it. */
static const char *
shown_id(const struct webhook_outcome *outcome)
{
	const char *line = outcome->id ? strchr(outcome->id, '\n') : NULL;

	line = line ? strchr(line + 1, '\n') : NULL;
	return line ? line + 1 : NULL;
}

static void
write_outcome(struct writer *writer, const struct webhook *hook,
	      const struct webhook_scope *scope,
	      const struct webhook_outcome *outcome)
{
	const struct webhook_event *event = outcome->event;

	open(writer, NULL, "{");
	text(writer, "event", event->title);
	text(writer, "signal", event->signal);
	if (event->each)
		number(writer, "item", outcome->number);
	yes(writer, "fits", !outcome->failed);
	if (outcome->failed) {
		write_failed(writer, scope, outcome->failed);
	} else {
		text(writer, "module",
		     event->module[0] ? event->module : "contact");
		text(writer, "record_by", outcome->record_by);
		text(writer, "record", outcome->record);
		text(writer, "id", shown_id(outcome));
		moment(writer, "at", outcome->at);
		yes(writer, "at_is_wrong", outcome->at_is_wrong);
		write_pairs(writer, "properties", event->props, outcome->values,
			    event->n_props);
		write_signals(writer, hook, outcome);
	}
	close(writer, "}");
}

static void
write_outcomes(struct writer *writer, const struct webhook *hook,
	       const struct webhook_document *document,
	       const struct webhook_outcomes *outcomes)
{
	struct webhook_scope scope = {.call = writer->call,
				      .document = document};
	size_t shown = 0;

	number(writer, "fitting", outcomes->n_fitting);
	number(writer, "without_record", outcomes->n_unusable);
	open(writer, "events", "[");
	/* What fits first: of a large batch the rest would hide it. */
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < outcomes->n && shown < OUTCOMES_SHOWN;
		     i++) {
			if ((outcomes->all[i].failed != NULL) != (pass == 1))
				continue;
			scope.item = outcomes->all[i].item;
			write_outcome(writer, hook, &scope, &outcomes->all[i]);
			shown++;
		}
	close(writer, "]");
}

static void
write_check(struct writer *writer, struct webhook_check *check)
{
	bool right = webhook_check(check);

	open(writer, "signature", "{");
	text(writer, "scheme", signature_of(check->hook));
	yes(writer, "right", right);
	text(writer, "why", right ? NULL : check->why);
	close(writer, "}");
}

/* The request is the sender's, but for `fetched`: what would be. */
static enum sg_status
test(struct writer *writer, struct webhook *hook,
     const struct sg_request *request, struct sg_err *err)
{
	const struct sg_call *call = writer->call;
	const char *fetched =
		call->host->request_header(call, request, "X-Fetched");
	struct webhook_document document = {.xml = NULL};
	struct webhook_check check = {
		.call = call, .hook = hook, .request = request};
	struct webhook_outcomes outcomes;
	struct sg_request sent = *request;
	enum sg_status status;

	fetched = fetched ? call->host->copy(call, fetched) : NULL;
	sent.path = hook->name; /* as it is in the URL that is signed */
	check.request = &sent;
	status = webhook_document_open(call, &sent, hook->format,
				       &hook->namespaces, &document, err);
	check.document = status == SG_OK ? &document : NULL;
	text(writer, "format", webhook_format_name(document.format));
	write_check(writer, &check);
	if (status == SG_OK && hook->fetch && !fetched)
		text(writer, "note",
		     "what it points to is not fetched here: give it with "
		     "--fetched FILE");
	else if (status == SG_OK)
		status = webhook_look_inside(call, hook, &document, fetched,
					     err);
	if (status == SG_OK)
		status = webhook_map(call, hook, &document, true, &outcomes,
				     err);
	if (status == SG_OK)
		write_outcomes(writer, hook, &document, &outcomes);
	else
		text(writer, "refused", call->host->reason(err));
	webhook_document_close(&document);
	return SG_OK;
}

/* --- the API's way in ---------------------------------------------------- */

static void
write_all(struct writer *writer, const struct webhooks *hooks)
{
	open(writer, "items", "[");
	for (size_t i = 0; i < hooks->n_hooks; i++) {
		open(writer, NULL, "{");
		write_hook(writer, &hooks->hooks[i], false);
		close(writer, "}");
	}
	close(writer, "]");
	name(writer, "next");
	writer->call->host->print(writer->to, "null");
}

static enum sg_status
inspect_one(struct writer *writer, struct webhook *hook, const char *what,
	    const struct sg_request *request, struct sg_err *err)
{
	enum sg_status status;

	if (strcmp(what, "test") == 0)
		return test(writer, hook, request, err);
	if (strcmp(what, "confirm") == 0) {
		status = webhook_confirm(writer->call, hook, err);
		if (status == SG_OK)
			yes(writer, "confirmed", true);
		return status;
	}
	write_hook(writer, hook, true);
	return SG_OK;
}

/* An error goes by its status and as {"problem": text}. */
enum sg_status
webhook_inspect(const struct sg_call *call, const struct sg_request *request,
		struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct writer writer = {call, host->text(call), true};
	const char *slash = strrchr(request->path, '/');
	char *of = host->copy(call, request->path);
	enum sg_status status = SG_OK;
	struct webhook *hook;

	if (slash &&
	    (strcmp(slash, "/test") == 0 || strcmp(slash, "/confirm") == 0))
		of[slash - request->path] = '\0';
	else
		slash = NULL;
	hook = webhook_find(call->state, of);
	host->print(writer.to, "{");
	if (!of[0])
		write_all(&writer, call->state);
	else if (hook)
		status = inspect_one(&writer, hook, slash ? slash + 1 : "",
				     request, err);
	else
		status =
			host->fail(err, SG_NONE, "no webhook is called %s", of);
	if (status != SG_OK)
		text(&writer, "problem", host->reason(err));
	host->print(writer.to, "}");
	host->reply_status(reply, status == SG_OK	 ? 200
				  : status == SG_NONE	 ? 404
				  : status == SG_REFUSED ? 422
							 : 503);
	host->reply_header(reply, "Content-Type", "application/json");
	host->reply_body(reply, host->text_value(writer.to),
			 host->text_len(writer.to));
	return SG_OK;
}
