/* apply.c - the applier's life and its thread; see apply.h. */
#include "apply/apply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "apply/apply_automation.h"
#include "apply/apply_sequence.h"
#include "apply/apply_parts.h"
#include "apply/apply_verdict.h"
#include "apply/fold_parts.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "store/store_audit.h"
#include "store/store_external.h"
#include "store/store_hit.h"
#include "store/store_position.h"
#include "store/store_settle.h"
#include "store/store_timer.h"

enum {
	CACHE_BYTES = 256 << 20,
	BACK_OFF_LEAST_MS = 100,
	BACK_OFF_MOST_MS = 5000,
	IDLE_MS = 1000,
	EXPIRY_MS = 3600000,
	EXPIRY_SLICE_MS = 1000, /* when there is more of it */
	PARKED_MS = 7 * 86400000,
	HONEYPOT_MS = 3 * 86400000 /* a source has its numbers for two */
};

int64_t
apply_time(const struct apply *apply)
{
	const struct apply_options *options = &apply->options;

	return options->now ? options->now(options->now_arg) : clock_now();
}

/* --- making ------------------------------------------------------------- */

static void
init_locks(struct apply *apply)
{
	pthread_condattr_t attributes;

	pthread_mutex_init(&apply->lock, NULL);
	pthread_mutex_init(&apply->percent_lock, NULL);
	pthread_rwlock_init(&apply->world_lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&apply->changed, &attributes);
	pthread_condattr_destroy(&attributes);
}

static void
copy_options(struct apply *apply, const struct apply_options *options)
{
	struct apply_options *to = &apply->options;
	size_t size = options->n_scores * sizeof(*options->scores);

	*to = *options;
	to->store_path = pool_strdup(apply->pool, options->store_path);
	if (options->files_directory)
		to->files_directory =
			pool_strdup(apply->pool, options->files_directory);
	to->record_secret = (const unsigned char *)pool_memdup(
		apply->pool, options->record_secret, 32);
	if (size)
		to->scores = (const struct score_settings *)pool_memdup(
			apply->pool, options->scores, size);
	if (options->timezone)
		to->timezone = pool_strdup(apply->pool, options->timezone);
	if (!to->batch_most)
		to->batch_most = 5000;
	if (!to->late_rows_most)
		to->late_rows_most = 100000;
	if (to->checkpoint_ms <= 0)
		to->checkpoint_ms = 60000;
}

static struct apply *
new_apply(const struct apply_options *options)
{
	struct apply *apply = fold_must(calloc(1, sizeof(*apply)));

	apply->pool = pool_new();
	apply->work = pool_new();
	apply->batch.pool = pool_new();
	copy_options(apply, options);
	apply->spool = options->spool;
	apply->board = options->scoreboard;
	apply->cache = apply_cache_new(
		options->cache_bytes ? options->cache_bytes : CACHE_BYTES,
		options->cache_unpacked);
	apply->index = apply_index_new();
	apply->waiting = apply_index_new();
	apply->forgotten = apply_index_new();
	apply->dirty = record_set_new();
	apply->calls_end = &apply->calls;
	init_locks(apply);
	apply->automations = automations_new();
	apply->sequences = sequences_new();
	fold_world_init(&apply->world, apply->options.timezone);
	apply->world.bounces = options->bounces;
	apply->world.percent = apply_percent;
	apply->world.percent_arg = apply;
	fold_out_init(&apply->out, apply->work, false);
	apply->now = apply_time(apply);
	apply->next_checkpoint = apply->now + apply->options.checkpoint_ms;
	return apply;
}

static enum sg_status
seek_spool(struct apply *apply, struct sg_err *err)
{
	struct spool_position *position = &apply->batch.position;
	unsigned char id[SPOOL_ID_SIZE];
	enum sg_status status;

	if (!apply->spool)
		return SG_OK;
	spool_get_id(apply->spool, id);
	memset(position, 0, sizeof(*position));
	status = store_position_get(apply->store, id, position, err);
	if (status != SG_OK && status != SG_NONE)
		return status;
	status = spool_seek(apply->spool, position, err);
	memcpy(position->id, id, SPOOL_ID_SIZE);
	apply->applied = *position;
	return status;
}

