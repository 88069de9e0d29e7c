/*
 * broadcast_states.c - states of recipients on their way to the store: put by
 * the sending thread, written in batches by a thread of its own, of all runs in
 * one transaction, so that no connection waits for the store.
 *
 * A run has two batches: one is filled while the other is written, and a batch
 * that the store did not take stays the next one to be written. So what is
 * known of one recipient reaches the store in the order in which it was known.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "broadcast/broadcast_run.h"
#include "broadcast/broadcast_settler.h"

enum { BATCH_MS = 500 }; /* states are written at least so often */

static void
clear(struct states *states)
{
	pool_free(states->pool);
	states->pool = NULL;
	states->n = 0;
}

bool
states_have_room(const struct run *run)
{
	/* Each mail under way must find room for its state. */
	return run->put.n + run->n_owed + run->under_way < RUN_BATCH_MOST;
}

bool
states_put(struct run *run, const struct store_recipient *row)
{
	struct states *put = &run->put;
	struct store_recipient *to;

	/* Before anything is sent nobody else writes. */
	if (put->n == RUN_BATCH_MOST && (!run->replayed || !states_flush(run)))
		return false;
	to = &put->rows[put->n++];
	*to = *row;
	if (row->reason && *row->reason) {
		if (!put->pool)
			put->pool = pool_new();
		to->reason = pool_strdup(put->pool, row->reason);
	} else {
		to->reason = "";
	}
	return true;
}

void
states_take(struct run *run)
{
	struct states *put = &run->put, *writing = &run->writing;

	if (writing->n || !put->n)
		return;
	memcpy(writing->rows, put->rows, put->n * sizeof(put->rows[0]));
	writing->n = put->n;
	writing->pool = put->pool;
	put->pool = NULL;
	put->n = 0;
}

void
states_done(struct run *run)
{
	clear(&run->put);
	clear(&run->writing);
}

static enum sg_status
flush_call(void *arg, struct store *store, struct sg_err *err)
{
	struct run *run = arg;

	return store_recipients_put(store, run->name, run->writing.rows,
				    run->writing.n, err);
}

bool
states_flush(struct run *run)
{
	struct sg_err err;

	while (run->writing.n || run->put.n) {
		states_take(run);
		if (apply_call(run->broadcasts->apply, flush_call, run, &err) !=
		    SG_OK) {
			log_warn("broadcast %s: states not stored yet: %s",
				 run->name, err.text);
			return false;
		}
		clear(&run->writing);
	}
	return true;
}

/* --- written while others go on ------------------------------------------ */

struct states_writer {
	struct run_shared *shared;
	struct settler *settler;
	bool busy; /* what follows is the settler's */
	struct run *runs[BROADCAST_RUNNING_MOST];
	size_t n_runs;
};

static enum sg_status
write_call(void *arg, struct store *store, struct sg_err *err)
{
	const struct states_writer *writer = arg;
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; i < writer->n_runs && status == SG_OK; i++)
		status = flush_call(writer->runs[i], store, err);
	return status;
}

/* On the settler's thread. */
static bool
write_all(void *arg)
{
	struct states_writer *writer = arg;
	struct sg_err err;

	if (apply_call(writer->shared->broadcasts->apply, write_call, writer,
		       &err) == SG_OK)
		return true;
	log_warn("broadcasts: states not stored yet: %s", err.text);
	return false;
}

static void
wake(void *smtp)
{
	net_smtp_wake(smtp);
}

enum sg_status
states_writer_open(struct run_shared *shared, struct states_writer **writer_out,
		   struct sg_err *err)
{
	struct states_writer *writer = calloc(1, sizeof(*writer));
	struct settler_calls calls = {write_all, writer, wake, shared->smtp};
	enum sg_status status;

	if (!writer)
		return err_set(err, SG_FAILED, "out of memory");
	writer->shared = shared;
	status = settler_new(&calls, &writer->settler, err);
	if (status == SG_OK)
		*writer_out = writer;
	else
		free(writer);
	return status;
}

static void
take_answer(struct states_writer *writer)
{
	bool written;
	size_t i;

	if (!writer->busy || !settler_answer(writer->settler, &written))
		return;
	writer->busy = false;
	for (i = 0; written && i < writer->n_runs; i++)
		clear(&writer->runs[i]->writing);
	writer->n_runs = 0;
}

void
states_writer_close(struct states_writer *writer)
{
	if (!writer)
		return;
	settler_finish(writer->settler);
	take_answer(writer);
	settler_free(writer->settler);
	free(writer);
}

static bool
is_time(const struct run *run, int64_t now)
{
	if (!run->put.n && !run->writing.n)
		return false;
	/* What was not taken is no sooner tried again. */
	if (now - run->put_at > BATCH_MS)
		return true;
	return !run->writing.n &&
	       (run->put.n > RUN_BATCH_MOST / 2 || run->step != RUN_SENDING);
}

void
states_writer_look(struct states_writer *writer, struct run *const *runs,
		   size_t n_runs, int64_t now)
{
	bool any = false;
	size_t i;

	take_answer(writer);
	for (i = 0; i < n_runs && !writer->busy; i++)
		any |= is_time(runs[i], now);
	if (!any)
		return;
	for (i = 0; i < n_runs; i++) {
		states_take(runs[i]);
		runs[i]->put_at = now;
		if (runs[i]->writing.n)
			writer->runs[writer->n_runs++] = runs[i];
	}
	writer->busy = settler_ask(writer->settler);
}
