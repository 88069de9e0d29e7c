/* template_text.c - see template_text.h. */
#include "broadcast/template_text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "broadcast/template_node.h"
#include "mail/html_tokenizer.h"

/* The value of a URL attribute, in bytes of the source. */
struct url_value {
	size_t start, end;
};

/* The parser's place in the source. */
struct parser {
	struct url_value *urls; /* in order */
	size_t n_urls, cap_urls;
	size_t *bare; /* {{ in tags, in no quotes; in order */
	size_t n_bare, cap_bare;
	struct pool *pool;
	const struct template_source *source;
	const struct condition_names *names;
	struct template_text *out;
	const char *tag;		     /* the {{ that is being read */
	size_t open[TEMPLATE_IF_DEPTH_MOST]; /* IF or ELSE not closed yet */
	const char *open_at[TEMPLATE_IF_DEPTH_MOST];
	size_t depth;
	struct sg_err *err;
};

static const struct {
	const char *name;
	enum node_kind kind;
} variables[] = {
	{"contactScore", NODE_SCORE},
	{"score", NODE_SCORE},
	{"percent", NODE_PERCENT},
	{"email", NODE_EMAIL},
	{"unsubscribe_url", NODE_UNSUBSCRIBE},
	{"forward_url", NODE_FORWARD},
	{"confirm_url", NODE_CONFIRM},
	{"title", NODE_TITLE},
};

/* Where `at` stands in the file: only the folds are not in `text`. */
static const char *
raw_place(const struct template_source *source, const char *at)
{
	const char *raw = source->raw;
	size_t left = (size_t)(at - source->text);

	for (;; raw++) {
		if (*raw == '\r' || *raw == '\n')
			continue;
		if (left-- == 0 || *raw == '\0')
			return raw;
	}
}

static enum sg_status
refuse(const struct parser *parser, const char *at, const char *what,
       const char *name)
{
	const struct template_source *source = parser->source;
	const char *c = source->text;
	unsigned line = 1, column = 1;

	if (source->raw) {
		at = raw_place(source, at);
		c = source->file;
	}
	for (; c < at; c++) {
		column++;
		if (*c == '\n') {
			line++;
			column = 1;
		}
	}
	if (source->first_line)
		line += source->first_line - 1;
	return err_set(parser->err, SG_REFUSED,
		       "template, %s%s, line %u, column %u: %s%s",
		       source->where,
		       source->first_line || source->raw ? "" : " (decoded)",
		       line, column, what, name);
}

static const char *
find_pair(const char *at, const char *end, char c)
{
	for (; end - at >= 2; at++) {
		at = memchr(at, c, (size_t)(end - at - 1));
		if (!at)
			return NULL;
		if (at[1] == c)
			return at;
	}
	return NULL;
}

/* --- where a value stands in HTML ---------------------------------------- */

static bool
is_url_attribute(const char *name, size_t len)
{
	static const char *const names[] = {"href",	 "src",	       "action",
					    "poster",	 "background", "cite",
					    "formaction"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == len &&
		    !strncasecmp(names[i], name, len))
			return true;
	return false;
}

static bool
is_quoted(const struct html_tag_info *tag, size_t at)
{
	size_t i;

	for (i = 0; i < tag->n_attributes; i++)
		if (tag->attributes[i].quote &&
		    at >= tag->attributes[i].value_start &&
		    at < tag->attributes[i].value_end)
			return true;
	return false;
}

static void
add_bare(struct parser *parser, const struct html_tag_info *tag)
{
	const char *text = parser->source->text, *end = text + tag->end, *at;
	size_t *more;

	for (at = text + tag->start; (at = find_pair(at, end, '{')); at += 2) {
		if (is_quoted(tag, (size_t)(at - text)) ||
		    parser->n_bare > TEMPLATE_NODES_MOST)
			continue;
		if (parser->n_bare == parser->cap_bare) {
			parser->cap_bare =
				parser->cap_bare ? parser->cap_bare * 2 : 16;
			more = pool_alloc(parser->pool,
					  parser->cap_bare * sizeof(*more));
			if (parser->n_bare)
				memcpy(more, parser->bare,
				       parser->n_bare * sizeof(*more));
			parser->bare = more;
		}
		parser->bare[parser->n_bare++] = (size_t)(at - text);
	}
}

static bool
is_bare(const struct parser *parser)
{
	size_t offset = (size_t)(parser->tag - parser->source->text), i;

	for (i = 0; i < parser->n_bare; i++)
		if (parser->bare[i] == offset)
			return true;
	return false;
}

static void
add_tag(void *arg, const struct html_tag_info *tag)
{
	struct parser *parser = arg;
	const char *text = parser->source->text;
	size_t i;

	add_bare(parser, tag);

	for (i = 0; i < tag->n_attributes; i++) {
		const struct html_attribute *a = &tag->attributes[i];
		struct url_value *more;

		if (!is_url_attribute(text + a->name_start,
				      a->name_end - a->name_start))
			continue;
		if (parser->n_urls == parser->cap_urls) {
			parser->cap_urls =
				parser->cap_urls ? parser->cap_urls * 2 : 32;
			more = pool_alloc(parser->pool,
					  parser->cap_urls * sizeof(*more));
			if (parser->n_urls)
				memcpy(more, parser->urls,
				       parser->n_urls * sizeof(*more));
			parser->urls = more;
		}
		parser->urls[parser->n_urls++] =
			(struct url_value){a->value_start, a->value_end};
	}
}

