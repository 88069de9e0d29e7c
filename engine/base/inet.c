/* inet.c - see inet.h. */
#include "base/inet.h"

#include <arpa/inet.h>
#include <string.h>

enum { V4_BITS_BEFORE = 96 };

static const unsigned char v4_prefix[12] = {0, 0, 0, 0, 0,    0,
					    0, 0, 0, 0, 0xff, 0xff};

void
inet_from_v4(const void *bytes, struct inet_address *out)
{
	memcpy(out->bytes, v4_prefix, sizeof(v4_prefix));
	memcpy(out->bytes + sizeof(v4_prefix), bytes, 4);
}

bool
inet_parse(const char *text, size_t len, struct inet_address *out)
{
	char copy[INET_TEXT_SIZE];
	unsigned char v4[4];

	if (len == 0 || len >= sizeof(copy) || memchr(text, '\0', len))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (inet_pton(AF_INET, copy, v4) == 1) {
		inet_from_v4(v4, out);
		return true;
	}
	return inet_pton(AF_INET6, copy, out->bytes) == 1;
}

bool
inet_is_v4(const struct inet_address *address)
{
	return memcmp(address->bytes, v4_prefix, sizeof(v4_prefix)) == 0;
}

bool
inet_equal(const struct inet_address *a, const struct inet_address *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* inet_ntop() prints through stdio: this is done for every connection. */
static void
print_v4(const unsigned char bytes[4], char *to)
{
	for (int i = 0; i < 4; i++) {
		unsigned number = bytes[i];

		if (number >= 100)
			*to++ = (char)('0' + number / 100);
		if (number >= 10)
			*to++ = (char)('0' + number / 10 % 10);
		*to++ = (char)('0' + number % 10);
		*to++ = i < 3 ? '.' : '\0';
	}
}

char *
inet_print(const struct inet_address *address, char text[INET_TEXT_SIZE])
{
	if (inet_is_v4(address))
		print_v4(address->bytes + 12, text);
	else if (!inet_ntop(AF_INET6, address->bytes, text, INET_TEXT_SIZE))
		text[0] = '\0';
	return text;
}

struct inet_address
inet_subscriber(const struct inet_address *address)
{
	struct inet_address network = *address;

	if (!inet_is_v4(address))
		memset(network.bytes + 8, 0, 8);
	return network;
}

/* "8" of "10.0.0.0/8" */
static bool
read_bits(const char *text, size_t len, unsigned *bits)
{
	*bits = 0;
	if (len == 0 || len > 3)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*bits = *bits * 10 + (unsigned)(text[i] - '0');
	}
	return true;
}

static bool
same_bits(const struct inet_address *a, const struct inet_address *b,
	  unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		if ((a->bytes[i / 8] ^ b->bytes[i / 8]) >> (7 - i % 8) & 1)
			return false;
	return true;
}

static bool
read_range(const char *text, size_t len, struct inet_range *range)
{
	const char *slash = memchr(text, '/', len);
	size_t address_len = slash ? (size_t)(slash - text) : len;
	const struct inet_address none = {{0}};
	bool is_v4;

	if (!inet_parse(text, address_len, &range->base))
		return false;
	is_v4 = inet_is_v4(&range->base) && !memchr(text, ':', address_len);
	range->bits = is_v4 ? 32 : 128;
	if (slash && !read_bits(slash + 1, len - address_len - 1, &range->bits))
		return false;
	if (range->bits > (is_v4 ? 32 : 128))
		return false;
	if (is_v4)
		range->bits += V4_BITS_BEFORE;
	return same_bits(&range->base, &none, range->bits, 128);
}

enum sg_status
inet_range_parse(const char *text, size_t len, struct inet_range *out,
		 struct sg_err *err)
{
	struct inet_range range;

	if (!read_range(text, len, &range))
		return err_set(err, SG_REFUSED,
			       "`%.*s` is no network: expected one as "
			       "192.0.2.0/24 or 2001:db8::/32, or an address",
			       (int)(len < 64 ? len : 64), text);
	*out = range;
	return SG_OK;
}

bool
inet_range_has(const struct inet_range *range,
	       const struct inet_address *address)
{
	unsigned whole = range->bits / 8;

	return memcmp(range->base.bytes, address->bytes, whole) == 0 &&
	       same_bits(&range->base, address, whole * 8, range->bits);
}
