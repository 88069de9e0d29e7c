/*
 * broadcast_begin.c - a broadcast begins: its recipients are chosen, and then
 * stored some at a time, so that nobody waits long for the store. They are
 * nobody's until the last step, which makes it `sending`: what a stop or a
 * refusal leaves behind is cleared away.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "broadcast/broadcast_parts.h"

enum { STEP_MOST = 4000 }; /* rows of one transaction */

struct beginning {
	struct broadcasts *broadcasts;
	const char *name;
	enum broadcast_state from;
	const struct apply_also *also; /* with the last step */
	int64_t now;
	struct broadcast_selection selection;
	struct broadcast_lots lots;
	struct broadcast_settings said;
	struct store_recipient *rows; /* of this step */
	size_t n_rows;
	uint64_t n_cleared;
};

/* --- one transaction each ------------------------------------------------ */

static enum sg_status
check_call(void *arg, struct store *store, struct sg_err *err)
{
	const struct beginning *beginning = arg;
	struct pool *pool = pool_new();
	struct store_broadcast row;
	enum sg_status status =
		store_broadcast_get(store, beginning->name, pool, &row, err);

	if (status == SG_NONE)
		err_set(err, SG_NONE, "no broadcast %s", beginning->name);
	if (status == SG_OK && row.state != beginning->from)
		status = err_set(err, SG_REFUSED, "broadcast %s is %s already",
				 beginning->name,
				 broadcast_state_name(row.state));
	pool_free(pool);
	return status;
}

static enum sg_status
clear_call(void *arg, struct store *store, struct sg_err *err)
{
	struct beginning *beginning = arg;
	struct pool *pool = pool_new();
	struct store_broadcast row;
	enum sg_status status =
		store_broadcast_get(store, beginning->name, pool, &row, err);

	/* Whatever was heard of the last step: it may have been done. */
	if (status == SG_OK && row.started_at)
		status = err_set(err, SG_REFUSED, "broadcast %s has begun",
				 beginning->name);
	pool_free(pool);
	return status == SG_OK || status == SG_NONE
		       ? store_recipients_clear(store, beginning->name,
						STEP_MOST,
						&beginning->n_cleared, err)
		       : status;
}

static enum sg_status
add_call(void *arg, struct store *store, struct sg_err *err)
{
	struct beginning *beginning = arg;

	return store_recipients_add(store, beginning->name, beginning->rows,
				    beginning->n_rows, err);
}

static enum sg_status
start_call(void *arg, struct store *store, struct sg_err *err)
{
	struct beginning *beginning = arg;
	/* Asked again here, where nobody else can change it. */
	enum sg_status status = check_call(beginning, store, err);

	return status == SG_OK
		       ? store_broadcast_set_state(store, beginning->name,
						   BROADCAST_SENDING, "",
						   beginning->now, err)
		       : status;
}

/* --- step by step -------------------------------------------------------- */

static enum sg_status
call(struct beginning *beginning, apply_call_fn *fn, struct sg_err *err)
{
	if (broadcasts_are_stopping(beginning->broadcasts))
		return err_set(err, SG_BUSY, "scoregated is stopping");
	return apply_call(beginning->broadcasts->apply, fn, beginning, err);
}

static enum sg_status
clear(struct beginning *beginning, struct sg_err *err)
{
	enum sg_status status;

	do
		status = call(beginning, clear_call, err);
	while (status == SG_OK && beginning->n_cleared == STEP_MOST);
	return status;
}

static void
fill_row(const struct beginning *beginning, uint32_t record_id,
	 const char *reason, struct store_recipient *row)
{
	const struct broadcast_lots *lots = &beginning->lots;
	bool waits = lots->waiting && record_set_has(lots->waiting, record_id);

	*row = (struct store_recipient){
		.record_id = record_id,
		.state = *reason ? RECIPIENT_SKIPPED
			 : waits ? RECIPIENT_WAITING
				 : RECIPIENT_QUEUED,
		.reason = reason,
		.changed_at = beginning->now,
		.variant = lots->second &&
			   record_set_has(lots->second, record_id)};
}