static enum sg_status
load(struct apply *apply, struct sg_err *err)
{
	enum sg_status status;

	status = store_open(apply->options.store_path, DB_READ_WRITE,
			    &apply->store, err);
	if (status == SG_OK && store_upgraded_from(apply->store))
		log_info("the store had schema %u, and is up to date now",
			 store_upgraded_from(apply->store));
	if (status == SG_OK)
		status = apply_load_scores(apply, err);
	if (status == SG_OK)
		status = apply_load_board(apply, err);
	if (status == SG_OK)
		status = apply_load_rules(apply, err);
	if (status == SG_OK)
		status = automations_start(apply, err);
	apply->bulk_look = true;
	if (status == SG_OK)
		status = sequences_load(apply, err);
	if (status == SG_OK)
		status = apply_load_consents(apply, err);
	if (status == SG_OK)
		status = apply_load_forgotten(apply, err);
	if (status == SG_OK)
		status =
			store_timer_next(apply->store, &apply->next_timer, err);
	if (status == SG_NONE) {
		apply->next_timer = INT64_MAX;
		status = SG_OK;
	}
	if (status == SG_OK)
		status = apply_load_settling(apply, err);
	if (status == SG_OK)
		status = apply_percent_load(apply, err);
	if (status == SG_OK)
		status = generation_load(apply, err);
	if (status == SG_OK)
		status = apply_load_adopted(apply, err);
	if (status == SG_OK)
		status = apply_verdict_open(apply, err);
	if (status == SG_OK)
		status = seek_spool(apply, err);
	apply->status.records = apply_index_count(apply->index);
	return status;
}

enum sg_status
apply_open(const struct apply_options *options, struct apply **apply_out,
	   struct sg_err *err)
{
	struct apply *apply = new_apply(options);
	enum sg_status status = load(apply, err);

	if (status != SG_OK) {
		apply_close(apply);
		return status;
	}
	*apply_out = apply;
	return SG_OK;
}

void
apply_close(struct apply *apply)
{
	if (!apply)
		return;
	if (apply->started)
		apply_stop(apply, 0);
	apply_percent_done(apply);
	apply_verdict_close(apply);
	fold_out_done(&apply->out);
	fold_world_done(&apply->world);
	automations_free(apply->automations);
	apply_bulk_free(apply);
	sequences_free(apply->sequences);
	apply_cache_free(apply->cache);
	apply_index_free(apply->index);
	apply_index_free(apply->waiting);
	apply_index_free(apply->forgotten);
	record_set_free(apply->dirty);
	generation_drop(apply);
	store_close(apply->store);
	free(apply->batch.signals);
	free(apply->batch.poison);
	free(apply->batch.order);
	free(apply->touched);
	free(apply->consents);
	pool_free(apply->batch.pool);
	pool_free(apply->work);
	pool_free(apply->pool);
	pthread_cond_destroy(&apply->changed);
	pthread_rwlock_destroy(&apply->world_lock);
	pthread_mutex_destroy(&apply->percent_lock);
	pthread_mutex_destroy(&apply->lock);
	free(apply);
}

/* --- the thread --------------------------------------------------------- */

void
apply_trouble(struct apply *apply, const struct sg_err *err)
{
	bool news;

	pthread_mutex_lock(&apply->lock);
	news = !apply->status.store_down ||
	       strncmp(apply->status.trouble, err->text,
		       sizeof(apply->status.trouble) - 1) != 0;
	apply->status.store_down = true;
	snprintf(apply->status.trouble, sizeof(apply->status.trouble), "%.255s",
		 err->text);
	pthread_mutex_unlock(&apply->lock);
	if (news)
		log_error("the store cannot be written; signals stay in the "
			  "spool: %s",
			  err->text);
}

static bool
is_over(struct apply *apply, bool idle)
{
	bool over;

	pthread_mutex_lock(&apply->lock);
	over = apply->stopping &&
	       (idle || clock_monotonic_ms() >= apply->stop_by);
	pthread_mutex_unlock(&apply->lock);
	return over;
}

