/*
 * fold_opening.c - a record's whole state at a moment, as bytes: what is left
 * of the history before it once that is folded away (retention). Beginning
 * with it, all that follows gives what it gave with the whole history behind
 * it: once_per, caps, what expires and what is waited for go on.
 *
 * Rules, caps and rulesets are by number: the order of their first appearance
 * never changes. Rates are by value, signals that conditions ask about by name.
 */
#include "apply/fold_opening.h"

#include <stdlib.h>
#include <string.h>

#include "apply/fold_parts.h"
#include "base/encode.h"

/* --- reading ------------------------------------------------------------- */

struct reader {
	const unsigned char *at;
	size_t left;
	bool failed;
	const struct fold_world *world;
};

static uint64_t
get_number(struct reader *from)
{
	uint64_t number = 0;
	int shift = 0;

	while (from->left > 0 && shift < 64) {
		unsigned char byte = *from->at++;

		from->left--;
		number |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
		if (byte < 0x80)
			return number;
	}
	from->failed = true;
	return 0;
}

static int64_t
get_time(struct reader *from)
{
	uint64_t number = get_number(from);

	return (int64_t)(number >> 1) ^ -(int64_t)(number & 1);
}

static double
get_real(struct reader *from)
{
	uint64_t bits = 0;
	double real;

	if (from->left < 8) {
		from->failed = true;
		return 0;
	}
	for (int i = 0; i < 8; i++)
		bits |= (uint64_t)from->at[i] << 8 * i;
	from->at += 8;
	from->left -= 8;
	memcpy(&real, &bits, sizeof(real));
	return real;
}

/* malloc'd, with a NUL behind */
static char *
get_bytes(struct reader *from, size_t *len_out)
{
	uint64_t len = get_number(from);
	char *bytes;

	if (len > from->left) {
		from->failed = true;
		len = 0;
	}
	bytes = fold_must(malloc(len + 1));
	memcpy(bytes, from->at, len);
	bytes[len] = '\0';
	from->at += len;
	from->left -= len;
	if (len_out)
		*len_out = len;
	return bytes;
}

static char *
get_text(struct reader *from)
{
	return get_bytes(from, NULL);
}

/* How many follow; more than there are bytes there cannot be. */
static size_t
get_count(struct reader *from)
{
	uint64_t n = get_number(from);

	if (n > from->left)
		from->failed = true;
	return from->failed ? 0 : n;
}

/* The index of a rate that is still known. */
static size_t
get_rate(struct reader *from)
{
	int rate = score_rates_find(&from->world->rates, get_real(from));

	if (rate < 0)
		from->failed = true;
	return rate < 0 ? 0 : (size_t)rate;
}

static uint32_t
get_rule_no(struct reader *from)
{
	uint64_t no = get_number(from);

	if (no >= from->world->n_rule_names)
		from->failed = true;
	return (uint32_t)no;
}

static void
get_mails(struct reader *from, struct fold_mails *mails)
{
	size_t n = get_count(from);

	for (size_t i = 0; i < n; i++) {
		struct fold_mail *mail = fold_add(mails);

		mail->message_id = get_number(from);
		mail->at = get_time(from);
	}
}

static void
get_facts(struct reader *from, struct fold_record *record)
{
	size_t n, i;

	free(record->key);
	record->key = get_text(from);
	record->create_seen = get_number(from);
	record->created_at = get_time(from);
	record->suppression.strength = (int)get_number(from);
	record->suppression.until = get_time(from);
	record->consent[0] = get_number(from);
	record->consent[1] = get_number(from);
	get_mails(from, &record->soft);
	get_mails(from, &record->sent);
	for (n = get_count(from), i = 0; i < n; i++) {
		struct fold_field *field = fold_add(&record->fields);

		field->name = get_text(from);
		field->value = get_text(from);
		record->bytes += strlen(field->value);
	}
	for (n = get_count(from), i = 0; i < n; i++) {
		char **tag = fold_add(&record->tags);

		*tag = get_text(from);
	}
	for (n = get_count(from), i = 0; i < n; i++) {
		struct fold_list *list = fold_add(&record->lists);

		list->name = get_text(from);
		list->how = get_text(from);
		list->state = (enum list_state)get_number(from);
		list->since = get_time(from);
	}
	for (n = get_count(from), i = 0; i < n; i++) {
		struct fold_sequence *sequence = fold_add(&record->sequences);

		sequence->name = get_text(from);
		sequence->state = (enum fold_sequence_state)get_number(from);
	}
	for (n = get_count(from), i = 0; i < n; i++) {
		struct fold_link *link = fold_add(&record->links);

		link->relation = get_text(from);
		link->to = (uint32_t)get_number(from);
		link->end = get_number(from);
		link->since = get_time(from);
	}
}

