/* store_aid.c - see store_aid.h. */
#include "store_aid.h"

#include "scratch.h"
#include "store/store_history.h"
#include "store/store_record.h"

const int64_t aid_now = INT64_C(1790000000000);
struct store *aid_store;
struct pool *aid_pool;
struct sg_err aid_err;

static struct scratch scratch;

int
store_aid_set_up(void **state)
{
	scratch_make(&scratch);
	aid_pool = pool_new();
	OK(store_open(scratch_file(&scratch, "store.db"), DB_READ_WRITE,
		      &aid_store, &aid_err));
	return 0;
}

int
store_aid_tear_down(void **state)
{
	store_close(aid_store);
	pool_free(aid_pool);
	scratch_remove(&scratch);
	return 0;
}

uint32_t
store_aid_add(uint64_t key, const char *address)
{
	uint32_t id = 0;

	OK(store_record_create(aid_store, key, "", address, aid_now, &id,
			       &aid_err));
	return id;
}

void
store_aid_set(struct record_set *set, uint32_t a, uint32_t b, size_t n)
{
	assert_int_equal(record_set_count(set), n);
	if (n > 0)
		assert_true(record_set_has(set, a));
	if (n > 1)
		assert_true(record_set_has(set, b));
	record_set_free(set);
}

int64_t
store_aid_happen(const char *name, uint32_t record_id, int64_t at,
		 enum verdict verdict)
{
	struct store_history_place place = {
		store_new_id(aid_store, aid_now), record_id, 3, true, 0, 0};
	struct signal signal;

	signal_init(&signal, name, aid_now);
	signal.happened_at = at;
	signal.record_key = 1000 + record_id;
	signal.verdict = verdict;
	signal.message_id = 42;
	signal.because = "why \"so\"";
	OK(signal_set(&signal, "url", "https://x/\n", &aid_err));
	OK(store_history_append(aid_store, &place, &signal, &aid_err));
	return place.id;
}
