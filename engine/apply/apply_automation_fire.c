/*
 * apply_automation_fire.c - what fired is done: internal actions as entries of
 * the record's history, external ones into the outbox, all in the transaction
 * of what caused it. What follows from an entry is queued behind it, up to a
 * depth.
 */
#include <stdio.h>
#include <string.h>

#include "apply/apply_automation.h"
#include "apply/apply_sequence.h"
#include "apply/fold_parts.h"
#include "base/log.h"
#include "base/text.h"

/* --- one action --------------------------------------------------------- */

/* Kind and name of the entry that an action is. */
static const struct {
	enum signal_kind kind;
	const char *name;
} entries[] = {
	[AUTOMATION_ADD] = {SIGNAL_SCORE_ADD, "score.added"},
	[AUTOMATION_SET] = {SIGNAL_SCORE_SET, "score.set"},
	[AUTOMATION_ERASE] = {SIGNAL_SCORE_ERASE, "score.erased"},
	[AUTOMATION_TAG_ADD] = {SIGNAL_TAG_ADD, "tag.added"},
	[AUTOMATION_TAG_REMOVE] = {SIGNAL_TAG_REMOVE, "tag.removed"},
	[AUTOMATION_LIST_ADD] = {SIGNAL_LIST_JOIN, "list.joined"},
	[AUTOMATION_LIST_REMOVE] = {SIGNAL_LIST_LEAVE, "list.left"},
	[AUTOMATION_FIELD] = {SIGNAL_FIELD_SET, "field.changed"},
	[AUTOMATION_SUPPRESS] = {SIGNAL_SUPPRESS, "record.suppressed"},
	[AUTOMATION_DELETE] = {SIGNAL_RECORD_DELETE, "record.deleted"},
};

struct doing {
	struct apply *apply;
	struct cached *cached;
	const struct automation_deed *deed;
	struct signal *entry;
};

static void
set(struct doing *doing, const char *name, const char *value)
{
	struct signal *entry = doing->entry;

	/* Few and short: a value over the bounds is refused by the check. */
	entry->props[entry->n_props++] = (struct signal_prop){
		name, pool_strdup(doing->apply->work, value)};
}

static void
set_points(struct doing *doing)
{
	const struct automation_action *action = doing->deed->action;
	struct buf text = BUF_INIT;

	set(doing, "score", action->score);
	if (action->verb != AUTOMATION_ERASE) {
		text_append_number(&text, action->points);
		set(doing, "points", buf_text(&text));
	}
	buf_done(&text);
}

/* false: there is nothing to set it to. */
static bool
set_field(struct doing *doing)
{
	struct apply *apply = doing->apply;
	struct automation_view *view =
		automation_view_new(apply, doing->cached, doing->deed->at);
	struct buf value = BUF_INIT;
	bool has = automation_value(
		doing->deed->action, automation_view_get(view),
		doing->deed->signal, apply->options.timezone, &value);

	if (has) {
		set(doing, "name", doing->deed->action->name);
		set(doing, "value", buf_text(&value));
	}
	buf_done(&value);
	automation_view_free(view);
	return has;
}

static bool
fill_in(struct doing *doing)
{
	const struct automation_action *action = doing->deed->action;

	switch (action->verb) {
	case AUTOMATION_ADD:
	case AUTOMATION_SET:
	case AUTOMATION_ERASE:
		set_points(doing);
		return true;
	case AUTOMATION_TAG_ADD:
	case AUTOMATION_TAG_REMOVE:
		set(doing, "tag", action->name);
		return true;
	case AUTOMATION_LIST_ADD:
	case AUTOMATION_LIST_REMOVE:
		set(doing, "list", action->name);
		set(doing, "how", doing->deed->source);
		return true;
	case AUTOMATION_FIELD:
		return set_field(doing);
	case AUTOMATION_SUPPRESS:
		set(doing, "reason", "manual");
		set(doing, "evidence",
		    action->text ? action->text : doing->deed->actor);
		return true;
	default:
		return true;
	}
}

void
automations_entry_init(struct apply *apply, const struct cached *cached,
		       const struct automation_deed *deed,
		       struct signal *entry_out)
{
	const struct fold_record *fold = cached->fold;

	signal_init(entry_out, "", deed->at);
	/* A clock that differs by a moment makes nothing late. */
	if (!fold_in_order(fold, deed->at) && fold_in_order(fold, apply->now))
		entry_out->happened_at = apply->now;
	entry_out->received_at = apply->now;
	entry_out->record_key = cached->record_key;
	entry_out->module = fold->module;
	entry_out->key = fold->key;
	entry_out->source = deed->source;
	entry_out->actor = deed->actor;
	entry_out->because = deed->cause;
}

static enum sg_status
enter(struct apply *apply, struct cached *cached,
      const struct automation_deed *deed, struct sg_err *err)
{
	enum automation_verb verb = deed->action->verb;
	struct signal entry;
	struct doing doing = {apply, cached, deed, &entry};

	automations_entry_init(apply, cached, deed, &entry);
	entry.kind = entries[verb].kind;
	entry.name = entries[verb].name;
	if (deed->action->text && verb != AUTOMATION_SUPPRESS)
		entry.because = deed->action->text;
	if (!fill_in(&doing))
		return SG_OK;
	if (signal_check(&entry, err) != SG_OK)
		return SG_REFUSED;
	return apply_place(apply, cached->id, &entry, err);
}

