/* gate_open.c - the gate as a whole: opened, asked, ticked, closed. */
#include <stdlib.h>

#include "base/clock.h"
#include "gate/gate_call.h"
#include "gate/gate_load.h"
#include "gate/gate_page.h"
#include "gate/split_worker.h"
#include "mail/part_map.h"

static char *
copy_or_empty(const char *text)
{
	return strdup(text ? text : "");
}

/* Also when mail is not split any more: what waits is still to be sent. */
static enum sg_status
open_split(struct sg_gate *gate, const char *directory, struct sg_err *err)
{
	struct split_queue_options options = {
		.directory = directory,
		.most_bytes = (uint64_t)gate->mail.split_most,
	};

	return split_queue_open(&options, clock_now(), &gate->split, err);
}

static enum sg_status
open_verdicts(struct sg_gate *gate, struct verdict_book *book,
	      struct sg_err *err)
{
	struct verdict_conf *conf;
	enum sg_status status = SG_OK;

	gate->verdicts = book;
	if (book)
		return SG_OK;
	status = verdict_conf_read(NULL, &conf, err);
	if (status == SG_OK)
		gate->verdicts = gate->own_verdicts = verdict_book_new(conf);
	return status;
}

enum sg_status
gate_start_split(struct sg_gate *gate, struct sg_err *err)
{
	if (!gate->split)
		return SG_OK;
	return split_worker_start(gate, gate->split, &gate->split_worker, err);
}

void
gate_stop_split(struct sg_gate *gate)
{
	split_worker_stop(gate->split_worker);
	gate->split_worker = NULL;
}

struct split_queue *
gate_split(struct sg_gate *gate)
{
	return gate->split;
}

enum sg_status
gate_open(const struct gate_options *options, struct sg_gate **gate_out,
	  struct sg_err *err)
{
	struct sg_gate *gate = calloc(1, sizeof(*gate));
	enum sg_status status;

	if (!gate)
		return err_set(err, SG_FAILED, "out of memory");
	gate->keys = options->keys;
	gate->spool = options->spool;
	gate->kinds = options->kinds;
	gate->public_url = copy_or_empty(options->public_url);
	gate->bounce_domain = copy_or_empty(options->bounce_domain);
	gate->timezone = copy_or_empty(options->timezone);
	gate->unsubscribe_address = copy_or_empty(options->unsubscribe_address);
	gate->state = copy_or_empty(options->state);
	gate->files = options->files_directory
			      ? strdup(options->files_directory)
			      : NULL;
	gate->rates = rate_new(GATE_RATES);
	gate->once = once_new();
	gate->settle_ms = options->settle_ms;
	gate->expire_ms = options->expire_ms;
	gate->is_named = options->is_named;
	gate->is_named_arg = options->is_named_arg;
	gate->recent = mail_recent_new();
	gate->senders = mail_senders_new();
	mail_start();
	if (!gate->rates || !gate->once) {
		gate_close(gate);
		return err_set(err, SG_FAILED, "out of memory");
	}
	status = mail_conf_init(&gate->mail, options->mail, err);
	gate->mail.keep_bounces =
		gate->mail.keep_bounces || options->keep_bounces;
	if (status == SG_OK)
		status = mail_consent_init(&gate->consent, options->consent,
					   options->consents, err);
	if (status == SG_OK)
		status = hit_privacy_init(&gate->privacy, options->privacy,
					  options->keys, err);
	if (status == SG_OK)
		status = open_verdicts(gate, options->verdicts, err);
	gate->page_conf = options->pages;
	if (status == SG_OK)
		status = gate_page_open(gate, err);
	if (status == SG_OK && options->split_directory && gate->mail.reinject)
		status = open_split(gate, options->split_directory, err);
	if (status != SG_OK) {
		gate_close(gate);
		return status;
	}
	*gate_out = gate;
	return SG_OK;
}

void
gate_close(struct sg_gate *gate)
{
	if (!gate)
		return;
	while (gate->n_plugins)
		gate_unload(gate->plugins[--gate->n_plugins]);
	gate_stop_split(gate);
	split_queue_close(gate->split);
	mail_conf_done(&gate->mail);
	mail_consent_done(&gate->consent);
	verdict_book_free(gate->own_verdicts);
	pages_free(gate->pages);
	mail_recent_free(gate->recent);
	mail_senders_free(gate->senders);
	free(gate->public_url);
	free(gate->bounce_domain);
	free(gate->timezone);
	free(gate->unsubscribe_address);
	free(gate->state);
	free(gate->files);
	rate_free(gate->rates);
	once_free(gate->once);
	free(gate);
}

