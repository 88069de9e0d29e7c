/* http_origin.c - see http_origin.h. */
#include "http/http_origin.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

enum { HOPS_MOST = 32 };

static const char blanks[] = " \t";

enum sg_status
http_trust_parse(const char *text, struct http_trust *trust, struct sg_err *err)
{
	trust->n = 0;
	trust->local = false;
	for (;;) {
		size_t len;

		text += strspn(text, ", \t\r\n");
		len = strcspn(text, ", \t\r\n");
		if (len == 0)
			return SG_OK;
		if (len == 4 && strncasecmp(text, "unix", 4) == 0)
			trust->local = true;
		else if (trust->n == HTTP_TRUSTED_MOST)
			return err_set(err, SG_REFUSED, "more than %d networks",
				       HTTP_TRUSTED_MOST);
		else if (inet_range_parse(text, len, &trust->ranges[trust->n],
					  err) != SG_OK)
			return SG_REFUSED;
		else
			trust->n++;
		text += len;
	}
}

static const char *const header_names[] = {
	[HTTP_FORWARDED_X_FOR] = "X-Forwarded-For",
	[HTTP_FORWARDED_RFC] = "Forwarded",
	[HTTP_FORWARDED_NONE] = "none",
};

enum sg_status
http_trust_header(const char *name, struct http_trust *trust,
		  struct sg_err *err)
{
	for (int i = HTTP_FORWARDED_X_FOR; i <= HTTP_FORWARDED_NONE; i++)
		if (strcasecmp(name, header_names[i]) == 0) {
			trust->header = (enum http_forwarded)i;
			return SG_OK;
		}
	return err_set(err, SG_REFUSED,
		       "expected X-Forwarded-For, Forwarded or none, not `%s`",
		       name);
}

const char *
http_trust_header_name(const struct http_trust *trust)
{
	return trust->header == HTTP_FORWARDED_NONE
		       ? NULL
		       : header_names[trust->header];
}

bool
http_trust_has(const struct http_trust *trust, const struct inet_address *peer)
{
	if (!peer)
		return trust->local;
	for (size_t i = 0; i < trust->n; i++)
		if (inet_range_has(&trust->ranges[i], peer))
			return true;
	return false;
}

/* --- one node: "192.0.2.1", "192.0.2.1:8080", "[2001:db8::1]:443" -------- */

static bool
is_port(const char *text, size_t len)
{
	return len > 1 && len <= 6 && text[0] == ':' &&
	       strspn(text + 1, "0123456789") >= len - 1;
}

static bool
read_node(const char *text, size_t len, struct inet_address *address)
{
	const char *colon, *close;
	size_t inside;

	if (len > 0 && text[0] == '[') {
		close = memchr(text, ']', len);
		inside = close ? (size_t)(close - text) : 0;
		return close && memchr(text, ':', inside) &&
		       inet_parse(text + 1, inside - 1, address) &&
		       (inside + 1 == len ||
			is_port(close + 1, len - inside - 1));
	}
	if (inet_parse(text, len, address))
		return true;
	colon = memchr(text, ':', len);
	return colon && is_port(colon, len - (size_t)(colon - text)) &&
	       inet_parse(text, (size_t)(colon - text), address);
}

static void
trim(const char **text, size_t *len)
{
	while (*len && strchr(blanks, (*text)[0])) {
		(*text)++;
		(*len)--;
	}
	while (*len && strchr(blanks, (*text)[*len - 1]))
		(*len)--;
}

/* --- the elements of a line, from its end --------------------------------- */

/* Where the last element of line[len] begins: behind its last comma. Addresses
 * have none, quoted or not; a client that sends an open quote must not be able
 * to swallow what the proxy wrote behind it. */
static size_t
last_element(const char *line, size_t len)
{
	while (len > 0 && line[len - 1] != ',')
		len--;
	return len;
}

/* The value of `for` in "for=192.0.2.60;proto=http;by=203.0.113.43". No
 * address has anything in it that a quoted string would have to escape. */
static bool
find_for(const char **text, size_t *len)
{
	const char *at = *text, *end = *text + *len;

	while (at < end) {
		const char *semicolon = memchr(at, ';', (size_t)(end - at));
		const char *pair_end = semicolon ? semicolon : end;
		const char *pair = at;
		size_t pair_len = (size_t)(pair_end - at);

		trim(&pair, &pair_len);
		if (pair_len > 4 && strncasecmp(pair, "for=", 4) == 0) {
			pair += 4;
			pair_len -= 4;
			if (pair_len >= 2 && pair[0] == '"' &&
			    pair[pair_len - 1] == '"') {
				pair++;
				pair_len -= 2;
			}
			*text = pair;
			*len = pair_len;
			return true;
		}
		at = pair_end + 1;
	}
	return false;
}

/* The node that an element names; false: none that is an address ("unknown",
 * "_hidden", anything that a client invented). */
static bool
read_element(const struct http_trust *trust, const char *text, size_t len,
	     struct inet_address *address)
{
	trim(&text, &len);
	if (trust->header == HTTP_FORWARDED_RFC && !find_for(&text, &len))
		return false;
	return read_node(text, len, address);
}

bool
http_origin_find(const struct http_trust *trust, const char *const *lines,
		 size_t n_lines, struct inet_address *origin_out)
{
	struct inet_address found;
	bool any = false;
	int hops = 0;

	for (size_t i = n_lines; i > 0; i--) {
		const char *line = lines[i - 1];
		size_t len = strlen(line);

		for (;;) {
			size_t begin = last_element(line, len);

			/* What lies behind somebody whom we cannot name is
			 * not worth more than he is. */
			if (hops++ == HOPS_MOST ||
			    !read_element(trust, line + begin, len - begin,
					  &found))
				return any;
			*origin_out = found;
			any = true;
			if (!http_trust_has(trust, &found))
				return true;
			if (begin == 0)
				break;
			len = begin - 1;
		}
	}
	return any;
}