/* All of a set; reason "": they get it. */
static enum sg_status
add(struct beginning *beginning, const struct record_set *set,
    const char *reason, struct sg_err *err)
{
	uint32_t *ids = calloc(STEP_MOST, sizeof(*ids)), from = 0;
	enum sg_status status = SG_OK;
	size_t i, n;

	if (!ids)
		return err_set(err, SG_FAILED, "out of memory");
	while (status == SG_OK &&
	       (n = record_set_slice(set, from, ids, STEP_MOST)) > 0) {
		for (i = 0; i < n; i++)
			fill_row(beginning, ids[i], reason,
				 &beginning->rows[i]);
		beginning->n_rows = n;
		status = call(beginning, add_call, err);
		from = ids[n - 1] + 1;
	}
	free(ids);
	return status;
}

static enum sg_status
add_all(struct beginning *beginning, struct sg_err *err)
{
	const struct broadcast_selection *chosen = &beginning->selection;
	const struct {
		const struct record_set *set;
		const char *reason;
	} parts[] = {{chosen->recipients, ""},
		     {chosen->suppressed, "suppressed"},
		     {chosen->unsubscribed, "unsubscribed"},
		     {chosen->paused, "paused"},
		     {chosen->no_address, "no e-mail address"},
		     {chosen->doubles, "another has this address"}};
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; status == SG_OK && i < sizeof(parts) / sizeof(parts[0]);
	     i++)
		status = add(beginning, parts[i].set, parts[i].reason, err);
	return status;
}

static enum sg_status
choose(struct beginning *beginning, struct sg_err *err)
{
	struct broadcasts *broadcasts = beginning->broadcasts;
	struct pool *pool = pool_new();
	struct template *template = NULL;
	struct store_broadcast row;
	struct store *store;
	enum sg_status status =
		store_readers_take(broadcasts->readers, &store, err);

	if (status != SG_OK)
		goto out;
	status = store_broadcast_get(store, beginning->name, pool, &row, err);
	if (status == SG_OK)
		broadcast_settings_read(row.settings, &beginning->said);
	if (status == SG_OK)
		status = broadcast_template(broadcasts, store, row.template,
					    row.template_len, &template, err);
	if (status == SG_OK)
		status = broadcast_select(broadcasts, store, row.condition,
					  template_list(template),
					  beginning->now, &beginning->selection,
					  err);
	if (status == SG_OK && beginning->said.split[0] > 0)
		status = broadcast_split_lots(
			beginning->name, beginning->selection.recipients,
			&beginning->said, &beginning->lots, err);
	template_free(template);
	store_readers_give(broadcasts->readers, store);
out:
	pool_free(pool);
	return status;
}

static enum sg_status
go(struct beginning *beginning, struct sg_err *err)
{
	struct sg_err other;
	enum sg_status status = call(beginning, check_call, err);

	if (status == SG_OK)
		status = choose(beginning, err);
	/* What a crash amid these steps left. */
	if (status == SG_OK)
		status = clear(beginning, err);
	if (status != SG_OK)
		return status;
	status = add_all(beginning, err);
	if (status == SG_OK)
		status = apply_call_also(beginning->broadcasts->apply,
					 start_call, beginning, beginning->also,
					 err);
	if (status != SG_OK && clear(beginning, &other) != SG_OK)
		return status; /* the next beginning clears it */
	return status;
}

enum sg_status
broadcast_begin(struct broadcasts *broadcasts, const char *name,
		enum broadcast_state from, const struct apply_also *also,
		struct sg_err *err)
{
	struct beginning beginning = {.broadcasts = broadcasts,
				      .name = name,
				      .from = from,
				      .also = also,
				      .now = clock_now()};
	struct broadcast_claim claim;
	enum sg_status status;

	if (!broadcast_claim(broadcasts, &claim, name))
		return err_set(
			err, from == BROADCAST_SCHEDULED ? SG_BUSY : SG_REFUSED,
			"the recipients of broadcast %s are being "
			"chosen",
			name);
	beginning.rows = calloc(STEP_MOST, sizeof(*beginning.rows));
	status = beginning.rows ? go(&beginning, err)
				: err_set(err, SG_FAILED, "out of memory");
	broadcast_claim_end(broadcasts, &claim);
	broadcast_lots_done(&beginning.lots);
	broadcast_selection_done(&beginning.selection);
	free(beginning.rows);
	return status;
}

enum sg_status
broadcast_send(struct broadcasts *broadcasts, const char *name,
	       const struct apply_also *also, struct sg_err *err)
{
	enum sg_status status =
		broadcast_begin(broadcasts, name, BROADCAST_DRAFT, also, err);

	if (status == SG_OK)
		broadcasts_wake(broadcasts);
	return status;
}