void
gate_set_api(struct sg_gate *gate, gate_api_fn *api, void *arg)
{
	gate->api = api;
	gate->api_arg = arg;
}

void
gate_set_people(struct sg_gate *gate, const struct gate_people *people,
		void *arg)
{
	gate->people = people;
	gate->people_arg = arg;
}

void
gate_set_look(struct sg_gate *gate, gate_look_fn *look, void *arg)
{
	gate->look = look;
	gate->look_arg = arg;
}

void
gate_remember_sender(struct sg_gate *gate, uint64_t message_id,
		     const char *sender)
{
	mail_senders_add(gate->senders, message_id, sender);
}

size_t
gate_plugin_count(struct sg_gate *gate)
{
	return gate->n_plugins;
}

bool
gate_has_plugin(struct sg_gate *gate, const char *name)
{
	for (size_t i = 0; i < gate->n_plugins; i++)
		if (strcmp(gate->plugins[i]->descriptor.name, name) == 0)
			return true;
	return false;
}

static size_t
count_routes(const struct sg_route *route)
{
	size_t n = 0;

	while (route && route[n].prefix)
		n++;
	return n;
}

void
gate_plugin_at(struct sg_gate *gate, size_t i,
	       struct gate_plugin_info *info_out)
{
	struct gate_plugin *plugin = gate->plugins[i];

	*info_out = (struct gate_plugin_info){
		.name = plugin->descriptor.name,
		.version = plugin->descriptor.version,
		.summary = plugin->descriptor.summary,
		.path = plugin->path,
		.abi_major = plugin->descriptor.abi_major,
		.abi_minor = plugin->descriptor.abi_minor,
		.n_signals = plugin->n_signals,
		.n_routes = count_routes(plugin->descriptor.routes) +
			    count_routes(plugin->descriptor.private_routes),
		.calls = atomic_load(&plugin->calls),
		.failures = atomic_load(&plugin->failures),
		.suspended = atomic_load(&plugin->failures_in_a_row) >=
			     GATE_FAILURES_BEFORE_REST,
	};
}

void
gate_tick(struct sg_gate *gate, int64_t now)
{
	struct gate_plugin *plugin;
	struct sg_err err = {.text = ""};
	enum sg_status status;
	struct gate_call call;

	for (size_t i = 0; i < gate->n_plugins; i++) {
		plugin = gate->plugins[i];
		if (!plugin->descriptor.tick || !gate_call_may(plugin, now))
			continue;
		gate_call_begin(&call, plugin, now);
		status = plugin->descriptor.tick(&call.public, &err);
		/* A tick that went well must not make good what fails in
		 * mail and web: it comes every second. */
		if (status == SG_FAILED)
			gate_call_count(&call, status, "tick", &err);
		gate_call_end(&call);
	}
}

/* It depends on nothing but what is given, so it is asked also of a plugin
 * that rests, and not counted: the same history must give the same points. */
size_t
gate_score(struct sg_gate *gate, const struct sg_signal *signal,
	   const struct sg_record *record, struct sg_points *points_out,
	   size_t most)
{
	struct gate_plugin *plugin;
	struct gate_call call;
	size_t n = 0, given;

	for (size_t i = 0; i < gate->n_plugins && n < most; i++) {
		plugin = gate->plugins[i];
		if (!plugin->descriptor.score)
			continue;
		gate_call_begin(&call, plugin, signal->happened_at);
		given = plugin->descriptor.score(&call.public, signal, record,
						 points_out + n, most - n);
		n += given < most - n ? given : most - n;
		gate_call_end(&call);
	}
	return n;
}

void
gate_get_status(struct sg_gate *gate, struct gate_status *out)
{
	out->messages_in = atomic_load(&gate->messages_in);
	out->messages_out = atomic_load(&gate->messages_out);
	out->instrumented = atomic_load(&gate->instrumented);
	out->passed_on_trouble = atomic_load(&gate->passed_on_trouble);
	out->bounces_taken = atomic_load(&gate->bounces_taken);
}
