/* page_event.c - from what t.js tells to signals, each within its bounds. */
#include "page.h"

#include <stdlib.h>
#include <string.h>

enum { OWN_PROPS = 2, IDENTIFIED_SIGNALS = 2 };

struct events {
	const struct sg_call *call;
	const struct sg_request *request;
	const struct page_visitor *visitor;
	const char *key; /* "field.external_id_visitor=…" */
	struct sg_signal signals[PAGE_EVENTS_MOST + IDENTIFIED_SIGNALS];
	size_t n;
	enum sg_verdict verdict;
	const char *verdict_reason;
	struct sg_err *err;
};

static const char *
text_at(const struct sg_call *call, const struct sg_json *json,
	const char *pointer)
{
	const struct sg_host *host = call->host;
	const char *text =
		host->json_text(call, host->json_pointer(json, pointer));

	return text ? text : "";
}

static struct sg_signal *
add(struct events *events, enum sg_signal_kind kind, const char *name)
{
	struct sg_signal *signal = &events->signals[events->n++];

	*signal = (struct sg_signal){
		.size = sizeof(*signal),
		.kind = kind,
		.name = name,
		.record_key = events->visitor->record_key,
		.key = events->visitor->record_key ? NULL : events->key,
		.verdict = events->verdict,
		.verdict_reason = events->verdict_reason};
	return signal;
}

static bool
is_prop_name(const char *name)
{
	size_t len = strlen(name);

	return len && len <= PAGE_NAME_MOST &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == len;
}

