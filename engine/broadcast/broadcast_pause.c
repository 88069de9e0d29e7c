/*
 * broadcast_pause.c - who wants no mailings for a while: the field
 * `paused_until` of a record, a date or a moment in ISO 8601. It is a field,
 * so that it can be seen, set, exported and stand in conditions as any other.
 */
#include "base/clock.h"
#include "broadcast/broadcast_parts.h"
#include "store/store_record.h"

static const char field[] = "paused_until";

struct walk {
	struct record_set *paused;
	int64_t now;
};

/* Until when; 0 = no longer. A value that is no date pauses nothing. */
static int64_t
until_of(const char *value, int64_t now)
{
	int64_t until;

	return clock_parse(value, NULL, &until, NULL) == SG_OK && until > now
		       ? until
		       : 0;
}

static enum sg_status
look(void *arg, uint32_t record_id, const char *value, struct sg_err *err)
{
	struct walk *walk = arg;

	(void)err;
	if (until_of(value, walk->now))
		record_set_add(walk->paused, record_id);
	return SG_OK;
}

enum sg_status
broadcast_select_paused(struct store *store, int64_t now,
			struct record_set *paused, struct sg_err *err)
{
	struct walk walk = {paused, now};

	return store_field_each(store, field, look, &walk, err);
}

enum sg_status
broadcast_paused_until(struct store *store, uint32_t record_id, int64_t now,
		       int64_t *until_out, struct sg_err *err)
{
	struct pool *pool = pool_new();
	const char *value = "";
	enum sg_status status =
		store_field_get(store, record_id, field, pool, &value, err);

	if (status == SG_OK || status == SG_NONE) {
		*until_out = status == SG_OK ? until_of(value, now) : 0;
		status = SG_OK;
	}
	pool_free(pool);
	return status;
}
