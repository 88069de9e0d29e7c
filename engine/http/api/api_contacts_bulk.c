/* api_contacts_bulk.c - many records in one call, each as POST /contacts has
 * it. */
#include <stdlib.h>

#include "http/api/api_many.h"
#include "http/api/contact_changes.h"

static enum sg_status
take_contact(struct api_many *many, struct api_many_result *result,
	     struct sg_err *err)
{
	struct contact_changes changes = {.unique = many->lines.unique};
	struct store_record record;
	enum sg_status status = contact_changes_create(
		&changes, many->call, &result->there, &record, err);

	if (status != SG_OK)
		return status;
	result->record_key = changes.signals[0].record_key;
	result->id = result->there ? record.id : 0;
	for (size_t i = 0; i < changes.n && status == SG_OK; i++)
		status = api_many_add(many, &changes.signals[i], err);
	return status;
}

static int
by_key(const void *left, const void *right)
{
	const struct api_many_result *a =
		*(struct api_many_result *const *)left;
	const struct api_many_result *b =
		*(struct api_many_result *const *)right;

	if (a->record_key != b->record_key)
		return a->record_key < b->record_key ? -1 : 1;
	return a < b ? -1 : a > b;
}

/* Their ids; of those with one key the first made the record. */
static enum sg_status
find_new(struct api_many *many, size_t from, struct sg_err *err)
{
	size_t n = 0, i;
	struct api_many_result **all =
		pool_alloc(many->pool, (many->n - from + 1) * sizeof(*all));
	struct store_record record = {0};
	enum sg_status status = SG_OK;

	for (i = from; i < many->n; i++)
		if (!many->results[i].error && !many->results[i].there)
			all[n++] = &many->results[i];
	qsort(all, n, sizeof(*all), by_key);
	for (i = 0; i < n && status == SG_OK; i++) {
		bool same =
			i > 0 && all[i]->record_key == all[i - 1]->record_key;

		all[i]->status = same ? 200 : 201;
		if (!same)
			status = store_record_find(
				many->call->store, all[i]->record_key,
				many->call->pool, &record, err);
		if (status == SG_OK)
			all[i]->id = record.id;
		else if (status == SG_NONE)
			status = SG_OK;
	}
	return status;
}

enum sg_status
api_contacts_bulk(struct api_call *call, struct sg_err *err)
{
	struct api_many *many = pool_alloc(call->pool, sizeof(*many));

	*many = (struct api_many){
		.call = call, .item = take_contact, .taken = find_new};
	return api_many_run(many, err);
}
