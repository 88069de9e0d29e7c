/* apply_signal.c - one signal: idempotency, its message, its record, and what
 * it does there. */
#include <stddef.h>
#include <string.h>

#include "apply/apply_automation.h"
#include "apply/apply_parts.h"
#include "apply/apply_verdict.h"
#include "apply/fold_opening.h"
#include "base/crypto.h"
#include "store/store_external.h"
#include "store/store_message.h"

enum { FOLLOWING_MOST = 3 };

/* A signal and the changes that follow from it, all at the same time. */
struct following {
	struct signal signals[1 + FOLLOWING_MOST];
	size_t n;
};

/* --- the message it belongs to ------------------------------------------ */

static bool
is(const struct signal *signal, const char *name)
{
	return signal->kind == SIGNAL_HAPPENED &&
	       strcmp(signal->name, name) == 0;
}

static const char *
property(const struct signal *signal, const char *name)
{
	const char *value = signal_get(signal, name);

	return value ? value : "";
}

/* SG_NONE: this (Message-ID, record) was there before. */
static enum sg_status
keep_message(struct apply *apply, const struct signal *signal,
	     uint64_t record_key, struct sg_err *err)
{
	const char *rfc_id = property(signal, "rfc_id");
	struct store_message before,
		message = {.message_id = signal->message_id,
			   .record_key = record_key,
			   .rfc_id = *rfc_id ? crypto_hash64(rfc_id,
							     strlen(rfc_id))
					     : 0,
			   .campaign = property(signal, "campaign"),
			   .subject = property(signal, "subject"),
			   .sender = property(signal, "sender"),
			   .reply_to = property(signal, "reply_to"),
			   .sent_at = signal->happened_at};
	enum sg_status status;

	if (message.rfc_id) {
		status = store_message_find(apply->store, message.rfc_id,
					    record_key, apply->work, &before,
					    err);
		if (status == SG_OK)
			return SG_NONE;
		if (status != SG_NONE)
			return status;
	}
	return store_message_add(apply->store, &message, err);
}

/* A token names the message; rules want to know the campaign. */
static enum sg_status
add_campaign(struct apply *apply, struct signal *signal, uint64_t record_key,
	     struct sg_err *err)
{
	struct store_message message;
	enum sg_status status;

	/* Also of no record: one token for all recipients of a mail. */
	if (!signal->message_id || signal_get(signal, "campaign"))
		return SG_OK;
	status = store_message_get(apply->store, signal->message_id, record_key,
				   apply->work, &message, err);
	if (status == SG_OK && *message.campaign)
		status = signal_set(signal, "campaign", message.campaign, err);
	/* SG_REFUSED: it has no room for one more property */
	return status == SG_NONE || status == SG_REFUSED ? SG_OK : status;
}

/* --- what follows from it (mail §2) ------------------------------------- */

static struct signal *
follow(struct following *all, enum signal_kind kind, const char *name)
{
	const struct signal *cause = &all->signals[0];
	struct signal *signal = &all->signals[all->n++];

	signal_init(signal, name, cause->happened_at);
	signal->kind = kind;
	signal->received_at = cause->received_at;
	signal->record_key = cause->record_key;
	signal->module = cause->module;
	signal->key = cause->key;
	signal->message_id = cause->message_id;
	signal->source = "engine";
	signal->because = cause->name;
	return signal;
}

static void
add_property(struct signal *signal, const char *name, const char *value)
{
	/* Ours, few and short: a value over the bounds would have been
	 * refused with the signal it comes from. */
	signal->props[signal->n_props++] = (struct signal_prop){name, value};
}