/* An address of a page, without what is behind #. */
static const char *
page_url(const struct events *events, const struct sg_json *event)
{
	const struct sg_host *host = events->call->host;
	const char *url = text_at(events->call, event, "/url");
	size_t len = strcspn(url, "#");
	struct sg_text *text = host->text(events->call);

	if (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
		return "";
	host->append(text, url, len < PAGE_VALUE_MOST ? len : PAGE_VALUE_MOST);
	return host->text_value(text);
}

static enum sg_status
add_props(struct events *events, const struct sg_json *event,
	  struct sg_signal *signal)
{
	const struct sg_call *call = events->call;
	const struct sg_host *host = call->host;
	const struct sg_json *pairs = host->json_pointer(event, "/props");
	size_t n = host->json_count(pairs);
	struct sg_prop *props;

	if (n > PAGE_PROPS_MOST)
		return host->fail(events->err, SG_REFUSED,
				  "an event has at most %d properties",
				  PAGE_PROPS_MOST);
	props = host->alloc(call, (n + OWN_PROPS) * sizeof(*props));
	props[0] = (struct sg_prop){"url", page_url(events, event)};
	props[1] = (struct sg_prop){"visitor", events->visitor->id};
	for (size_t i = 0; i < n; i++) {
		const struct sg_json *pair = host->json_at(pairs, i);

		props[OWN_PROPS + i] = (struct sg_prop){
			text_at(call, pair, "/0"), text_at(call, pair, "/1")};
		if (!is_prop_name(props[OWN_PROPS + i].name) ||
		    strlen(props[OWN_PROPS + i].value) > PAGE_VALUE_MOST)
			return host->fail(events->err, SG_REFUSED,
					  "a property's name is of a-z, 0-9 "
					  "and _, its value at most %d bytes",
					  PAGE_VALUE_MOST);
		/* These two are ours to say. */
		if (strcmp(props[OWN_PROPS + i].name, "url") == 0 ||
		    strcmp(props[OWN_PROPS + i].name, "visitor") == 0)
			return host->fail(events->err, SG_REFUSED,
					  "url and visitor are said already");
	}
	signal->props = props;
	signal->n_props = n + OWN_PROPS;
	return SG_OK;
}

/* When it happened, by the reader's own clock only as a difference. */
static int64_t
happened_at(const struct events *events, const struct sg_json *event)
{
	long long ago = strtoll(text_at(events->call, event, "/ago"), NULL, 10);

	if (ago < 0)
		ago = 0;
	if (ago > PAGE_AGO_MS_MOST)
		ago = PAGE_AGO_MS_MOST;
	return events->request->received_at - ago;
}

static bool
is_known_event(const struct events *events, const char *name)
{
	static const char *const own[] = {"page.visited", "page.dwelled",
					  "file.downloaded"};
	const struct sg_host *host = events->call->host;
	const struct sg_settings *settings = host->settings(events->call);
	size_t n = host->setting_list_count(settings, "events");

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (strcmp(own[i], name) == 0)
			return true;
	for (size_t i = 0; i < n; i++)
		if (strcmp(host->setting_list_at(settings, "events", i),
			   name) == 0)
			return true;
	return false;
}

static enum sg_status
add_event(struct events *events, const struct sg_json *event)
{
	const struct sg_call *call = events->call;
	const char *name = text_at(call, event, "/name");
	const char *key = text_at(call, event, "/key");
	struct sg_text *id = call->host->text(call);
	struct sg_signal *signal;

	if (!is_known_event(events, name))
		return call->host->fail(events->err, SG_REFUSED,
					"this event is not in the list "
					"`events` of plugin \"page\"");
	if (strlen(key) > PAGE_NAME_MOST)
		return call->host->fail(events->err, SG_REFUSED,
					"an event's key is too long");
	signal = add(events, SG_SIGNAL_HAPPENED, name);
	signal->happened_at = happened_at(events, event);
	/* Told twice is told once. */
	call->host->print(id, "%s %s", events->visitor->id, key);
	signal->external_id = key[0] ? call->host->text_value(id) : NULL;
	return add_props(events, event, signal);
}

/* What waits under the visitor's number becomes the record's. */
static void
add_identified(struct events *events)
{
	const struct sg_host *host = events->call->host;
	struct sg_prop *props = host->alloc(events->call, 4 * sizeof(*props));
	struct sg_signal *signal;

	props[0] = (struct sg_prop){"name", "external_id_visitor"};
	props[1] = (struct sg_prop){"value", events->visitor->id};
	props[2] = (struct sg_prop){"how", events->visitor->how};
	props[3] = (struct sg_prop){"visitor", events->visitor->id};
	signal = add(events, SG_FIELD_SET, NULL);
	signal->props = props;
	signal->n_props = 2;
	signal = add(events, SG_SIGNAL_HAPPENED, "visitor.identified");
	signal->props = props + 2;
	signal->n_props = 2;
}

enum sg_status
page_events_emit(const struct sg_call *call, const struct sg_request *request,
		 const struct sg_json *body, const struct page_visitor *visitor,
		 struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct sg_json *list = host->json_pointer(body, "/events");
	size_t n = host->json_count(list);
	struct events *events = host->alloc(call, sizeof(*events));
	struct sg_text *key = host->text(call);
	enum sg_status status = SG_OK;

	if (n > PAGE_EVENTS_MOST)
		return host->fail(err, SG_REFUSED, "at most %d events at once",
				  PAGE_EVENTS_MOST);
	*events = (struct events){.call = call,
				  .request = request,
				  .visitor = visitor,
				  .err = err};
	/* Do Not Track and what is not to be kept: also said by headers. */
	if (!host->judge(call, request, &events->verdict,
			 &events->verdict_reason))
		return SG_OK;
	host->print(key, "field.external_id_visitor=%s", visitor->id);
	events->key = host->text_value(key);
	if (visitor->how)
		add_identified(events);
	for (size_t i = 0; status == SG_OK && i < n; i++)
		status = add_event(events, host->json_at(list, i));
	if (status != SG_OK || events->n == 0)
		return status;
	if (!visitor->record_key &&
	    !host->setting_bool(host->settings(call), "anonymous"))
		return SG_OK;
	return host->emit(call, events->signals, events->n, SG_SYNCED, err);
}
