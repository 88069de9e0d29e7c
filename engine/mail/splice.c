/*
 * splice.c - see splice.h. Each html part is decoded and searched, the links
 * are asked for in order, then all edits are written in one pass.
 */
#include "mail/splice.h"

#include <string.h>
#include <strings.h>

#include "mail/html_reference.h"
#include "mail/html_tokenizer.h"
#include "mail/link_target.h"
#include "mail/part_charset.h"
#include "mail/splice_out.h"
#include "mail/text_links.h"

/* A part with what its writer needs. */
struct candidate {
	struct splice_part part;
	struct quoted_text *quoted;
	struct base64_text *base64;
	struct html_map html;
	bool is_text; /* text/plain */
	struct candidate *next;
};

struct splicer {
	struct pool *pool;
	const char *body;
	size_t body_len;
	const struct splice_wish *wish;
	struct splice_result *result;
	struct candidate *first;
	struct candidate **tail;
	struct candidate *append_to;
	bool has_mark;
	struct buf scratch;
};

static bool
is_text(const struct part *part)
{
	return strcmp(part->type, "text/plain") == 0;
}

/* Blanks that fill a group of base64 would join lines that flow. */
static bool
is_kind_to_edit(const struct splicer *s, const struct part *part)
{
	if (is_text(part))
		return s->wish->map_text &&
		       !(part->is_flowed && part->encoding == PART_BASE64);
	return strcmp(part->type, "text/html") == 0;
}

static bool
is_ours_to_edit(const struct splicer *s, const struct part *part)
{
	return is_kind_to_edit(s, part) && !part->is_attachment &&
	       !part->inside_message && !part->is_protected &&
	       part->encoding != PART_UNKNOWN && part->end > part->start &&
	       part_charset_has_ascii(part->charset);
}

/* The line end of the part, else of the body. */
static const char *
eol_of(const char *body, size_t body_len, const struct part *part)
{
	const char *newline =
		memchr(body + part->start, '\n', part->end - part->start);

	if (!newline)
		newline = memchr(body, '\n', body_len);
	return newline && (newline == body || newline[-1] != '\r') ? "\n"
								   : "\r\n";
}

/* Of a text each URL is a link. */
static void
text_scan(struct pool *pool, const char *text, size_t len, struct html_map *map)
{
	struct text_link link;
	size_t at = 0, n = 0;

	while (n < HTML_LINKS_MOST && text_links_next(text, len, &at, &link))
		n++;
	map->links = pool_alloc(pool, (n + 1) * sizeof(*map->links));
	for (at = 0; map->n_links < n; map->n_links++) {
		(void)text_links_next(text, len, &at, &link);
		map->links[map->n_links].start = link.start;
		map->links[map->n_links].end = link.end;
		map->links[map->n_links].attribute_start = link.start;
	}
}

/* Decode and search one part; NULL when it has to be left alone. */
static struct candidate *
look_into(struct splicer *s, const struct part *part)
{
	struct candidate *c = pool_alloc(s->pool, sizeof(*c));

	c->part.part = part;
	c->is_text = is_text(part);
	c->part.eol = eol_of(s->body, s->body_len, part);
	if (part->encoding == PART_QUOTED_PRINTABLE) {
		c->quoted = quoted_text_new(s->pool, s->body, part,
					    &c->part.text, &c->part.text_len);
	} else if (part->encoding == PART_BASE64) {
		c->base64 = base64_text_new(s->pool, s->body, part,
					    &c->part.text, &c->part.text_len);
		if (!c->base64)
			return NULL;
	} else {
		c->part.text = s->body + part->start;
		c->part.text_len = part->end - part->start;
	}
	if (!part_text_has_ascii(c->part.text, c->part.text_len))
		return NULL;
	if (c->is_text)
		text_scan(s->pool, c->part.text, c->part.text_len, &c->html);
	else
		html_scan(s->pool, c->part.text, c->part.text_len, &c->html);
	return c;
}

static bool
is_url(const char *url)
{
	if (!*url)
		return false;
	for (; *url; url++) {
		if (*url <= ' ' || *url >= 0x7f)
			return false;
	}
	return true;
}

/* The value as it will stand in the text; in the pool. */
static void
set_value(struct splicer *s, struct splice_edit *edit, const char *url)
{
	bool needs_quotes = edit->quote == 0 && strpbrk(url, "\"'`=<>");

	buf_reset(&s->scratch);
	if (needs_quotes)
		buf_append_char(&s->scratch, '"');
	html_escape_value(&s->scratch, url, needs_quotes ? '"' : edit->quote);
	if (needs_quotes)
		buf_append_char(&s->scratch, '"');
	edit->len = s->scratch.len;
	edit->text = pool_memdup(s->pool, buf_text(&s->scratch), edit->len);
}

static void
add_link(struct splicer *s, struct candidate *c, const struct html_link *link,
	 struct link_reader *reader)
{
	splice_link_fn map = c->is_text ? s->wish->map_text : s->wish->map_link;
	struct splice_edit *edit = &c->part.edits[c->part.n_edits];
	const char *url;

