/*
 * broadcast_decide.c - of two versions of a mail the better one is chosen, and
 * those who waited are queued for it, some at a time, so that nobody waits
 * long for the store.
 */
#include "base/clock.h"
#include "base/log.h"
#include "broadcast/broadcast_counted.h"
#include "broadcast/broadcast_parts.h"

enum { STEP_MOST = 4000 }; /* rows of one transaction */

static double
rate_of(const struct store_variant_result *result, bool by_opens)
{
	uint64_t did = by_opens ? result->opened : result->clicked;

	return result->sent ? (double)did / (double)result->sent : 0;
}

struct deciding {
	struct broadcasts *broadcasts;
	const char *name;
	uint32_t best;
	struct store_range range;
};

/* Chosen once: a stop amid what follows changes nothing of it. */
static enum sg_status
choose_call(void *arg, struct store *store, struct sg_err *err)
{
	struct deciding *deciding = arg;
	struct pool *pool = pool_new();
	struct broadcast_settings said;
	struct store_broadcast row;
	enum sg_status status =
		store_broadcast_get(store, deciding->name, pool, &row, err);

	if (status == SG_OK) {
		broadcast_settings_read(row.settings, &said);
		said.winner = (int)deciding->best + 1;
		status = broadcast_settings_put(store, deciding->name, &said,
						err);
	}
	pool_free(pool);
	return status;
}

static enum sg_status
queue_call(void *arg, struct store *store, struct sg_err *err)
{
	const struct deciding *deciding = arg;

	return store_recipients_decide(store, deciding->name, &deciding->range,
				       deciding->best, clock_now(), err);
}

static enum sg_status
go_on_call(void *arg, struct store *store, struct sg_err *err)
{
	const struct deciding *deciding = arg;
	struct pool *pool = pool_new();
	struct store_broadcast row;
	enum sg_status status =
		store_broadcast_get(store, deciding->name, pool, &row, err);

	/* Cancelled meanwhile: that holds. */
	if (status == SG_OK && row.state == BROADCAST_TESTING)
		status = store_broadcast_set_state(store, deciding->name,
						   BROADCAST_SENDING, "",
						   clock_now(), err);
	pool_free(pool);
	return status;
}

static enum sg_status
call(struct deciding *deciding, apply_call_fn *fn, struct sg_err *err)
{
	if (broadcasts_are_stopping(deciding->broadcasts))
		return err_set(err, SG_BUSY, "scoregated is stopping");
	return apply_call(deciding->broadcasts->apply, fn, deciding, err);
}

static enum sg_status
queue_all(struct deciding *deciding, struct store *store, struct sg_err *err)
{
	enum sg_status status;

	deciding->range = (struct store_range){0, 0};
	do {
		struct pool *pool = pool_new();
		struct store_recipients rows = {0};

		status = store_recipient_slice(
			store, deciding->name, RECIPIENT_WAITING,
			deciding->range.to, STEP_MOST, pool, &rows, err);
		deciding->range.after = deciding->range.to;
		if (status == SG_OK && !rows.n_rows)
			status = SG_NONE;
		else if (status == SG_OK)
			deciding->range.to =
				rows.rows[rows.n_rows - 1].record_id;
		pool_free(pool);
		if (status == SG_OK)
			status = call(deciding, queue_call, err);
	} while (status == SG_OK);
	return status == SG_NONE ? SG_OK : status;
}

static enum sg_status
find_best(struct deciding *deciding, struct store *store, struct sg_err *err)
{
	struct pool *pool = pool_new();
	struct store_variant_result results[2] = {{0}};
	struct broadcast_settings said = {0};
	struct store_broadcast row;
	uint32_t i;
	enum sg_status status =
		store_broadcast_get(store, deciding->name, pool, &row, err);

	/* Cancelled meanwhile. */
	if (status == SG_OK && row.state != BROADCAST_TESTING)
		status = SG_NONE;
	if (status == SG_OK)
		broadcast_settings_read(row.settings, &said);
	deciding->best = said.winner == 2;
	for (i = 0; i < 2 && status == SG_OK && !said.winner; i++)
		status = broadcast_count_variant(deciding->broadcasts, store,
						 deciding->name, i, &results[i],
						 err);
	if (status == SG_OK && !said.winner) {
		deciding->best = rate_of(&results[1], said.by_opens) >
				 rate_of(&results[0], said.by_opens);
		status = call(deciding, choose_call, err);
	}
	pool_free(pool);
	return status;
}

enum sg_status
broadcast_split_decide(struct broadcasts *broadcasts, const char *name,
		       struct sg_err *err)
{
	struct deciding deciding = {broadcasts, name, 0, {0, 0}};
	struct store *store;
	enum sg_status status =
		store_readers_take(broadcasts->readers, &store, err);

	if (status != SG_OK)
		return status;
	status = find_best(&deciding, store, err);
	if (status == SG_OK)
		status = queue_all(&deciding, store, err);
	store_readers_give(broadcasts->readers, store);
	if (status == SG_OK)
		status = call(&deciding, go_on_call, err);
	if (status == SG_OK)
		log_info("broadcast %s goes on with version %c", name,
			 deciding.best ? 'B' : 'A');
	return status == SG_NONE ? SG_OK : status;
}
