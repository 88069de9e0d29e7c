/* api_status.c - is all well? For people, for a load balancer. */
#include <string.h>

#include "http/api/api_call.h"
#include "store/store_outbox.h"

struct health {
	struct apply_status apply;
	struct spool_status spool;
	struct gate_status gate;
	struct http_status http;
	struct store_outbox_counts outbox;
};

static void
look(struct api *api, struct health *health)
{
	struct http *http = atomic_load(&api->http);

	memset(health, 0, sizeof(*health));
	apply_get_status(api->options.apply, &health->apply);
	spool_get_status(api->options.spool, &health->spool);
	if (api->options.gate)
		gate_get_status(api->options.gate, &health->gate);
	if (http)
		http_get_status(http, &health->http);
}

static void
look_at_outbox(struct api *api, struct health *health)
{
	struct store *store;

	if (store_readers_take(api->options.readers, &store, NULL) != SG_OK)
		return;
	if (store_outbox_counts(store, &health->outbox, NULL) != SG_OK)
		memset(&health->outbox, 0, sizeof(health->outbox));
	store_readers_give(api->options.readers, store);
}

/* NULL = nothing. What keeps us from doing what we are for. */
static const char *
trouble(const struct health *health)
{
	if (health->spool.full)
		return "the spool is full: nothing more is kept";
	if (health->apply.store_down)
		return "the store is away: the spool keeps what comes";
	return NULL;
}

static void
add_apply(struct json *to, const struct apply_status *apply)
{
	struct json *part = json_new_object();

	json_add_int(part, "applied", (int64_t)apply->applied);
	json_add_int(part, "batches", (int64_t)apply->batches);
	json_add_int(part, "refolds", (int64_t)apply->refolds);
	json_add_int(part, "lag_ms", apply->lag_ms);
	json_add_int(part, "records", (int64_t)apply->records);
	json_add_int(part, "ruleset", apply->ruleset);
	json_add_bool(part, "store_down", apply->store_down);
	if (*apply->trouble)
		json_add_text(part, "trouble", apply->trouble);
	json_add_int(part, "fired", (int64_t)apply->fired);
	if (*apply->automation)
		json_add_text(part, "automation", apply->automation);
	json_add(to, "apply", part);
}

static void
add_spool(struct json *to, const struct spool_status *spool)
{
	struct json *part = json_new_object();

	json_add_int(part, "bytes", (int64_t)spool->bytes);
	json_add_int(part, "segments", (int64_t)spool->segments);
	json_add_int(part, "appended", (int64_t)spool->appended);
	json_add_int(part, "sync_failures", (int64_t)spool->sync_failures);
	json_add_bool(part, "full", spool->full);
	json_add(to, "spool", part);
}

static void
add_mail_and_web(struct json *to, const struct health *health,
		 struct sg_gate *gate)
{
	struct json *mail = json_new_object(), *web = json_new_object();

	json_add_int(mail, "messages_out", (int64_t)health->gate.messages_out);
	json_add_int(mail, "instrumented", (int64_t)health->gate.instrumented);
	json_add_int(mail, "messages_in", (int64_t)health->gate.messages_in);
	json_add_int(mail, "bounces", (int64_t)health->gate.bounces_taken);
	json_add_int(mail, "passed_on_trouble",
		     (int64_t)health->gate.passed_on_trouble);
	api_split_figures(gate, mail);
	json_add(to, "mail", mail);
	json_add_int(web, "requests", (int64_t)health->http.requests);
	json_add_int(web, "refused", (int64_t)health->http.refused);
	json_add_int(web, "connections", (int64_t)health->http.connections);
	json_add_int(web, "unkept", (int64_t)health->http.unkept);
	json_add_int(web, "limited", (int64_t)health->http.limited);
	json_add_int(web, "crowded", (int64_t)health->http.crowded);
	json_add(to, "web", web);
}

enum sg_status
api_status_show(struct api_call *call, struct sg_err *err)
{
	struct scoreboard *board = call->api->options.scoreboard;
	struct json *answer = api_answer(call);
	struct health health;
	const char *what;

	look(call->api, &health);
	what = trouble(&health);
	json_add_text(answer, "status", what ? what : "all is well");
	json_add_bool(answer, "healthy", !what);
	json_add_text(answer, "version", SCOREGATE_VERSION);
	json_add_time(answer, "started_at", call->api->started_at);
	json_add_time(answer, "now", call->now);
	json_add_int(answer, "scoreboard_bytes",
		     (int64_t)scoreboard_memory(board));
	add_apply(answer, &health.apply);
	add_spool(answer, &health.spool);
	add_mail_and_web(answer, &health, call->api->options.gate);
	/* With the store away there is still a status. */
	if (api_outbox_json(call, answer, NULL) != SG_OK)
		json_add_null(answer, "outbox");
	return SG_OK;
}

void
api_health(void *arg, const struct http_request *request,
	   struct sg_reply *reply)
{
	struct health health;
	const char *what;

	look(arg, &health);
	what = trouble(&health);
	reply_header(reply, "Cache-Control", "no-store");
	if (!what)
		reply_text(reply, 200, "ok\n");
	else if (request->face == HTTP_PUBLIC)
		reply_text(reply, 503, "not well\n");
	else
		reply_text(reply, 503, what);
}

/* --- Prometheus ---------------------------------------------------------- */

struct metric {
	const char *name, *type, *help;
	double value;
};

