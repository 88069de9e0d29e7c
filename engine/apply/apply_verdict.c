/*
 * apply_verdict.c - what all hits of a message say together. A hit that comes
 * in is looked at before it is folded: one that settles when it has settled,
 * so that those around it are there; and it may speak against others. What was
 * folded already gets a judgement of its own (apply_judge.c), whose time is
 * that of the hit: what a person said later stands over it.
 */
#include <stdlib.h>
#include <string.h>

#include "apply/apply_verdict.h"
#include "apply/fold_parts.h"
#include "apply/hit_judge.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "store/store_hit.h"

#define DELIVERED_WITHIN_MS (INT64_C(30) * 86400000)

/* Two messages may share one: then a look into the store finds out. */
struct lately {
	int64_t last, before; /* the newest two hits */
};

enum { LATELY = 1 << 18 };

struct condemned {
	struct apply_hit_of of;
	int64_t id, at;
	const char *reason;
};

struct apply_verdicts {
	struct lately *lately;
	int64_t known_since; /* `lately` has all hits from here on */
	bool honeypots;	     /* there are any */
	struct apply_sweeps *sweeps;
	FOLD_VECTOR(struct condemned, condemned);
};

static const struct verdict_windows *
windows_of(const struct apply *apply)
{
	return apply->verdicts
		       ? &verdict_book_get(apply->options.verdicts)->windows
		       : NULL;
}

enum sg_status
apply_verdict_open(struct apply *apply, struct sg_err *err)
{
	struct apply_verdicts *verdicts;
	enum sg_status status;
	uint64_t rows = 1;

	if (!apply->options.verdicts)
		return SG_OK;
	status = store_history_count(apply->store, &rows, err);
	if (status != SG_OK)
		return status;
	status = store_honeypot_any(apply->store, err);
	if (status != SG_OK && status != SG_NONE)
		return status;
	verdicts = fold_must(calloc(1, sizeof(*verdicts)));
	verdicts->lately = fold_must(calloc(LATELY, sizeof(*verdicts->lately)));
	for (size_t i = 0; i < LATELY; i++)
		verdicts->lately[i] = (struct lately){INT64_MIN, INT64_MIN};
	verdicts->known_since = rows ? apply_time(apply) : INT64_MIN;
	verdicts->honeypots = status == SG_OK;
	apply->verdicts = verdicts;
	return apply_sweeps_open(apply, &verdicts->sweeps, err);
}

void
apply_verdict_close(struct apply *apply)
{
	struct apply_verdicts *verdicts = apply->verdicts;

	if (!verdicts)
		return;
	free(verdicts->lately);
	apply_sweeps_free(verdicts->sweeps);
	free(verdicts->condemned.items);
	free(verdicts);
	apply->verdicts = NULL;
}

static bool
is_hit(const struct signal *signal)
{
	enum consent_what what;

	return signal->kind == SIGNAL_HAPPENED && signal->message_id &&
	       consent_covers(signal->name, &what);
}

static void
condemn(struct apply *apply, const struct apply_hit_of *of, int64_t id,
	int64_t at, const char *reason)
{
	struct condemned *condemned = fold_add(&apply->verdicts->condemned);

	*condemned = (struct condemned){*of, id, at,
					pool_strdup(apply->work, reason)};
}

static void
find_guilty(struct apply *apply, struct signal *signal, const char *reason)
{
	signal->verdict = VERDICT_MACHINE;
	signal->verdict_reason = pool_strdup(apply->work, reason);
}

static struct store_message_of
message_of(const struct apply_hit_of *of, int64_t since, int64_t until)
{
	return (struct store_message_of){.record_id = of->record_id,
					 .record_key = of->record_key,
					 .message_id = of->message_id,
					 .since = since,
					 .until = until};
}

/* --- bursts ------------------------------------------------------------- */

static struct lately *
lately_of(struct apply *apply, const struct apply_hit_of *of)
{
	uint64_t key = of->record_key ^ of->message_id;

	return &apply->verdicts
			->lately[key * 0x9e3779b97f4a7c15ull >> (64 - 18)];
}

