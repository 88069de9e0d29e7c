/* webhook_settings.c - `webhook "shop" { … }` and the mapping that it names,
 * read and checked once at start. */
#include "webhook.h"

#include <stdlib.h>
#include <string.h>

struct webhook *
webhook_find(struct webhooks *hooks, const char *name)
{
	for (size_t i = 0; i < hooks->n_hooks; i++)
		if (strcmp(hooks->hooks[i].name, name) == 0)
			return &hooks->hooks[i];
	return NULL;
}

const struct sg_settings *
webhook_setting(const struct sg_call *call, const struct webhook *hook,
		const char *name)
{
	if (hook->mapping && !call->host->setting_is_set(hook->own, name))
		return hook->mapping;
	return hook->own;
}

const char *
webhook_setting_text(const struct sg_call *call, const struct webhook *hook,
		     const char *name)
{
	return call->host->setting_text(webhook_setting(call, hook, name),
					name);
}

bool
webhook_listed(const struct sg_call *call, const struct webhook *hook,
	       const char *name, const char *text)
{
	const struct sg_settings *settings = webhook_setting(call, hook, name);
	size_t n = call->host->setting_list_count(settings, name);

	for (size_t i = 0; i < n; i++)
		if (call->host->glob(
			    call->host->setting_list_at(settings, name, i),
			    text))
			return true;
	return false;
}

/* --- the mapping --------------------------------------------------------- */

static enum sg_status
read_mapping(const struct sg_call *call, struct webhook *hook,
	     struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const char *name = host->setting_text(hook->own, "mapping");
	struct sg_text *file = host->text(call);
	enum sg_status status;

	if (!name)
		return SG_OK;
	hook->mapping_name = name;
	host->print(file, strchr(name, '/') ? "%s" : "webhooks/%s.conf", name);
	status = host->settings_read(call, host->text_value(file),
				     webhook_options, &hook->mapping, err);
	if (status == SG_NONE)
		return host->setting_refuse(hook->own, "mapping", err, "%s",
					    host->reason(err));
	if (status == SG_OK && host->setting_is_set(hook->mapping, "mapping"))
		return host->setting_refuse(hook->mapping, "mapping", err,
					    "stands in a mapping");
	return status;
}

/* --- events -------------------------------------------------------------- */

/* Its own event of that title goes before the mapping's. */
static bool
has_own(const struct sg_call *call, const struct webhook *hook,
	const char *title)
{
	const struct sg_host *host = call->host;
	size_t n = host->setting_section_count(hook->own, "event");

	for (size_t i = 0; i < n; i++)
		if (strcmp(host->setting_title(host->setting_section_at(
				   hook->own, "event", i)),
			   title) == 0)
			return true;
	return false;
}

static enum sg_status
read_events_of(const struct sg_call *call, struct webhook *hook,
	       const struct sg_settings *of, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	size_t n = host->setting_section_count(of, "event");
	enum sg_status status = SG_OK;

	for (size_t i = 0; status == SG_OK && i < n; i++) {
		const struct sg_settings *settings =
			host->setting_section_at(of, "event", i);

		if (of == hook->mapping &&
		    has_own(call, hook, host->setting_title(settings)))
			continue;
		if (hook->n_events == WEBHOOK_EVENTS_MOST)
			return host->setting_refuse(of, NULL, err,
						    "more than %d events",
						    WEBHOOK_EVENTS_MOST);
		status = webhook_event_read(call, hook, settings,
					    &hook->events[hook->n_events], err);
		hook->n_events++;
	}
	return status;
}

static enum sg_status
read_events(const struct sg_call *call, struct webhook *hook,
	    struct sg_err *err)
{
	enum sg_status status = SG_OK;

	hook->events = call->host->alloc(call, WEBHOOK_EVENTS_MOST *
						       sizeof(*hook->events));
	if (hook->mapping)
		status = read_events_of(call, hook, hook->mapping, err);
	if (status == SG_OK)
		status = read_events_of(call, hook, hook->own, err);
	return status;
}

/* --- what the body is ---------------------------------------------------- */

static enum sg_status
read_namespaces(const struct sg_call *call, struct webhook *hook,
		struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *of =
		webhook_setting(call, hook, "namespaces");
	size_t n = host->setting_list_count(of, "namespaces");

	for (size_t i = 0; i < n; i++) {
		char *prefix = host->copy(
			call, host->setting_list_at(of, "namespaces", i));
		char *equals = strchr(prefix, '=');
		size_t len = equals ? (size_t)(equals - prefix) : 0;

		while (len && prefix[len - 1] == ' ')
			len--;
		if (!len || i == WEBHOOK_NAMESPACES_MOST)
			return host->setting_refuse(
				of, "namespaces", err,
				"at most %d times \"prefix = URI\" was "
				"expected",
				WEBHOOK_NAMESPACES_MOST);
		prefix[len] = '\0';
		hook->namespaces.prefixes[i] = prefix;
		hook->namespaces.uris[i] = equals + 1 + strspn(equals + 1, " ");
		hook->namespaces.n++;
	}
	return SG_OK;
}

static enum sg_status
read_format(const struct sg_call *call, struct webhook *hook,
	    struct sg_err *err)
{
	const char *name = webhook_setting_text(call, hook, "format");
	int format = name ? webhook_format_find(name) : FORMAT_AUTO;

	if (format < 0)
		return call->host->setting_refuse(
			webhook_setting(call, hook, "format"), "format", err,
			"`%.40s` is not json, xml, form or auto", name);
	hook->format = (enum webhook_format)format;
	return read_namespaces(call, hook, err);
}

