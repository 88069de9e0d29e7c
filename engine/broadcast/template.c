/* template.c - see template.h. */
#include "broadcast/template.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "broadcast/template_mime.h"
#include "broadcast/template_private.h"
#include "broadcast/template_write.h"
#include "mail/part_charset.h"
#include "mail/part_map.h"

/* The builder's view of the source. */
struct source {
	struct template *template;
	const struct condition_names *names;
	const char *text; /* the file */
	const char *body;
	size_t body_len;
	bool has_text;	      /* a text/plain part for people */
	const char *boundary; /* of HTML that gets one */
	struct sg_err *err;
};

/* Headers that are ours to write, or only the last mile's. */
static const char *const dropped[] = {
	"Date",
	"Message-ID",
	"To",
	"Cc",
	"Bcc",
	"From",
	"Return-Path",
	"Received",
	"Delivered-To",
	"MIME-Version",
	"X-Scoregate-Campaign",
	"X-Scoregate-Message",
	"DKIM-Signature",
	NULL,
};

static bool
is_dropped(const char *name)
{
	size_t i;

	for (i = 0; dropped[i]; i++)
		if (text_equal_ascii(dropped[i], name))
			return true;
	return false;
}

static bool
text_is_ascii(const char *text)
{
	while (*text && (unsigned char)*text < 0x80)
		text++;
	return *text == '\0';
}

static unsigned
line_of(const struct source *source, const char *at)
{
	const char *c;
	unsigned line = 1;

	for (c = source->text; c < at; c++)
		line += *c == '\n';
	return line;
}

static enum template_place
place_of(const char *field)
{
	return template_is_list_field(field)	  ? TEMPLATE_LIST_FIELD
	       : template_is_address_field(field) ? TEMPLATE_ADDRESSES
						  : TEMPLATE_HEADER;
}

/* Where the value of the field stands in the file, without the blanks before
 * it; NULL: not as it is read, for it has encoded words. */
static const char *
raw_value(const struct source *source, const struct header_field *field)
{
	const struct header_field *other = source->template->headers.fields;
	const char *at = source->text;
	size_t len = strlen(field->name);

	if (strstr(field->value, "=?"))
		return NULL;
	for (; other <= field; other++) {
		if (strcmp(other->name, field->name) != 0)
			continue;
		/* Past the one before, if there is one, then to the next. */
		while (at < source->body &&
		       (strncmp(at, field->name, len) != 0 ||
			at[len + strspn(at + len, " \t")] != ':')) {
			at = strchr(at, '\n');
			if (!at)
				return NULL;
			at++;
		}
		if (at >= source->body)
			return NULL;
		at += len;
	}
	at = strchr(at, ':');
	return at ? at + 1 + strspn(at + 1, " \t\r\n") : NULL;
}

static enum sg_status
read_field(struct source *source, const struct header_field *from,
	   struct field *field)
{
	struct pool *pool = source->template->pool;
	struct template_source text = {.place = place_of(from->name),
				       .where = from->name,
				       .file = source->text,
				       .raw = raw_value(source, from)};
	bool raw;

	*field = (struct field){.name = from->name, .value = from->value};
	if (!strncasecmp(from->name, "Content-", 8) &&
	    !text_is_ascii(from->value)) {
		field->value =
			template_mime_value(pool, from->name, from->value);
		return SG_OK;
	}
	/* Signs outside ASCII are written as encoded words. */
	raw = !text_is_ascii(from->value) &&
	      text_is_utf8(from->value, strlen(from->value));
	if (!raw && !strstr(from->value, "{{") && !strstr(from->value, "=?"))
		return SG_OK;
	text.text = header_decode(pool, from->value);
	if (!raw && !strstr(text.text, "{{"))
		return SG_OK;
	text.len = strlen(text.text);
	return template_text_parse(pool, &text, source->names, &field->text,
				   source->err);
}

/* Whoever it is from, it is not from its reader's fields. */
static enum sg_status
refuse_from(const struct source *source, const struct header_field *from)
{
	const char *raw = raw_value(source, from);
	const char *at = raw ? strstr(raw, "{{") : NULL, *start = at;

	if (!at)
		return err_set(source->err, SG_REFUSED,
			       "template, From: it holds no variables");
	while (start > source->text && start[-1] != '\n')
		start--;
	return err_set(source->err, SG_REFUSED,
		       "template, From, line %u, column %u: it holds no "
		       "variables",
		       line_of(source, at), (unsigned)(at - start) + 1);
}