enum sg_status
automations_do(struct apply *apply, uint32_t record_id,
	       const struct automation_deed *deed, struct sg_err *err)
{
	struct cached *cached;
	enum sg_status status =
		apply_load_record(apply, record_id, &cached, err);

	if (status != SG_OK)
		return status;
	if (fold_deleted(cached->fold))
		return SG_OK;
	if (!automation_is_internal(deed->action->verb))
		return automations_deliver(apply, cached, deed, err);
	switch (deed->action->verb) {
	case AUTOMATION_SEQUENCE_START:
		return sequences_start(apply, cached, deed, err);
	case AUTOMATION_SEQUENCE_STOP:
		return sequences_stop(apply, cached, deed, err);
	case AUTOMATION_ASSIGN:
		return automations_assign(apply, cached, deed, err);
	default:
		return enter(apply, cached, deed, err);
	}
}

/* --- one firing --------------------------------------------------------- */

/* "A > B > A" */
static const char *
chain_of(struct apply *apply, const struct firing *firing)
{
	const char *text = "";

	for (; firing; firing = firing->parent)
		text = pool_printf(apply->work, "%s%s%s",
				   firing->automation->name, *text ? " > " : "",
				   text);
	return text;
}

static void
say_too_deep(struct apply *apply, const char *chain)
{
	char quoted[LOG_QUOTE_SIZE];

	log_error("a chain of automations was stopped at depth %d: %s",
		  AUTOMATION_DEPTH_MOST, log_quote(chain, quoted));
	pthread_mutex_lock(&apply->lock);
	snprintf(apply->status.automation, sizeof(apply->status.automation),
		 "stopped at depth %d: %s", AUTOMATION_DEPTH_MOST, chain);
	pthread_mutex_unlock(&apply->lock);
}

static bool
condition_holds(struct apply *apply, struct cached *cached,
		const struct firing *firing)
{
	const struct condition *condition = firing->automation->condition;
	struct automation_view *view;
	bool holds;

	if (!condition)
		return true;
	view = automation_view_new(apply, cached, firing->at);
	holds = condition_test(condition, automation_view_get(view),
			       firing->signal, firing->at);
	automation_view_free(view);
	return holds;
}

/* An action that cannot be done keeps neither the others nor what caused it
 * from being done. */
static enum sg_status
note_refusal(struct apply *apply, const struct automation_deed *deed,
	     struct sg_err *err)
{
	const char *trouble = pool_printf(apply->work, "%s: %.512s",
					  deed->action->source, err->text);
	char quoted[LOG_QUOTE_SIZE];

	log_error("an action of an automation is refused: %s",
		  log_quote_private(trouble, quoted));
	return store_firing_set_trouble(apply->store, deed->firing_id, trouble,
					err);
}

static enum sg_status
act(struct apply *apply, const struct firing *firing, int64_t firing_id,
    struct sg_err *err)
{
	const struct automation *automation = firing->automation;
	struct automation_deed deed = {.source = "automation",
				       .signal = firing->signal,
				       .cause = firing->cause,
				       .at = firing->at,
				       .firing_id = firing_id,
				       .history_id = firing->history_id};
	enum sg_status status = SG_OK;
	size_t i;

	deed.actor =
		pool_printf(apply->work, "automation %s", automation->name);
	for (i = 0; i < automation->n_actions && status == SG_OK; i++) {
		deed.action = &automation->actions[i];
		status = automations_do(apply, firing->record_id, &deed, err);
		if (status == SG_REFUSED)
			status = note_refusal(apply, &deed, err);
	}
	return status;
}

static enum sg_status
fire(struct apply *apply, const struct firing *firing, struct sg_err *err)
{
	bool too_deep = firing->depth > AUTOMATION_DEPTH_MOST;
	struct store_firing row = {.automation_id = firing->automation->id,
				   .record_id = firing->record_id,
				   .history_id = firing->history_id,
				   .cause = firing->cause,
				   .chain = chain_of(apply, firing->parent),
				   .trouble = ""};
	struct cached *cached;
	enum sg_status status =
		apply_load_record(apply, firing->record_id, &cached, err);

	if (status != SG_OK || fold_deleted(cached->fold) ||
	    !condition_holds(apply, cached, firing))
		return status;
	row.id = store_new_id(apply->store, apply->now);
	if (too_deep) {
		row.trouble = pool_printf(
			apply->work, "stopped at depth %d: %s",
			AUTOMATION_DEPTH_MOST, chain_of(apply, firing));
		say_too_deep(apply, chain_of(apply, firing));
	}
	status = store_firing_append(apply->store, &row, err);
	if (status != SG_OK || too_deep)
		return status;
	apply->automations->n_fired++;
	return act(apply, firing, row.id, err);
}

static enum sg_status
fire_all(struct apply *apply, struct sg_err *err)
{
	struct automations *all = apply->automations;
	enum sg_status status = SG_OK;

	while (all->first && status == SG_OK) {
		const struct firing *firing = all->first;

		all->first = firing->next;
		if (!all->first)
			all->last = &all->first;
		all->running = firing;
		status = fire(apply, firing, err);
	}
	all->running = NULL;
	return status;
}

enum sg_status
automations_run(struct apply *apply, struct sg_err *err)
{
	enum sg_status status;
	bool moved = false;

	do {
		status = fire_all(apply, err);
		if (status == SG_OK)
			status = sequences_run(apply, &moved, err);
	} while (status == SG_OK && (moved || apply->automations->first));
	return status;
}
