/*
 * broadcast_split.c - two versions of one mail: some get the one, some the
 * other, by lot, and the rest waits for the one that people like better
 * (broadcast_decide.c).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "broadcast/broadcast_parts.h"

/* --- who gets which ------------------------------------------------------ */

struct lot {
	uint64_t number;
	uint32_t record_id;
};

struct lots {
	const char *name;
	struct lot *lots;
	size_t n;
};

/* Of name and record: the same for one broadcast, another for the next. */
static bool
draw(void *arg, uint32_t record_id)
{
	struct lots *lots = arg;
	struct buf text = BUF_INIT;

	buf_printf(&text, "lot %s %u", lots->name, record_id);
	lots->lots[lots->n++] = (struct lot){
		crypto_hash64(buf_text(&text), text.len), record_id};
	buf_done(&text);
	return true;
}

static int
by_number(const void *a, const void *b)
{
	const struct lot *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

/* Of n: at least one, should anybody be there. */
static size_t
share_of(size_t n, double percent)
{
	return (size_t)ceil((double)n * percent / 100 - 1e-9);
}

enum sg_status
broadcast_split_lots(const char *name, const struct record_set *recipients,
		     const struct broadcast_settings *said,
		     struct broadcast_lots *lots_out, struct sg_err *err)
{
	size_t count = record_set_count(recipients), first, second, i;
	struct lots lots = {name, NULL, 0};

	lots.lots = calloc(count ? count : 1, sizeof(*lots.lots));
	if (!lots.lots)
		return err_set(err, SG_FAILED, "out of memory");
	record_set_each(recipients, draw, &lots);
	qsort(lots.lots, lots.n, sizeof(*lots.lots), by_number);
	first = share_of(lots.n, said->split[0]);
	second = first + share_of(lots.n, said->split[1]);
	lots_out->second = record_set_new();
	lots_out->waiting = record_set_new();
	for (i = first; i < lots.n; i++)
		record_set_add(i < second ? lots_out->second
					  : lots_out->waiting,
			       lots.lots[i].record_id);
	free(lots.lots);
	return SG_OK;
}

void
broadcast_lots_done(struct broadcast_lots *lots)
{
	record_set_free(lots->second);
	record_set_free(lots->waiting);
	memset(lots, 0, sizeof(*lots));
}

/* --- both are out -------------------------------------------------------- */

struct step {
	struct broadcasts *broadcasts;
	const char *name;
	bool over; /* nobody waits */
};

static enum sg_status
wait_call(void *arg, struct store *store, struct sg_err *err)
{
	struct step *step = arg;
	uint64_t counts[RECIPIENT_N_STATES] = {0};
	struct pool *pool = pool_new();
	struct broadcast_settings said;
	struct store_broadcast row;
	enum sg_status status =
		store_broadcast_get(store, step->name, pool, &row, err);

	if (status == SG_OK)
		status =
			store_recipients_counts(store, step->name, counts, err);
	/* Paused or cancelled meanwhile: that holds. */
	step->over = status == SG_OK && (row.state != BROADCAST_SENDING ||
					 !counts[RECIPIENT_WAITING]);
	if (status == SG_OK && !step->over) {
		broadcast_settings_read(row.settings, &said);
		said.decide_at = clock_now() + said.after_ms;
		status = broadcast_settings_put(store, step->name, &said, err);
	}
	if (status == SG_OK && !step->over)
		status = store_broadcast_set_state(store, step->name,
						   BROADCAST_TESTING, "",
						   clock_now(), err);
	pool_free(pool);
	return status;
}

enum sg_status
broadcast_split_wait(struct broadcasts *broadcasts, const char *name,
		     struct sg_err *err)
{
	struct step step = {broadcasts, name, false};
	enum sg_status status =
		apply_call(broadcasts->apply, wait_call, &step, err);

	return status == SG_OK && step.over ? SG_NONE : status;
}
