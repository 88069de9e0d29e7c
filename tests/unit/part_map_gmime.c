/*
 * part_map_gmime.c - the map of parts by GMime, as an oracle. It parses a
 * stream made of the header fields that matter for MIME and the body; where a
 * part's content begins and ends is read off the bounds of its substream.
 */
#include "part_map_gmime.h"

#include <gmime/gmime.h>
#include <string.h>
#include <strings.h>

struct walk {
	struct pool *pool;
	const char *body;
	size_t body_len;
	size_t head_len; /* of the stream, before the body */
	struct part_map *map;
	struct part *parts;
	size_t cap;
	bool over; /* a bound was passed */
};

/* What a part inherits from those it is in. */
struct place {
	unsigned depth;
	bool inside_message;
	bool is_protected;
};

static GMimeStream *
make_stream(struct pool *pool, const struct header_list *headers,
	    const char *body, size_t body_len, size_t *head_len_out)
{
	GByteArray *bytes = g_byte_array_sized_new((guint)body_len + 1024);
	const struct header_field *field;
	const char *value;
	size_t i;

#define APPEND(text, len) \
	g_byte_array_append(bytes, (const guint8 *)(text), (guint)(len))
	APPEND("MIME-Version: 1.0\r\n", 19);
	for (i = 0; i < headers->n_fields; i++) {
		field = &headers->fields[i];
		if (strncasecmp(field->name, "Content-", 8) != 0)
			continue;
		value = header_unfold(pool, field->value);
		APPEND(field->name, strlen(field->name));
		APPEND(": ", 2);
		APPEND(value, strlen(value));
		APPEND("\r\n", 2);
	}
	APPEND("\r\n", 2);
	*head_len_out = bytes->len;
	APPEND(body, body_len);
#undef APPEND
	return g_mime_stream_mem_new_with_byte_array(bytes);
}

static struct part *
add_part(struct walk *walk)
{
	struct part_map *map = walk->map;
	struct part *grown;

	if (map->n_parts == PARTS_MOST) {
		walk->over = true;
		return NULL;
	}
	if (map->n_parts == walk->cap) {
		walk->cap = walk->cap ? walk->cap * 2 : 16;
		grown = pool_alloc(walk->pool, walk->cap * sizeof(*grown));
		if (map->n_parts)
			memcpy(grown, walk->parts,
			       map->n_parts * sizeof(*grown));
		walk->parts = grown;
		map->parts = grown;
	}
	return &walk->parts[map->n_parts++];
}

static const char *
lower(struct pool *pool, const char *text)
{
	char *copy = pool_strdup(pool, text ? text : ""), *c;

	for (c = copy; *c; c++)
		*c = (char)g_ascii_tolower(*c);
	return copy;
}

static enum part_encoding
encoding_of(struct pool *pool, GMimeObject *object)
{
	const char *word = header_keyword(
		pool,
		g_mime_object_get_header(object, "Content-Transfer-Encoding"));

	if (!*word || strcmp(word, "7bit") == 0 || strcmp(word, "8bit") == 0 ||
	    strcmp(word, "binary") == 0)
		return PART_PLAIN;
	if (strcmp(word, "quoted-printable") == 0)
		return PART_QUOTED_PRINTABLE;
	return strcmp(word, "base64") == 0 ? PART_BASE64 : PART_UNKNOWN;
}

static const char *
type_of(struct pool *pool, GMimeObject *object)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);
	const char *media = g_mime_content_type_get_media_type(type);
	const char *subtype = g_mime_content_type_get_media_subtype(type);

	return lower(pool, pool_printf(pool, "%s/%s", media ? media : "text",
				       subtype ? subtype : "plain"));
}

/* An S/MIME body often hides as octet-stream; its name tells. */
static bool
is_pkcs7(const char *type, GMimePart *leaf)
{
	const char *name = g_mime_part_get_filename(leaf);
	size_t len = name ? strlen(name) : 0;

	return strcmp(type, "application/pkcs7-mime") == 0 ||
	       strcmp(type, "application/x-pkcs7-mime") == 0 ||
	       (len > 4 && strcasecmp(name + len - 4, ".p7m") == 0);
}

static void
set_bounds(struct walk *walk, struct part *part, gint64 start, gint64 end)
{
	gint64 head = (gint64)walk->head_len;

	start = start < head ? 0 : start - head;
	end = end < head ? 0 : end - head;
	if (end > (gint64)walk->body_len)
		end = (gint64)walk->body_len;
	part->start = (size_t)(start < end ? start : end);
	part->end = (size_t)end;
}

