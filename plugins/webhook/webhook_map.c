/* webhook_map.c - from the JSON of an event to signals. */
#include "webhook.h"

#include <string.h>

static bool
fits(const struct sg_call *call, const struct webhook_event *event,
     const struct sg_json *json)
{
	const struct sg_host *host = call->host;
	const struct sg_json *found;
	const char *value;

	for (size_t i = 0; i < event->n_when; i++) {
		found = host->json_pointer(json, event->when[i].left);
		if (!found)
			return false;
		if (!event->when[i].right)
			continue;
		value = host->json_text(call, found);
		if (!value || strcmp(value, event->when[i].right) != 0)
			return false;
	}
	return true;
}

static const char *
text_at(const struct sg_call *call, const struct sg_json *json,
	const char *pointer)
{
	const char *value = NULL;

	if (pointer)
		value = call->host->json_text(
			call, call->host->json_pointer(json, pointer));
	return value;
}

/* Whose event it is; NULL: it does not say. */
static const char *
key_of(const struct sg_call *call, const struct sg_json *json,
       const struct webhook_event *event)
{
	const char *value = text_at(call, json, event->email);
	struct sg_text *key;

	if (!event->match || !value || !value[0])
		return value;
	key = call->host->text(call);
	call->host->print(key, "%s=%s", event->match, value);
	return call->host->text_value(key);
}

static enum sg_status
fill(const struct sg_call *call, const struct webhook *hook,
     const struct webhook_event *event, const struct sg_json *json,
     struct sg_signal *signal)
{
	const struct sg_host *host = call->host;
	struct sg_prop *props =
		host->alloc(call, (event->n_props + 1) * sizeof(*props));
	const char *id = text_at(call, json, event->id), *value;
	struct sg_text *own_id = host->text(call);
	size_t n = 0;

	for (size_t i = 0; i < event->n_props; i++) {
		value = text_at(call, json, event->props[i].right);
		if (value)
			props[n++] =
				(struct sg_prop){event->props[i].left, value};
	}
	signal->size = sizeof(*signal);
	signal->kind = SG_SIGNAL_HAPPENED;
	signal->name = event->signal;
	signal->module = event->module;
	signal->key = key_of(call, json, event);
	signal->props = props;
	signal->n_props = n;
	if (id) {
		/* The same id of another event or sender is another thing. */
		host->print(own_id, "%s\n%s\n%s", hook->name, event->signal,
			    id);
		signal->external_id = host->text_value(own_id);
	}
	return signal->key && signal->key[0] ? SG_OK : SG_REFUSED;
}

enum sg_status
webhook_map(const struct sg_call *call, const struct webhook *hook,
	    const struct sg_json *json, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct sg_signal *signals =
		host->alloc(call, (hook->n_events + 1) * sizeof(*signals));
	enum sg_status status;
	size_t n = 0;

	for (size_t i = 0; i < hook->n_events; i++) {
		if (!fits(call, &hook->events[i], json))
			continue;
		status =
			fill(call, hook, &hook->events[i], json, &signals[n++]);
		if (status != SG_OK)
			return host->fail(err, status,
					  "webhook %s, event %s: no address",
					  hook->name, hook->events[i].signal);
	}
	if (n == 0)
		return SG_NONE;
	return host->emit(call, signals, n, SG_SYNCED, err);
}
