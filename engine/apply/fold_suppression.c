/*
 * fold_suppression.c - may mail go to the record? Changes say so, and so do
 * soft bounces: past a budget they suppress, until a later mail is seen to
 * have come through (mail §2). What soft bounces come to is derived here and
 * has no entry of its own in the history, so that it is the same whatever
 * order they arrive in, and when the history is folded anew.
 */
#include <string.h>

#include "apply/fold_parts.h"
#include "base/clock.h"

enum { SOFT_MOST = 64, SENT_MOST = 64 };

static const char *
property(const struct signal *signal, const char *name)
{
	const char *value = signal_get(signal, name);

	return value ? value : "";
}

/* --- reasons ------------------------------------------------------------- */

int
fold_suppression_strength(const char *reason)
{
	if (strcmp(reason, BOUNCE_SOFT_REASON) == 0)
		return 1;
	return strcmp(reason, BOUNCE_HARD_REASON) == 0 ? 2 : 3;
}

int64_t
fold_suppression_until(const struct bounce_policy *policy,
		       const struct signal *signal, int64_t at)
{
	const char *text = property(signal, "expires_at");
	const char *reason = property(signal, "reason");
	int64_t lasts_ms = 0, until;

	if (*text && clock_parse(text, "UTC", &until, NULL) == SG_OK)
		return until;
	if (strcmp(reason, BOUNCE_HARD_REASON) == 0)
		lasts_ms = policy->hard_expires_ms;
	else if (strcmp(reason, BOUNCE_SOFT_REASON) == 0)
		lasts_ms = policy->soft_expires_ms;
	return lasts_ms ? at + lasts_ms : 0;
}

bool
fold_suppressed(const struct fold_run *run)
{
	const struct fold_suppression *now = &run->record->suppression;

	return now->strength && (!now->until || now->until > run->at);
}

/* --- changes ------------------------------------------------------------- */

static void
hold(struct fold_run *run, const struct signal *signal)
{
	struct fold_suppression *to = &run->record->suppression;
	struct fold_change change = {.kind = FOLD_SUPPRESSED,
				     .name = property(signal, "reason"),
				     .value = property(signal, "evidence"),
				     .source = signal->source,
				     .forced = *signal->actor != '\0',
				     .since = run->at};

	to->strength = fold_suppression_strength(change.name);
	to->until =
		fold_suppression_until(&run->world->bounces, signal, run->at);
	change.until = to->until;
	fold_note(run, &change);
}

static void
release(struct fold_run *run)
{
	struct fold_change change = {.kind = FOLD_UNSUPPRESSED};

	run->record->suppression.strength = 0;
	fold_note(run, &change);
}

/* What a person says replaces what holds; anything else only a weaker one. */
bool
fold_suppress(struct fold_run *run, const struct signal *signal)
{
	struct fold_record *record = run->record;
	bool held = fold_suppressed(run);

	if (signal->kind == SIGNAL_UNSUPPRESS) {
		record->soft.n = record->sent.n = 0; /* a fresh start */
		/* Also one that is older than this record is lifted. */
		release(run);
		return held;
	}
	if (held && !*signal->actor &&
	    fold_suppression_strength(property(signal, "reason")) <=
		    record->suppression.strength)
		return false;
	hold(run, signal);
	return true;
}

/* --- soft bounces -------------------------------------------------------- */

static void
drop_soft_until(struct fold_record *record, int64_t at)
{
	size_t n = 0, i;

	for (i = 0; i < record->soft.n; i++)
		if (record->soft.items[i].at > at)
			record->soft.items[n++] = record->soft.items[i];
	record->soft.n = n;
	if (!n)
		record->sent.n = 0;
}

/* Several reports about one mail are one bounce. */
static bool
is_counted(const struct fold_record *record, uint64_t message_id)
{
	size_t i;

	for (i = 0; i < record->soft.n; i++)
		if (message_id &&
		    record->soft.items[i].message_id == message_id)
			return true;
	return false;
}

