/* apply_cache_test.c - which folds are kept, and that they are what they were
 * while packed. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>

#include "apply/apply_cache.h"

enum { MANY = 2000 };

static const char *
key_of(uint32_t id)
{
	static char key[48];

	snprintf(key, sizeof(key), "somebody.%u@example.com", id);
	return key;
}

static void
put(struct apply_cache *cache, uint32_t id)
{
	struct fold_record *fold = fold_record_new(id, "contact", key_of(id));

	assert_int_equal(apply_cache_put(cache, id, id * 7, fold)->id, id);
}

static void
put_many(struct apply_cache *cache)
{
	uint32_t id;

	for (id = 1; id <= MANY; id++)
		put(cache, id);
}

static bool
has(struct apply_cache *cache, uint32_t id)
{
	struct cached *cached = apply_cache_get(cache, id);

	if (!cached)
		return false;
	assert_int_equal(cached->id, id);
	assert_int_equal(cached->record_key, id * 7);
	assert_string_equal(fold_key(cached->fold), key_of(id));
	return true;
}

static size_t
bytes_of_one(void)
{
	struct fold_record *fold = fold_record_new(1, "contact", key_of(1));
	size_t bytes = fold_record_bytes(fold) + sizeof(struct cached);

	fold_record_free(fold);
	return bytes;
}

static void
more_than_there_is_room_for_are_kept_packed(void **unused)
{
	struct apply_cache *cache =
		apply_cache_new(MANY / 2 * bytes_of_one(), 0);
	uint32_t id;

	put_many(cache);
	apply_cache_trim(cache);
	for (id = 1; id <= MANY; id++)
		assert_true(has(cache, id));
	apply_cache_trim(cache);
	for (id = MANY; id > 0; id--)
		assert_true(has(cache, id));
	apply_cache_free(cache);
}

static void
who_was_not_used_for_longest_falls_out(void **unused)
{
	struct apply_cache *cache =
		apply_cache_new(MANY / 10 * bytes_of_one(), 0);
	uint32_t id, kept = 0;
	bool before = false;

	put_many(cache);
	assert_true(has(cache, 1)); /* now it is the newest */
	apply_cache_trim(cache);
	assert_true(has(cache, 1));
	assert_false(has(cache, 2));
	for (id = 3; id <= MANY; id++) {
		bool is = has(cache, id);

		assert_true(is || !before); /* no holes */
		before = is;
		kept += is;
	}
	assert_true(kept > MANY / 5 && kept < MANY);
	apply_cache_free(cache);
}

static void
a_packed_one_can_be_dropped(void **unused)
{
	struct apply_cache *cache = apply_cache_new(1 << 20, 1);

	put(cache, 1);
	put(cache, 2);
	apply_cache_trim(cache);
	apply_cache_drop(cache, 1);
	apply_cache_drop(cache, 3);
	assert_false(has(cache, 1));
	assert_true(has(cache, 2));
	put(cache, 1);
	apply_cache_trim(cache);
	apply_cache_clear(cache);
	assert_false(has(cache, 1));
	assert_false(has(cache, 2));
	apply_cache_trim(cache);
	apply_cache_free(cache);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(more_than_there_is_room_for_are_kept_packed),
		cmocka_unit_test(who_was_not_used_for_longest_falls_out),
		cmocka_unit_test(a_packed_one_can_be_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
