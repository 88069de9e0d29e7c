/*
 * store_forget.h - a person is forgotten: everything that says who it was or
 * what it did is erased, and what others counted stays the same number.
 * Suppressions and denied consent stay, by their keyed hash alone.
 */
#ifndef ENGINE_STORE_STORE_FORGET_H
#define ENGINE_STORE_STORE_FORGET_H

#include <stdint.h>

#include "store/store.h"

/* Whose traces: a record, or a key that has none (record_id 0). */
struct store_forgotten {
	uint32_t record_id;
	uint64_t record_key;
	const char *key; /* as it may stand in texts; "" = not known */
	int64_t now;
};

/* All of it; the record's row stays as a number that means nobody. Aliases are
 * told to `alias` before they go. */
typedef void store_forget_key_fn(void *arg, uint64_t record_key);
enum sg_status store_forget(struct store *store,
			    const struct store_forgotten *whom,
			    store_forget_key_fn *alias, void *arg,
			    struct sg_err *err) MUST_CHECK;
/* The record keys of all who were forgotten. */
enum sg_status store_forgotten_each(struct store *store,
				    store_forget_key_fn *fn, void *arg,
				    struct sg_err *err) MUST_CHECK;

#endif