static void
write_metrics(struct buf *to, const struct metric *metrics, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(to,
			   "# HELP scoregate_%s %s\n# TYPE scoregate_%s %s\n"
			   "scoregate_%s %.17g\n",
			   metrics[i].name, metrics[i].help, metrics[i].name,
			   metrics[i].type, metrics[i].name, metrics[i].value);
}

static void
write_calls(struct buf *to, struct api *api)
{
	const struct metric metrics[] = {
		{"api_calls_total", "counter", "Calls of the API.",
		 (double)atomic_load(&api->calls)},
		{"api_problems_total", "counter",
		 "Calls of the API answered with a problem.",
		 (double)atomic_load(&api->problems)},
	};

	write_metrics(to, metrics, sizeof(metrics) / sizeof(metrics[0]));
}

static void
write_automations(struct buf *to, const struct health *health)
{
	const struct metric metrics[] = {
		{"automations_fired_total", "counter", "Firings.",
		 (double)health->apply.fired},
		{"outbox_waiting", "gauge", "Deliveries that wait.",
		 (double)health->outbox.waiting},
		{"outbox_retrying", "gauge",
		 "Of these, such that failed before.",
		 (double)health->outbox.retrying},
		{"outbox_dead", "gauge", "Deliveries given up.",
		 (double)health->outbox.dead},
	};

	write_metrics(to, metrics, sizeof(metrics) / sizeof(metrics[0]));
}

static void
write_gate(struct buf *to, const struct health *health, struct sg_gate *gate)
{
	struct gate_plugin_info info;

	write_automations(to, health);
	api_split_metrics(gate, to);
	buf_append_text(to, "# HELP scoregate_plugin_calls_total Calls of a "
			    "plugin.\n# TYPE scoregate_plugin_calls_total "
			    "counter\n");
	for (size_t i = 0; gate && i < gate_plugin_count(gate); i++) {
		gate_plugin_at(gate, i, &info);
		buf_printf(to, "scoregate_plugin_calls_total{plugin=\"%s\"} ",
			   info.name);
		buf_printf(to, "%llu\n", (unsigned long long)info.calls);
	}
	buf_append_text(to, "# HELP scoregate_plugin_failures_total Calls of a "
			    "plugin that failed.\n# TYPE "
			    "scoregate_plugin_failures_total counter\n");
	for (size_t i = 0; gate && i < gate_plugin_count(gate); i++) {
		gate_plugin_at(gate, i, &info);
		buf_printf(to,
			   "scoregate_plugin_failures_total{plugin=\"%s\"} "
			   "%llu\n",
			   info.name, (unsigned long long)info.failures);
	}
}

static void
answer_metrics(struct sg_reply *reply, struct buf *text)
{
	reply_text(reply, 200, buf_text(text));
	reply_header(reply, "Content-Type",
		     "text/plain; version=0.0.4; charset=utf-8");
	buf_done(text);
}

void
api_metrics(void *arg, const struct http_request *request,
	    struct sg_reply *reply)
{
	struct api *api = arg;
	struct health health;
	struct buf text = BUF_INIT;

	look(api, &health);
	look_at_outbox(api, &health);
	const struct metric metrics[] = {
		{"healthy", "gauge", "1 when spool and store take what comes.",
		 trouble(&health) ? 0 : 1},
		{"signals_appended_total", "counter",
		 "Signals kept in the spool.", (double)health.spool.appended},
		{"signals_applied_total", "counter",
		 "Signals applied to the store.", (double)health.apply.applied},
		{"spool_bytes", "gauge", "Spool not yet applied.",
		 (double)health.spool.bytes},
		{"spool_sync_failures_total", "counter", "Failed fdatasync.",
		 (double)health.spool.sync_failures},
		{"apply_lag_seconds", "gauge",
		 "Age of the oldest signal not applied.",
		 (double)health.apply.lag_ms / 1000},
		{"apply_batches_total", "counter", "Transactions.",
		 (double)health.apply.batches},
		{"apply_refolds_total", "counter",
		 "Records recomputed for a late signal.",
		 (double)health.apply.refolds},
		{"records", "gauge", "Records there are.",
		 (double)health.apply.records},
		{"scoreboard_bytes", "gauge", "Memory of the scoreboard.",
		 (double)scoreboard_memory(api->options.scoreboard)},
		{"mails_out_total", "counter", "Outgoing messages seen.",
		 (double)health.gate.messages_out},
		{"mails_instrumented_total", "counter",
		 "Outgoing messages instrumented.",
		 (double)health.gate.instrumented},
		{"mails_in_total", "counter", "Incoming messages seen.",
		 (double)health.gate.messages_in},
		{"bounces_total", "counter", "Recipients that bounced.",
		 (double)health.gate.bounces_taken},
		{"mails_passed_on_trouble_total", "counter",
		 "Messages let through untouched because something failed.",
		 (double)health.gate.passed_on_trouble},
		{"http_requests_total", "counter", "HTTP requests.",
		 (double)health.http.requests},
		{"http_refused_total", "counter", "HTTP requests refused.",
		 (double)health.http.refused},
		{"http_limited_total", "counter", "Past an address's limit.",
		 (double)health.http.limited},
		{"http_crowded_total", "counter", "Connections let go.",
		 (double)health.http.crowded},
		{"http_unkept_total", "counter", "Opens, clicks not kept.",
		 (double)health.http.unkept},
		{"http_connections", "gauge", "Open HTTP connections.",
		 (double)health.http.connections},
	};
	write_metrics(&text, metrics, sizeof(metrics) / sizeof(metrics[0]));
	write_automations(&text, &health);
	write_calls(&text, api);
	write_gate(&text, &health, api->options.gate);
	answer_metrics(reply, &text);
}
