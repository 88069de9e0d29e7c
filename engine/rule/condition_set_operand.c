/*
 * condition_set_operand.c - tests of operands for all records.
 *
 * What a test asks about decides how: nothing of the record (asked once), one
 * field (each row of that field, and once for all that have none), key, module
 * and age (each record's row), or more than that (one record after another).
 * The test itself is always the one for a single record.
 */
#include <string.h>

#include "rule/condition_set_parts.h"
#include "store/store_record.h"

enum asks { ASKS_NOTHING, ASKS_FIELD, ASKS_RECORD, ASKS_MORE };

struct asking {
	enum asks asks;
	const char *field;
};

static void
ask_operand(void *arg, const struct operand *operand, bool in_where)
{
	struct asking *asking = arg;

	switch (operand->kind) {
	case OPERAND_FIELD:
		if (asking->asks == ASKS_FIELD &&
		    strcmp(asking->field, operand->name) == 0)
			return;
		asking->asks =
			asking->asks == ASKS_NOTHING ? ASKS_FIELD : ASKS_MORE;
		asking->field = operand->name;
		return;
	case OPERAND_EMAIL:
	case OPERAND_MODULE:
	case OPERAND_CREATED:
		asking->asks = asking->asks == ASKS_NOTHING ||
					       asking->asks == ASKS_RECORD
				       ? ASKS_RECORD
				       : ASKS_MORE;
		return;
	case OPERAND_SCORE:
		asking->asks = ASKS_MORE;
		return;
	default:
		return;
	}
}

static struct asking
asking_of(const struct node *node)
{
	struct asking asking = {ASKS_NOTHING, NULL};
	struct condition_walk walk = {&asking, NULL, ask_operand};

	condition_walk(node, &walk, false);
	return asking;
}

bool
select_is_single(const struct node *node)
{
	switch (node->kind) {
	case NODE_COMPARE:
	case NODE_IN:
	case NODE_MATCHES:
	case NODE_CONTAINS:
	case NODE_EMPTY:
	case NODE_WITHIN:
		return !select_is_score(node) &&
		       asking_of(node).asks == ASKS_MORE;
	default:
		return false;
	}
}

/* --- a view of one row -------------------------------------------------- */

struct row {
	const char *field; /* the value of the only field asked for */
	const struct store_record *record;
};

static const char *
row_field(void *arg, const char *name)
{
	const struct row *row = arg;

	return row->field;
}

static bool
row_has(void *arg, const char *name)
{
	return false;
}

static bool
row_score(void *arg, const char *name, enum score_part part, double *value_out)
{
	return false;
}

static const char *
row_email(void *arg)
{
	const struct row *row = arg;

	return row->record ? record_view_email(row->record->key) : NULL;
}

static const char *
row_module(void *arg)
{
	const struct row *row = arg;

	return row->record ? row->record->module : "";
}

static int64_t
row_created_at(void *arg)
{
	const struct row *row = arg;

	return row->record ? row->record->created_at : 0;
}

static void
row_occurrences(void *arg, const char *name, occurrence_fn *fn, void *fn_arg)
{
}

static bool
row_broadcast(void *arg, const char *name, const char *state)
{
	return false;
}

static bool
row_sequence(void *arg, const char *name, const char *state)
{
	return false;
}

static struct record_view
row_view(struct row *row)
{
	struct record_view view = {
		row,	       row_field,      row_has,
		row_has,       row_score,      row_email,
		row_module,    row_created_at, row_occurrences,
		row_broadcast, row_sequence};

	return view;
}

const struct record_view *
select_no_record(void)
{
	static struct row nothing;
	static const struct record_view view = {
		&nothing,	 row_field,	row_has,     row_has,
		row_score,	 row_email,	row_module,  row_created_at,
		row_occurrences, row_broadcast, row_sequence};

	return &view;
}

static void
need_node(void *arg, const struct node *node, bool in_where)
{
	bool *needs = arg;

	switch (node->kind) {
	case NODE_AND:
	case NODE_OR:
	case NODE_NOT:
	case NODE_SEGMENT:
	case NODE_COMPARE:
	case NODE_IN:
	case NODE_MATCHES:
	case NODE_CONTAINS:
	case NODE_EMPTY:
	case NODE_WITHIN:
		return;
	default:
		*needs = true;
	}
}

bool
select_needs_no_record(const struct node *node)
{
	bool needs = false;
	struct condition_walk walk = {&needs, need_node, NULL};

	condition_walk(node, &walk, false);
	return !needs && asking_of(node).asks == ASKS_NOTHING;
}

/* --- the walks ---------------------------------------------------------- */

struct rows_test {
	struct selection *selection;
	const struct node *node;
	struct record_set *holds, *seen;
};

static bool
test_row(const struct rows_test *test, struct row *row)
{
	struct record_view view = row_view(row);

	return condition_test_node(test->selection->condition, test->node,
				   &view, NULL, test->selection->now);
}

static enum sg_status
test_field(void *arg, uint32_t record_id, const char *value, struct sg_err *err)
{
	struct rows_test *test = arg;
	struct row row = {value, NULL};

	record_set_add(test->seen, record_id);
	if (test_row(test, &row))
		record_set_add(test->holds, record_id);
	return SG_OK;
}

static enum sg_status
test_record(void *arg, const struct store_record *record, struct sg_err *err)
{
	struct rows_test *test = arg;
	struct row row = {NULL, record};

	if (test_row(test, &row))
		record_set_add(test->holds, record->id);
	return SG_OK;
}

static enum sg_status
select_by_field(struct rows_test *test, const char *field,
		const struct record_set *candidates)
{
	struct selection *selection = test->selection;
	struct row none = {NULL, NULL};
	struct record_set *without;
	enum sg_status status;

	test->seen = record_set_new();
	status = store_field_each(selection->store, field, test_field, test,
				  selection->err);
	if (status == SG_OK && test_row(test, &none)) {
		without = record_set_copy(candidates);
		record_set_and_not(without, test->seen);
		record_set_or(test->holds, without);
		record_set_free(without);
	}
	record_set_free(test->seen);
	return status;
}

enum sg_status
select_operand(struct selection *selection, const struct node *node,
	       const struct record_set *candidates, struct record_set *to)
{
	struct rows_test test = {selection, node, to, NULL};
	struct asking asking = asking_of(node);
	struct row none = {NULL, NULL};

	switch (asking.asks) {
	case ASKS_NOTHING:
		if (test_row(&test, &none))
			record_set_or(to, candidates);
		return SG_OK;
	case ASKS_FIELD:
		return select_by_field(&test, asking.field, candidates);
	case ASKS_RECORD:
		return store_record_each(selection->store, test_record, &test,
					 selection->err);
	default:
		return select_singly(selection, node, candidates, to);
	}
}