/* Until the time is over, or somebody wants something. */
static void
back_off(struct apply *apply, int ms)
{
	int64_t until = clock_monotonic_ms() + ms;
	struct timespec at = {.tv_sec = (time_t)(until / 1000),
			      .tv_nsec = (long)(until % 1000) * 1000000};
	bool in_time = true;

	pthread_mutex_lock(&apply->lock);
	if (apply->stopping && apply->stop_by < until) {
		at.tv_sec = (time_t)(apply->stop_by / 1000);
		at.tv_nsec = (long)(apply->stop_by % 1000) * 1000000;
	}
	while (in_time && !apply->calls)
		in_time = pthread_cond_timedwait(&apply->changed, &apply->lock,
						 &at) == 0;
	pthread_mutex_unlock(&apply->lock);
}

/* What is kept for a time only: external ids; and hits of a token whose record
 * nobody has heard of, for its email.sent may be on its way; who fetched what;
 * who changed what. */
static enum sg_status
expire_some(struct apply *apply, bool *more_out, struct sg_err *err)
{
	int64_t now = apply->now, keep_audit_ms = apply->options.keep_audit_ms;
	bool hits = false, parked = false, audit = false;
	enum sg_status status = store_external_expire(apply->store, now, err);

	if (status == SG_OK)
		status = store_parked_expire(apply->store, now - PARKED_MS,
					     &parked, err);
	if (status == SG_OK)
		status = apply_hits_expire(apply, &hits, err);
	if (status == SG_OK)
		status = store_honeypots_expire(apply->store, now - HONEYPOT_MS,
						err);
	if (status == SG_OK && keep_audit_ms)
		status = store_audit_expire(apply->store, now - keep_audit_ms,
					    &audit, err);
	*more_out = hits || parked || audit;
	return status;
}

static enum sg_status
expire(struct apply *apply, struct sg_err *err)
{
	enum sg_status status = apply_begin(apply, err);
	bool more = false;

	if (status != SG_OK)
		return status;
	status = expire_some(apply, &more, err);
	if (status == SG_OK)
		status = apply_commit(apply, err);
	if (status != SG_OK)
		apply_rollback(apply);
	else
		apply->next_expiry =
			apply->now + (more ? EXPIRY_SLICE_MS : EXPIRY_MS);
	return status;
}

static void
note_timers_done(struct apply *apply, int64_t now)
{
	pthread_mutex_lock(&apply->lock);
	apply->timers_done_at = now;
	apply->n_looks++;
	pthread_cond_broadcast(&apply->changed);
	pthread_mutex_unlock(&apply->lock);
}

/* What is done every so often; further away than that: the clock went back. */
static bool
is_time(int64_t next, int64_t every_ms, int64_t now)
{
	return next <= now || next - now > every_ms;
}

/* What is due at this time; anything but SG_OK is the store's failure. */
static enum sg_status
run_due(struct apply *apply, struct sg_err *err)
{
	int64_t now = apply_time(apply);
	enum sg_status status = SG_OK;

	if (apply->next_settled <= now)
		status = apply_run_settling(apply, err);
	if (status == SG_OK && apply->next_timer <= now)
		status = apply_run_timers(apply, err);
	else if (status == SG_OK && automations_due(apply, now))
		status = automations_sweep(apply, err);
	else if (status == SG_OK && sequences_next(apply) <= now)
		status = sequences_run_due(apply, err);
	else if (status == SG_OK && apply->next_settled > now)
		note_timers_done(apply, now);
	if (status == SG_OK)
		status = apply_run_sweep(apply, err);
	if (status == SG_NONE)
		status = SG_OK;
	if (status == SG_OK && is_time(apply->next_expiry, EXPIRY_MS, now))
		status = expire(apply, err);
	if (status == SG_OK)
		status = generation_run_slice(apply, err);
	if (status == SG_NONE)
		status = SG_OK;
	if (status == SG_OK)
		status = apply_run_adopted(apply, err);
	if (status == SG_NONE)
		status = SG_OK;
	if (status == SG_OK)
		status = apply_run_bulk(apply, err);
	if (status == SG_NONE)
		status = SG_OK;
	if (status == SG_OK)
		status = apply_run_retention(apply, err);
	if (status == SG_NONE)
		status = SG_OK;
	if (status == SG_OK &&
	    is_time(apply->next_checkpoint, apply->options.checkpoint_ms,
		    now) &&
	    !generation_settles(apply)) {
		status = apply_checkpoint(apply, err);
		apply->next_checkpoint = now + apply->options.checkpoint_ms;
	}
	return status;
}