/* `at`: what stands behind a variable's {{. */
static enum url_part
url_part_of(const struct parser *parser, const char *at)
{
	size_t offset = (size_t)(at - parser->source->text), i;

	for (i = 0; i < parser->n_urls; i++) {
		const struct url_value *url = &parser->urls[i];
		const char *value = parser->source->text + url->start;
		size_t blanks = strspn(value, " \t\r\n");

		if (offset < url->start || offset > url->end)
			continue;
		return strncmp(value + blanks, "{{", 2) != 0 ||
				       find_pair(value, at, '}')
			       ? URL_PART
			       : URL_WHOLE;
	}
	return NOT_URL;
}

static struct node *
add_node(struct parser *parser, enum node_kind kind)
{
	struct template_text *out = parser->out;
	struct node *more;

	if (out->n_nodes == out->cap) {
		out->cap = out->cap ? out->cap * 2 : 16;
		more = pool_alloc(parser->pool, out->cap * sizeof(*more));
		if (out->n_nodes)
			memcpy(more, out->nodes, out->n_nodes * sizeof(*more));
		out->nodes = more;
	}
	more = &out->nodes[out->n_nodes++];
	memset(more, 0, sizeof(*more));
	more->kind = kind;
	return more;
}

static void
add_literal(struct parser *parser, const char *text, size_t len)
{
	struct node *node;

	if (len == 0)
		return;
	node = add_node(parser, NODE_LITERAL);
	node->text = text;
	node->len = len;
}

static const char *
skip_blanks(const char *at, const char *end)
{
	while (at < end && isspace((unsigned char)*at))
		at++;
	return at;
}

/* 'text' at *at, moved past it; NULL: it is not one. */
static const char *
read_quoted(struct parser *parser, const char **at, const char *end)
{
	const char *from = *at, *to;
	char quote;

	if (from >= end || (*from != '\'' && *from != '"'))
		return NULL;
	quote = *from++;
	to = memchr(from, quote, (size_t)(end - from));
	if (!to)
		return NULL;
	*at = to + 1;
	return pool_memdup(parser->pool, from, (size_t)(to - from));
}

/* "| default: 'x'" or nothing, up to the end of the tag. */
static enum sg_status
read_fallback(struct parser *parser, const char *at, const char *end,
	      struct node *node)
{
	static const char word[] = "default";
	const char *name;

	at = skip_blanks(at, end);
	if (at == end)
		return SG_OK;
	if (*at != '|')
		return refuse(parser, at, "expected }} or | default: '…'", "");
	at = skip_blanks(at + 1, end);
	if ((size_t)(end - at) < sizeof(word) - 1 ||
	    strncmp(at, word, sizeof(word) - 1) != 0)
		return refuse(parser, at, "expected default: '…'", "");
	at = skip_blanks(at + sizeof(word) - 1, end);
	name = at;
	if (at < end && *at == ':')
		at = skip_blanks(at + 1, end);
	node->fallback = read_quoted(parser, &at, end);
	if (!node->fallback)
		return refuse(parser, name, "expected default: '…'", "");
	if (skip_blanks(at, end) != end)
		return refuse(parser, at, "expected }}", "");
	return SG_OK;
}

static int
find_variable(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		if (!strcmp(variables[i].name, name))
			return (int)i;
	return -1;
}

static enum sg_status
read_variable(struct parser *parser, const char *at, const char *end)
{
	const char *from = at, *score = NULL, *name;
	const struct condition_names *names = parser->names;
	struct node *node;
	int found;

	while (at < end &&
	       (isalnum((unsigned char)*at) || *at == '_' || *at == '.' ||
		*at == '-' || (unsigned char)*at >= 0x80))
		at++;
	name = pool_memdup(parser->pool, from, (size_t)(at - from));
	if (!strncmp(name, "field.", 6) && name[6]) {
		node = add_node(parser, NODE_FIELD);
		node->url = url_part_of(parser, from);
		node->bare = is_bare(parser);
		node->text = name + 6;
		return read_fallback(parser, at, end, node);
	}
	found = find_variable(name);
	if (found < 0)
		return refuse(parser, from, "unknown variable ",
			      *name ? name : "(empty)");
	node = add_node(parser, variables[found].kind);
	node->url = url_part_of(parser, from);
	node->bare = is_bare(parser);
	at = skip_blanks(at, end);
	if (node->kind == NODE_SCORE || node->kind == NODE_PERCENT) {
		from = at;
		score = read_quoted(parser, &at, end);
		node->text = score ? score : "lead";
		if (score && names && names->score_known &&
		    !names->score_known(names->arg, score))
			return refuse(parser, from, "unknown score ", score);
	}
	return read_fallback(parser, at, end, node);
}

