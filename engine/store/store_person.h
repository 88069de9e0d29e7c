/*
 * store_person.h - everything that is held about one record, table by table,
 * as JSON: for the person it is about (GDPR, article 15). A table that holds
 * something about records has its line in store_person.c, and its line in
 * store_forget.c.
 */
#ifndef ENGINE_STORE_STORE_PERSON_H
#define ENGINE_STORE_STORE_PERSON_H

#include <stdint.h>

#include "base/json.h"
#include "store/store.h"

/* Adds {"fields": […], "history": […], …}; *any_out: is there anything? An id
 * of 0: only what is held by the key. */
enum sg_status store_person_json(struct store *store, uint32_t record_id,
				 uint64_t record_key, struct json *to,
				 bool *any_out, struct sg_err *err) MUST_CHECK;

#endif
