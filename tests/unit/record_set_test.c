/* record_set_test.c - sets of record ids. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "base/record_set.h"

static uint64_t seed = 88172645463325252ull;

static uint64_t
chance(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* About one of 2^rare of the chunk's records, in a set that has some. */
static void
add_chunk(uint32_t first, unsigned rare)
{
	struct record_set *one = record_set_new(), *other;
	uint64_t words[RECORD_SET_WORDS];
	uint64_t expected = 0;
	uint32_t i;
	unsigned j;

	for (i = 0; i < 5000; i++)
		record_set_add(one, (uint32_t)(chance() % 300000));
	other = record_set_copy(one);
	for (i = 0; i < RECORD_SET_WORDS; i++) {
		words[i] = chance();
		for (j = 1; j < rare; j++)
			words[i] &= chance();
	}
	for (i = 0; i < RECORD_SET_CHUNK; i++)
		if (words[i / 64] >> (i % 64) & 1)
			record_set_add(one, first + i);
	record_set_add_bits(other, first, words);
	expected = record_set_count(one);
	assert_int_equal(record_set_count(other), expected);
	record_set_and(other, one);
	assert_int_equal(record_set_count(other), expected);
	record_set_free(one);
	record_set_free(other);
}

static void
a_chunk_of_bits_is_as_each_of_them(void **unused)
{
	unsigned rare;

	for (rare = 1; rare < 20; rare++) {
		add_chunk(0, rare);
		add_chunk(2 * RECORD_SET_CHUNK, rare);
		add_chunk(65535u * RECORD_SET_CHUNK, rare);
	}
}

static void
full_and_empty_chunks_are_taken(void **unused)
{
	struct record_set *set = record_set_new();
	uint64_t words[RECORD_SET_WORDS];

	memset(words, 0, sizeof(words));
	record_set_add_bits(set, 0, words);
	assert_int_equal(record_set_count(set), 0);
	memset(words, 0xff, sizeof(words));
	record_set_add_bits(set, RECORD_SET_CHUNK, words);
	assert_int_equal(record_set_count(set), RECORD_SET_CHUNK);
	assert_false(record_set_has(set, RECORD_SET_CHUNK - 1));
	assert_true(record_set_has(set, RECORD_SET_CHUNK));
	assert_true(record_set_has(set, 2 * RECORD_SET_CHUNK - 1));
	assert_false(record_set_has(set, 2 * RECORD_SET_CHUNK));
	record_set_free(set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chunk_of_bits_is_as_each_of_them),
		cmocka_unit_test(full_and_empty_chunks_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
