/*
 * http_guests.h - how many connections each address has open now. Any thread;
 * a lock of its own, held for a moment.
 */
#ifndef ENGINE_HTTP_HTTP_GUESTS_H
#define ENGINE_HTTP_HTTP_GUESTS_H

#include <stddef.h>

#include "base/inet.h"

struct http_guests;

/* Grows with the number of addresses that are there at the same time. NULL:
 * out of memory. */
struct http_guests *http_guests_new(void);
void http_guests_free(struct http_guests *guests);

/* One more of this address (of IPv6: of its /64); how many there are now. */
unsigned http_guests_enter(struct http_guests *guests,
			   const struct inet_address *address);
/* One of those that entered. */
void http_guests_leave(struct http_guests *guests,
		       const struct inet_address *address);
/* How many addresses are there. */
size_t http_guests_count(struct http_guests *guests);

#endif
