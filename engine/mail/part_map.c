/*
 * part_map.c - see part_map.h. One pass over the lines of the body with a
 * stack of the boundaries that are open. Our own and not GMime's: a message of
 * nothing but boundaries made that one take 270 bytes of memory for each byte
 * of mail; it is the oracle in the tests.
 */
#include "mail/part_map.h"

#include <gmime/gmime.h>
#include <string.h>
#include <strings.h>

/* Longer ones are none (RFC 2046 §5.1.1 says 70); of a field the beginning. */
enum { BOUNDARY_MOST = 200, FIELD_MOST = 8192 };

/* What a part inherits from those it is in. */
struct place {
	unsigned depth;
	bool inside_message;
	bool is_protected;
	bool in_digest; /* parts are messages unless they say otherwise */
};

/* An open multipart. */
struct level {
	const char *boundary;
	size_t len;
	struct place place; /* of its parts */
};

/* The fields of an entity that matter; NULL: not there. */
struct entity {
	const char *type;
	const char *encoding;
	const char *disposition;
};

enum scan_state {
	SCAN_HEADER, /* of a part */
	SCAN_LEAF,   /* its content */
	SCAN_SKIP    /* preamble, epilogue */
};

struct scan {
	struct pool *pool;
	const char *body;
	size_t len;
	struct part_map *map;
	struct part *parts;
	size_t cap;
	struct level levels[PART_DEPTH_MOST + 1];
	size_t n_levels;
	enum scan_state state;
	struct entity entity; /* whose header is being read */
	struct place place;   /* and where it stands */
	size_t message;	      /* 1 + index of the message part whose header
				 that is; 0: of none */
	bool over;	      /* a bound was passed */
};

void
mail_start(void)
{
	static bool started;

	if (!started)
		g_mime_init(); /* header_decode.c */
	started = true;
}

static struct part *
add_part(struct scan *scan)
{
	struct part_map *map = scan->map;
	struct part *grown;

	if (map->n_parts == PARTS_MOST) {
		scan->over = true;
		return NULL;
	}
	if (map->n_parts == scan->cap) {
		scan->cap = scan->cap ? scan->cap * 2 : 16;
		grown = pool_alloc(scan->pool, scan->cap * sizeof(*grown));
		if (map->n_parts)
			memcpy(grown, scan->parts,
			       map->n_parts * sizeof(*grown));
		scan->parts = grown;
		map->parts = grown;
	}
	return &scan->parts[map->n_parts++];
}

/* RFC 2045 §5.2 says what no type means; one that is none could be anything. */
static const char *
type_of(struct scan *scan)
{
	const char *type = header_keyword(scan->pool, scan->entity.type);
	const char *slash = strchr(type, '/');

	if (!scan->entity.type)
		return scan->place.in_digest ? "message/rfc822" : "text/plain";
	if (slash && slash > type && slash[1])
		return type;
	if (strcmp(type, "text") == 0)
		return "text/plain";
	return strcmp(type, "multipart") == 0 ? "multipart/mixed"
					      : "application/octet-stream";
}

static enum part_encoding
encoding_of(struct scan *scan)
{
	const char *word = header_keyword(scan->pool, scan->entity.encoding);

	if (!*word || strcmp(word, "7bit") == 0 || strcmp(word, "8bit") == 0 ||
	    strcmp(word, "binary") == 0)
		return PART_PLAIN;
	if (strcmp(word, "quoted-printable") == 0)
		return PART_QUOTED_PRINTABLE;
	return strcmp(word, "base64") == 0 ? PART_BASE64 : PART_UNKNOWN;
}

static bool
ends_in_p7m(const char *name)
{
	size_t len = name ? strlen(name) : 0;

	return len > 4 && strcasecmp(name + len - 4, ".p7m") == 0;
}

/* An S/MIME body often hides as octet-stream; its name tells. */
static bool
is_pkcs7(struct scan *scan, const char *type)
{
	return strcmp(type, "application/pkcs7-mime") == 0 ||
	       strcmp(type, "application/x-pkcs7-mime") == 0 ||
	       ends_in_p7m(header_parameter(scan->pool, scan->entity.type,
					    "name")) ||
	       ends_in_p7m(header_parameter(
		       scan->pool, scan->entity.disposition, "filename"));
}

static bool
is_flowed(struct scan *scan, const char *type)
{
	const char *format =
		strcmp(type, "text/plain") == 0
			? header_parameter(scan->pool, scan->entity.type,
					   "format")
			: NULL;

	return format && strcasecmp(format, "flowed") == 0;
}