static void
note_lately(struct apply *apply, const struct apply_hit_of *of, int64_t at)
{
	struct lately *lately = lately_of(apply, of);

	if (at >= lately->last)
		*lately = (struct lately){at, lately->last};
	else if (at > lately->before)
		lately->before = at;
}

/* Is there surely no other hit near this one, which was noted? */
static bool
is_alone(struct apply *apply, const struct apply_hit_of *of, int64_t at,
	 int64_t reach)
{
	const struct lately *lately = lately_of(apply, of);

	return lately->last == at && at - reach > lately->before &&
	       at - reach >= apply->verdicts->known_since;
}

static uint64_t
link_of(const struct signal *signal)
{
	const char *url = signal_get(signal, "url");

	if (strcmp(signal->name, "email.clicked") != 0)
		return 0;
	return url ? hash_text(url) | 1 : 1;
}

static uint64_t
link_of_row(const struct store_message_hit *row)
{
	struct json *props;
	const char *url;
	uint64_t link = 1;

	if (!row->is_click)
		return 0;
	if (json_parse(row->props, strlen(row->props), &props, NULL) != SG_OK)
		return link;
	url = json_get_text(props, "url");
	if (url)
		link = hash_text(url) | 1;
	json_free(props);
	return link;
}

/* What declares itself to be a machine, or was found to be one by something
 * else, is known: a person may click at the same time. */
static bool
may_be_of_burst(const struct store_message_hit *row)
{
	return row->verdict != VERDICT_MACHINE ||
	       strncmp(row->reason, "burst:", 6) == 0;
}

static size_t
fill_seen(const struct store_message_hits *rows, int64_t own_id,
	  struct hit_seen *seen)
{
	size_t n = 0;

	for (size_t i = 0; i < rows->n_rows; i++)
		if (rows->rows[i].id != own_id &&
		    may_be_of_burst(&rows->rows[i]))
			seen[n++] = (struct hit_seen){
				.id = rows->rows[i].id,
				.at = rows->rows[i].happened_at,
				.link = link_of_row(&rows->rows[i])};
	return n;
}

static const struct store_message_hit *
row_of(const struct store_message_hits *rows, int64_t id)
{
	for (size_t i = 0; i < rows->n_rows; i++)
		if (rows->rows[i].id == id)
			return &rows->rows[i];
	return NULL;
}

static void
take_burst(struct apply *apply, const struct apply_hit_of *of,
	   const struct store_message_hits *rows, const struct hit_seen *seen,
	   size_t n, struct signal *signal)
{
	const struct verdict_windows *windows = windows_of(apply);
	char reason[HIT_REASON_SIZE];

	for (size_t i = 0; i < n; i++) {
		const struct store_message_hit *row = row_of(rows, seen[i].id);

		if (!seen[i].links)
			continue;
		hit_burst_reason(seen[i].links, windows, reason);
		if (seen[i].id == 0)
			find_guilty(apply, signal, reason);
		else if (row && !row->settles &&
			 row->verdict != VERDICT_MACHINE)
			condemn(apply, of, row->id, row->happened_at, reason);
	}
}

enum sg_status
apply_verdict_burst(struct apply *apply, const struct apply_hit_of *of,
		    int64_t own_id, struct signal *signal, struct sg_err *err)
{
	const struct verdict_windows *windows = windows_of(apply);
	int64_t at = signal->happened_at, reach;
	struct store_message_hits rows;
	struct store_message_of message;
	struct hit_seen *seen;
	enum sg_status status;
	size_t n;

	if (!windows || !windows->burst_links || !is_hit(signal) ||
	    signal->verdict == VERDICT_MACHINE)
		return SG_OK;
	reach = hit_burst_reach(windows);
	if (is_alone(apply, of, at, reach))
		return SG_OK;
	message = message_of(of, at - reach, at + reach);
	status = store_message_hits(apply->store, &message, apply->work, &rows,
				    err);
	if (status != SG_OK)
		return status;
	seen = pool_alloc(apply->work, (rows.n_rows + 1) * sizeof(*seen));
	n = fill_seen(&rows, own_id, seen);
	seen[n++] = (struct hit_seen){.at = at, .link = link_of(signal)};
	hit_judge_burst(seen, n, windows);
	take_burst(apply, of, &rows, seen, n, signal);
	return SG_OK;
}

