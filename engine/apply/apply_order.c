/*
 * apply_order.c - the order of a ruleset's rules, in which those on one signal
 * fire. A rule's place is that of today; each ruleset keeps its own order, so
 * that a refold after a start finds the rules as they were.
 */
#include <stdio.h>
#include <stdlib.h>

#include "apply/apply_parts.h"

enum { NAME_MOST = 32, ID_MOST = 11 }; /* digits and a space */

static void
name_of(uint32_t ruleset, char name[NAME_MOST])
{
	snprintf(name, NAME_MOST, "order.%u", ruleset);
}

enum sg_status
apply_order_keep(struct apply *apply, uint32_t ruleset, struct sg_err *err)
{
	char name[NAME_MOST], *text;
	struct store_rules rows;
	enum sg_status status =
		store_rules_in(apply->store, ruleset, apply->work, &rows, err);
	size_t size, len = 0, i;

	if (status != SG_OK)
		return status;
	size = rows.n_rows * ID_MOST + 1;
	text = pool_alloc(apply->work, size);
	for (i = 0; i < rows.n_rows; i++)
		len += (size_t)snprintf(text + len, size - len, "%u ",
					rows.rows[i].id);
	name_of(ruleset, name);
	return store_meta_set(apply->store, name, text, err);
}

static struct store_rule *
find(struct store_rules *rows, size_t from, unsigned long id)
{
	size_t i;

	for (i = from; i < rows->n_rows; i++)
		if (rows->rows[i].id == id)
			return &rows->rows[i];
	return NULL;
}

void
apply_order_restore(struct apply *apply, uint32_t ruleset,
		    struct store_rules *rows)
{
	size_t size = rows->n_rows * ID_MOST + 1, n = 0;
	char name[NAME_MOST], *text = pool_alloc(apply->work, size), *end;

	name_of(ruleset, name);
	if (store_meta_get(apply->store, name, text, size, NULL) != SG_OK)
		return; /* of before orders were kept */
	for (; n < rows->n_rows && *text; text = *end ? end + 1 : end) {
		struct store_rule *row = find(rows, n, strtoul(text, &end, 10));
		struct store_rule swap;

		if (!row)
			continue;
		swap = *row;
		*row = rows->rows[n];
		rows->rows[n++] = swap;
	}
}
