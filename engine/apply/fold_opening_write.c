/* fold_opening_write.c - a record's state as bytes, in the properties of an
 * entry: what fold_opening.c reads. */
#include <stdlib.h>
#include <string.h>

#include "apply/fold_opening.h"
#include "apply/fold_parts.h"
#include "base/encode.h"

enum { PIECE = 12000 };

static void
put_number(struct buf *to, uint64_t number)
{
	for (; number >= 0x80; number >>= 7)
		buf_append_char(to, (char)(number | 0x80));
	buf_append_char(to, (char)number);
}

static void
put_time(struct buf *to, int64_t at)
{
	/* small either way: 0 -1 1 -2 … */
	put_number(to, (uint64_t)at << 1 ^ (at < 0 ? UINT64_MAX : 0));
}

static void
put_real(struct buf *to, double real)
{
	uint64_t bits;

	memcpy(&bits, &real, sizeof(bits));
	for (int i = 0; i < 8; i++)
		buf_append_char(to, (char)(bits >> 8 * i));
}

static void
put_bytes(struct buf *to, const void *bytes, size_t len)
{
	put_number(to, len);
	buf_append(to, bytes, len);
}

static void
put_text(struct buf *to, const char *text)
{
	put_bytes(to, text, strlen(text));
}

static void
put_mails(struct buf *to, const struct fold_mails *mails)
{
	put_number(to, mails->n);
	for (size_t i = 0; i < mails->n; i++) {
		put_number(to, mails->items[i].message_id);
		put_time(to, mails->items[i].at);
	}
}

static void
put_facts(struct buf *to, const struct fold_record *record)
{
	put_text(to, record->key);
	put_number(to, record->create_seen);
	put_time(to, record->created_at);
	put_number(to, (uint64_t)record->suppression.strength);
	put_time(to, record->suppression.until);
	put_number(to, record->consent[0]);
	put_number(to, record->consent[1]);
	put_mails(to, &record->soft);
	put_mails(to, &record->sent);
	put_number(to, record->fields.n);
	for (size_t i = 0; i < record->fields.n; i++) {
		put_text(to, record->fields.items[i].name);
		put_text(to, record->fields.items[i].value);
	}
	put_number(to, record->tags.n);
	for (size_t i = 0; i < record->tags.n; i++)
		put_text(to, record->tags.items[i]);
	put_number(to, record->lists.n);
	for (size_t i = 0; i < record->lists.n; i++) {
		put_text(to, record->lists.items[i].name);
		put_text(to, record->lists.items[i].how);
		put_number(to, record->lists.items[i].state);
		put_time(to, record->lists.items[i].since);
	}
	put_number(to, record->sequences.n);
	for (size_t i = 0; i < record->sequences.n; i++) {
		put_text(to, record->sequences.items[i].name);
		put_number(to, record->sequences.items[i].state);
	}
	put_number(to, record->links.n);
	for (size_t i = 0; i < record->links.n; i++) {
		put_text(to, record->links.items[i].relation);
		put_number(to, record->links.items[i].to);
		put_number(to, record->links.items[i].end);
		put_time(to, record->links.items[i].since);
	}
}

static void
put_held(struct buf *to, const struct fold_record *record,
	 const struct fold_world *world)
{
	put_number(to, record->held.n);
	for (size_t i = 0; i < record->held.n; i++) {
		const struct fold_held *held = &record->held.items[i];

		put_number(to, held->rule_no);
		put_number(to, held->rule_id);
		put_number(to, held->score_id);
		put_number(to, (uint64_t)held->holds << 1 | held->paid);
		put_real(to, held->points);
	}
	put_number(to, record->given.n);
	for (size_t i = 0; i < record->given.n; i++) {
		const struct fold_given *given = &record->given.items[i];

		put_number(to, given->rule_no);
		put_number(to, given->rule_id);
		put_number(to, given->score_id);
		put_number(to, (uint64_t)given->side);
		put_real(to, world->rates.rates[given->rate]);
		put_real(to, given->worth);
		put_time(to, given->at);
	}
}

static void
put_limits(struct buf *to, const struct fold_record *record)
{
	put_number(to, record->times.n);
	for (size_t i = 0; i < record->times.n; i++) {
		const struct fold_time *time = &record->times.items[i];

		put_number(to, time->rule_no);
		put_number(to, time->score_id);
		put_time(to, time->span);
		put_time(to, time->at);
	}
	put_number(to, record->n_once);
	for (size_t i = 0; i < record->once_cap; i++)
		if (record->once[i].key) {
			put_number(to, record->once[i].key);
			put_number(to, record->once[i].score_id);
		}
	put_number(to, record->capped.n);
	for (size_t i = 0; i < record->capped.n; i++) {
		const struct fold_capped *capped = &record->capped.items[i];

		put_number(to, capped->cap_no);
		put_number(to, capped->rule_no);
		put_number(to, capped->score_id);
		put_real(to, capped->points);
		put_time(to, capped->at);
		put_time(to, capped->history_id);
	}
}

