/*
 * apply_verdict_sweep.c - sweeps, as sweep_find.h sees them: the hit that comes
 * in is judged at once, those before it by facts that go through the spool.
 * Best effort, of this node; what it knew before a restart it reads in the
 * store.
 */
#include <stdlib.h>
#include <string.h>

#include "apply/apply_verdict.h"
#include "apply/fold_parts.h"
#include "apply/sweep_find.h"
#include "base/log.h"
#include "store/store_hit.h"

struct apply_sweeps {
	struct sweep_find *find;
	bool seen;   /* the transaction put hits there */
	bool lost;   /* one was rolled back; the store has those before */
	int64_t *id; /* of the hit under way */
	/* To go through the spool, once this is committed. */
	FOLD_VECTOR(struct signal, facts);
	struct pool *pool;
};

struct remembering {
	struct apply_sweeps *sweeps;
	const struct verdict_windows *windows;
};

static void
remember(void *arg, const struct store_recent_hit *hit)
{
	const struct remembering *self = arg;
	const char *domain = strrchr(hit->key, '@');
	struct sweep_key whose = {.source = hit->source, .domain = domain};
	struct sweep_hit seen = {.at = hit->happened_at,
				 .history_id = hit->history_id,
				 .record_key = hit->record_key,
				 .message_id = hit->message_id};
	bool told = strncmp(hit->reason, HIT_SWEEP, strlen(HIT_SWEEP)) == 0;

	if (domain && (told || hit->verdict != VERDICT_MACHINE))
		sweep_find_remember(self->sweeps->find, self->windows, &whose,
				    &seen, told);
}

static const struct verdict_windows *
windows_of(const struct apply *apply)
{
	return &verdict_book_get(apply->options.verdicts)->windows;
}

/* A restart in the middle of a sweep is no way out of it. */
static enum sg_status
read_recent(struct apply *apply, struct apply_sweeps *sweeps,
	    struct sg_err *err)
{
	struct remembering self = {sweeps, windows_of(apply)};

	if (!self.windows->sweep_recipients)
		return SG_OK;
	return store_recent_hits(apply->store,
				 apply_time(apply) - self.windows->sweep_ms,
				 remember, &self, err);
}

enum sg_status
apply_sweeps_open(struct apply *apply, struct apply_sweeps **sweeps_out,
		  struct sg_err *err)
{
	struct apply_sweeps *sweeps = fold_must(calloc(1, sizeof(*sweeps)));

	sweeps->find = sweep_find_new();
	sweeps->pool = pool_new();
	*sweeps_out = sweeps;
	return read_recent(apply, sweeps, err);
}

void
apply_sweeps_free(struct apply_sweeps *sweeps)
{
	if (!sweeps)
		return;
	sweep_find_free(sweeps->find);
	free(sweeps->facts.items);
	pool_free(sweeps->pool);
	free(sweeps);
}

void
apply_sweeps_next(struct apply_sweeps *sweeps)
{
	sweeps->id = NULL;
}

/* Each enters as a fact of its own through the spool: the records may be of
 * another's part of them. */
static void
tell(struct apply *apply, struct apply_sweeps *sweeps,
     const struct sweep_hit *hit, const char *reason)
{
	struct signal *fact = fold_add(&sweeps->facts);

	signal_init(fact, "signal.judged", hit->at);
	fact->kind = SIGNAL_JUDGE;
	fact->received_at = apply->now;
	fact->source = "engine";
	fact->record_key = hit->record_key;
	fact->message_id = hit->message_id;
	fact->verdict = VERDICT_MACHINE;
	fact->verdict_reason = pool_strdup(sweeps->pool, reason);
	fact->props[fact->n_props++] = (struct signal_prop){
		"history",
		pool_printf(sweeps->pool, "%lld", (long long)hit->history_id)};
}

enum sg_status
apply_sweeps_look(struct apply *apply, struct apply_sweeps *sweeps,
		  struct apply_sweep_hit *hit, struct sg_err *err)
{
	const struct verdict_windows *windows = windows_of(apply);
	struct sweep_hit own = {.at = hit->at,
				.record_key = hit->of->record_key,
				.message_id = hit->of->message_id};
	struct sweep_key whose = {apply->hit.source, apply->hit.source_before,
				  hit->domain};
	struct sweep_found *found;
	enum sg_status status = SG_OK;

	if (!windows->sweep_recipients || !apply->hit.source || !hit->domain)
		return SG_OK;
	if (sweeps->lost)
		status = read_recent(apply, sweeps, err);
	if (status != SG_OK)
		return status;
	sweeps->lost = false;
	sweeps->seen = true;
	found = pool_alloc(apply->work, sizeof(*found));
	sweeps->id = sweep_find_see(sweeps->find, windows, &whose, &own, found);
	if (!found->recipients)
		return SG_OK;
	hit->reason = pool_printf(
		apply->work,
		HIT_SWEEP
		" %u recipients of %.60s by one source within %lld ms",
		found->recipients, hit->domain + 1,
		(long long)windows->sweep_ms);
	for (size_t i = 0; i < found->n; i++)
		if (found->earlier[i].history_id)
			tell(apply, sweeps, &found->earlier[i], hit->reason);
	return SG_OK;
}

void
apply_sweeps_named(struct apply_sweeps *sweeps, int64_t history_id)
{
	if (sweeps->id)
		*sweeps->id = history_id;
}

void
apply_sweeps_committed(struct apply *apply, struct apply_sweeps *sweeps)
{
	struct sg_err err;

	sweeps->seen = false;
	if (!sweeps->facts.n)
		return;
	if (spool_append_many(apply->spool, sweeps->facts.items,
			      sweeps->facts.n, SPOOL_WRITTEN, NULL,
			      &err) != SG_OK)
		log_warn("the earlier hits of a sweep stand as they are: %s",
			 err.text);
	sweeps->facts.n = 0;
	pool_clear(sweeps->pool);
}

void
apply_sweeps_rolled_back(struct apply_sweeps *sweeps)
{
	sweeps->facts.n = 0;
	sweeps->id = NULL;
	pool_clear(sweeps->pool);
	if (!sweeps->seen)
		return;
	sweep_find_clear(sweeps->find); /* its ids are none */
	sweeps->seen = false;
	sweeps->lost = true;
}