static const char *
lower(struct pool *pool, const char *text)
{
	char *copy = pool_strdup(pool, text ? text : ""), *c;

	for (c = copy; *c; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
	return copy;
}

static struct part *
begin_part(struct scan *scan, const char *type, size_t at)
{
	struct part *part = add_part(scan);
	const char *disposition;

	if (!part)
		return NULL;
	disposition = header_keyword(scan->pool, scan->entity.disposition);
	part->type = type;
	part->charset = lower(
		scan->pool,
		header_parameter(scan->pool, scan->entity.type, "charset"));
	part->encoding = encoding_of(scan);
	part->start = part->end = at;
	part->depth = scan->place.depth;
	part->inside_message = scan->place.inside_message;
	part->is_attachment = strcmp(disposition, "attachment") == 0;
	part->is_protected = scan->place.is_protected;
	part->is_flowed = is_flowed(scan, type);
	if (is_pkcs7(scan, type))
		scan->map->has_pkcs7 = part->is_protected = true;
	/* Some gateways make a multipart/mixed of RFC 3156's encrypted. */
	if (strcmp(type, "application/pgp-encrypted") == 0)
		scan->map->has_encrypted = part->is_protected = true;
	return part;
}

/* Its parts stand one deeper; without a boundary it has none. */
static void
begin_multipart(struct scan *scan, const char *type)
{
	const char *boundary =
		header_parameter(scan->pool, scan->entity.type, "boundary");
	size_t len = boundary ? strlen(boundary) : 0;
	struct place place = scan->place;

	scan->state = SCAN_SKIP;
	place.depth++;
	place.in_digest = strcmp(type, "multipart/digest") == 0;
	if (strcmp(type, "multipart/signed") == 0)
		scan->map->has_signed = place.is_protected = true;
	if (strcmp(type, "multipart/encrypted") == 0)
		scan->map->has_encrypted = place.is_protected = true;
	while (len && (boundary[len - 1] == ' ' || boundary[len - 1] == '\t'))
		len--;
	if (len == 0 || len > BOUNDARY_MOST)
		return;
	if (place.depth > PART_DEPTH_MOST) {
		scan->over = true;
		return;
	}
	scan->levels[scan->n_levels++] = (struct level){boundary, len, place};
}

static void
begin_header(struct scan *scan, struct place place)
{
	memset(&scan->entity, 0, sizeof(scan->entity));
	scan->place = place;
	scan->state = SCAN_HEADER;
	scan->message = 0;
}

static bool
is_message(const char *type)
{
	static const char *const TYPES[] = {"message/rfc822", "message/global",
					    "message/rfc2822", "message/news"};
	size_t i;

	for (i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++) {
		if (strcmp(TYPES[i], type) == 0)
			return true;
	}
	return false;
}

/* The content after the header of a part begins at `at`. */
static void
begin_content(struct scan *scan, size_t at)
{
	const char *type = type_of(scan);
	struct place inner = scan->place;
	struct part *part;

	if (strncmp(type, "multipart/", 10) == 0) {
		begin_multipart(scan, type);
		return;
	}
	part = begin_part(scan, type, at);
	scan->state = SCAN_LEAF;
	if (!part || !is_message(type) || part->encoding != PART_PLAIN)
		return;
	part->is_message = true;
	inner.depth++;
	inner.inside_message = true;
	inner.in_digest = false;
	if (inner.depth > PART_DEPTH_MOST)
		scan->over = true;
	begin_header(scan, inner);
	scan->message = scan->map->n_parts;
}

/* The header block of the part ends at `end`, its content begins at `next`. */
static void
end_header(struct scan *scan, size_t end, size_t next)
{
	if (scan->message)
		scan->parts[scan->message - 1].end = end;
	begin_content(scan, next);
}

/* Whatever is open ends before the boundary line at `at`. */
static void
end_content(struct scan *scan, size_t at)
{
	struct part *part;

	/* A header that stops at a boundary has an empty content; the message
	 * it may begin has an empty header. */
	while (scan->state == SCAN_HEADER && !scan->over)
		end_header(scan, at, at);
	if (scan->state != SCAN_LEAF || scan->over)
		return;
	part = &scan->parts[scan->map->n_parts - 1];
	/* The line end before a boundary belongs to it. */
	if (at < scan->len && at > part->start && scan->body[at - 1] == '\n')
		at--;
	if (at < scan->len && scan->body[at] == '\n' && at > part->start &&
	    scan->body[at - 1] == '\r')
		at--;
	part->end = at;
}

static bool
is_field_char(char c)
{
	return c > ' ' && c < 0x7f && c != ':';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static size_t
line_end(const struct scan *scan, size_t at)
{
	const char *newline = memchr(scan->body + at, '\n', scan->len - at);

	return newline ? (size_t)(newline - scan->body) + 1 : scan->len;
}

/* Keep the value of a Content-* field that matters; the last one counts. */
static void
keep_field(struct scan *scan, size_t at, size_t colon, size_t end)
{
	const char *name = scan->body + at, *value;
	size_t len = colon - at, value_len = end - colon - 1;
	const char **slot = NULL;

	if (len == 12 && strncasecmp(name, "Content-Type", len) == 0)
		slot = &scan->entity.type;
	else if (len == 25 &&
		 strncasecmp(name, "Content-Transfer-Encoding", len) == 0)
		slot = &scan->entity.encoding;
	else if (len == 19 &&
		 strncasecmp(name, "Content-Disposition", len) == 0)
		slot = &scan->entity.disposition;
	if (!slot)
		return;
	if (value_len > FIELD_MOST)
		value_len = FIELD_MOST;
	value = pool_memdup(scan->pool, scan->body + colon + 1, value_len);
	*slot = header_unfold(scan->pool, value);
}

/* One field or the empty line at `at`; returns where to go on. */
static size_t
read_header_line(struct scan *scan, size_t at)
{
	const char *body = scan->body;
	size_t end = line_end(scan, at), colon = at;

	if (body[at] == '\n' ||
	    (body[at] == '\r' && at + 1 < scan->len && body[at + 1] == '\n')) {
		end_header(scan, at, end);
		return end;
	}
	while (colon < end && is_field_char(body[colon]))
		colon++;
	if (colon == at || colon == end || body[colon] != ':')
		return end; /* an mbox "From " line, a broken field */
	while (end < scan->len && is_blank(body[end]))
		end = line_end(scan, end);
	keep_field(scan, at, colon, end);
	return end;
}

/* The open multipart whose boundary is the line [at, end); n_levels: none. */
static size_t
find_level(const struct scan *scan, size_t at, size_t end, bool *is_close_out)
{
	const char *line = scan->body + at + 2;
	size_t len = end - at - 2, i, rest;
	const struct level *level;

	while (len && strchr(" \t\r\n", line[len - 1]))
		len--;
	for (i = scan->n_levels; i-- > 0;) {
		level = &scan->levels[i];
		if (len < level->len ||
		    memcmp(line, level->boundary, level->len) != 0)
			continue;
		rest = len - level->len;
		*is_close_out = rest == 2 && line[len - 2] == '-' &&
				line[len - 1] == '-';
		if (rest == 0 || *is_close_out)
			return i;
	}
	return scan->n_levels;
}

/* A line that begins with "--"; returns whether it was a boundary. */
static bool
read_boundary(struct scan *scan, size_t at, size_t end)
{
	bool is_close;
	size_t level = find_level(scan, at, end, &is_close);

	if (level == scan->n_levels)
		return false;
	end_content(scan, at);
	if (is_close) {
		scan->n_levels = level;
		scan->state = SCAN_SKIP;
	} else {
		scan->n_levels = level + 1;
		begin_header(scan, scan->levels[level].place);
	}
	return true;
}

/* The next line of [at, len) that begins with "--"; len: none. */
static size_t
next_dashes(const struct scan *scan, size_t at)
{
	while (at < scan->len) {
		if (scan->body[at] == '-' && at + 1 < scan->len &&
		    scan->body[at + 1] == '-')
			return at;
		at = line_end(scan, at);
	}
	return scan->len;
}

static void
scan_body(struct scan *scan)
{
	size_t at = 0, end;

	while (at < scan->len && !scan->over) {
		if (scan->state != SCAN_HEADER) {
			if (scan->n_levels == 0)
				break;
			at = next_dashes(scan, at);
			if (at == scan->len)
				break;
		}
		end = line_end(scan, at);
		if (end - at >= 2 && scan->body[at] == '-' &&
		    scan->body[at + 1] == '-' && read_boundary(scan, at, end))
			at = end;
		else if (scan->state == SCAN_HEADER)
			at = read_header_line(scan, at);
		else
			at = end;
	}
	if (!scan->over)
		end_content(scan, scan->len);
}

static const char *
last_field(struct pool *pool, const struct header_list *headers,
	   const char *name)
{
	return header_unfold(
		pool,
		header_get_index(headers, name, header_count(headers, name)));
}

enum sg_status
part_map_build(struct pool *pool, const struct header_list *headers,
	       const char *body, size_t body_len, struct part_map *map_out,
	       struct sg_err *err)
{
	struct part_map map = {0};
	struct scan *scan = pool_alloc(pool, sizeof(*scan));

	scan->pool = pool;
	scan->body = body;
	scan->len = body_len;
	scan->map = &map;
	scan->entity.type = last_field(pool, headers, "Content-Type");
	scan->entity.encoding =
		last_field(pool, headers, "Content-Transfer-Encoding");
	scan->entity.disposition =
		last_field(pool, headers, "Content-Disposition");
	begin_content(scan, 0);
	scan_body(scan);
	if (scan->over)
		return err_set(err, SG_REFUSED,
			       "more than %d MIME parts, or deeper than %d",
			       PARTS_MOST, PART_DEPTH_MOST);
	*map_out = map;
	return SG_OK;
}