static void
walk_leaf(struct walk *walk, GMimeObject *object, struct place place)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);
	GMimeDataWrapper *content = g_mime_part_get_content(GMIME_PART(object));
	const char *disposition = g_mime_object_get_disposition(object);
	GMimeStream *stream;
	struct part *part;

	if (!content)
		return;
	part = add_part(walk);
	if (!part)
		return;
	part->type = type_of(walk->pool, object);
	part->charset = lower(
		walk->pool, g_mime_content_type_get_parameter(type, "charset"));
	part->encoding = encoding_of(walk->pool, object);
	part->depth = place.depth;
	part->inside_message = place.inside_message;
	part->is_attachment =
		disposition && strcasecmp(disposition, "attachment") == 0;
	part->is_protected = place.is_protected;
	if (is_pkcs7(part->type, GMIME_PART(object)))
		walk->map->has_pkcs7 = part->is_protected = true;
	stream = g_mime_data_wrapper_get_stream(content);
	set_bounds(walk, part, stream->bound_start,
		   stream->bound_end < 0 ? G_MAXINT64 : stream->bound_end);
}

/* Where the first of these header fields stands in the stream; -1: none. */
static gint64
first_offset(GMimeObject *object)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);
	gint64 offset, first = -1;
	int i, n = g_mime_header_list_get_count(list);

	for (i = 0; i < n; i++) {
		offset = g_mime_header_get_offset(
			g_mime_header_list_get_header_at(list, i));
		if (offset >= 0 && (first < 0 || offset < first))
			first = offset;
	}
	return first;
}

/* The end of the header block at `start`: its empty line or the body's end. */
static size_t
head_end(const char *body, size_t len, size_t start)
{
	size_t at = start;
	const char *newline;

	while (at < len) {
		if (body[at] == '\n' ||
		    (body[at] == '\r' && at + 1 < len && body[at + 1] == '\n'))
			return at;
		newline = memchr(body + at, '\n', len - at);
		if (!newline)
			break;
		at = (size_t)(newline - body) + 1;
	}
	return len;
}

static void walk_object(struct walk *walk, GMimeObject *object,
			struct place place);

static void
walk_message(struct walk *walk, GMimeObject *object, struct place place)
{
	GMimeMessage *message =
		g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
	struct part *part = add_part(walk);
	GMimeObject *inner;
	gint64 first, other;

	if (!part)
		return;
	part->type = type_of(walk->pool, object);
	part->charset = "";
	part->encoding = encoding_of(walk->pool, object);
	part->depth = place.depth;
	part->is_message = true;
	part->inside_message = place.inside_message;
	part->is_protected = place.is_protected;
	inner = message ? g_mime_message_get_mime_part(message) : NULL;
	if (!message)
		return;
	first = first_offset(GMIME_OBJECT(message));
	other = inner ? first_offset(inner) : -1;
	if (first < 0 || (other >= 0 && other < first))
		first = other;
	if (first >= (gint64)walk->head_len) {
		set_bounds(walk, part, first, G_MAXINT64);
		part->end = head_end(walk->body, walk->body_len, part->start);
	}
	place.inside_message = true;
	if (inner)
		walk_object(walk, inner, place);
}

static void
walk_multipart(struct walk *walk, GMimeObject *object, struct place place)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);
	GMimeMultipart *multipart = GMIME_MULTIPART(object);
	int i, n = g_mime_multipart_get_count(multipart);

	if (g_mime_content_type_is_type(type, "multipart", "signed"))
		walk->map->has_signed = place.is_protected = true;
	if (g_mime_content_type_is_type(type, "multipart", "encrypted"))
		walk->map->has_encrypted = place.is_protected = true;
	for (i = 0; i < n && !walk->over; i++)
		walk_object(walk, g_mime_multipart_get_part(multipart, i),
			    place);
}

static void
walk_object(struct walk *walk, GMimeObject *object, struct place place)
{
	if (place.depth > PART_DEPTH_MOST) {
		walk->over = true;
		return;
	}
	if (GMIME_IS_PART(object)) {
		walk_leaf(walk, object, place);
		return;
	}
	place.depth++;
	if (GMIME_IS_MULTIPART(object))
		walk_multipart(walk, object, place);
	else if (GMIME_IS_MESSAGE_PART(object))
		walk_message(walk, object, place);
}

enum sg_status
part_map_by_gmime(struct pool *pool, const struct header_list *headers,
		  const char *body, size_t body_len, struct part_map *map_out,
		  struct sg_err *err)
{
	struct part_map map = {0};
	struct walk walk = {
		.pool = pool, .body = body, .body_len = body_len, .map = &map};
	struct place top = {0};
	GMimeStream *stream =
		make_stream(pool, headers, body, body_len, &walk.head_len);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message;

	g_mime_parser_set_persist_stream(parser, TRUE);
	message = g_mime_parser_construct_message(parser, NULL);
	if (message && g_mime_message_get_mime_part(message))
		walk_object(&walk, g_mime_message_get_mime_part(message), top);
	g_clear_object(&message);
	g_object_unref(parser);
	g_object_unref(stream);
	if (walk.over)
		return err_set(err, SG_REFUSED,
			       "more than %d MIME parts, or deeper than %d",
			       PARTS_MOST, PART_DEPTH_MOST);
	*map_out = map;
	return SG_OK;
}
