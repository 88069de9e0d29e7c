/*
 * broadcast_runner.c - the sending thread: a list of the broadcasts that are
 * being sent, each asked for its next mail in turn, all over the same
 * connections. One that waits (its pace, a rest after trouble, a retry) is
 * asked and has none, so it holds up nobody; one that is paused is not in the
 * list. What takes its time before the first mail goes is done by others
 * (broadcast_opener.h). Without any there are no connections and no other
 * threads.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/clock.h"
#include "base/log.h"
#include "broadcast/broadcast_ahead.h"
#include "broadcast/broadcast_counted.h"
#include "broadcast/broadcast_opener.h"

enum {
	LOOK_FIRST_MS = 20,
	LOOK_MOST_MS = 10000, /* never longer: the clock may be set */
	DRAIN_MS = 5000	      /* at stop, for mails under way */
};

struct runner {
	struct broadcasts *broadcasts;
	struct run_shared shared;
	struct states_writer *writer;
	struct opener *opener;
	struct run *runs[BROADCAST_RUNNING_MOST];
	size_t n_runs;
	size_t turn;	 /* whose it is */
	bool look;	 /* at the store, now … */
	int64_t look_at; /* … or then; monotonic, 0 = when woken */
};

/* --- the shared parts ---------------------------------------------------- */

static void
close_shared(struct runner *runner)
{
	struct run_shared *shared = &runner->shared;

	states_writer_close(runner->writer);
	ahead_close(shared->ahead);
	net_smtp_free(shared->smtp);
	if (shared->store)
		store_readers_give(shared->broadcasts->readers, shared->store);
	runner->writer = NULL;
	shared->ahead = NULL;
	shared->smtp = NULL;
	shared->store = NULL;
}

static enum sg_status
open_shared(struct runner *runner, struct sg_err *err)
{
	struct run_shared *shared = &runner->shared;
	struct broadcasts *broadcasts = runner->broadcasts;
	enum sg_status status;

	if (runner->writer)
		return SG_OK;
	status = store_readers_take(broadcasts->readers, &shared->store, err);
	if (status == SG_OK)
		status = net_smtp_new(&broadcasts->smtp, &shared->smtp, err);
	if (status == SG_OK)
		status = ahead_open(shared, &shared->ahead, err);
	if (status == SG_OK)
		status = states_writer_open(shared, &runner->writer, err);
	if (status != SG_OK)
		close_shared(runner);
	return status;
}

/* --- what is to be done -------------------------------------------------- */

/* At least then. */
static void
look_within(struct runner *runner, int64_t ms)
{
	int64_t at = clock_monotonic_ms() + (ms < LOOK_FIRST_MS	 ? LOOK_FIRST_MS
					     : ms > LOOK_MOST_MS ? LOOK_MOST_MS
								 : ms);

	if (!runner->look_at || at < runner->look_at)
		runner->look_at = at;
}

/* Not now: asked again when one ends. */
static void
open_soon(struct runner *runner, enum opening_what what, const char *name,
	  struct broadcast_running *running)
{
	struct opening opening = {.what = what, .running = running};

	snprintf(opening.name, sizeof(opening.name), "%s", name);
	if (!opener_ask(runner->opener, &opening) && running)
		broadcast_running_remove(runner->broadcasts, running);
}

static void
take_up(struct runner *runner, const char *name)
{
	struct broadcast_running *running;

	if (broadcast_is_running(runner->broadcasts, name))
		return;
	running = broadcast_running_add(runner->broadcasts, name);
	if (running) /* else looked at again when one ends */
		open_soon(runner, OPENING_RUN, name, running);
}

struct not_begun {
	const char *name, *why;
};

static enum sg_status
back_to_draft(void *arg, struct store *store, struct sg_err *err)
{
	const struct not_begun *not_begun = arg;

	return store_broadcast_set_state(store, not_begun->name,
					 BROADCAST_DRAFT, not_begun->why,
					 clock_now(), err);
}

static void
begun(struct runner *runner, const struct opening *opening)
{
	struct not_begun not_begun = {opening->name, opening->err.text};
	struct sg_err other;

	if (opening->status == SG_OK) {
		runner->look = true;
		return;
	}
	log_warn("scheduled broadcast %s does not begin: %s", opening->name,
		 opening->err.text);
	/* Refused: its score or list is gone. Who asked must look at it. */
	if (opening->status != SG_REFUSED ||
	    apply_call(runner->broadcasts->apply, back_to_draft, &not_begun,
		       &other) != SG_OK)
		look_within(runner, RUN_AGAIN_MS);
}