static void
put_pending(struct buf *to, const struct fold_record *record,
	    const struct fold_world *world)
{
	const struct fold_wait **waits = fold_waits_list(record->waits);
	const struct fold_expiry **expiries =
		fold_expiries_list(record->expiries);
	size_t n_waits = waits ? record->waits->n : 0;
	size_t n_expiries = expiries ? record->expiries->n : 0;

	put_number(to, n_waits);
	for (size_t i = 0; i < n_waits; i++) {
		const struct fold_wait *wait = waits[i];

		put_number(to, wait->ruleset->id);
		put_number(to, wait->rule->no);
		put_time(to, wait->history_id);
		put_time(to, wait->due_at);
		put_number(to, wait->message_id);
		put_number(to, wait->missing);
		put_number(to, wait->depth);
		put_number(to, (uint64_t)wait->proxy << 1 | wait->person);
		put_bytes(to, wait->bytes, wait->len);
	}
	put_number(to, n_expiries);
	for (size_t i = 0; i < n_expiries; i++) {
		const struct fold_expiry *expiry = expiries[i];

		put_number(to, expiry->rule_no);
		put_number(to, expiry->rule_id);
		put_number(to, expiry->score_id);
		put_number(to, (uint64_t)expiry->side << 1 | expiry->closed);
		put_number(to, expiry->depth);
		put_real(to, world->rates.rates[expiry->rate]);
		put_real(to, expiry->points);
		put_time(to, expiry->given_at);
		put_time(to, expiry->due_at);
		put_time(to, expiry->history_id);
	}
	free(waits);
	free(expiries);
	put_number(to, record->seen.n);
	for (size_t i = 0; i < record->seen.n; i++) {
		const struct fold_seen *seen = &record->seen.items[i];

		put_text(to, world->kept[seen->kept]);
		put_time(to, seen->at);
		put_bytes(to, seen->bytes, seen->len);
	}
}

static void
put_scores(struct buf *to, const struct fold_record *record,
	   const struct fold_world *world, int64_t at)
{
	put_number(to, record->n_scores);
	for (size_t i = 0; i < record->n_scores; i++) {
		struct score_state state = record->scores[i];

		score_state_advance(&state, &world->rates, at);
		put_number(to, (uint64_t)state.scored << 1 | state.erased);
		for (int side = 0; side < 2; side++) {
			put_real(to, state.field[side]);
			put_real(to, state.manual[side]);
		}
		put_number(to, world->rates.n_rates);
		for (size_t k = 0; k < world->rates.n_rates; k++) {
			put_real(to, world->rates.rates[k]);
			put_real(to, state.touch[k][0]);
			put_real(to, state.touch[k][1]);
		}
	}
}

static void
put_folded(struct buf *to, const struct fold_record *record)
{
	put_number(to, record->folded.n);
	for (size_t i = 0; i < record->folded.n; i++) {
		const struct fold_folded *folded = &record->folded.items[i];

		put_text(to, folded->name);
		put_text(to, folded->campaign);
		put_time(to, folded->first_at);
		put_time(to, folded->last_at);
		put_number(to, folded->n);
	}
}

bool
fold_opening_write(const struct fold_record *record,
		   const struct fold_world *world, int64_t at,
		   struct signal *signal, struct pool *pool)
{
	struct buf bytes = BUF_INIT, text = BUF_INIT;
	bool fits = true;
	size_t i = 0;

	put_number(&bytes, FOLD_OPENING_FORM);
	put_number(&bytes, world->rulesets[record->ruleset]->id);
	put_facts(&bytes, record);
	put_held(&bytes, record, world);
	put_limits(&bytes, record);
	put_pending(&bytes, record, world);
	put_scores(&bytes, record, world, at);
	put_folded(&bytes, record);
	encode_base64url(&text, buf_text(&bytes), bytes.len);
	signal->n_props = 0;
	for (size_t from = 0; from < text.len; from += PIECE, i++) {
		size_t len = text.len - from < PIECE ? text.len - from : PIECE;

		if (i == SIGNAL_PROPS_MOST) {
			fits = false;
			break;
		}
		signal->props[signal->n_props++] = (struct signal_prop){
			pool_printf(pool, "state.%02zu", i),
			pool_memdup(pool, text.data + from, len)};
	}
	fits = fits && buf_ok(&text) && buf_ok(&bytes);
	buf_done(&text);
	buf_done(&bytes);
	return fits;
}
