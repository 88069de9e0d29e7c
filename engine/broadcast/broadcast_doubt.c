/*
 * broadcast_doubt.c - the few of whom it is not known whether the MTA has their
 * mail: sent to once more, where somebody says so.
 */
#include <string.h>

#include "base/clock.h"
#include "broadcast/broadcast_journal.h"
#include "broadcast/broadcast_parts.h"

static enum sg_status
requeue_call(void *arg, struct store *store, struct sg_err *err)
{
	const char *name = arg;
	uint64_t n;
	struct pool *pool = pool_new();
	struct store_broadcast row;
	enum sg_status status =
		store_broadcast_get(store, name, pool, &row, err);

	if (status == SG_NONE)
		err_set(err, SG_NONE, "no broadcast %s", name);
	if (status == SG_OK && row.state != BROADCAST_SENT &&
	    row.state != BROADCAST_PAUSED && row.state != BROADCAST_FAILED)
		status = err_set(err, SG_REFUSED,
				 "broadcast %s is %s; nobody of it is in doubt",
				 name, broadcast_state_name(row.state));
	if (status == SG_OK)
		status = store_broadcast_set_state(
			store, name, BROADCAST_SENDING, "", clock_now(), err);
	if (status == SG_OK)
		status = store_recipients_requeue(store, name, clock_now(), &n,
						  err);
	pool_free(pool);
	return status;
}

struct return_walk {
	struct broadcast_journal *journal;
	enum sg_status status;
	struct sg_err *err;
};

static enum sg_status
return_slice(struct return_walk *walk, const struct store_recipients *rows)
{
	size_t i;

	for (i = 0; i < rows->n_rows && walk->status == SG_OK; i++) {
		struct journal_line line = {JOURNAL_RETURNED,
					    rows->rows[i].record_id,
					    rows->rows[i].message_id, ""};

		walk->status = journal_note(walk->journal, &line, walk->err);
	}
	return walk->status;
}

static void
ignore(void *arg, const struct journal_line *line)
{
	(void)arg;
	(void)line;
}

/* In the journal they were handed over: it must say that they came back. */
static enum sg_status
return_doubtful(struct broadcasts *broadcasts, const char *name,
		struct sg_err *err)
{
	enum { SLICE = 256 };
	struct return_walk walk = {NULL, SG_OK, err};
	struct store_recipients rows = {0};
	struct pool *pool = pool_new();
	struct store *store;
	uint32_t after = 0;

	walk.status = store_readers_take(broadcasts->readers, &store, err);
	if (walk.status != SG_OK)
		goto out;
	walk.status = journal_open(broadcasts->journals, name, ignore, NULL,
				   &walk.journal, err);
	while (walk.status == SG_OK) {
		walk.status =
			store_recipient_slice(store, name, RECIPIENT_DOUBTFUL,
					      after, SLICE, pool, &rows, err);
		if (walk.status != SG_OK || !rows.n_rows)
			break;
		return_slice(&walk, &rows);
		after = rows.rows[rows.n_rows - 1].record_id;
	}
	if (walk.status == SG_OK)
		walk.status = journal_sync(walk.journal, err);
	journal_close(walk.journal);
	store_readers_give(broadcasts->readers, store);
out:
	pool_free(pool);
	return walk.status;
}

/* Not while the sending thread writes there. */
static enum sg_status
check_at_rest(struct broadcasts *broadcasts, const char *name,
	      struct sg_err *err)
{
	if (broadcast_is_running(broadcasts, name))
		return err_set(err, SG_REFUSED,
			       "broadcast %s is being sent: pause it first",
			       name);
	return SG_OK;
}

enum sg_status
broadcast_resend_doubtful(struct broadcasts *broadcasts, const char *name,
			  const struct apply_also *also, struct sg_err *err)
{
	enum sg_status status = check_at_rest(broadcasts, name, err);

	if (status == SG_OK)
		status = return_doubtful(broadcasts, name, err);
	if (status == SG_OK)
		status = apply_call_also(broadcasts->apply, requeue_call,
					 (void *)name, also, err);
	if (status == SG_OK)
		broadcasts_wake(broadcasts);
	return status;
}