static void
decided(struct runner *runner, const struct opening *opening)
{
	if (opening->status == SG_OK) {
		runner->look = true;
		return;
	}
	log_warn("broadcast %s does not go on: %s", opening->name,
		 opening->err.text);
	look_within(runner, RUN_AGAIN_MS);
}

static void
not_opened(struct runner *runner, const struct opening *opening)
{
	if (opening->status == SG_BUSY) {
		log_warn("broadcast %s waits: %s", opening->name,
			 opening->err.text);
		look_within(runner, RUN_AGAIN_MS);
	} else if (opening->status != SG_NONE &&
		   !run_give_up(runner->broadcasts, opening->name,
				opening->err.text)) {
		look_within(runner, RUN_AGAIN_MS);
	}
	broadcast_running_remove(runner->broadcasts, opening->running);
}

static void
opened(struct runner *runner, struct opening *opening)
{
	if (opening->status == SG_OK) {
		opening->status = open_shared(runner, &opening->err);
		if (opening->status != SG_OK)
			run_free(opening->run);
	}
	if (opening->status != SG_OK) {
		not_opened(runner, opening);
		return;
	}
	opening->run->store = runner->shared.store;
	runner->runs[runner->n_runs++] = opening->run;
}

static void
take_opened(struct runner *runner)
{
	struct opening opening;

	while (opener_take(runner->opener, &opening)) {
		if (opening.what == OPENING_BEGIN)
			begun(runner, &opening);
		else if (opening.what == OPENING_DECIDE)
			decided(runner, &opening);
		else
			opened(runner, &opening);
		/* There is a place again. */
		runner->look = true;
	}
}

static void
look_at_one(struct runner *runner, const struct store_broadcast *row,
	    int64_t now)
{
	struct broadcast_split split;
	int64_t at = 0;

	switch (row->state) {
	case BROADCAST_SENDING:
		take_up(runner, row->name);
		return;
	case BROADCAST_SCHEDULED:
		at = broadcast_scheduled_at(row->settings);
		if (at <= now)
			open_soon(runner, OPENING_BEGIN, row->name, NULL);
		break;
	case BROADCAST_TESTING:
		broadcast_get_split(row->settings, &split);
		at = split.decide_at;
		if (at <= now)
			open_soon(runner, OPENING_DECIDE, row->name, NULL);
		break;
	default:
		return;
	}
	if (at > now)
		look_within(runner, at - now);
}

/* What the store says is to be done. */
static void
look(struct runner *runner)
{
	struct broadcasts *broadcasts = runner->broadcasts;
	struct store_broadcasts all = {0};
	struct pool *pool = pool_new();
	struct store *store;
	enum sg_status status;
	struct sg_err err;
	size_t i;

	runner->look = false;
	runner->look_at = 0;
	status = store_readers_take(broadcasts->readers, &store, &err);
	if (status == SG_OK) {
		status = store_broadcasts_all(store, pool, &all, &err);
		store_readers_give(broadcasts->readers, store);
	}
	if (status != SG_OK) {
		all.n_rows = 0;
		look_within(runner, RUN_AGAIN_MS);
	}
	/* They come newest first: the oldest is begun first. */
	for (i = all.n_rows; i > 0; i--)
		look_at_one(runner, &all.rows[i - 1], clock_now());
	pool_free(pool);
}

/* --- in turn ------------------------------------------------------------- */

/* One connection is left to others, should this one's mails take long; alone,
 * it has all, and a next mail for each. */
static size_t
share_of_connections(const struct runner *runner)
{
	size_t all = runner->broadcasts->smtp.connections;

	if (runner->n_runs == 1)
		return all * 2;
	return all > 1 ? all - 1 : all;
}

static void
send_what_goes(struct runner *runner)
{
	size_t n_asked = 0, most = share_of_connections(runner);

	while (n_asked < runner->n_runs &&
	       net_smtp_room(runner->shared.smtp) > 0) {
		struct run *run = runner->runs[runner->turn % runner->n_runs];

		runner->turn++;
		n_asked = run_turn(run, most, AHEAD_MOST / runner->n_runs)
				  ? 0
				  : n_asked + 1;
	}
}

static void
end_run(struct runner *runner, size_t i)
{
	struct run *run = runner->runs[i];

	ahead_forget(runner->shared.ahead, run);
	broadcast_count_soon(runner->broadcasts, run->name);
	broadcast_running_remove(runner->broadcasts, run->running);
	run_free(run);
	runner->runs[i] = runner->runs[--runner->n_runs];
	/* Resumed meanwhile, or one waits for a place. */
	runner->look = true;
}