static void
get_held(struct reader *from, struct fold_record *record)
{
	size_t n, i;

	for (n = get_count(from), i = 0; i < n; i++) {
		struct fold_held *held = fold_add(&record->held);
		uint64_t flags;

		held->rule_no = get_rule_no(from);
		held->rule_id = (uint32_t)get_number(from);
		held->score_id = (uint32_t)get_number(from);
		flags = get_number(from);
		held->holds = flags >> 1;
		held->paid = flags & 1;
		held->points = get_real(from);
	}
	for (n = get_count(from), i = 0; i < n; i++) {
		struct fold_given *given = fold_add(&record->given);

		given->rule_no = get_rule_no(from);
		given->rule_id = (uint32_t)get_number(from);
		given->score_id = (uint32_t)get_number(from);
		given->side = (int)(get_number(from) & 1);
		given->rate = get_rate(from);
		given->worth = get_real(from);
		given->at = get_time(from);
	}
}

static void
get_limits(struct reader *from, struct fold_record *record)
{
	size_t n, i;

	for (n = get_count(from), i = 0; i < n; i++) {
		struct fold_time *time = fold_add(&record->times);

		time->rule_no = get_rule_no(from);
		time->score_id = (uint32_t)get_number(from);
		time->span = get_time(from);
		time->at = get_time(from);
	}
	for (n = get_count(from), i = 0; i < n; i++) {
		struct fold_once once = {.key = get_number(from)};

		once.score_id = (uint32_t)get_number(from);
		if (once.key)
			fold_once_put(record, &once);
	}
	for (n = get_count(from), i = 0; i < n; i++) {
		struct fold_capped *capped = fold_add(&record->capped);

		capped->cap_no = (uint32_t)get_number(from);
		capped->rule_no = get_rule_no(from);
		capped->score_id = (uint32_t)get_number(from);
		capped->points = get_real(from);
		capped->at = get_time(from);
		capped->history_id = get_time(from);
	}
}

static const struct fold_rule *
find_rule(const struct fold_ruleset *ruleset, uint32_t rule_no)
{
	for (size_t i = 0; i < ruleset->n_rules; i++)
		if (ruleset->all[i].no == rule_no &&
		    ruleset->all[i].rule->absence)
			return &ruleset->all[i];
	return NULL;
}

/* One whose rule the ruleset does not have (`rules run` with others) is not
 * waited for. */
static void
get_wait(struct reader *from, struct fold_record *record)
{
	struct fold_wait wait = {0};
	uint64_t flags;

	wait.ruleset =
		fold_world_ruleset(from->world, (uint32_t)get_number(from));
	wait.rule = find_rule(wait.ruleset, get_rule_no(from));
	wait.history_id = get_time(from);
	wait.due_at = get_time(from);
	wait.message_id = get_number(from);
	wait.missing = (unsigned)get_number(from);
	wait.depth = (unsigned)get_number(from);
	flags = get_number(from);
	wait.proxy = flags >> 1;
	wait.person = flags & 1;
	wait.bytes = (unsigned char *)get_bytes(from, &wait.len);
	if (!wait.rule) {
		free(wait.bytes);
		return;
	}
	fold_wait_put(record, &wait);
}

static void
get_seen(struct reader *from, struct fold_record *record)
{
	struct fold_seen seen = {0};
	char *name = get_text(from);

	seen.kept = fold_world_kept(from->world, name);
	free(name);
	seen.at = get_time(from);
	seen.bytes = (unsigned char *)get_bytes(from, &seen.len);
	if (seen.kept < 0) {
		free(seen.bytes); /* no rule asks any more */
		return;
	}
	*fold_add(&record->seen) = seen;
	record->bytes += seen.len;
}

