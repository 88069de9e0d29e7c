/*
 * api_verdict.c - why a hit was taken for a person's or a machine's: each test
 * in order, with what it saw and what came of it, and what later judged it.
 * What only the request itself showed is kept as long as `privacy` says.
 */
#include <string.h>

#include "apply/apply_verdict.h"
#include "apply/hit_judge.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/text.h"
#include "http/api/api_call.h"
#include "store/store_hit.h"
#include "store/store_history.h"

#define MONTH_MS (INT64_C(30) * CLOCK_DAY_MS)

struct explaining {
	struct api_call *call;
	const struct verdict_windows *windows;
	struct store_history row;
	bool kept; /* hit is filled */
	struct store_hit hit;
	struct store_message_of message;
	struct json *tests;
};

static void
add_test(struct explaining *explaining, const char *name, const char *result,
	 const char *evidence)
{
	struct json *test = json_new_object();

	json_add_text(test, "test", name);
	json_add_text(test, "result", result);
	json_add_text(test, "evidence", evidence);
	json_push(explaining->tests, test);
}

static const char *
own_reason(const struct explaining *explaining)
{
	return explaining->kept ? explaining->hit.reason
				: explaining->row.verdict_reason;
}

static void
test_request(struct explaining *explaining)
{
	const char *reason = own_reason(explaining);
	bool prefetch = strcmp(reason, "prefetch header") == 0;
	/* Those of the others have a colon, or are these two. */
	bool agent = *reason && !prefetch && !strchr(reason, ':') &&
		     strcmp(reason, HIT_HONEYPOT) != 0 &&
		     strcmp(reason, HIT_BEFORE_DELIVERY) != 0;
	const char *who = explaining->kept && *explaining->hit.agent
				  ? explaining->hit.agent
				  : "the user agent is not kept";

	add_test(explaining, "method", "passed",
		 "no HEAD and no OPTIONS: those are no signal");
	add_test(explaining, "prefetch header", prefetch ? "machine" : "passed",
		 prefetch ? "it says that it fetches in advance"
			  : "none of those that verdict.conf names");
	if (prefetch)
		return;
	if (agent && !explaining->kept) /* or what somebody said of it */
		who = pool_printf(explaining->call->pool, "%s; %s", reason,
				  who);
	else if (agent)
		who = pool_printf(explaining->call->pool, "%s: %s", reason,
				  who);
	add_test(explaining, "user agent",
		 !agent ? "passed"
			: verdict_name(explaining->kept
					       ? explaining->hit.verdict
					       : explaining->row.verdict),
		 who);
}

static enum sg_status
test_delivery(struct explaining *explaining, struct sg_err *err)
{
	struct store_message_of of = explaining->message;
	char when[CLOCK_TEXT_SIZE];
	enum sg_status status;
	int64_t at;

	of.since -= MONTH_MS;
	of.until += MONTH_MS;
	status =
		store_message_delivered(explaining->call->store, &of, &at, err);
	if (status == SG_NONE) {
		add_test(explaining, "delivery", "unknown",
			 "nothing says when the mail was delivered; the "
			 "plugin maillog would");
		return SG_OK;
	}
	if (status != SG_OK)
		return status;
	clock_format(at, when);
	add_test(explaining, "delivery",
		 hit_before_delivery(explaining->row.happened_at, at,
				     explaining->windows)
			 ? "machine"
			 : "passed",
		 pool_printf(explaining->call->pool, "delivered at %s", when));
	return SG_OK;
}

static enum sg_status
test_honeypot(struct explaining *explaining, struct sg_err *err)
{
	enum sg_status status;

	if (!explaining->kept || !explaining->hit.source) {
		add_test(explaining, "honeypot", "unknown",
			 "its source is not known, or not kept any more");
		return SG_OK;
	}
	status = store_honeypot_has(explaining->call->store,
				    &explaining->message,
				    explaining->hit.source, err);
	if (status != SG_OK && status != SG_NONE)
		return status;
	add_test(explaining, "honeypot", status == SG_OK ? "machine" : "passed",
		 status == SG_OK
			 ? "its source followed the link that nobody sees"
			 : "its source followed no link that nobody sees");
	return SG_OK;
}