static void
add_effects(struct following *all)
{
	const struct signal *cause = &all->signals[0];
	struct signal *signal;

	if (is(cause, "email.bounced") &&
	    strcmp(property(cause, "class"), "hard") == 0) {
		signal = follow(all, SIGNAL_SUPPRESS, "record.suppressed");
		add_property(signal, "reason", BOUNCE_HARD_REASON);
		add_property(signal, "evidence", property(cause, "diagnostic"));
	} else if (is(cause, "email.complained")) {
		signal = follow(all, SIGNAL_SUPPRESS, "record.suppressed");
		add_property(signal, "reason", "complaint");
		add_property(signal, "evidence", property(cause, "type"));
		signal = follow(all, SIGNAL_LIST_LEAVE, "list.left");
		add_property(signal, "list", "");
		add_property(signal, "how", "complaint");
	} else if (is(cause, "email.unsubscribed")) {
		signal = follow(all, SIGNAL_LIST_LEAVE, "list.left");
		add_property(signal, "list", property(cause, "list"));
		add_property(signal, "how", property(cause, "how"));
	}
}

/* --- into history, and on ----------------------------------------------- */

static uint32_t
newest_ruleset(const struct apply *apply)
{
	const struct fold_world *world = &apply->world;

	return world->rulesets[world->n_rulesets - 1]->id;
}

static enum sg_status
append(struct apply *apply, const struct signal *signal,
       const struct fold_entry *entry, uint32_t record_id, bool effective,
       struct sg_err *err)
{
	struct store_history_place place = {.id = entry->id,
					    .record_id = record_id,
					    .ruleset = entry->ruleset,
					    .effective = effective};
	enum sg_status status;

	if (signal->kind == SIGNAL_ROLL_UP && !signal_get(signal, "given_at"))
		place.generation = store_generation(apply->store);
	status = store_history_append(apply->store, &place, signal, err);
	return status == SG_OK ? apply_hit_keep(apply, signal, entry->id, err)
			       : status;
}

static enum sg_status
step(struct apply *apply, struct cached *cached, const struct fold_entry *entry,
     struct sg_err *err)
{
	const struct fold_world *world = &apply->world;
	struct automation_event event = {.signal = entry->signal,
					 .history_id = entry->id,
					 .in_order = true};
	struct fold_implied implied;
	enum sg_status status =
		automations_before(apply, cached, entry->signal, err);

	if (status != SG_OK)
		return status;
	fold_out_clear(&apply->out);
	apply_touch(apply, cached);
	fold_step(cached->fold, world, entry, &apply->out);
	event.effective = apply->out.effective;
	implied = apply_implied_of(apply);
	/* Now: what comes next may age it. */
	status = automations_after(apply, cached, &event, err);
	if (status != SG_OK)
		return status;
	/* It may be older than a ruleset that has swept all others. */
	fold_advance_to(cached->fold, world, apply->now, &apply->out);
	status = append(apply, entry->signal, entry, cached->id,
			event.effective, err);
	if (status == SG_OK)
		status = apply_write(apply, cached, err);
	return status == SG_OK ? apply_imply(apply, cached, &implied, err)
			       : status;
}

/* It comes late: the record is folded anew from there. */
static enum sg_status
step_late(struct apply *apply, struct cached *cached,
	  const struct fold_entry *entry, struct sg_err *err)
{
	enum sg_status status =
		append(apply, entry->signal, entry, cached->id, true, err);

	return status == SG_OK ? apply_late(apply, cached, entry->signal,
					    entry->id, err)
			       : status;
}

enum sg_status
apply_enter(struct apply *apply, struct cached *cached,
	    const struct signal *signal, uint32_t ruleset, int64_t *id_out,
	    bool *refold_out, struct sg_err *err)
{
	struct fold_entry entry = {
		.id = store_new_id(apply->store, signal->received_at),
		.ruleset = ruleset,
		.signal = signal};

	*id_out = entry.id;
	*refold_out = !fold_in_order(cached->fold, signal->happened_at);
	if (!*refold_out)
		return step(apply, cached, &entry, err);
	return append(apply, signal, &entry, cached->id, true, err);
}

static enum sg_status
keep_unmatched(struct apply *apply, const struct signal *signal,
	       struct sg_err *err)
{
	struct fold_entry entry = {
		.id = store_new_id(apply->store, signal->received_at),
		.ruleset = newest_ruleset(apply)};
	enum sg_status status = append(apply, signal, &entry, 0, true, err);

