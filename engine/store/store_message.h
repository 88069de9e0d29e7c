/*
 * store_message.h - messages that went out: opens, clicks and bounces find
 * their campaign here. Lifetimes as in store_record.h.
 */
#ifndef ENGINE_STORE_STORE_MESSAGE_H
#define ENGINE_STORE_STORE_MESSAGE_H

#include <stdint.h>

#include "base/pool.h"
#include "store/store.h"

struct store_message {
	uint64_t message_id, record_key;
	uint64_t rfc_id; /* hash64 of the Message-ID header, 0 = none */
	const char *campaign, *subject;
	const char *sender; /* the original envelope sender */
	/* Where answers go, when that is not the sender: "a@b, c@d". */
	const char *reply_to;
	int64_t sent_at;
};

/* One that is there stays as it is. */
enum sg_status store_message_add(struct store *store,
				 const struct store_message *message,
				 struct sg_err *err) MUST_CHECK;
enum sg_status store_message_get(struct store *store, uint64_t message_id,
				 uint64_t record_key, struct pool *pool,
				 struct store_message *out,
				 struct sg_err *err) MUST_CHECK; /* or NONE */
/* By Message-ID and record: the newest. */
enum sg_status store_message_find(struct store *store, uint64_t rfc_id,
				  uint64_t record_key, struct pool *pool,
				  struct store_message *out,
				  struct sg_err *err) MUST_CHECK; /* or NONE */

/* By Message-ID alone. SG_NONE: no such one, or more than one record got it. */
enum sg_status store_message_find_any(struct store *store, uint64_t rfc_id,
				      struct pool *pool,
				      struct store_message *out,
				      struct sg_err *err) MUST_CHECK;

/* Of the newest `most` messages since `since` in order of age: their id and
 * original sender, borrowed for the call. */
enum sg_status store_message_each_sender(
	struct store *store, int64_t since, size_t most,
	void (*fn)(void *arg, uint64_t message_id, const char *sender),
	void *arg, struct sg_err *err) MUST_CHECK;

/* How many went out that were made from `from` until before `until`, and when
 * the last of them was (0 = none). By their ids, which begin with the time. */
enum sg_status store_message_count(struct store *store, int64_t from,
				   int64_t until, int64_t *n_out,
				   int64_t *last_at_out,
				   struct sg_err *err) MUST_CHECK;

#endif
