/*
 * broadcast_settler.h - a thread that does what takes its time (a transaction),
 * while its owner goes on with other mails. One thread owns it; `settle` and
 * `wake` are called on the settler's own.
 */
#ifndef ENGINE_BROADCAST_BROADCAST_SETTLER_H
#define ENGINE_BROADCAST_BROADCAST_SETTLER_H

#include <stdbool.h>

#include "base/err.h"

struct settler;

struct settler_calls {
	bool (*settle)(void *arg); /* false: not now */
	void *arg;
	void (*wake)(void *owner); /* there is an answer */
	void *owner;
};

enum sg_status settler_new(const struct settler_calls *calls,
			   struct settler **settler_out,
			   struct sg_err *err) MUST_CHECK;
/* Waits for a settle() that has begun. */
void settler_free(struct settler *settler);

/* Waits until it is idle or has an answer. */
void settler_finish(struct settler *settler);

/* Settles all that was noted until now; false: busy with what was asked
 * before, or nobody took that answer yet. */
bool settler_ask(struct settler *settler);
/* True once for each that was asked, when it is done. */
bool settler_answer(struct settler *settler, bool *settled_out);

#endif