static int
idle_ms(const struct apply *apply)
{
	int64_t now = apply_time(apply), ms = IDLE_MS;

	if (apply->sweep_ruleset || generation_busy(apply) ||
	    apply->bulk_look || apply->firing_adopted ||
	    automations_due(apply, now) || apply_retains(apply))
		return 0;
	if (apply->next_settled - now < ms)
		ms = apply->next_settled - now;
	if (apply->next_timer - now < ms)
		ms = apply->next_timer - now;
	if (sequences_next(apply) - now < ms)
		ms = sequences_next(apply) - now;
	if (apply->next_checkpoint - now < ms)
		ms = apply->next_checkpoint - now;
	return ms < 0 ? 0 : (int)ms;
}

static void
refuse_calls(struct apply *apply)
{
	struct apply_wait *call;

	pthread_mutex_lock(&apply->lock);
	for (call = apply->calls; call; call = call->next) {
		call->status =
			err_set(&call->err, SG_BUSY, "scoregated is stopping");
		call->done = true;
	}
	apply->calls = NULL;
	apply->calls_end = &apply->calls;
	pthread_cond_broadcast(&apply->changed);
	pthread_mutex_unlock(&apply->lock);
}

static void *
run(void *arg)
{
	struct apply *apply = arg;
	int back_off_ms = BACK_OFF_LEAST_MS;
	bool idle = false;

	prctl(PR_SET_NAME, "applier", 0, 0, 0);
	thread_works_behind();
	while (!is_over(apply, idle)) {
		struct sg_err err = {0};
		enum sg_status status, due;

		apply_run_calls(apply);
		status = apply_run_batch(apply, &err);
		idle = status == SG_NONE;
		due = status == SG_OK || idle ? run_due(apply, &err) : SG_OK;
		if ((status != SG_OK && !idle) || due != SG_OK) {
			apply_trouble(apply, &err);
			back_off(apply, back_off_ms);
			back_off_ms = back_off_ms * 2 < BACK_OFF_MOST_MS
					      ? back_off_ms * 2
					      : BACK_OFF_MOST_MS;
			continue;
		}
		back_off_ms = BACK_OFF_LEAST_MS;
		if (idle && !is_over(apply, idle))
			spool_wait_for_more(apply->spool, idle_ms(apply));
	}
	return NULL;
}

enum sg_status
apply_start(struct apply *apply, struct sg_err *err)
{
	apply->started = true;
	if (pthread_create(&apply->thread, NULL, run, apply) == 0)
		return SG_OK;
	apply->started = false;
	return err_errno(err, SG_FAILED, "the applier's thread");
}

void
apply_stop(struct apply *apply, int wait_ms)
{
	struct sg_err err = {0};

	if (!apply->started)
		return;
	pthread_mutex_lock(&apply->lock);
	apply->stopping = true;
	apply->stop_by = clock_monotonic_ms() + wait_ms;
	pthread_cond_broadcast(&apply->changed);
	pthread_mutex_unlock(&apply->lock);
	spool_wake(apply->spool);
	pthread_join(apply->thread, NULL);
	refuse_calls(apply);
	if (apply_checkpoint(apply, &err) != SG_OK)
		log_warn("no checkpoint at stop; the next start reads more of "
			 "the ledger: %s",
			 err.text);
	else
		apply_saved_write(apply);
	pthread_mutex_lock(&apply->lock);
	apply->started = false;
	pthread_mutex_unlock(&apply->lock);
}

void
apply_get_status(struct apply *apply, struct apply_status *out)
{
	pthread_mutex_lock(&apply->lock);
	*out = apply->status;
	if (apply->oldest_at)
		out->lag_ms = apply_time(apply) - apply->oldest_at;
	pthread_mutex_unlock(&apply->lock);
}