static void
get_pending(struct reader *from, struct fold_record *record)
{
	size_t n, i;

	for (n = get_count(from), i = 0; i < n; i++)
		get_wait(from, record);
	for (n = get_count(from), i = 0; i < n; i++) {
		struct fold_expiry expiry = {0};
		uint64_t flags;

		expiry.rule_no = get_rule_no(from);
		expiry.rule_id = (uint32_t)get_number(from);
		expiry.score_id = (uint32_t)get_number(from);
		flags = get_number(from);
		expiry.side = (int)(flags >> 1 & 1);
		expiry.closed = flags & 1;
		expiry.depth = (unsigned)get_number(from);
		expiry.rate = get_rate(from);
		expiry.points = get_real(from);
		expiry.given_at = get_time(from);
		expiry.due_at = get_time(from);
		expiry.history_id = get_time(from);
		fold_expiry_put(record, &expiry);
	}
	for (n = get_count(from), i = 0; i < n; i++)
		get_seen(from, record);
}

static void
get_scores(struct reader *from, struct fold_run *run)
{
	size_t n = get_count(from), i;

	for (i = 0; i < n && i < from->world->n_scores; i++) {
		struct score_state *state = fold_state(run, (uint32_t)i + 1);
		uint64_t flags = get_number(from);
		size_t n_rates, k;

		state->scored = flags >> 1;
		state->erased = flags & 1;
		for (int side = 0; side < 2; side++) {
			state->field[side] = get_real(from);
			state->manual[side] = get_real(from);
		}
		for (n_rates = get_count(from), k = 0; k < n_rates; k++) {
			size_t rate = get_rate(from);

			state->touch[rate][0] = get_real(from);
			state->touch[rate][1] = get_real(from);
		}
	}
}

static void
get_folded(struct reader *from, struct fold_record *record)
{
	size_t n, i;

	for (n = get_count(from), i = 0; i < n; i++) {
		struct fold_folded *folded = fold_add(&record->folded);

		folded->name = get_text(from);
		folded->campaign = get_text(from);
		folded->first_at = get_time(from);
		folded->last_at = get_time(from);
		folded->n = get_number(from);
		record->bytes += strlen(folded->name) + 32;
	}
}

/* --- beginning with it --------------------------------------------------- */

static void
read_text(const struct signal *signal, struct buf *bytes)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < signal->n_props; i++)
		if (strncmp(signal->props[i].name, "state.", 6) == 0)
			buf_append_text(&text, signal->props[i].value);
	if (decode_base64url(bytes, buf_text(&text), text.len, NULL) != SG_OK)
		buf_reset(bytes);
	buf_done(&text);
}

/* What came late and is older stands before it, and counts for nothing. */
static void
begin_anew(struct fold_run *run)
{
	struct fold_record *record = run->record, old = *record;
	struct fold_record *fresh =
		fold_record_new(old.id, old.module, old.key);

	*record = *fresh;
	*fresh = old;
	fold_record_free(fresh);
	run->out->n_points = run->out->n_changes = 0;
}

/* Rules may be in force now that were not then (`rules run`). */
static void
catch_up(struct fold_run *run, uint32_t ruleset_id)
{
	const struct fold_world *world = run->world;
	struct fold_record *record = run->record;
	size_t in_force = fold_world_in_force(world, run->at);

	record->ruleset = in_force;
	run->ruleset = world->rulesets[in_force];
	if (run->ruleset->id != ruleset_id)
		fold_change_ruleset(run, run->ruleset);
}

void
fold_open(struct fold_run *run, const struct signal *signal)
{
	struct fold_record *record = run->record;
	struct reader from = {.world = run->world};
	struct buf bytes = BUF_INIT;
	uint32_t ruleset_id, i;

	if (record->started)
		begin_anew(run);
	read_text(signal, &bytes);
	from.at = (const unsigned char *)buf_text(&bytes);
	from.left = bytes.len;
	from.failed = get_number(&from) != FOLD_OPENING_FORM;
	ruleset_id = (uint32_t)get_number(&from);
	get_facts(&from, record);
	get_held(&from, record);
	get_limits(&from, record);
	get_pending(&from, record);
	get_scores(&from, run);
	if (from.left) /* the first openings ended here */
		get_folded(&from, record);
	buf_done(&bytes);
	record->started = true;
	record->opened = true;
	record->opened_at = record->now = run->at;
	for (i = 1; i <= record->n_scores; i++)
		fold_note_opening(run, signal, i);
	catch_up(run, ruleset_id);
	fold_plan_next_change(run);
	run->out->effective = !from.failed;
}

int64_t
fold_opened_at(const struct fold_record *record)
{
	return record->opened ? record->opened_at : INT64_MIN;
}
