/* import_unique.c - see import_unique.h. */
#include "http/api/import_unique.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "signal/field_type.h"

enum { SLOTS_FIRST = 64 };

/* Of a value: who has it. Of a record's field: which value it has now. */
struct slot {
	uint64_t key, to; /* key 0 = free */
};

struct import_unique {
	struct slot *slots;
	size_t n, n_slots;
	struct slot *claims; /* of the line under way, in twos */
	size_t n_claims, claims_cap;
};

struct import_unique *
import_unique_new(void)
{
	return calloc(1, sizeof(struct import_unique));
}

void
import_unique_free(struct import_unique *unique)
{
	if (!unique)
		return;
	free(unique->slots);
	free(unique->claims);
	free(unique);
}

static struct slot *
slot_of(const struct import_unique *unique, uint64_t key)
{
	size_t i = key & (unique->n_slots - 1);

	while (unique->slots[i].key && unique->slots[i].key != key)
		i = (i + 1) & (unique->n_slots - 1);
	return &unique->slots[i];
}

static uint64_t
find(const struct import_unique *unique, uint64_t key)
{
	return unique->n_slots ? slot_of(unique, key)->to : 0;
}

static enum sg_status
grow(struct import_unique *unique, struct sg_err *err)
{
	struct import_unique more = {
		.n_slots = unique->n_slots ? 2 * unique->n_slots : SLOTS_FIRST};

	more.slots = calloc(more.n_slots, sizeof(*more.slots));
	if (!more.slots)
		return err_set(err, SG_FAILED, "out of memory");
	for (size_t i = 0; i < unique->n_slots; i++)
		if (unique->slots[i].key)
			*slot_of(&more, unique->slots[i].key) =
				unique->slots[i];
	free(unique->slots);
	unique->slots = more.slots;
	unique->n_slots = more.n_slots;
	return SG_OK;
}

static enum sg_status
put(struct import_unique *unique, const struct slot *what, struct sg_err *err)
{
	enum sg_status status = SG_OK;
	struct slot *slot;

	if (2 * (unique->n + 1) > unique->n_slots)
		status = grow(unique, err);
	if (status != SG_OK)
		return status;
	slot = slot_of(unique, what->key);
	unique->n += slot->key == 0;
	*slot = *what;
	return SG_OK;
}

static uint64_t
hash_of(const char *kind, uint64_t record_key, const char *name,
	const char *text)
{
	struct buf all = BUF_INIT;
	uint64_t hash;

	buf_printf(&all, "%s\n%llx\n%s\n", kind, (unsigned long long)record_key,
		   name);
	buf_append_text(&all, text);
	hash = crypto_hash64(all.data, all.len);
	buf_done(&all);
	return hash ? hash : 1;
}

static enum sg_status
note(struct import_unique *unique, uint64_t key, uint64_t to,
     struct sg_err *err)
{
	if (unique->n_claims == unique->claims_cap) {
		size_t cap = unique->claims_cap ? 2 * unique->claims_cap : 16;
		struct slot *more =
			realloc(unique->claims, cap * sizeof(*more));

		if (!more)
			return err_set(err, SG_FAILED, "out of memory");
		unique->claims = more;
		unique->claims_cap = cap;
	}
	unique->claims[unique->n_claims++] = (struct slot){key, to};
	return SG_OK;
}

enum sg_status
import_unique_claim(struct import_unique *unique, const struct signal *whose,
		    const char *name, const char *value, struct sg_err *err)
{
	uint64_t of_value, of_field, holder;
	enum sg_status status;

	if (!field_is_unique(name))
		return SG_OK;
	of_field = hash_of(whose->module, whose->record_key, name, "");
	if (!*value) /* it has none any more */
		return note(unique, of_field, 0, err);
	of_value = hash_of(whose->module, 0, name, value);
	holder = find(unique, of_value);
	if (holder && holder != whose->record_key &&
	    find(unique, hash_of(whose->module, holder, name, "")) == of_value)
		return err_set(err, SG_REFUSED,
			       "field %s is unique, and a line above gives "
			       "`%.64s` to another record",
			       name, value);
	status = note(unique, of_value, whose->record_key, err);
	return status == SG_OK ? note(unique, of_field, of_value, err) : status;
}

enum sg_status
import_unique_keep(struct import_unique *unique, struct sg_err *err)
{
	enum sg_status status = SG_OK;

	for (size_t i = 0; i < unique->n_claims && status == SG_OK; i++)
		status = put(unique, &unique->claims[i], err);
	unique->n_claims = 0;
	return status;
}

void
import_unique_drop(struct import_unique *unique)
{
	unique->n_claims = 0;
}
