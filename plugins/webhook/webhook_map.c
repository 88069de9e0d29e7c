/* webhook_map.c - what a document would become: which events fit which of its
 * items, whose they are, and what they carry. Changes nothing. */
#include "webhook.h"

#include <string.h>

#include "webhook_date.h"

/* --- conditions ---------------------------------------------------------- */

static bool
is_less(const char *value, const char *than)
{
	double a, b;

	return webhook_number(value, &a) && webhook_number(than, &b) && a < b;
}

static bool
is_one(const struct webhook_scope *scope, enum webhook_test test,
       const char *value, const char *choice)
{
	switch (test) {
	case TEST_LIKE:
		return scope->call->host->glob(choice, value);
	case TEST_LESS:
		return is_less(value, choice);
	case TEST_MORE:
		return is_less(choice, value);
	default:
		return strcmp(value, choice) == 0;
	}
}

/* A comparison by size with what is no number never holds, turned round or
 * not. */
static bool
can_be_compared(const struct webhook_scope *scope,
		const struct webhook_condition *condition, const char *value)
{
	double number;

	if (condition->test != TEST_LESS && condition->test != TEST_MORE)
		return true;
	return webhook_number(value, &number) &&
	       webhook_number(webhook_value(scope, condition->choices[0]),
			      &number);
}

static bool
holds(const struct webhook_scope *scope,
      const struct webhook_condition *condition)
{
	const char *value, *choice;
	bool is = false;

	if (condition->test == TEST_THERE)
		return webhook_is_there(scope, condition->left) !=
		       condition->is_not;
	value = webhook_value(scope, condition->left);
	if (!can_be_compared(scope, condition, value))
		return false;
	for (size_t i = 0; value && !is && i < condition->n_choices; i++) {
		choice = webhook_value(scope, condition->choices[i]);
		is = choice && is_one(scope, condition->test, value, choice);
	}
	return is != condition->is_not;
}

/* --- one event, one item ------------------------------------------------- */

static const char **
values_of(const struct webhook_scope *scope, const struct webhook_pair *pairs,
	  size_t n)
{
	const char **values = scope->call->host->alloc(
		scope->call, (n + 1) * sizeof(*values));

	for (size_t i = 0; i < n; i++)
		values[i] = webhook_value(scope, pairs[i].expr);
	return values;
}

static void
find_record(const struct webhook_scope *scope, struct webhook_outcome *outcome)
{
	const struct webhook_event *event = outcome->event;
	const char *value;

	for (size_t i = 0; i < event->n_record; i++) {
		value = webhook_value(scope, event->record[i].expr);
		if (!value || !value[strspn(value, " ")])
			continue;
		outcome->record_by = event->record[i].name;
		outcome->record = value;
		return;
	}
}

/* The same id of another event or sender is another thing; one of the whole
 * document is another for each of its items. */
static const char *
own_id(const struct webhook_scope *scope, const struct webhook *hook,
       const struct webhook_outcome *outcome)
{
	const struct webhook_event *event = outcome->event;
	const char *id = event->id ? webhook_value(scope, event->id) : NULL;
	struct sg_text *own;

	if (!id || !id[0])
		return NULL;
	own = scope->call->host->text(scope->call);
	scope->call->host->print(own, "%s\n%s\n%s", hook->name, event->signal,
				 id);
	if (event->each && !webhook_expr_is_of_item(event->id))
		scope->call->host->print(own, "\n%zu", outcome->number);
	return scope->call->host->text_value(own);
}

static enum sg_verdict
verdict_of(const struct webhook_scope *scope, const struct webhook_expr *expr)
{
	const char *value = expr ? webhook_value(scope, expr) : NULL;

	if (value && strcmp(value, "machine") == 0)
		return SG_MACHINE;
	return value && strcmp(value, "proxy") == 0 ? SG_PROXY : SG_HUMAN;
}

static void
fill(const struct webhook_scope *scope, const struct webhook *hook,
     struct webhook_outcome *outcome)
{
	const struct webhook_event *event = outcome->event;
	const char *at = event->at ? webhook_value(scope, event->at) : NULL;

	find_record(scope, outcome);
	outcome->id = own_id(scope, hook, outcome);
	outcome->at_is_wrong = at && webhook_date(scope->call, at, NULL, NULL,
						  &outcome->at) != SG_OK;
	outcome->verdict = verdict_of(scope, event->verdict);
	outcome->values = values_of(scope, event->props, event->n_props);
	outcome->field_values =
		values_of(scope, event->fields, event->n_fields);
}

/* --- all ----------------------------------------------------------------- */

static struct webhook_outcome *
add_outcome(const struct sg_call *call, struct webhook_outcomes *out)
{
	struct webhook_outcome *more;

	if (out->n == out->room) {
		out->room = out->room ? 2 * out->room : 16;
		more = call->host->alloc(call, out->room * sizeof(*more));
		if (out->n)
			memcpy(more, out->all, out->n * sizeof(*more));
		out->all = more;
	}
	return &out->all[out->n++];
}

struct mapping {
	struct webhook_scope scope;
	const struct webhook *hook;
	bool every;
	struct webhook_outcomes *out;
};

static void
map_one(const struct mapping *mapping, const struct webhook_event *event,
	const struct webhook_item *item, size_t number)
{
	struct webhook_scope scope = mapping->scope;
	struct webhook_outcomes *out = mapping->out;
	struct webhook_outcome outcome = {
		.event = event, .item = item, .number = number};

	scope.item = item;
	for (size_t i = 0; i < event->n_when && !outcome.failed; i++)
		if (!holds(&scope, &event->when[i]))
			outcome.failed = &event->when[i];
	if (outcome.failed && !mapping->every)
		return;
	if (!outcome.failed) {
		fill(&scope, mapping->hook, &outcome);
		out->n_fitting++;
		out->n_unusable += !outcome.record;
	}
	*add_outcome(scope.call, out) = outcome;
}

static enum sg_status
map_event(const struct mapping *mapping, const struct webhook_event *event,
	  struct sg_err *err)
{
	const struct webhook_item *items;
	enum sg_status status;
	size_t n;

	if (!event->each) {
		map_one(mapping, event, NULL, 0);
		return SG_OK;
	}
	status = webhook_document_each(mapping->scope.call,
				       mapping->scope.document, event->each,
				       &items, &n, err);
	for (size_t i = 0; status == SG_OK && i < n; i++)
		map_one(mapping, event, &items[i], i);
	return status;
}

enum sg_status
webhook_map(const struct sg_call *call, const struct webhook *hook,
	    const struct webhook_document *document, bool every,
	    struct webhook_outcomes *out, struct sg_err *err)
{
	struct mapping mapping = {
		.scope = {.call = call, .document = document},
		.hook = hook,
		.every = every,
		.out = out,
	};
	enum sg_status status = SG_OK;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; status == SG_OK && i < hook->n_events; i++)
		status = map_event(&mapping, &hook->events[i], err);
	return status;
}
