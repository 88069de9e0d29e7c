/*
 * inet.h - addresses of machines, and ranges of them. An IPv4 address is kept
 * in its IPv6 form (::ffff:a.b.c.d, RFC 4291 §2.5.5.2): the two ways to say
 * the same are one. Pure.
 */
#ifndef ENGINE_BASE_INET_H
#define ENGINE_BASE_INET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum { INET_TEXT_SIZE = 46 };

struct inet_address {
	unsigned char bytes[16];
};

/* "192.0.2.1", "2001:db8::1", without brackets, port or zone. */
bool inet_parse(const char *text, size_t len, struct inet_address *out);
/* RFC 5952; IPv4 as IPv4. Returns text. */
char *inet_print(const struct inet_address *address, char text[INET_TEXT_SIZE]);
bool inet_is_v4(const struct inet_address *address);
bool inet_equal(const struct inet_address *a, const struct inet_address *b);
void inet_from_v4(const void *bytes, struct inet_address *out);

/* Whom a limit is for: an IPv4 address; of IPv6 its /64, which is what one
 * subscriber has. */
struct inet_address inet_subscriber(const struct inet_address *address);

struct inet_range {
	struct inet_address base;
	unsigned bits; /* of 128 that count */
};

/* "10.0.0.0/8", "2001:db8::/32", or one address. SG_REFUSED with what was
 * expected; so is a base with bits past the prefix. */
enum sg_status inet_range_parse(const char *text, size_t len,
				struct inet_range *out,
				struct sg_err *err) MUST_CHECK;
bool inet_range_has(const struct inet_range *range,
		    const struct inet_address *address);

#endif
