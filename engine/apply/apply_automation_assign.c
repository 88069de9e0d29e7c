/*
 * apply_automation_assign.c - a record to one of a team: in turn, by weight.
 * Whose turn it is, is kept in the transaction. An owner that is there stays.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "apply/apply_automation.h"
#include "apply/fold_parts.h"
#include "base/text.h"

enum { NAME_MOST = 96, NUMBER_MOST = 24 };

static const struct apply_team *
find_team(const struct apply *apply, const char *name)
{
	size_t i;

	for (i = 0; i < apply->options.n_teams; i++)
		if (strcmp(apply->options.teams[i].name, name) == 0)
			return &apply->options.teams[i];
	return NULL;
}

static const char *
owner_of(const struct cached *cached)
{
	const struct fold_record *fold = cached->fold;
	size_t i;

	for (i = 0; i < fold->fields.n; i++)
		if (strcmp(fold->fields.items[i].name, "owner") == 0)
			return fold->fields.items[i].value;
	return "";
}

/* The turn-th of a round in which each has as many turns as its weight, spread
 * out: at each step all gain their weight, who has most is taken and pays all
 * that was gained (nginx's smooth weighted round robin). */
static const struct apply_member *
member_of(const struct apply_team *team, uint64_t turn)
{
	long long gained[APPLY_MEMBERS_MOST] = {0}, sum = 0;
	size_t best = 0, i;
	uint64_t step;

	for (i = 0; i < team->n_members; i++)
		sum += team->members[i].weight;
	assert(sum > 0); /* a team has members, each weighs */
	for (step = 0; step <= turn % (uint64_t)sum; step++) {
		best = 0;
		for (i = 0; i < team->n_members; i++) {
			gained[i] += team->members[i].weight;
			if (gained[i] > gained[best])
				best = i;
		}
		gained[best] -= sum;
	}
	return &team->members[best];
}

static enum sg_status
next_turn(struct apply *apply, const struct apply_team *team,
	  uint64_t *turn_out, struct sg_err *err)
{
	char name[NAME_MOST], text[NUMBER_MOST] = "0";
	long long turn = 0;
	enum sg_status status;

	snprintf(name, sizeof(name), "team.%s", team->name);
	status = store_meta_get(apply->store, name, text, sizeof(text), err);
	if (status != SG_OK && status != SG_NONE)
		return status;
	if (!text_to_int(text, &turn) || turn < 0)
		turn = 0;
	*turn_out = (uint64_t)turn;
	snprintf(text, sizeof(text), "%lld", turn + 1);
	return store_meta_set(apply->store, name, text, err);
}

static enum sg_status
notify(struct apply *apply, struct cached *cached,
       const struct automation_deed *deed, const char *address,
       struct sg_err *err)
{
	struct automation_action action = {.verb = AUTOMATION_NOTIFY,
					   .name = address,
					   .text = "assigned to you"};
	struct automation_deed told = *deed;

	told.action = &action;
	return automations_deliver(apply, cached, &told, err);
}

enum sg_status
automations_assign(struct apply *apply, struct cached *cached,
		   const struct automation_deed *deed, struct sg_err *err)
{
	const struct apply_team *team = find_team(apply, deed->action->name);
	const char *address;
	struct signal entry;
	enum sg_status status;
	uint64_t turn = 0;

	if (!team || !team->n_members)
		return err_set(err, SG_REFUSED, "there is no team '%.64s'",
			       deed->action->name);
	if (*owner_of(cached))
		return SG_OK;
	status = next_turn(apply, team, &turn, err);
	if (status != SG_OK)
		return status;
	address = member_of(team, turn)->address;
	automations_entry_init(apply, cached, deed, &entry);
	entry.kind = SIGNAL_FIELD_SET;
	entry.name = "field.changed";
	entry.props[entry.n_props++] = (struct signal_prop){"name", "owner"};
	entry.props[entry.n_props++] = (struct signal_prop){"value", address};
	status = apply_place(apply, cached->id, &entry, err);
	if (status == SG_OK && team->notify)
		status = notify(apply, cached, deed, address, err);
	return status;
}