	if (status == SG_OK)
		status = apply_judge(apply, 0, signal, err);
	if (status != SG_OK || !signal->record_key)
		return status;
	apply_index_add(apply->waiting, signal->record_key, 1);
	status = apply_name_unmatched(apply, signal, err);
	if (status != SG_OK)
		return status;
	/* It holds for addresses that are no record, too. */
	status = apply_consent_unmatched(apply, signal, err);
	return status == SG_OK ? apply_suppress_unmatched(apply, signal, err)
			       : status;
}

static enum sg_status
keep_settling(struct apply *apply, const struct fold_entry *entry,
	      uint32_t record_id, struct sg_err *err)
{
	struct store_history_place place = {
		.id = entry->id,
		.record_id = record_id,
		.ruleset = entry->ruleset,
		.settle_until = entry->signal->settle_until};
	enum sg_status status;

	apply_settle_later(apply, place.settle_until);
	status = store_history_append(apply->store, &place, entry->signal, err);
	return status == SG_OK
		       ? apply_hit_keep(apply, entry->signal, entry->id, err)
		       : status;
}

static enum sg_status
place_one(struct apply *apply, const struct apply_target *target,
	  const struct signal *signal, struct sg_err *err)
{
	struct fold_entry entry = {.ruleset = newest_ruleset(apply),
				   .signal = signal};
	struct cached *cached;
	enum sg_status status;

	if (!target->id)
		return keep_unmatched(apply, signal, err);
	status = apply_load_late(apply, target->id, &cached, err);
	if (status == SG_OK &&
	    (target->adopted || !apply_late_may_wait(signal) ||
	     fold_in_order(cached->fold, signal->happened_at)))
		status = apply_late_end(apply, cached, err);
	if (status != SG_OK)
		return status;
	if (fold_deleted(cached->fold)) /* earlier in this very batch */
		return keep_unmatched(apply, signal, err);
	entry.id = store_new_id(apply->store, signal->received_at);
	/* Older than what is known of the record: kept, and scores not. */
	if (signal->happened_at < fold_opened_at(cached->fold))
		return append(apply, signal, &entry, target->id, false, err);
	if (apply_settles(apply, signal))
		return keep_settling(apply, &entry, target->id, err);
	if (!target->adopted && signal->kind != SIGNAL_JUDGE &&
	    fold_in_order(cached->fold, signal->happened_at))
		return step(apply, cached, &entry, err);
	return step_late(apply, cached, &entry, err);
}

enum sg_status
apply_place(struct apply *apply, uint32_t record_id,
	    const struct signal *signal, struct sg_err *err)
{
	struct apply_target target = {.id = record_id,
				      .record_key = signal->record_key,
				      .module = signal->module,
				      .normal = signal->key};

	return place_one(apply, &target, signal, err);
}

/* First sight is an entry of its own, before what made it. */
static enum sg_status
place_creation(struct apply *apply, const struct apply_target *target,
	       const struct signal *cause, struct sg_err *err)
{
	struct following first = {.n = 1};

	if (!target->created || cause->kind == SIGNAL_RECORD_CREATE)
		return SG_OK;
	first.signals[0] = *cause;
	return place_one(apply, target,
			 follow(&first, SIGNAL_RECORD_CREATE, "record.created"),
			 err);
}

/* What it is by itself, and with all that is known of it; a hit that settles
 * is looked at again then. */
static enum sg_status
look_at_hit(struct apply *apply, const struct apply_target *target,
	    struct signal *signal, struct sg_err *err)
{
	struct apply_hit_of of = {target->id, target->record_key,
				  signal->message_id};
	const char *key = target->normal;
	enum sg_status status = SG_OK;
	struct cached *cached;

	if (apply->hit.of && !*key && target->id) {
		status = apply_load_late(apply, target->id, &cached, err);
		if (status != SG_OK)
			return status;
		key = fold_key(cached->fold);
	}
	status = apply_verdict_arrive(apply, &of, key, signal, err);
	if (status != SG_OK || (target->id && apply_settles(apply, signal)))
		return status;
	return apply_verdict_burst(apply, &of, 0, signal, err);
}

