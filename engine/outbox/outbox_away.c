/*
 * outbox_away.c - mails that piled up while the MTA was away. Each was put off
 * by its own back-off, up to hours; when one of them gets an answer the others
 * need not wait so long, and must not all come at once. So they are due one
 * after the other from then on, in the order in which they were written, as
 * fast as the pace allows. That is in the store: a restart changes nothing.
 */
#include "base/clock.h"
#include "base/log.h"
#include "outbox/outbox_parts.h"

enum { PACE = 50, AT_ONCE = 500 };

static enum sg_status
run_spread(void *arg, struct store *store, struct sg_err *err)
{
	return store_outbox_spread(store, arg, err);
}

static void
bring_forward(struct outbox *outbox)
{
	double pace = outbox->options.pace > 0 ? outbox->options.pace : PACE;
	struct store_outbox_spread spread = {
		.from = clock_now(), .each_ms = 1000 / pace, .most = AT_ONCE};
	struct sg_err err = {0};

	while (!spread.over && !outbox_is_stopping(outbox)) {
		if (apply_call(outbox->options.apply, run_spread, &spread,
			       &err) != SG_OK) {
			/* With the next answer, then. */
			atomic_store(&outbox->mta_was_away, true);
			return;
		}
		outbox_wake(outbox);
	}
	if (spread.n)
		log_info("the MTA answers again: mails=%llu leave at the pace",
			 (unsigned long long)spread.n);
}

void
outbox_learn(struct outbox *outbox, enum outbox_mta mta)
{
	if (mta == OUTBOX_MTA_AWAY)
		atomic_store(&outbox->mta_was_away, true);
	else if (mta == OUTBOX_MTA_ANSWERS &&
		 atomic_exchange(&outbox->mta_was_away, false))
		bring_forward(outbox);
}
