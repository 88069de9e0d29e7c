/*
 * address.c - see address.h. A value is cut at its top-level commas, each
 * piece loses comments and display name, what is left must be an addr-spec.
 */
#include "mail/address.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Past it a header field is not looked at: a To: of 100 kB is not one of ours.
 */
enum { FIELD_MOST = 64 * 1024 };

static bool
is_atom_char(unsigned char c)
{
	return c > 0x20 && c != 0x7f && !strchr("()<>[]:;@\\,\"", c);
}

static bool
is_domain_char(unsigned char c)
{
	return isalnum(c) || c >= 0x80 || c == '-' || c == '.' || c == '_';
}

static bool
is_domain(const char *text, size_t len)
{
	size_t i;

	if (len == 0)
		return false;
	if (text[0] == '[')
		return len > 2 && text[len - 1] == ']' &&
		       strspn(text + 1, "0123456789abcdefABCDEF.:IPv") >=
			       len - 2;
	for (i = 0; i < len; i++) {
		if (!is_domain_char((unsigned char)text[i]))
			return false;
	}
	return text[0] != '.' && !(len == 1 && text[0] == '-');
}

static bool
is_dot_atom(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (!is_atom_char((unsigned char)text[i]))
			return false;
	}
	return len > 0;
}

/* What may stand without quotes (RFC 5322 dot-atom): no dot at an end, no two
 * together; without quotes it is taken anyway, since such addresses exist. */
static bool
is_strict_dot_atom(const char *text, size_t len)
{
	size_t i;

	if (!is_dot_atom(text, len) || text[0] == '.' || text[len - 1] == '.')
		return false;
	for (i = 1; i < len; i++) {
		if (text[i] == '.' && text[i - 1] == '.')
			return false;
	}
	return true;
}

/* A quoted local part: no controls, no bare quote inside. */
static bool
is_quoted(const char *text, size_t len)
{
	size_t i;

	if (len < 3 || text[0] != '"' || text[len - 1] != '"')
		return false;
	for (i = 1; i < len - 1; i++) {
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f ||
		    text[i] == '"')
			return false;
		if (text[i] == '\\' && ++i == len - 1)
			return false;
	}
	return true;
}

static const char *
last_at(const char *text, size_t len)
{
	while (len--) {
		if (text[len] == '@')
			return text + len;
	}
	return NULL;
}

/* text is trimmed: "local@domain". */
static const char *
check(struct pool *pool, const char *text, size_t len)
{
	const char *at, *domain;
	size_t local_len;

	if (len > ADDRESS_MOST)
		return NULL;
	at = last_at(text, len);
	if (!at || at == text)
		return NULL;
	domain = at + 1;
	local_len = (size_t)(at - text);
	if (!is_domain(domain, len - local_len - 1))
		return NULL;
	if (is_quoted(text, local_len)) {
		if (!is_strict_dot_atom(text + 1, local_len - 2))
			return pool_memdup(pool, text, len);
		return pool_printf(pool, "%.*s%.*s", (int)(local_len - 2),
				   text + 1, (int)(len - local_len), at);
	}
	return is_dot_atom(text, local_len) ? pool_memdup(pool, text, len)
					    : NULL;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Trim, drop a source route ("@a,@b:"), then check. */
static const char *
check_trimmed(struct pool *pool, const char *text, size_t len)
{
	const char *colon;

	while (len && is_blank(*text)) {
		text++;
		len--;
	}
	while (len && is_blank(text[len - 1]))
		len--;
	if (len && *text == '@') {
		colon = memchr(text, ':', len);
		if (!colon)
			return NULL;
		len -= (size_t)(colon + 1 - text);
		text = colon + 1;
	}
	return check(pool, text, len);
}

enum sg_status
address_from_envelope(struct pool *pool, const char *text,
		      const char **address_out, struct sg_err *err)
{
	const char *address;
	size_t len;

	while (is_blank(*text))
		text++;
	len = strlen(text);
	while (len && is_blank(text[len - 1]))
		len--;
	if (len >= 2 && text[0] == '<' && text[len - 1] == '>') {
		text++;
		len -= 2;
	}
	if (len == 0)
		return SG_NONE;
	address = check_trimmed(pool, text, len);
	if (!address)
		return err_set(err, SG_REFUSED, "not a mail address");
	*address_out = address;
	return SG_OK;
}

/* Length of what begins at text[0]: a quoted string, a comment or one byte. */
static size_t
token_len(const char *text)
{
	size_t i = 1;
	unsigned depth = 1;

	if (text[0] == '"') {
		for (; text[i] && text[i] != '"'; i++) {
			if (text[i] == '\\' && text[i + 1])
				i++;
		}
		return text[i] ? i + 1 : i;
	}
	if (text[0] != '(')
		return 1;
	for (; text[i] && depth; i++) {
		if (text[i] == '\\' && text[i + 1])
			i++;
		else if (text[i] == '(')
			depth++;
		else if (text[i] == ')')
			depth--;
	}
	return i;
}

/* One mailbox being read. */
struct piece {
	char text[ADDRESS_MOST * 4];
	size_t len;
	bool in_angle;
	bool has_angle;
};

static void
piece_add(struct piece *piece, const char *text, size_t len)
{
	if (piece->has_angle && !piece->in_angle)
		return; /* after <addr-spec> nothing counts */
	if (piece->len + len > sizeof(piece->text))
		len = sizeof(piece->text) - piece->len;
	memcpy(piece->text + piece->len, text, len);
	piece->len += len;
}

static void
piece_end(struct piece *piece, struct pool *pool, const char **out, size_t *n,
	  size_t most)
{
	const char *address = check_trimmed(pool, piece->text, piece->len);

	if (address && *n < most)
		out[(*n)++] = address;
	memset(piece, 0, sizeof(*piece));
}

size_t
address_list(struct pool *pool, const char *value, const char **addresses_out,
	     size_t most)
{
	struct piece piece;
	const char *end;
	size_t n = 0, len;

	memset(&piece, 0, sizeof(piece));
	end = value + strnlen(value, FIELD_MOST);
	for (; value < end && n < most; value += len) {
		len = token_len(value);
		if (*value == '(')
			continue;
		if (*value == '<' && !piece.has_angle) {
			piece.has_angle = piece.in_angle = true;
			piece.len = 0;
		} else if (*value == '>') {
			piece.in_angle = false;
		} else if (*value == ';' ||
			   (*value == ',' && !piece.in_angle)) {
			piece_end(&piece, pool, addresses_out, &n, most);
		} else if (*value == ':' && !piece.in_angle) {
			piece.len = 0; /* a group's name */
		} else {
			piece_add(&piece, value, len);
		}
	}
	if (n < most)
		piece_end(&piece, pool, addresses_out, &n, most);
	return n;
}

enum sg_status
address_from_header(struct pool *pool, const char *value,
		    const char **address_out, struct sg_err *err)
{
	const char *address;

	(void)err;
	if (address_list(pool, value, &address, 1) == 0)
		return SG_NONE;
	*address_out = address;
	return SG_OK;
}

const char *
address_domain(const char *address)
{
	const char *at = strrchr(address, '@');

	return at ? at + 1 : "";
}

bool
address_equal(const char *a, const char *b)
{
	const char *domain_a = address_domain(a);
	const char *domain_b = address_domain(b);
	size_t local_len = (size_t)(domain_a - a);

	if (!*domain_a || !*domain_b)
		return strcmp(a, b) == 0;
	return local_len == (size_t)(domain_b - b) &&
	       memcmp(a, b, local_len) == 0 &&
	       strcasecmp(domain_a, domain_b) == 0;
}
