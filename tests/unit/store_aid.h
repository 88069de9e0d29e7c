/*
 * store_aid.h - what the contract tests of the store share. They are written
 * against store.h alone: a second back end runs them as they are.
 */
#ifndef TESTS_UNIT_STORE_AID_H
#define TESTS_UNIT_STORE_AID_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/pool.h"
#include "base/record_set.h"
#include "signal/signal.h"
#include "store/store.h"

#define OK(call)                                                         \
	do {                                                             \
		if ((call) != SG_OK)                                     \
			fail_msg("line %d: %s", __LINE__, aid_err.text); \
	} while (0)
#define NONE(call) assert_int_equal(call, SG_NONE)

/* A test with a fresh store. */
#define STORE_TEST(f)                                        \
	cmocka_unit_test_setup_teardown(f, store_aid_set_up, \
					store_aid_tear_down)

extern const int64_t aid_now;
extern struct store *aid_store;
extern struct pool *aid_pool;
extern struct sg_err aid_err;

int store_aid_set_up(void **state);
int store_aid_tear_down(void **state);
uint32_t store_aid_add(uint64_t key, const char *address); /* a record */
/* n in the set, a and b (when n is so many) among them; frees it. */
void store_aid_set(struct record_set *set, uint32_t a, uint32_t b, size_t n);
/* A history entry about message 42 under record key 1000 + record_id. */
int64_t store_aid_happen(const char *name, uint32_t record_id, int64_t at,
			 enum verdict verdict);

#endif