/* --- at arrival: delivery, the link that nobody sees, sweeps ------------- */

/* In time it is the log's line that comes second and looks back. */
static enum sg_status
look_at_delivery(struct apply *apply, const struct apply_hit_of *of,
		 struct signal *signal, struct sg_err *err)
{
	const struct verdict_windows *windows = windows_of(apply);
	struct store_message_of message = message_of(
		of, signal->happened_at - DELIVERED_WITHIN_MS, INT64_MAX);
	enum sg_status status;
	int64_t delivered_at;

	if (!windows->before_delivery ||
	    (!windows->delivery_margin_ms &&
	     signal->received_at - signal->happened_at < 1000))
		return SG_OK;
	status = store_message_delivered(apply->store, &message, &delivered_at,
					 err);
	if (status == SG_OK &&
	    hit_before_delivery(signal->happened_at, delivered_at, windows))
		find_guilty(apply, signal, HIT_BEFORE_DELIVERY);
	return status == SG_NONE ? SG_OK : status;
}

static enum sg_status
look_at_honeypot(struct apply *apply, const struct apply_hit_of *of,
		 struct signal *signal, struct sg_err *err)
{
	struct store_message_of message = message_of(of, 0, 0);
	enum sg_status status;

	if (!apply->verdicts->honeypots || !apply->hit.source)
		return SG_OK;
	status = store_honeypot_has(apply->store, &message, apply->hit.source,
				    err);
	if (status == SG_NONE && apply->hit.source_before)
		status = store_honeypot_has(apply->store, &message,
					    apply->hit.source_before, err);
	if (status == SG_OK)
		find_guilty(apply, signal, HIT_HONEYPOT);
	return status == SG_NONE ? SG_OK : status;
}

static enum sg_status
look_at_sweep(struct apply *apply, const struct apply_hit_of *of,
	      const char *key, struct signal *signal, struct sg_err *err)
{
	struct apply_sweep_hit hit = {.of = of,
				      .domain = strrchr(key, '@'),
				      .at = signal->happened_at};
	enum sg_status status =
		apply_sweeps_look(apply, apply->verdicts->sweeps, &hit, err);

	if (hit.reason)
		find_guilty(apply, signal, hit.reason);
	return status;
}

enum sg_status
apply_verdict_arrive(struct apply *apply, const struct apply_hit_of *of,
		     const char *key, struct signal *signal, struct sg_err *err)
{
	enum sg_status status = SG_OK;

	if (!apply->verdicts)
		return SG_OK;
	apply_sweeps_next(apply->verdicts->sweeps);
	if (!is_hit(signal))
		return SG_OK;
	note_lately(apply, of, signal->happened_at);
	if (signal->verdict == VERDICT_MACHINE)
		return SG_OK;
	status = look_at_delivery(apply, of, signal, err);
	if (status == SG_OK && signal->verdict != VERDICT_MACHINE)
		status = look_at_honeypot(apply, of, signal, err);
	if (status == SG_OK && signal->verdict != VERDICT_MACHINE)
		status = look_at_sweep(apply, of, key, signal, err);
	return status;
}

void
apply_verdict_named(struct apply *apply, int64_t history_id)
{
	if (apply->verdicts)
		apply_sweeps_named(apply->verdicts->sweeps, history_id);
}

/* --- what is no hit, and speaks of hits ---------------------------------- */

static void
condemn_all(struct apply *apply, const struct apply_hit_of *of,
	    const struct store_message_hits *rows, const char *reason)
{
	for (size_t i = 0; i < rows->n_rows; i++)
		if (rows->rows[i].verdict != VERDICT_MACHINE)
			condemn(apply, of, rows->rows[i].id,
				rows->rows[i].happened_at, reason);
}