static enum sg_status
read_fields(struct source *source)
{
	struct template *template = source->template;
	enum sg_status status = SG_OK;
	size_t i;

	template->fields =
		pool_alloc(template->pool,
			   template->headers.n_fields * sizeof(struct field));
	for (i = 0; status == SG_OK && i < template->headers.n_fields; i++) {
		const struct header_field *from = &template->headers.fields[i];

		struct field unused,
			*to = &template->fields[template->n_fields];

		if (!is_dropped(from->name)) {
			template->n_fields++;
			status = read_field(source, from, to);
			continue;
		}
		/* A mistake in it is one all the same. */
		status = text_equal_ascii(from->name, "From") &&
					 strstr(from->value, "{{")
				 ? refuse_from(source, from)
				 : read_field(source, from, &unused);
		if (status == SG_OK)
			template_text_done(unused.text);
	}
	return status;
}

/* `charset` to UTF-8. */
static enum sg_status
convert(struct source *source, const char *charset, struct buf *bytes)
{
	struct buf out = BUF_INIT;

	if (part_charset_to_utf8(charset, buf_text(bytes), bytes->len, &out) !=
	    SG_OK) {
		buf_done(&out);
		return err_set(source->err, SG_REFUSED,
			       "template: a text part cannot be read as %s; "
			       "write it in UTF-8",
			       charset);
	}
	buf_done(bytes);
	*bytes = out;
	return SG_OK;
}

static enum sg_status
to_utf8(struct source *source, const struct part *part, struct buf *bytes)
{
	const char *charset = part->charset;

	if (text_is_utf8(buf_text(bytes), bytes->len) &&
	    (!*charset || !strcmp(charset, "utf-8") ||
	     !strcmp(charset, "us-ascii")))
		return SG_OK;
	return convert(source, *charset ? charset : "utf-8", bytes);
}

/* The part's text if it has variables, else NULL. */
static enum sg_status
read_part(struct source *source, const struct part *part,
	  struct template_text **text_out)
{
	struct pool *pool = source->template->pool;
	bool html = !strcmp(part->type, "text/html");
	struct template_source text = {
		.place = html ? TEMPLATE_HTML : TEMPLATE_TEXT,
		.where = html ? "the text/html part" : "the text/plain part",
	};
	struct buf bytes = BUF_INIT;
	enum sg_status status;

	*text_out = NULL;
	status = part_decode(part, source->body, &bytes, source->err);
	/* HTML without a text is always read: its text is made from it. */
	if (status != SG_OK ||
	    (!strstr(buf_text(&bytes), "{{") && !(html && !source->has_text)))
		goto out;
	status = to_utf8(source, part, &bytes);
	if (status != SG_OK)
		goto out;
	text.text = pool_memdup(pool, buf_text(&bytes), bytes.len);
	text.len = bytes.len;
	if (part->encoding == PART_PLAIN)
		text.first_line = line_of(source, source->body + part->start);
	status = template_text_parse(pool, &text, source->names, text_out,
				     source->err);
out:
	buf_done(&bytes);
	return status;
}

static bool
can_hold_variables(const struct part *part)
{
	return (!strcmp(part->type, "text/html") ||
		!strcmp(part->type, "text/plain")) &&
	       !part->is_message && !part->inside_message &&
	       !part->is_attachment && !part->is_protected &&
	       part->encoding != PART_UNKNOWN;
}

static void
add_piece(struct template *template, const char *bytes, size_t len,
	  struct template_text *text)
{
	struct piece *piece = &template->pieces[template->n_pieces++];

	piece->bytes = bytes;
	piece->len = len;
	piece->text = text;
}

static bool
becomes_two(const struct source *source, const struct part *part, bool is_text)
{
	return is_text && !source->has_text && part->depth > 0 &&
	       !strcmp(part->type, "text/html");
}

/* A sign more until no line of the template has it. */
static const char *
choose_boundary(const struct source *source)
{
	const char *boundary = "=_scoregate_text";

	while (strstr(source->body, boundary))
		boundary = pool_printf(source->template->pool, "%s_", boundary);
	return boundary;
}

/* What is from `from` to the part's head, and that head made anew: of a text
 * with variables without its type and encoding, which change; of another part
 * with what may not stand in a header as it is, as a file name in UTF-8. */
static void
rewrite_part_head(struct source *source, const struct part *part, size_t from,
		  bool is_text)
{
	struct template *template = source->template;
	struct buf head = BUF_INIT, ascii = BUF_INIT;
	size_t start = template_part_head(source->body, from, part->start);

	template_write_mime_fields(&ascii, source->body + start,
				   part->start - start);
	if (becomes_two(source, part, is_text))
		template_write_alternative_head(buf_text(&ascii), ascii.len,
						source->boundary, &head);
	else if (is_text)
		template_write_part_head(buf_text(&ascii), ascii.len,
					 part->type, &head);
	else
		buf_append(&head, buf_text(&ascii), ascii.len);
	add_piece(template, source->body + from, start - from, NULL);
	add_piece(template,
		  pool_memdup(template->pool, buf_text(&head), head.len),
		  head.len, NULL);
	buf_done(&head);
	buf_done(&ascii);
}

/* An attachment, an image, a text without variables: byte for byte, but its
 * head. Returns up to where it is done. */
