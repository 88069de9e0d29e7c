/*
 * broadcast_slice.c - whose turn it is: those queued are read from the store a
 * slice at a time, in order; who must wait for the pace of his domain steps
 * aside (broadcast_aside.h), and when there is no place for more of a domain
 * they are found in another round. Each step is short: when nobody is found in
 * it, the others that are being sent go on meanwhile.
 */
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "broadcast/broadcast_ahead.h"
#include "broadcast/broadcast_run.h"
#include "mail/address.h"

enum {
	LOOK_AT_MOST = 4096, /* rows of any state in one step */
	SOON_MS = 200,	     /* mails for those aside are made so early */
	SOON_EACH_MS = 50,   /* looked at so often */
	SOON_MOST = AHEAD_MOST / 2
};

void
slice_forget(struct run *run)
{
	pool_free(run->slice.pool);
	memset(&run->slice, 0, sizeof(run->slice));
	aside_clear(run->aside);
}

/* The next step over the queue. False: the store is away. */
static bool
read_on(struct run *run)
{
	struct slice *slice = &run->slice;
	struct store_recipients_asked asked = {
		.name = run->name,
		.after = slice->rows.after,
		.most = RUN_SLICE,
		.look_at_most = LOOK_AT_MOST,
		.with_key = run->pace.domain_rate > 0};
	struct sg_err err;

	pool_free(slice->pool);
	slice->pool = pool_new();
	slice->at = slice->n_ahead = slice->rows.n_rows = 0;
	if (store_recipients_next(run->store, &asked, slice->pool, &slice->rows,
				  &err) == SG_OK)
		return true;
	run_calm_down(run, err.text);
	return false;
}

static bool
is_to_do(const struct run *run, uint32_t record_id)
{
	return !record_set_has(run->handed, record_id) &&
	       !record_set_has(run->retried, record_id) &&
	       !aside_has(run->aside, record_id);
}

static uint64_t
domain_of(const struct store_recipient *row)
{
	const char *domain = row->key ? address_domain(row->key) : "";

	return crypto_hash64(domain, strlen(domain)) | 1;
}

/* Their domain's turn has not come. */
static void
step_aside(struct run *run, const struct store_recipient *row, uint64_t domain)
{
	struct slice *slice = &run->slice;

	if (aside_put(run->aside, row, domain))
		return;
	if (!slice->n_passed++)
		slice->passed_after = row->record_id - 1;
}

static bool
find_in_slice(struct run *run, struct slice_found *found_out)
{
	struct slice *slice = &run->slice;
	int64_t now = clock_monotonic_ms();

	for (; slice->at < slice->rows.n_rows; slice->at++) {
		const struct store_recipient *row =
			&slice->rows.rows[slice->at];
		uint64_t domain = 0;

		if (!is_to_do(run, row->record_id))
			continue;
		if (run->aside)
			domain = domain_of(row);
		if (!run->aside || pace_may_domain(&run->pace, domain, now)) {
			found_out->row = *row;
			found_out->domain = domain;
			return true;
		}
		step_aside(run, row, domain);
	}
	return false;
}

/* All rows were looked at. True: another round begins. */
static bool
go_round(struct run *run)
{
	struct slice *slice = &run->slice;

	if (!slice->n_aside)
		slice->n_aside = aside_count(run->aside);
	if (!slice->n_passed || aside_count(run->aside) > slice->n_aside / 2)
		return false;
	slice->rows.after = slice->passed_after;
	slice->rows.over = false;
	slice->n_passed = slice->n_aside = 0;
	return true;
}

enum slice_end
slice_find(struct run *run, struct slice_found *found_out)
{
	struct slice *slice = &run->slice;

	found_out->is_aside =
		aside_count(run->aside) &&
		aside_find(run->aside, &run->pace, clock_monotonic_ms(),
			   &run->found_aside);
	if (found_out->is_aside) {
		found_out->row = run->found_aside.row;
		found_out->domain = run->found_aside.domain;
		return SLICE_FOUND;
	}
	if (find_in_slice(run, found_out))
		return SLICE_FOUND;
	if (slice->rows.over && !go_round(run))
		return aside_count(run->aside) || slice->n_passed ? SLICE_LATER
								  : SLICE_OVER;
	if (!read_on(run))
		return SLICE_LATER;
	return find_in_slice(run, found_out) ? SLICE_FOUND : SLICE_STEP;
}

void
slice_took(struct run *run, const struct slice_found *found)
{
	if (found->is_aside)
		aside_take(run->aside, &run->found_aside);
	else
		run->slice.at++;
}

/* --- those whose turn comes soon are made meanwhile ----------------------- */

static void
ask(void *arg, const struct store_recipient *row)
{
	struct run *run = arg;

	ahead_ask(run->shared->ahead, run, row);
}

static void
look_aside(struct run *run)
{
	int64_t now = clock_monotonic_ms();

	if (!aside_count(run->aside) || now - run->soon_at < SOON_EACH_MS)
		return;
	run->soon_at = now;
	aside_each(run->aside, &run->pace, now + SOON_MS, SOON_MOST, ask, run);
}

void
slice_look_ahead(struct run *run, size_t most)
{
	struct slice *slice = &run->slice;
	size_t fits = AHEAD_BYTES / (run->row.template_len + 1);
	int64_t now = clock_monotonic_ms();

	look_aside(run);
	if (most > fits)
		most = fits;
	/* Not so far that it would be old by then. */
	if (most < 1 || (run->pace.rate > 0 && run->pace.rate < (double)most))
		most = 1;
	for (; slice->n_ahead < slice->rows.n_rows &&
	       slice->n_ahead < slice->at + most;
	     slice->n_ahead++) {
		const struct store_recipient *row =
			&slice->rows.rows[slice->n_ahead];

		if (slice->n_ahead >= slice->at &&
		    is_to_do(run, row->record_id) &&
		    (!run->aside ||
		     pace_may_domain(&run->pace, domain_of(row), now)))
			ask(run, row);
	}
}