static enum sg_status
delivered(struct apply *apply, const struct apply_hit_of *of,
	  const struct signal *signal, struct sg_err *err)
{
	const struct verdict_windows *windows = windows_of(apply);
	int64_t at = signal->happened_at, first = at;
	struct store_message_of message =
		message_of(of, at - DELIVERED_WITHIN_MS, INT64_MAX);
	struct store_message_hits rows;
	enum sg_status status;

	if (!windows->before_delivery)
		return SG_OK;
	/* The first time is the one that counts. */
	status = store_message_delivered(apply->store, &message, &first, err);
	if (status != SG_OK && status != SG_NONE)
		return status;
	message.until =
		(first < at ? first : at) + windows->delivery_margin_ms - 1;
	status = store_message_hits(apply->store, &message, apply->work, &rows,
				    err);
	if (status == SG_OK)
		condemn_all(apply, of, &rows, HIT_BEFORE_DELIVERY);
	return status;
}

static enum sg_status
trap(struct apply *apply, const struct apply_hit_of *of, uint64_t source,
     int64_t at, struct sg_err *err)
{
	struct store_message_of message = message_of(of, 0, 0);
	struct store_message_hits rows;
	enum sg_status status;

	if (!source)
		return SG_OK;
	apply->verdicts->honeypots = true;
	status = store_honeypot_add(apply->store, &message, source, at, err);
	if (status == SG_OK)
		status = store_message_hits_by(apply->store, &message, source,
					       apply->work, &rows, err);
	if (status == SG_OK)
		condemn_all(apply, of, &rows, HIT_HONEYPOT);
	return status;
}

static enum sg_status
trapped(struct apply *apply, const struct apply_hit_of *of,
	const struct signal *signal, struct sg_err *err)
{
	int64_t at = signal->happened_at;
	enum sg_status status = trap(apply, of, apply->hit.source, at, err);

	return status == SG_OK
		       ? trap(apply, of, apply->hit.source_before, at, err)
		       : status;
}

enum sg_status
apply_verdict_hear(struct apply *apply, const struct apply_hit_of *of,
		   const struct signal *signal, struct sg_err *err)
{
	if (!apply->verdicts || signal->kind != SIGNAL_HAPPENED ||
	    !signal->message_id)
		return SG_OK;
	if (strcmp(signal->name, "email.delivered") == 0)
		return delivered(apply, of, signal, err);
	if (strcmp(signal->name, HIT_TRAPPED) == 0)
		return trapped(apply, of, signal, err);
	return SG_OK;
}

/* --- judgements ---------------------------------------------------------- */

static enum sg_status
judge(struct apply *apply, const struct condemned *what, struct sg_err *err)
{
	struct signal judgement;
	char id[24];

	if (!what->of.record_id)
		return store_history_set_verdict(apply->store, what->id,
						 VERDICT_MACHINE, what->reason,
						 err);
	snprintf(id, sizeof(id), "%lld", (long long)what->id);
	signal_init(&judgement, "signal.judged", what->at);
	judgement.kind = SIGNAL_JUDGE;
	judgement.received_at = apply->now;
	judgement.source = "engine";
	judgement.record_key = what->of.record_key;
	judgement.message_id = what->of.message_id;
	judgement.verdict = VERDICT_MACHINE;
	judgement.verdict_reason = what->reason;
	judgement.props[judgement.n_props++] =
		(struct signal_prop){"history", id};
	return apply_place(apply, what->of.record_id, &judgement, err);
}

enum sg_status
apply_verdict_condemn(struct apply *apply, struct sg_err *err)
{
	struct apply_verdicts *verdicts = apply->verdicts;
	enum sg_status status = SG_OK;
	struct condemned what;

	while (verdicts && verdicts->condemned.n && status == SG_OK) {
		what = verdicts->condemned.items[--verdicts->condemned.n];
		status = judge(apply, &what, err);
	}
	return status;
}

void
apply_verdict_committed(struct apply *apply)
{
	if (apply->verdicts)
		apply_sweeps_committed(apply, apply->verdicts->sweeps);
}

void
apply_verdict_rolled_back(struct apply *apply)
{
	if (!apply->verdicts)
		return;
	apply->verdicts->condemned.n = 0;
	apply_sweeps_rolled_back(apply->verdicts->sweeps);
}