static enum sg_status
open_if(struct parser *parser, const char *at, const char *end)
{
	struct sg_err inner;
	struct node *node;
	const char *text;

	if (parser->depth == TEMPLATE_IF_DEPTH_MOST)
		return refuse(parser, at, "{{#if}} nested too deep", "");
	at = skip_blanks(at, end);
	text = pool_memdup(parser->pool, at, (size_t)(end - at));
	parser->open_at[parser->depth] = parser->tag;
	parser->open[parser->depth++] = parser->out->n_nodes;
	node = add_node(parser, NODE_IF);
	if (condition_parse(text, parser->names, &node->condition, &inner) !=
	    SG_OK)
		return refuse(parser, at, "in {{#if}}: ", inner.text);
	return SG_OK;
}

/* {{else}} closes the IF's part, {{/if}} that of the IF or the ELSE. */
static enum sg_status
close_part(struct parser *parser, const char *at, enum node_kind kind)
{
	struct template_text *out = parser->out;
	size_t opened;

	if (parser->depth == 0 ||
	    (kind == NODE_ELSE &&
	     out->nodes[parser->open[parser->depth - 1]].kind != NODE_IF))
		return refuse(parser, at,
			      kind == NODE_ELSE ? "{{else}} without {{#if}}"
						: "{{/if}} without {{#if}}",
			      "");
	opened = parser->open[parser->depth - 1];
	if (kind == NODE_ELSE)
		parser->open[parser->depth - 1] = out->n_nodes;
	else
		parser->depth--;
	add_node(parser, kind);
	out->nodes[opened].jump = out->n_nodes;
	return SG_OK;
}

static bool
is_word(const char *at, const char *end, const char *word)
{
	return (size_t)(end - at) == strlen(word) &&
	       !strncmp(at, word, strlen(word));
}

/* What stands between {{ and }}, without the blanks around it. */
static enum sg_status
read_tag(struct parser *parser, const char *at, const char *end)
{
	at = skip_blanks(at, end);
	while (end > at && isspace((unsigned char)end[-1]))
		end--;
	if (end - at > 3 && !strncmp(at, "#if", 3) &&
	    isspace((unsigned char)at[3]))
		return open_if(parser, at + 3, end);
	if (is_word(at, end, "else"))
		return close_part(parser, at, NODE_ELSE);
	if (is_word(at, end, "/if"))
		return close_part(parser, at, NODE_END);
	if (is_word(at, end, "#if"))
		return refuse(parser, at,
			      "{{#if}} needs a condition, as in "
			      "{{#if has score >= 80}}",
			      "");
	if (at < end && (*at == '#' || *at == '/'))
		return refuse(parser, at,
			      "unknown block: there is {{#if}}, "
			      "{{else}} and {{/if}}",
			      "");
	return read_variable(parser, at, end);
}

static enum sg_status
read_all(struct parser *parser)
{
	const char *at = parser->source->text;
	const char *end = at + parser->source->len, *tag, *close;
	enum sg_status status = SG_OK;

	while (status == SG_OK && (tag = find_pair(at, end, '{'))) {
		if (parser->out->n_nodes > TEMPLATE_NODES_MOST)
			return refuse(parser, tag, "too many variables", "");
		add_literal(parser, at, (size_t)(tag - at));
		close = find_pair(tag + 2, end, '}');
		if (!close)
			return refuse(parser, tag, "{{ without }}", "");
		parser->tag = tag;
		status = read_tag(parser, tag + 2, close);
		at = close + 2;
	}
	if (status != SG_OK)
		return status;
	add_literal(parser, at, (size_t)(end - at));
	if (parser->depth)
		return refuse(parser, parser->open_at[parser->depth - 1],
			      "{{#if}} without {{/if}}", "");
	return SG_OK;
}

enum sg_status
template_text_parse(struct pool *pool, const struct template_source *source,
		    const struct condition_names *names,
		    struct template_text **text_out, struct sg_err *err)
{
	struct parser parser = {
		.pool = pool, .source = source, .names = names, .err = err};
	enum sg_status status;

	parser.out = pool_alloc(pool, sizeof(*parser.out));
	parser.out->place = source->place;
	if (source->place == TEMPLATE_HTML)
		html_each_tag(source->text, source->len, add_tag, &parser);
	status = read_all(&parser);
	if (status == SG_OK)
		*text_out = parser.out;
	else
		template_text_done(parser.out);
	return status;
}

static bool
has_node(const struct template_text *text, enum node_kind kind)
{
	size_t i;

	for (i = 0; text && i < text->n_nodes; i++)
		if (text->nodes[i].kind == kind)
			return true;
	return false;
}

bool
template_text_forwards(const struct template_text *text)
{
	return has_node(text, NODE_FORWARD);
}

bool
template_text_confirms(const struct template_text *text)
{
	return has_node(text, NODE_CONFIRM);
}

void
template_text_done(struct template_text *text)
{
	size_t i;

	for (i = 0; text && i < text->n_nodes; i++) {
		condition_free(text->nodes[i].condition);
		text->nodes[i].condition = NULL;
	}
}