static const char *
url_of(struct pool *pool, const struct store_message_hit *row)
{
	struct json *props = NULL;
	const char *url = "an image";

	if (!row->is_click)
		return url;
	url = "a link";
	if (json_parse(row->props, strlen(row->props), &props, NULL) == SG_OK &&
	    json_get_text(props, "url"))
		url = pool_strdup(pool, json_get_text(props, "url"));
	json_free(props);
	return url;
}

/* "2 links of one message within 3 s: +0.0 s https://…, +0.4 s https://…" */
static const char *
burst_evidence(struct explaining *explaining,
	       const struct store_message_hits *rows, unsigned links)
{
	struct pool *pool = explaining->call->pool;
	const char *comma = ":";
	struct buf text = BUF_INIT;
	const char *kept;

	buf_printf(&text, "%u %s followed within %g s of it", links,
		   links == 1 ? "link" : "different links",
		   (double)explaining->windows->burst_ms / 1000);
	for (size_t i = 0; i < rows->n_rows && i < 10; i++) {
		int64_t from =
			rows->rows[i].happened_at - explaining->row.happened_at;

		buf_printf(&text, "%s %+.1f s %.200s", comma,
			   (double)from / 1000, url_of(pool, &rows->rows[i]));
		comma = ",";
	}
	if (rows->n_rows > 10)
		buf_printf(&text, ", and %zu more", rows->n_rows - 10);
	kept = pool_strdup(pool, buf_ok(&text) ? buf_text(&text) : "");
	buf_done(&text);
	return kept;
}

static unsigned
links_in(struct explaining *explaining, const struct store_message_hits *rows)
{
	struct pool *pool = explaining->call->pool;
	unsigned n = 0;

	for (size_t i = 0; i < rows->n_rows; i++) {
		size_t k = 0;

		while (k < i && (!rows->rows[k].is_click ||
				 strcmp(url_of(pool, &rows->rows[k]),
					url_of(pool, &rows->rows[i])) != 0))
			k++;
		n += rows->rows[i].is_click && k == i;
	}
	return n;
}

static enum sg_status
test_burst(struct explaining *explaining, struct sg_err *err)
{
	struct store_message_of of = explaining->message;
	const char *reason = explaining->row.verdict_reason;
	struct store_message_hits rows;
	enum sg_status status;

	of.since -= explaining->windows->burst_ms;
	of.until += explaining->windows->burst_ms;
	status = store_message_hits(explaining->call->store, &of,
				    explaining->call->pool, &rows, err);
	if (status != SG_OK)
		return status;
	add_test(
		explaining, "burst",
		strncmp(reason, "burst:", 6) == 0	? "machine"
		: explaining->windows->burst_links == 0 ? "off"
							: "passed",
		burst_evidence(explaining, &rows, links_in(explaining, &rows)));
	return SG_OK;
}

static void
test_sweep(struct explaining *explaining)
{
	const char *reason = explaining->row.verdict_reason;
	bool is = strncmp(reason, "sweep:", 6) == 0;

	add_test(explaining, "sweep",
		 is					      ? "machine"
		 : explaining->windows->sweep_recipients == 0 ? "off"
							      : "passed",
		 is ? reason
		    : "its source was not seen at many recipients of the "
		      "domain at once");
}

static bool
is_about(const struct explaining *explaining, const struct signal *judgement)
{
	const struct store_history *row = &explaining->row;
	const char *id = signal_get(judgement, "history");
	const char *name = signal_get(judgement, "signal");
	long long number;

	if (id)
		return text_to_int(id, &number) && number == row->id;
	return judgement->message_id == row->message_id &&
	       (!name || strcmp(name, row->name) == 0);
}

static enum sg_status
add_judgement(struct explaining *explaining, struct json *items, int64_t id,
	      struct sg_err *err)
{
	struct pool *pool = explaining->call->pool;
	struct store_history row;
	struct signal signal;
	struct json *item;
	enum sg_status status =
		store_history_get(explaining->call->store, id, pool, &row, err);