static enum sg_status
read_fetch(const struct sg_call *call, struct webhook *hook, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const char *from = webhook_setting_text(call, hook, "fetch");
	const char *bearer = webhook_setting_text(call, hook, "fetch_bearer");
	struct sg_text *header = host->text(call);
	enum sg_status status;

	hook->inside = webhook_setting_text(call, hook, "inside");
	hook->answer = webhook_setting_text(call, hook, "answer");
	hook->answer_type = webhook_setting_text(call, hook, "answer_type");
	if (bearer) {
		host->print(header, "Bearer %s", bearer);
		hook->fetch_authorization = host->text_value(header);
	}
	if (!from)
		return SG_OK;
	if (host->setting_list_count(webhook_setting(call, hook, "fetch_hosts"),
				     "fetch_hosts") == 0)
		return host->setting_refuse(
			webhook_setting(call, hook, "fetch"), "fetch", err,
			"needs fetch_hosts, the servers that may be asked");
	status = webhook_expr_parse(call, from, NULL, &hook->fetch, err);
	if (status != SG_OK)
		return host->setting_refuse(
			webhook_setting(call, hook, "fetch"), "fetch", err,
			"%s", host->reason(err));
	return SG_OK;
}

/* --- all of it ----------------------------------------------------------- */

/* It stands in an address, and in the name of a file. */
static enum sg_status
check_name(const struct sg_call *call, const struct webhook *hook,
	   struct sg_err *err)
{
	const char *allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
			      "WXYZ0123456789_-";

	if (hook->name[0] && !hook->name[strspn(hook->name, allowed)])
		return SG_OK;
	return call->host->setting_refuse(hook->own, NULL, err,
					  "webhook \"%s\": a name is made of "
					  "a-z, A-Z, 0-9, - and _",
					  hook->name);
}

static enum sg_status
check_events(const struct sg_call *call, const struct webhook *hook,
	     struct sg_err *err)
{
	return hook->n_events
		       ? SG_OK
		       : call->host->setting_refuse(
				 hook->own, NULL, err,
				 "webhook \"%s\" needs `mapping`, or an "
				 "`event` of its own: nothing would be kept",
				 hook->name);
}

static enum sg_status
read_hook(const struct sg_call *call, const struct sg_settings *settings,
	  struct webhook *hook, struct sg_err *err)
{
	enum sg_status status;

	hook->name = call->host->setting_title(settings);
	hook->own = settings;
	status = check_name(call, hook, err);
	if (status != SG_OK)
		return status;
	hook->news = calloc(1, sizeof(*hook->news));
	if (!hook->news)
		return call->host->fail(err, SG_FAILED, "out of memory");
	pthread_mutex_init(&hook->news->lock, NULL);
	status = read_mapping(call, hook, err);
	if (status == SG_OK)
		status = read_format(call, hook, err);
	if (status == SG_OK)
		status = read_fetch(call, hook, err);
	if (status == SG_OK)
		status = webhook_check_read(call, hook, err);
	if (status == SG_OK)
		status = webhook_challenge_read(call, hook, err);
	if (status == SG_OK)
		status = read_events(call, hook, err);
	if (status == SG_OK)
		status = check_events(call, hook, err);
	if (status == SG_OK)
		webhook_confirm_load(call, hook);
	return status;
}

static void
free_hooks(struct webhooks *hooks)
{
	for (size_t i = 0; i < hooks->n_hooks; i++) {
		if (!hooks->hooks[i].news)
			continue;
		pthread_mutex_destroy(&hooks->hooks[i].news->lock);
		free(hooks->hooks[i].news);
	}
	webhook_certificates_free(hooks->certificates);
	webhook_seen_close(hooks->seen);
}

static enum sg_status
open_seen(const struct sg_call *call, struct webhooks *hooks,
	  struct sg_err *err)
{
	for (size_t i = 0; i < hooks->n_hooks; i++) {
		struct webhook *hook = &hooks->hooks[i];

		if (!hook->scheme || !hook->scheme->signs_a_pair)
			continue;
		if (!hooks->seen)
			hooks->seen = webhook_seen_open(call);
		if (!hooks->seen)
			return call->host->fail(err, SG_FAILED,
						"out of memory");
		hook->seen = hooks->seen;
	}
	return SG_OK;
}

enum sg_status
webhook_start(const struct sg_call *call, void **state_out, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *settings = host->settings(call);
	size_t n = host->setting_section_count(settings, "webhook");
	struct webhooks *hooks = host->alloc(call, sizeof(*hooks));
	enum sg_status status = SG_OK;

	webhook_xml_start();
	if (n > WEBHOOK_HOOKS_MOST)
		return host->setting_refuse(settings, NULL, err,
					    "more than %d webhooks",
					    WEBHOOK_HOOKS_MOST);
	hooks->certificates = webhook_certificates_new();
	if (!hooks->certificates)
		return host->fail(err, SG_FAILED, "out of memory");
	for (; status == SG_OK && hooks->n_hooks < n; hooks->n_hooks++) {
		hooks->hooks[hooks->n_hooks].certificates = hooks->certificates;
		status = read_hook(call,
				   host->setting_section_at(settings, "webhook",
							    hooks->n_hooks),
				   &hooks->hooks[hooks->n_hooks], err);
	}
	if (status == SG_OK)
		status = open_seen(call, hooks, err);
	if (status == SG_OK)
		*state_out = hooks;
	else
		free_hooks(hooks);
	return status;
}

void
webhook_stop(const struct sg_call *call)
{
	free_hooks(call->state);
}
