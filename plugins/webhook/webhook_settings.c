/* webhook_settings.c - the mapping, read and checked once at start. */
#include "webhook.h"

#include <string.h>

static char *
trimmed(const struct sg_call *call, const char *text, size_t len)
{
	char *copy;

	while (len && (*text == ' ' || *text == '\t'))
		text++, len--;
	while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	copy = call->host->alloc(call, len + 1);
	memcpy(copy, text, len);
	return copy;
}

/* "left = right"; `right` is NULL without an '='. */
static struct webhook_pair
split(const struct sg_call *call, const char *text)
{
	const char *equals = strchr(text, '=');
	struct webhook_pair pair = {NULL, NULL};

	pair.left = trimmed(call, text,
			    equals ? (size_t)(equals - text) : strlen(text));
	if (equals)
		pair.right = trimmed(call, equals + 1, strlen(equals + 1));
	return pair;
}

static bool
is_pointer(const char *text)
{
	return text && (text[0] == '/' || text[0] == '\0');
}

static enum sg_status
read_when(const struct sg_call *call, const struct sg_settings *settings,
	  struct webhook_event *event, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	size_t n = host->setting_list_count(settings, "when");

	for (size_t i = 0; i < n && i < WEBHOOK_PAIRS_MOST; i++) {
		event->when[i] =
			split(call, host->setting_list_at(settings, "when", i));
		if (!is_pointer(event->when[i].left))
			return host->setting_refuse(
				settings, "when", err,
				"`%s` is no JSON pointer (\"/type = paid\")",
				event->when[i].left);
		event->n_when++;
	}
	if (n > WEBHOOK_PAIRS_MOST)
		return host->setting_refuse(settings, "when", err,
					    "more than %d", WEBHOOK_PAIRS_MOST);
	return SG_OK;
}

static enum sg_status
read_props(const struct sg_call *call, const struct sg_settings *settings,
	   struct webhook_event *event, struct sg_err *err)
{
	const char *allowed = "abcdefghijklmnopqrstuvwxyz0123456789_.";
	const struct sg_host *host = call->host;
	size_t n = host->setting_list_count(settings, "properties");
	struct webhook_pair *pair;

	for (size_t i = 0; i < n && i < WEBHOOK_PAIRS_MOST; i++) {
		pair = &event->props[i];
		*pair = split(call,
			      host->setting_list_at(settings, "properties", i));
		if (!pair->left[0] || pair->left[strspn(pair->left, allowed)] ||
		    !is_pointer(pair->right))
			return host->setting_refuse(
				settings, "properties", err,
				"`%s`: \"name = /pointer\" was expected, a "
				"name of a-z, 0-9, _ and .",
				pair->left);
		event->n_props++;
	}
	if (n > WEBHOOK_PAIRS_MOST)
		return host->setting_refuse(settings, "properties", err,
					    "more than %d", WEBHOOK_PAIRS_MOST);
	return SG_OK;
}

static const char *
names_of(const struct sg_call *call, const struct webhook_event *event)
{
	struct sg_text *names = call->host->text(call);

	for (size_t i = 0; i < event->n_props; i++)
		call->host->print(names, "%s%s", i ? ", " : "",
				  event->props[i].left);
	return call->host->text_value(names);
}

static enum sg_status
read_event(const struct sg_call *call, const struct webhook *hook,
	   const struct sg_settings *settings, struct webhook_event *event,
	   struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct sg_signal_declaration signal;
	struct sg_text *summary = host->text(call);
	enum sg_status status;

	event->signal = host->setting_title(settings);
	event->module = host->setting_text(settings, "module");
	event->email = host->setting_text(settings, "email");
	event->id = host->setting_text(settings, "id");
	event->match = host->setting_text(settings, "match");
	if (event->match && (strncmp(event->match, "field.", 6) != 0 ||
			     !event->match[6] || strchr(event->match, '=')))
		return host->setting_refuse(settings, "match", err,
					    "field.NAME was expected, as "
					    "field.phone");
	if (!is_pointer(event->email))
		return host->setting_refuse(settings, "email", err,
					    "a JSON pointer was expected "
					    "(\"/customer/email\")");
	if (event->id && !is_pointer(event->id))
		return host->setting_refuse(settings, "id", err,
					    "a JSON pointer was expected");
	status = read_when(call, settings, event, err);
	if (status == SG_OK)
		status = read_props(call, settings, event, err);
	if (status != SG_OK)
		return status;
	host->print(summary, "From the webhook %s", hook->name);
	signal.name = event->signal;
	signal.properties = names_of(call, event);
	signal.summary = host->text_value(summary);
	return host->declare(call, &signal, err);
}

/* Who may send: somebody must be able to say no. */
static enum sg_status
read_secrets(const struct sg_call *call, const struct sg_settings *settings,
	     struct webhook *hook, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const char *user = host->setting_text(settings, "user");
	const char *password = host->setting_text(settings, "password");
	struct sg_text *pair = host->text(call);
	struct sg_text *header = host->text(call);

	hook->secret = host->setting_text(settings, "secret");
	hook->signature_header =
		host->setting_text(settings, "signature_header");
	hook->signature_prefix =
		host->setting_text(settings, "signature_prefix");
	if (hook->secret && !hook->secret[0])
		return host->setting_refuse(settings, "secret", err,
					    "is empty");
	if (!user != !password)
		return host->setting_refuse(settings, NULL, err,
					    "webhook \"%s\": `user` and "
					    "`password` belong together",
					    hook->name);
	if (user) {
		host->print(pair, "%s:%s", user, password);
		host->print(header, "Basic ");
		host->append_base64(header, host->text_value(pair),
				    host->text_len(pair));
		hook->authorization = host->text_value(header);
	}
	if (!hook->secret && !user && !host->setting_bool(settings, "unsigned"))
		return host->setting_refuse(
			settings, NULL, err,
			"webhook \"%s\" needs `secret`, or `user` and "
			"`password`; `unsigned = yes` takes anything",
			hook->name);
	return SG_OK;
}

static enum sg_status
read_hook(const struct sg_call *call, const struct sg_settings *settings,
	  struct webhook *hook, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	size_t n = host->setting_section_count(settings, "event");
	enum sg_status status;

	hook->name = host->setting_title(settings);
	status = read_secrets(call, settings, hook, err);
	if (status == SG_OK && n > WEBHOOK_EVENTS_MOST)
		return host->setting_refuse(settings, NULL, err,
					    "more than %d events",
					    WEBHOOK_EVENTS_MOST);
	hook->events = host->alloc(call, (n + 1) * sizeof(*hook->events));
	for (; status == SG_OK && hook->n_events < n; hook->n_events++)
		status = read_event(call, hook,
				    host->setting_section_at(settings, "event",
							     hook->n_events),
				    &hook->events[hook->n_events], err);
	return status;
}

enum sg_status
webhook_start(const struct sg_call *call, void **state_out, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *settings = host->settings(call);
	size_t n = host->setting_section_count(settings, "webhook");
	struct webhooks *hooks = host->alloc(call, sizeof(*hooks));
	enum sg_status status = SG_OK;

	if (n > WEBHOOK_HOOKS_MOST)
		return host->setting_refuse(settings, NULL, err,
					    "more than %d webhooks",
					    WEBHOOK_HOOKS_MOST);
	for (; status == SG_OK && hooks->n_hooks < n; hooks->n_hooks++)
		status = read_hook(call,
				   host->setting_section_at(settings, "webhook",
							    hooks->n_hooks),
				   &hooks->hooks[hooks->n_hooks], err);
	*state_out = hooks;
	return status;
}
