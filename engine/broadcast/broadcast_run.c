/*
 * broadcast_run.c - the beginning and the end of sending one broadcast; see
 * broadcast_run.h.
 */
#include "broadcast/broadcast_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "broadcast/broadcast_ahead.h"
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
	struct apply_names *names;
	enum sg_status status;

	status = store_readers_take(broadcasts->readers, &run->store, err);
	if (status == SG_OK)
		status = store_broadcast_get(run->store, run->name, run->pool,
					     &run->row, err);
	/* Paused or cancelled just before we began. */
	if (status == SG_OK && run->row.state != BROADCAST_SENDING)
		status = SG_NONE;
	if (status == SG_OK)
		status = broadcast_template(
			broadcasts, run->store, run->row.template,
			run->row.template_len, &run->template, err);
	if (status == SG_OK)
		status = read_other(run, err);
	if (status != SG_OK)
		return status;
	names = calloc(1, sizeof(*names));
	if (!names)
		return err_set(err, SG_FAILED, "out of memory");
	apply_names_init(names, broadcasts->apply, run->store);
	status = condition_parse(run->row.condition, &names->names,
				 &run->condition, err);
	free(names);
	return status;
}

static enum sg_status
prepare(struct run *run, struct sg_err *err)
{
	struct broadcasts *broadcasts = run->broadcasts;
	struct broadcast_settings settings;
	enum sg_status status;

	run->calm_ms = RUN_CALM_FIRST_MS;
	run->rated_at = run->flushed_at = clock_monotonic_ms();
	run->handed = record_set_new();
	run->retried = record_set_new();
	run->replayed = record_set_new();
	status = read_row(run, err);
	if (status != SG_OK)
		return status;
	broadcast_settings_read(run->row.settings, &settings);
	pace_init(&run->pace,
		  settings.pace > 0 ? settings.pace : broadcasts->pace,
		  settings.domain_pace > 0 ? settings.domain_pace
					   : broadcasts->domain_pace,
		  clock_monotonic_ms());
	status = net_smtp_new(&broadcasts->smtp, &run->smtp, err);
	if (status == SG_OK && broadcasts->sync)
		status =
			net_smtp_set_settle(run->smtp, flight_settle, run, err);
	if (status == SG_OK)
		status = journal_open(broadcasts->journals, run->name,
				      flight_remember, run, &run->journal, err);
	if (status == SG_OK &&
	    (run->behind || !flight_pay(run) || !run_flush(run)))
		status = err_set(err, SG_BUSY,
				 "the store or the spool is "
				 "away");
	record_set_free(run->replayed);
	run->replayed = NULL;
	if (status == SG_OK)
		status = ahead_open(run, &run->ahead, err);
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
set_state(struct run *run, enum broadcast_state state, const char *trouble)
{
	struct new_state new_state = {run->name, state, trouble};
	struct sg_err err;

	if (apply_call(run->broadcasts->apply, set_state_call, &new_state,
		       &err) == SG_OK)
		return true;
	log_error("broadcast %s: its state is not stored: %s", run->name,
		  err.text);
	return false;
}

/* Whoever paused or cancelled it has stored that state already. */
static bool
finish(struct run *run, bool complete, enum broadcast_wish wish)
{
	enum sg_status status;
	struct sg_err err;

	/* Before the connections, which it wakes. */
	ahead_close(run->ahead);
	run->ahead = NULL;
	/* What is cut off now is no trouble with the MTA. */
	run->calm_until = INT64_MAX;
	run_drain(run);
	net_smtp_free(run->smtp);
	run->smtp = NULL;
	if (!flight_pay(run) || !run_flush(run))
		return false; /* the journal knows; the next run stores it */
	if (complete && run->other) {
		status = broadcast_split_wait(run->broadcasts, run->name, &err);
		/* The journal stays: it is one broadcast. */
		if (status == SG_OK)
			return true;
		if (status != SG_NONE)
			return false;
	}
	if (complete && !set_state(run, BROADCAST_SENT, ""))
		return false;
	if (complete)
		log_info("broadcast %s is sent: mails=%llu", run->name,
			 (unsigned long long)run->n_sent);
	if (complete || wish == WISH_CANCEL)
		journal_remove(run->journal);
	return true;
}

static void
run_done(struct run *run)
{
	struct flight *next;

	ahead_close(run->ahead);
	net_smtp_free(run->smtp);
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
	record_set_free(run->replayed);
	if (run->store)
		store_readers_give(run->broadcasts->readers, run->store);
	pool_free(run->pool);
	free(run);
}

static void
give_up(struct run *run, const char *why)
{
	log_error("broadcast %s failed: %s", run->name, why);
	if (!set_state(run, BROADCAST_FAILED, why))
		broadcasts_rest(run->broadcasts, RUN_CALM_FIRST_MS);
}

void
broadcast_run(struct broadcasts *broadcasts, const char *name)
{
	struct run *run = calloc(1, sizeof(*run));
	enum broadcast_wish wish = WISH_NONE;
	enum sg_status status;
	struct sg_err err;

	if (!run)
		return;
	run->broadcasts = broadcasts;
	run->name = name;
	run->pool = pool_new();
	status = prepare(run, &err);
	if (status == SG_OK) {
		bool complete = run_send_all(run, &wish, &err, &status);

		if (!finish(run, complete, wish) && status == SG_OK)
			status = err_set(&err, SG_BUSY,
					 "the store or the spool is away");
	}
	if (status == SG_BUSY) {
		log_warn("broadcast %s waits: %s", name, err.text);
		broadcasts_rest(broadcasts, RUN_CALM_FIRST_MS);
	} else if (status != SG_OK && status != SG_NONE) {
		give_up(run, err.text);
	}
	run_done(run);
}
