/*
 * broadcast_run.c - the beginning and the end of sending one broadcast; see
 * broadcast_run.h.
 */
#include "broadcast/broadcast_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "rule/condition_set.h"

/* The second version of the mail, if there is one. */
static enum sg_status
read_other(struct run *run, struct sg_err *err)
{
	const char *text;
	size_t len;
	enum sg_status status = store_broadcast_get_variant(
		run->store, run->name, run->pool, &text, &len, err);

	if (status == SG_NONE)
		return SG_OK;
	if (status != SG_OK)
		return status;
	return broadcast_template(run->broadcasts, run->store, text, len,
				  &run->other, err);
}

static enum sg_status
read_row(struct run *run, struct sg_err *err)
{
	struct broadcasts *broadcasts = run->broadcasts;
	struct store *store = run->store;
	struct apply_names *names;
	enum sg_status status;

	status = store_broadcast_get(store, run->name, run->pool, &run->row,
				     err);
	/* Paused or cancelled just before we began. */
	if (status == SG_OK && run->row.state != BROADCAST_SENDING)
		status = SG_NONE;
	if (status == SG_OK)
		status = broadcast_template(
			broadcasts, store, run->row.template,
			run->row.template_len, &run->template, err);
	if (status == SG_OK)
		status = read_other(run, err);
	if (status != SG_OK)
		return status;
	names = calloc(1, sizeof(*names));
	if (!names)
		return err_set(err, SG_FAILED, "out of memory");
	apply_names_init(names, broadcasts->apply, store);
	status = condition_parse(run->row.condition, &names->names,
				 &run->condition, err);
	free(names);
	return status;
}

/* What an earlier run knew is stored before anybody is sent to. */
static enum sg_status
replay(struct run *run, struct sg_err *err)
{
	enum sg_status status;

	run->replayed = record_set_new();
	status = journal_open(run->broadcasts->journals, run->name,
			      flight_remember, run, &run->journal, err);
	if (status == SG_OK &&
	    (run->behind || !flight_pay(run) || !states_flush(run)))
		status =
			err_set(err, SG_BUSY, "the store or the spool is away");
	record_set_free(run->replayed);
	record_set_free(run->stored_sent);
	run->replayed = run->stored_sent = NULL;
	return status;
}

static enum sg_status
prepare(struct run *run, struct sg_err *err)
{
	struct broadcasts *broadcasts = run->broadcasts;
	struct broadcast_settings settings;
	int64_t now = clock_monotonic_ms();
	enum sg_status status = read_row(run, err);

	if (status != SG_OK)
		return status;
	run->calm_ms = RUN_CALM_FIRST_MS;
	run->rated_at = run->put_at = now;
	run->handed = record_set_new();
	run->retried = record_set_new();
	broadcast_settings_read(run->row.settings, &settings);
	pace_init(&run->pace,
		  settings.pace > 0 ? settings.pace : broadcasts->pace,
		  settings.domain_pace > 0 ? settings.domain_pace
					   : broadcasts->domain_pace,
		  now);
	if (run->pace.domain_rate > 0 && !(run->aside = aside_new()))
		return err_set(err, SG_FAILED, "out of memory");
	return replay(run, err);
}

enum sg_status
run_open(struct run_shared *shared, struct broadcast_running *running,
	 struct store *store, struct run **run_out, struct sg_err *err)
{
	struct run *run = calloc(1, sizeof(*run));
	enum sg_status status;

	if (!run)
		return err_set(err, SG_FAILED, "out of memory");
	run->broadcasts = shared->broadcasts;
	run->shared = shared;
	run->store = store;
	run->running = running;
	run->name = running->name;
	run->owed_end = &run->owed;
	run->pool = pool_new();
	status = prepare(run, err);
	if (status == SG_OK)
		*run_out = run;
	else
		run_free(run);
	return status;
}

struct new_state {
	const char *name;
	enum broadcast_state state;
	const char *trouble;
};

static enum sg_status
set_state_call(void *arg, struct store *store, struct sg_err *err)
{
	struct new_state *new_state = arg;
	struct pool *pool = pool_new();
	struct store_broadcast row;
	enum sg_status status =
		store_broadcast_get(store, new_state->name, pool, &row, err);
	bool still = status == SG_OK && row.state == BROADCAST_SENDING;

	pool_free(pool);
	/* Paused or cancelled meanwhile: that holds. */
	if (!still)
		return status;
	return store_broadcast_set_state(store, new_state->name,
					 new_state->state, new_state->trouble,
					 clock_now(), err);
}

static bool
set_state(struct broadcasts *broadcasts, const char *name,
	  enum broadcast_state state, const char *trouble)
{
	struct new_state new_state = {name, state, trouble};
	struct sg_err err;

	if (apply_call(broadcasts->apply, set_state_call, &new_state, &err) ==
	    SG_OK)
		return true;
	log_error("broadcast %s: its state is not stored: %s", name, err.text);
	return false;
}

bool
run_give_up(struct broadcasts *broadcasts, const char *name, const char *why)
{
	log_error("broadcast %s failed: %s", name, why);
	return set_state(broadcasts, name, BROADCAST_FAILED, why);
}

/* Whoever paused or cancelled it has stored that state already. */
bool
run_conclude(struct run *run)
{
	enum sg_status status;
	struct sg_err err;

	if (run->fatal[0])
		return run_give_up(run->broadcasts, run->name, run->fatal);
	if (run->complete && run->other) {
		status = broadcast_split_wait(run->broadcasts, run->name, &err);
		/* The journal stays: it is one broadcast. */
		if (status == SG_OK)
			return true;
		if (status != SG_NONE)
			return false;
	}
	if (run->complete &&
	    !set_state(run->broadcasts, run->name, BROADCAST_SENT, ""))
		return false;
	if (run->complete)
		log_info("broadcast %s is sent: mails=%llu", run->name,
			 (unsigned long long)run->n_sent);
	if (run->complete || run->wish == WISH_CANCEL)
		journal_remove(run->journal);
	return true;
}

void
run_free(struct run *run)
{
	struct flight *next;

	for (; run->owed; run->owed = next) {
		next = run->owed->next;
		flight_free(run->owed);
	}
	journal_close(run->journal);
	condition_free(run->condition);
	template_free(run->template);
	template_free(run->other);
	record_set_free(run->handed);
	record_set_free(run->retried);
	states_done(run);
	pool_free(run->slice.pool);
	aside_free(run->aside);
	pool_free(run->pool);
	free(run);
}