static void
look_at_runs(struct runner *runner)
{
	int64_t now = clock_monotonic_ms();
	size_t i;

	for (i = 0; i < runner->n_runs; i++)
		run_look(runner->runs[i], now);
	states_writer_look(runner->writer, runner->runs, runner->n_runs, now);
	for (i = runner->n_runs; i > 0; i--)
		if (runner->runs[i - 1]->step == RUN_OVER)
			end_run(runner, i - 1);
}

static void
step(struct runner *runner)
{
	int wait = RUN_WAIT_MS, ms;
	size_t i;

	send_what_goes(runner);
	for (i = 0; i < runner->n_runs; i++) {
		ms = run_wait_ms(runner->runs[i]);
		wait = ms < wait ? ms : wait;
	}
	net_smtp_run(runner->shared.smtp, wait);
	look_at_runs(runner);
}

/* --- the thread ---------------------------------------------------------- */

/* Nothing is being sent: until somebody wakes us, or something is due. With
 * the lock held. */
static void
rest(struct runner *runner)
{
	struct broadcasts *broadcasts = runner->broadcasts;
	struct timespec at = {runner->look_at / 1000,
			      runner->look_at % 1000 * 1000000};

	if (broadcasts->stopping || broadcasts->woken || runner->look)
		return;
	if (runner->look_at)
		pthread_cond_timedwait(&broadcasts->wake, &broadcasts->lock,
				       &at);
	else
		pthread_cond_wait(&broadcasts->wake, &broadcasts->lock);
}

/* False: we stop. */
static bool
go_on(struct runner *runner)
{
	struct broadcasts *broadcasts = runner->broadcasts;
	bool stopping;

	pthread_mutex_lock(&broadcasts->lock);
	if (!runner->n_runs)
		rest(runner);
	runner->look |= broadcasts->woken;
	broadcasts->woken = false;
	stopping = broadcasts->stopping;
	pthread_mutex_unlock(&broadcasts->lock);
	return !stopping;
}

/* Waits for the mails under way, some seconds, and notes what came of them:
 * cut off now, they would be doubtful. */
static void
drain(struct runner *runner)
{
	int64_t until = clock_monotonic_ms() + DRAIN_MS;
	struct net_smtp *smtp = runner->shared.smtp;
	size_t i;

	while (net_smtp_under_way(smtp) && clock_monotonic_ms() < until)
		net_smtp_run(smtp, RUN_WAIT_MS);
	/* What is cut off now is no trouble with the MTA. */
	for (i = 0; i < runner->n_runs; i++)
		runner->runs[i]->calm_until = INT64_MAX;
}

/* Its threads have seen that we stop. */
static void
end_openings(struct runner *runner)
{
	struct opening opening;

	opener_finish(runner->opener);
	while (opener_take(runner->opener, &opening)) {
		if (opening.what != OPENING_RUN)
			continue;
		if (opening.status == SG_OK)
			run_free(opening.run);
		broadcast_running_remove(runner->broadcasts, opening.running);
	}
	opener_free(runner->opener);
}

static void
stop(struct runner *runner)
{
	size_t i;

	end_openings(runner);
	if (runner->shared.smtp)
		drain(runner);
	for (i = 0; i < runner->n_runs; i++)
		ahead_forget(runner->shared.ahead, runner->runs[i]);
	close_shared(runner);
	for (i = 0; i < runner->n_runs; i++) {
		struct run *run = runner->runs[i];

		/* What cannot be stored is in the journal. */
		if (flight_pay(run) && states_flush(run) &&
		    (run->wish != WISH_NONE))
			(void)run_conclude(run);
		broadcast_running_remove(runner->broadcasts, run->running);
		run_free(run);
	}
	free(runner);
}

void *
broadcasts_send(void *arg)
{
	struct runner *runner = calloc(1, sizeof(*runner));
	struct sg_err err;

	prctl(PR_SET_NAME, "sender", 0, 0, 0);
	if (!runner ||
	    opener_new(&runner->shared, &runner->opener, &err) != SG_OK) {
		log_error("broadcasts are not sent: out of memory");
		free(runner);
		return NULL;
	}
	runner->broadcasts = runner->shared.broadcasts = arg;
	runner->look = true;
	while (go_on(runner)) {
		take_opened(runner);
		if (runner->look || (runner->look_at &&
				     clock_monotonic_ms() >= runner->look_at))
			look(runner);
		if (runner->n_runs)
			step(runner);
		else
			close_shared(runner);
	}
	stop(runner);
	return NULL;
}
