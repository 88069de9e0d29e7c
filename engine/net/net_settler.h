/*
 * net_settler.h - a thread that makes durable what was noted, while its owner
 * goes on with other mails. One thread owns it; `settle` and `wake` are called
 * on the settler's own.
 */
#ifndef ENGINE_NET_NET_SETTLER_H
#define ENGINE_NET_NET_SETTLER_H

#include <stdbool.h>

#include "base/err.h"

struct net_settler;

struct net_settler_calls {
	bool (*settle)(void *arg); /* false: it is not durable */
	void *arg;
	void (*wake)(void *owner); /* there is an answer */
	void *owner;
};

enum sg_status net_settler_new(const struct net_settler_calls *calls,
			       struct net_settler **settler_out,
			       struct sg_err *err) MUST_CHECK;
/* Waits for a settle() that has begun. */
void net_settler_free(struct net_settler *settler);

/* Settles all that was noted until now; false: busy with what was asked
 * before, or nobody took that answer yet. */
bool net_settler_ask(struct net_settler *settler);
/* True once for each that was asked, when it is done. */
bool net_settler_answer(struct net_settler *settler, bool *settled_out);

#endif