	if (link->is_off || s->result->n_links == HTML_LINKS_MOST)
		return;
	if (link_reader_read(reader, c->part.text + link->start,
			     link->end - link->start) != SG_OK)
		return;
	if (reader->url.len > SPLICE_TARGET_MOST)
		return;
	s->result->n_links++;
	url = map(s->wish->arg, s->pool, reader->url.data);
	if (!url || !is_url(url))
		return;
	*edit = (struct splice_edit){
		.start = link->start,
		.end = link->end,
		.attribute_start = link->attribute_start,
		.is_link = true,
		.is_text = c->is_text,
		.quote = link->quote,
	};
	if (c->is_text) {
		edit->text = url;
		edit->len = strlen(url);
	} else {
		set_value(s, edit, url);
	}
	c->part.n_edits++;
}

static void
add_links(struct splicer *s, struct candidate *c)
{
	struct link_reader reader;
	size_t i;

	link_reader_init(&reader, part_charset_is_utf8(c->part.part->charset));
	reader.is_plain = c->is_text;
	if (c->html.has_base)
		link_reader_set_base(&reader, c->part.text + c->html.base_start,
				     c->html.base_end - c->html.base_start);
	for (i = 0; i < c->html.n_links; i++)
		add_link(s, c, &c->html.links[i], &reader);
	link_reader_done(&reader);
}

/* What may stand in any part whatever its charset and encoding. */
static bool
is_ascii_line(const char *text)
{
	if (!text || !*text)
		return false;
	for (; *text; text++) {
		if (*text < ' ' || *text >= 0x7f)
			return false;
	}
	return true;
}

/* Into its place among the links, which are in order. */
static void
add_append(struct splicer *s, struct candidate *c)
{
	struct splice_edit *edits = c->part.edits;
	size_t i = c->part.n_edits++;

	while (i > 0 && edits[i - 1].start >= c->html.append_at) {
		edits[i] = edits[i - 1];
		i--;
	}
	edits[i] = (struct splice_edit){
		.start = c->html.append_at,
		.end = c->html.append_at,
		.text = s->wish->append_html,
		.len = strlen(s->wish->append_html),
	};
}

static bool
has_mark(const struct splicer *s, const struct candidate *c)
{
	const char *mark = s->wish->append_mark;
	size_t len = mark ? strlen(mark) : 0;
	const char *at = c->part.text, *end = at + c->part.text_len;

	if (!len)
		return false;
	while ((size_t)(end - at) >= len &&
	       (at = memchr(at, *mark, (size_t)(end - at) - len + 1))) {
		if (memcmp(at, mark, len) == 0)
			return true;
		at++;
	}
	return false;
}

static void
collect(struct splicer *s, const struct part_map *map)
{
	struct candidate *c;
	size_t i;

	s->tail = &s->first;
	for (i = 0; i < map->n_parts; i++) {
		if (!is_ours_to_edit(s, &map->parts[i]))
			continue;
		c = look_into(s, &map->parts[i]);
		if (!c)
			continue;
		s->result->n_html_parts += !c->is_text;
		*s->tail = c;
		s->tail = &c->next;
		c->part.edits =
			pool_alloc(s->pool, (c->html.n_links + 1) *
						    sizeof(*c->part.edits));
		if (c->is_text || s->wish->map_link)
			add_links(s, c);
		if (c->html.can_append)
			s->append_to = c;
		s->has_mark |= !c->is_text && has_mark(s, c);
	}
	if (s->append_to && !s->has_mark && is_ascii_line(s->wish->append_html))
		add_append(s, s->append_to);
}

/* Writers of encoded parts can place every edit. */
static void
count_all(const struct splice_part *part, struct splice_result *result)
{
	size_t i;

	for (i = 0; i < part->n_edits; i++) {
		if (part->edits[i].is_link)
			result->n_mapped++;
		else
			result->appended = true;
	}
}

static void
write_parts(struct splicer *s, struct splice_out *out)
{
	struct candidate *c;

	for (c = s->first; c; c = c->next) {
		if (c->quoted)
			splice_quoted_write(out, &c->part, c->quoted);
		else if (c->base64)
			splice_base64_write(out, &c->part, c->base64);
		else
			splice_plain_write(out, &c->part, s->result);
		if (c->quoted || c->base64)
			count_all(&c->part, s->result);
	}
	splice_out_copy(out, out->body_len);
}

enum sg_status
splice_body(struct pool *pool, const struct part_map *map, const char *body,
	    size_t body_len, size_t body_most, const struct splice_wish *wish,
	    struct splice_result *result_out, struct sg_err *err)
{
	struct splice_result result = {0};
	struct splicer s = {.pool = pool,
			    .body = body,
			    .body_len = body_len,
			    .wish = wish,
			    .result = &result};
	struct splice_out out;
	enum sg_status status = SG_OK;

	if (body_most == 0)
		body_most = body_len * 2 + ((size_t)1 << 20);
	buf_init(&s.scratch, 0);
	splice_out_init(&out, pool, body, body_len, body_most);
	collect(&s, map);
	write_parts(&s, &out);
	if (!buf_ok(&out.text)) {
		status = err_set(err, SG_REFUSED,
				 "the new body would be over %zu bytes",
				 body_most);
		goto out;
	}
	if (out.n_splices) {
		result.changed = true;
		result.body_len = out.text.len;
		result.body = pool_memdup(pool, out.text.data, out.text.len);
		result.splices = out.splices;
		result.n_splices = out.n_splices;
	}
	*result_out = result;
out:
	splice_out_done(&out);
	buf_done(&s.scratch);
	return status;
}