static enum sg_status
hear_of_hits(struct apply *apply, const struct apply_target *target,
	     const struct signal *signal, struct sg_err *err)
{
	struct apply_hit_of of = {target->id, target->record_key,
				  signal->message_id};
	enum sg_status status = apply_verdict_hear(apply, &of, signal, err);

	return status == SG_OK ? apply_verdict_condemn(apply, err) : status;
}

static enum sg_status
place_all(struct apply *apply, struct apply_target *target,
	  struct following *all, struct sg_err *err)
{
	enum sg_status status =
		place_creation(apply, target, &all->signals[0], err);
	size_t i;

	if (status == SG_OK)
		status = look_at_hit(apply, target, &all->signals[0], err);
	add_effects(all);
	for (i = 0; i < all->n && status == SG_OK; i++)
		status = place_one(apply, target, &all->signals[i], err);
	if (status == SG_OK)
		status = hear_of_hits(apply, target, &all->signals[0], err);
	if (status == SG_OK)
		status = apply_asked(apply, target, &all->signals[0], err);
	if (status == SG_OK)
		status = apply_fire_adopted(apply, target, err);
	return status == SG_OK ? automations_run(apply, err) : status;
}

/*
 * The report about a mail, and the log of the server that made it, say the
 * same: of one message there is one hard and one soft bounce.
 */
static uint64_t
external_id(struct apply *apply, const struct signal *signal)
{
	const char *text;

	if (signal->external_id || !signal->message_id || !signal->record_key ||
	    !is(signal, "email.bounced"))
		return signal->external_id;
	text = pool_printf(apply->work, "email.bounced\n%016llx\n%016llx\n%s",
			   (unsigned long long)signal->message_id,
			   (unsigned long long)signal->record_key,
			   property(signal, "class"));
	return crypto_hash64(text, strlen(text));
}

/* Of its properties only those that are there: they are most of its size. */
static void
take(struct following *all, const struct signal *signal)
{
	all->n = 1;
	memcpy(&all->signals[0], signal,
	       offsetof(struct signal, props) +
		       signal->n_props * sizeof(*signal->props));
}

enum sg_status
apply_signal(struct apply *apply, const struct signal *signal,
	     struct sg_err *err)
{
	struct following all;
	struct apply_target target;
	enum sg_status status = SG_OK;
	bool denied, dropped = false;

	take(&all, signal);
	signal = &all.signals[0];
	apply_hit_take(apply, &all.signals[0]);
	status = apply_about(apply, &all.signals[0], err);
	all.signals[0].external_id = external_id(apply, signal);
	if (status == SG_OK && signal->external_id)
		status = store_external_add(apply->store, signal->external_id,
					    signal->received_at, err);
	if (status != SG_OK)
		return status == SG_NONE ? SG_OK : status;
	if (signal->kind == SIGNAL_AUDIT)
		return apply_audit(apply, signal, err);
	status = apply_find_record(apply, signal, &target, err);
	if (status == SG_OK)
		status = apply_consent_denies(
			apply, signal,
			target.own_key ? target.own_key : target.record_key,
			&denied, err);
	if (status == SG_OK && !denied)
		status = apply_is_of_forgotten(apply, &target, signal, &dropped,
					       err);
	if (status != SG_OK || denied || dropped)
		return status;
	if (signal->kind == SIGNAL_FORGET)
		return apply_forget(apply, &target, signal, err);
	all.signals[0].record_key = target.record_key;
	if (signal->happened_at > signal->received_at)
		all.signals[0].happened_at = signal->received_at;
	status = apply_name_link(apply, &all.signals[0], err);
	if (status == SG_OK)
		status = apply_judge_folded(apply, target.id, &all.signals[0],
					    err);
	if (status == SG_OK)
		status = apply_check_unique(apply, &target, &all.signals[0],
					    err);
	if (status == SG_OK)
		status = apply_rename(apply, &target, &all.signals[0], err);
	if (status != SG_OK)
		return status;
	if (is(signal, "email.sent"))
		status = keep_message(apply, signal, target.record_key, err);
	else
		status = add_campaign(apply, &all.signals[0], target.record_key,
				      err);
	if (status != SG_OK)
		return status == SG_NONE ? SG_OK : status;
	return place_all(apply, &target, &all, err);
}
