/*
 * api_warnings.c - names in conditions that lead nowhere. A list, a broadcast,
 * a sequence may be made later, so none of them is refused; but a condition
 * with one that is misspelt holds for nobody and says nothing, and whoever
 * writes it must hear of that.
 */
#include <string.h>

#include "base/suggest.h"
#include "http/api/api_call.h"
#include "rule/rule.h"
#include "store/store_broadcast.h"
#include "store/store_list.h"

enum { WARNINGS_MOST = 20 };

struct looking {
	struct api_call *call;
	const char *prefix;	    /* "rule "X": ", or "" */
	const struct ruleset *file; /* with sequences of its own; NULL */
};

static void
warn(const struct looking *looking, const char *what, const char *name,
     const char *near)
{
	struct api_call *call = looking->call;
	struct buf text = BUF_INIT;

	buf_printf(&text, "%sthere is no %s `%.64s`", looking->prefix, what,
		   name);
	if (*near)
		buf_printf(&text, "; did you mean `%s`?", near);
	else
		buf_append_text(&text, ": as long as there is none, that "
				       "holds for nobody");
	if (!call->warnings)
		call->warnings = json_new_array();
	if (json_count(call->warnings) < WARNINGS_MOST)
		json_push(call->warnings, json_text(buf_text(&text)));
	buf_done(&text);
}

static void
look_for_list(const struct looking *looking, const char *name)
{
	struct api_call *call = looking->call;
	struct suggestion near = {.wanted = name};
	struct store_lists lists = {NULL, 0};
	uint64_t counts[LIST_N_STATES] = {0}, n = 0;

	if (!strcmp(name, LIST_EVERYTHING) ||
	    store_lists_all(call->store, call->pool, &lists, NULL) != SG_OK ||
	    store_list_counts(call->store, name, counts, NULL) != SG_OK)
		return;
	for (size_t i = 0; i < LIST_N_STATES; i++)
		n += counts[i];
	for (size_t i = 0; i < lists.n_rows && !n; i++) {
		n += !strcmp(lists.rows[i].name, name);
		suggest_offer(&near, lists.rows[i].name);
	}
	if (!n)
		warn(looking, "list", name, near.name);
}

static void
look_for_broadcast(const struct looking *looking, const char *name)
{
	struct api_call *call = looking->call;
	struct suggestion near = {.wanted = name};
	struct store_broadcasts all = {NULL, 0};

	if (store_broadcasts_all(call->store, call->pool, &all, NULL) != SG_OK)
		return;
	for (size_t i = 0; i < all.n_rows; i++) {
		if (!strcmp(all.rows[i].name, name))
			return;
		suggest_offer(&near, all.rows[i].name);
	}
	warn(looking, "broadcast", name, near.name);
}

static bool
has_sequence(const struct ruleset *file, const char *name,
	     struct suggestion *near)
{
	for (size_t i = 0; file && i < file->n_sequences; i++) {
		if (!strcmp(file->sequences[i].name, name))
			return true;
		suggest_offer(near, file->sequences[i].name);
	}
	return false;
}

static void
look_for_sequence(const struct looking *looking, const char *name)
{
	struct suggestion near = {.wanted = name};
	const struct ruleset *file =
		looking->file ? looking->file
			      : apply_sequences_get(
					looking->call->api->options.apply);

	if (!has_sequence(file, name, &near))
		warn(looking, "sequence", name, near.name);
}

static void
look(void *arg, enum condition_thing thing, const char *name)
{
	switch (thing) {
	case CONDITION_LIST:
		look_for_list(arg, name);
		break;
	case CONDITION_BROADCAST:
		look_for_broadcast(arg, name);
		break;
	case CONDITION_SEQUENCE:
		look_for_sequence(arg, name);
	}
}

void
api_warn_of_names(struct api_call *call, const struct condition *condition)
{
	struct looking looking = {call, "", NULL};

	if (condition)
		condition_each_thing(condition, look, &looking);
}

void
api_warn_of_names_in(struct api_call *call, const char *where)
{
	struct apply_names *names = pool_alloc(call->pool, sizeof(*names));
	struct condition *condition;
	struct sg_err err;

	apply_names_init(names, call->api->options.apply, call->store);
	if (condition_parse(where, &names->names, &condition, &err) != SG_OK)
		return;
	api_warn_of_names(call, condition);
	condition_free(condition);
}

/* --- of a file of rules -------------------------------------------------- */

static void
look_at(struct api_call *call, const struct ruleset *file, const char *what,
	const char *name, const struct condition *condition)
{
	struct looking looking = {call, "", file};

	if (!condition)
		return;
	looking.prefix = pool_printf(call->pool, "%s \"%s\": ", what, name);
	condition_each_thing(condition, look, &looking);
}

void
api_warn_of_rules(struct api_call *call, const struct ruleset *file)
{
	for (size_t i = 0; i < file->n_rules; i++) {
		const struct rule *rule = &file->rules[i];

		look_at(call, file, "rule", rule->name, rule->condition);
		look_at(call, file, "rule", rule->name, rule->absence);
	}
	for (size_t i = 0; i < file->n_automations; i++)
		look_at(call, file, "automation", file->automations[i].name,
			file->automations[i].condition);
	for (size_t i = 0; i < file->n_sequences; i++) {
		const struct sequence *one = &file->sequences[i];

		look_at(call, file, "sequence", one->name,
			one->start_condition);
		look_at(call, file, "sequence", one->name, one->stop_condition);
		for (size_t k = 0; k < one->n_steps; k++)
			look_at(call, file, "sequence", one->name,
				one->steps[k].condition);
	}
}