static void
remember(struct fold_mails *mails, size_t most, uint64_t message_id, int64_t at)
{
	struct fold_mail *mail;

	if (mails->n == most)
		memmove(mails->items, mails->items + 1,
			--mails->n * sizeof(*mails->items));
	mail = fold_add(mails);
	mail->message_id = message_id;
	mail->at = at;
}

static void
suppress_for_soft(struct fold_run *run, const struct signal *bounce)
{
	const struct bounce_policy *policy = &run->world->bounces;
	struct signal change;

	if (!run->scratch)
		run->scratch = pool_new();
	signal_init(&change, "record.suppressed", run->at);
	change.kind = SIGNAL_SUPPRESS;
	change.received_at = bounce->received_at;
	change.source = "engine";
	change.n_props = 2;
	change.props[0] = (struct signal_prop){"reason", BOUNCE_SOFT_REASON};
	change.props[1] = (struct signal_prop){
		"evidence",
		pool_printf(run->scratch,
			    "%zu soft bounces in %g days, the last: %.500s",
			    run->record->soft.n,
			    (double)policy->soft_window_ms /
				    (double)CLOCK_DAY_MS,
			    property(bounce, "diagnostic"))};
	hold(run, &change);
	fold_fire(run, &change, 0);
}

static void
count_soft(struct fold_run *run, const struct signal *bounce)
{
	const struct bounce_policy *policy = &run->world->bounces;
	struct fold_record *record = run->record;

	if (policy->soft_budget <= 0 || is_counted(record, bounce->message_id))
		return;
	drop_soft_until(record, run->at - policy->soft_window_ms);
	remember(&record->soft, SOFT_MOST, bounce->message_id, run->at);
	if ((int64_t)record->soft.n >= policy->soft_budget &&
	    !fold_suppressed(run))
		suppress_for_soft(run, bounce);
}

/* A mail that was sent at `sent_at` came through. */
static void
heal(struct fold_run *run, int64_t sent_at, const struct signal *proof)
{
	struct fold_record *record = run->record;
	struct signal change;

	drop_soft_until(record, sent_at);
	if (record->suppression.strength != 1 || !fold_suppressed(run) ||
	    (int64_t)record->soft.n >= run->world->bounces.soft_budget)
		return;
	release(run);
	signal_init(&change, "record.unsuppressed", run->at);
	change.kind = SIGNAL_UNSUPPRESS;
	change.received_at = proof->received_at;
	change.source = "engine";
	change.n_props = 1;
	change.props[0] = (struct signal_prop){"reason", proof->name};
	fold_fire(run, &change, 0);
}

static void
heal_by_message(struct fold_run *run, const struct signal *proof)
{
	const struct fold_mails *sent = &run->record->sent;
	size_t i;

	if (!proof->message_id || proof->verdict != VERDICT_HUMAN)
		return;
	for (i = 0; i < sent->n; i++)
		if (sent->items[i].message_id == proof->message_id) {
			heal(run, sent->items[i].at, proof);
			return;
		}
}

void
fold_follow_mail(struct fold_run *run, const struct signal *signal)
{
	struct fold_record *record = run->record;
	const char *name = signal->name;

	if (strcmp(name, "email.bounced") == 0) {
		if (strcmp(property(signal, "class"), "soft") == 0)
			count_soft(run, signal);
	} else if (!record->soft.n) {
		return; /* nothing to heal: nearly always */
	} else if (strcmp(name, "email.delivered") == 0) {
		heal(run, run->at, signal);
	} else if (strcmp(name, "email.sent") == 0 ||
		   strcmp(name, "broadcast.sent") == 0) {
		if (signal->message_id)
			remember(&record->sent, SENT_MOST, signal->message_id,
				 run->at);
	} else if (strcmp(name, "email.opened") == 0 ||
		   strcmp(name, "email.clicked") == 0 ||
		   strcmp(name, "email.replied") == 0) {
		heal_by_message(run, signal);
	}
}