static size_t
keep_part(struct source *source, const struct part *part, size_t from)
{
	size_t start = template_part_head(source->body, from, part->start);

	if (part->depth == 0 || part->inside_message || part->is_protected ||
	    template_is_ascii(source->body + start, part->start - start))
		return from;
	rewrite_part_head(source, part, from, false);
	return part->start;
}

static enum sg_status
read_body(struct source *source, const struct part_map *map)
{
	struct template *template = source->template;
	struct template_text *text;
	enum sg_status status;
	size_t i, from = 0;

	template->pieces = pool_alloc(
		template->pool, (map->n_parts * 3 + 1) * sizeof(struct piece));
	for (i = 0; i < map->n_parts; i++)
		source->has_text |= can_hold_variables(&map->parts[i]) &&
				    !strcmp(map->parts[i].type, "text/plain");
	source->boundary = choose_boundary(source);
	for (i = 0; i < map->n_parts; i++) {
		const struct part *part = &map->parts[i];

		text = NULL;
		status = can_hold_variables(part)
				 ? read_part(source, part, &text)
				 : SG_OK;
		if (status != SG_OK)
			return status;
		if (!text) {
			from = keep_part(source, part, from);
			continue;
		}
		if (part->depth == 0)
			template->whole_type = part->type;
		else
			rewrite_part_head(source, part, from, true);
		add_piece(template, NULL, 0, text);
		if (becomes_two(source, part, true))
			template->pieces[template->n_pieces - 1].boundary =
				source->boundary;
		from = part->end;
	}
	add_piece(template, source->body + from, source->body_len - from, NULL);
	return SG_OK;
}

/* "News <news.example.com>" is the list news.example.com. */
static const char *
list_of(struct template *template)
{
	const char *list = header_text(template->pool, &template->headers,
				       "X-Scoregate-List");
	const char *open;

	if (list)
		return list;
	list = header_text(template->pool, &template->headers, "List-Id");
	open = list ? strrchr(list, '<') : NULL;
	if (open && strchr(open, '>'))
		return pool_memdup(template->pool, open + 1,
				   strcspn(open + 1, ">"));
	return list ? list : "";
}

static enum sg_status
build(struct source *source, const char *text, size_t len)
{
	struct template *template = source->template;
	struct part_map map;
	enum sg_status status;
	const char *from;
	size_t body_at;

	source->text = pool_memdup(template->pool, text, len);
	status = header_list_read(&template->headers, source->text, len,
				  &body_at, source->err);
	if (status != SG_OK)
		return status;
	if (template->headers.n_fields == 0)
		return err_set(source->err, SG_REFUSED,
			       "template: line 1: expected a header such as "
			       "\"Subject: …\"");
	source->body = source->text + body_at;
	source->body_len = len - body_at;
	from = header_text(template->pool, &template->headers, "From");
	template->from = from ? from : "";
	template->list = list_of(template);
	status =
		part_map_build(template->pool, &template->headers, source->body,
			       source->body_len, &map, source->err);
	if (status == SG_OK)
		status = read_fields(source);
	if (status == SG_OK)
		status = read_body(source, &map);
	return status;
}

enum sg_status
template_parse(const char *text, size_t len,
	       const struct condition_names *names,
	       struct template **template_out, struct sg_err *err)
{
	struct pool *pool;
	struct source source = {.names = names, .err = err};
	enum sg_status status;

	if (len > TEMPLATE_MOST)
		return err_set(err, SG_REFUSED, "template: larger than %d MB",
			       TEMPLATE_MOST >> 20);
	pool = pool_new();
	source.template = pool_alloc(pool, sizeof(*source.template));
	source.template->pool = pool;
	header_list_init(&source.template->headers, pool);
	source.template->len = len;
	status = build(&source, text, len);
	if (status == SG_OK)
		*template_out = source.template;
	else
		template_free(source.template);
	return status;
}

void
template_free(struct template *template)
{
	size_t i;

	if (!template)
		return;
	for (i = 0; i < template->n_fields; i++)
		template_text_done(template->fields[i].text);
	for (i = 0; i < template->n_pieces; i++)
		template_text_done(template->pieces[i].text);
	pool_free(template->pool);
}

const char *
template_from(const struct template *template)
{
	return template->from;
}

const char *
template_list(const struct template *template)
{
	return template->list;
}

typedef bool text_has_fn(const struct template_text *text);

static bool
any_text(const struct template *template, text_has_fn *has)
{
	bool does = false;
	size_t i;

	for (i = 0; !does && i < template->n_fields; i++)
		does = has(template->fields[i].text);
	for (i = 0; !does && i < template->n_pieces; i++)
		does = has(template->pieces[i].text);
	return does;
}

bool
template_forwards(const struct template *template)
{
	return any_text(template, template_text_forwards);
}

bool
template_confirms(const struct template *template)
{
	return any_text(template, template_text_confirms);
}