	if (status == SG_OK)
		status = store_history_signal(&row, pool, &signal, err);
	if (status != SG_OK || !is_about(explaining, &signal))
		return status;
	item = json_new_object();
	json_add_time(item, "received_at", row.received_at);
	json_add_text(item, "by", *row.actor ? row.actor : row.source);
	json_add_text(item, "verdict", verdict_name(row.verdict));
	json_add_text(item, "reason", row.verdict_reason);
	json_push(items, item);
	return SG_OK;
}

static enum sg_status
add_judgements(struct explaining *explaining, struct json *to,
	       struct sg_err *err)
{
	struct json *items = json_new_array();
	struct store_history_ids ids = {0, NULL};
	enum sg_status status = SG_OK;

	json_add(to, "judged", items);
	if (explaining->row.record_id)
		status = store_judgements_since(
			explaining->call->store, explaining->row.record_id,
			explaining->row.happened_at, explaining->call->pool,
			&ids, err);
	for (size_t i = 0; i < ids.n && status == SG_OK; i++)
		status = add_judgement(explaining, items, ids.ids[i], err);
	return status;
}

static void
add_hit(const struct explaining *explaining, struct json *to)
{
	struct json *hit;

	if (!explaining->kept)
		return;
	hit = json_new_object();
	json_add_text(hit, "address", explaining->hit.address);
	json_add_text(hit, "agent", explaining->hit.agent);
	json_add_text(hit, "verdict", verdict_name(explaining->hit.verdict));
	json_add_text(hit, "reason", explaining->hit.reason);
	json_add(to, "hit", hit);
}

static enum sg_status
run_tests(struct explaining *explaining, struct sg_err *err)
{
	enum sg_status status;

	test_request(explaining);
	status = test_delivery(explaining, err);
	if (status == SG_OK)
		status = test_honeypot(explaining, err);
	if (status == SG_OK)
		status = test_burst(explaining, err);
	test_sweep(explaining);
	return status;
}

static enum sg_status
find(struct explaining *explaining, struct sg_err *err)
{
	struct api_call *call = explaining->call;
	struct store_history *row = &explaining->row;
	enum consent_what what;
	enum sg_status status = api_store(call, err);
	long long id;

	if (status != SG_OK)
		return status;
	status = text_to_int(call->args[0], &id)
			 ? store_history_get(call->store, id, call->pool, row,
					     err)
			 : SG_NONE;
	if (status == SG_NONE ||
	    (status == SG_OK && (row->kind != SIGNAL_HAPPENED ||
				 !consent_covers(row->name, &what))))
		return err_set(err, SG_NONE, "there is no open or click `%s`",
			       call->args[0]);
	if (status != SG_OK)
		return status;
	explaining->message =
		(struct store_message_of){.record_id = row->record_id,
					  .record_key = row->record_key,
					  .message_id = row->message_id,
					  .since = row->happened_at,
					  .until = row->happened_at};
	status = store_hit_get(call->store, row->id, call->pool,
			       &explaining->hit, err);
	explaining->kept = status == SG_OK;
	return status == SG_NONE ? SG_OK : status;
}

enum sg_status
api_signals_explain(struct api_call *call, struct sg_err *err)
{
	static const struct verdict_windows none;
	struct verdict_book *book = call->api->options.verdicts;
	struct explaining explaining = {
		.call = call,
		.windows = book ? &verdict_book_get(book)->windows : &none};
	struct json *answer = api_answer(call);
	enum sg_status status = find(&explaining, err);

	if (status != SG_OK)
		return status;
	json_add(answer, "signal", api_history_json(&explaining.row));
	add_hit(&explaining, answer);
	explaining.tests = json_new_array();
	json_add(answer, "tests", explaining.tests);
	status = run_tests(&explaining, err);
	return status == SG_OK ? add_judgements(&explaining, answer, err)
			       : status;
}
