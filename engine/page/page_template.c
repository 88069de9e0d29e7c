/* page_template.c - a template's text as nodes. See page.h. */
#include "page/page_template.h"

#include <string.h>

#include "base/suggest.h"
#include "base/text.h"

enum { TAG_MOST = 500, NAMES_MOST = 200 };

struct block {
	struct page_node *node; /* if, each, title */
	struct place place;	/* where it began */
	struct page_node **tail;
};

struct parser {
	const struct page_parse *options;
	struct page_template *template;
	const char *at, *end, *line_start;
	unsigned line;
	struct place place;
	struct page_node **tail;
	struct block blocks[PAGE_DEPTH_MOST];
	unsigned depth;
	bool has_title, has_content, has_style;
	struct sg_err *err;
};

static enum sg_status
refuse_at(const struct parser *parser, const struct page_node *node,
	  const char *text, const char *what, const char *more)
{
	return err_set(parser->err, SG_REFUSED, "%s:%u:%u: %s%s%s",
		       parser->options->from, node->line, node->column, text,
		       what, more);
}

static enum sg_status
refuse(const struct parser *parser, const char *at, const char *text,
       const char *what, const char *more)
{
	const struct page_node node = {
		.line = parser->line,
		.column = (unsigned)(at - parser->line_start) + 1};

	return refuse_at(parser, &node, text, what, more);
}

static struct page_node *
add_node(struct parser *parser, enum page_node_kind kind, const char *text,
	 size_t len)
{
	struct page_node *node =
		pool_alloc(parser->options->pool, sizeof(*node));

	node->kind = kind;
	node->text = pool_memdup(parser->options->pool, text, len);
	node->len = len;
	node->line = parser->line;
	node->column = (unsigned)(parser->at - parser->line_start) + 1;
	*parser->tail = node;
	parser->tail = &node->next;
	return node;
}

bool
page_template_has(const struct page_template *template, const char *name)
{
	for (size_t i = 0; i < template->n_names; i++)
		if (strcmp(template->names[i], name) == 0)
			return true;
	return false;
}

static void
note_name(struct parser *parser, const char *name)
{
	struct page_template *template = parser->template;

	if (!page_template_has(template, name) &&
	    template->n_names < NAMES_MOST)
		template->names[template->n_names++] =
			pool_strdup(parser->options->pool, name);
}

static bool
is_name(const char *name)
{
	if (!*name)
		return false;
	for (; *name; name++)
		if (!(*name >= 'a' && *name <= 'z') &&
		    !(*name >= '0' && *name <= '9') && *name != '_' &&
		    *name != '.')
			return false;
	return true;
}

/* Every page has these; what else one has, the plugin's own template says. */
static bool
is_everywhere(const char *name)
{
	static const char *const names[] = {"language", NULL};

	for (size_t i = 0; names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static enum sg_status
check_name(struct parser *parser, const char *name)
{
	const struct page_template *known = parser->options->known;
	struct suggestion suggestion = {.wanted = name};

	if (!is_name(name))
		return refuse(parser, parser->at, "not a value's name: `", name,
			      "`");
	note_name(parser, name);
	if (!known || is_everywhere(name) || page_template_has(known, name))
		return SG_OK;
	for (size_t i = 0; i < known->n_names; i++)
		suggest_offer(&suggestion, known->names[i]);
	if (suggestion.name[0])
		return refuse(parser, parser->at,
			      "this page has no such value; did you mean {{",
			      suggestion.name, "}}?");
	return refuse(parser, parser->at, "this page has no value `", name,
		      "`");
}

/* --- what stands between {{ and }} ---------------------------------------- */

static enum sg_status
parse_value(struct parser *parser, const char *name)
{
	bool layout = parser->options->is_layout;
	bool content = layout && strcmp(name, "content") == 0;
	bool style = layout && strcmp(name, "style") == 0;
	enum place_escape escape;
	const char *why = place_variable(&parser->place, &escape);
	enum sg_status status = SG_OK;
	struct page_node *node;

	if (why)
		return refuse(parser, parser->at, why, "", "");
	if (style != (escape == PLACE_ESCAPE_STYLE))
		return refuse(parser, parser->at,
			      "{{style}} stands in <style>, and nothing else",
			      "", "");
	if (content && parser->place.state != PLACE_TEXT)
		return refuse(parser, parser->at,
			      "{{content}} stands between elements", "", "");
	if (!content && !style)
		status = check_name(parser, name);
	if (status != SG_OK)
		return status;
	node = add_node(parser, PAGE_VALUE, name, strlen(name));
	node->escape = content || style ? (unsigned)PAGE_RAW : escape;
	parser->has_content |= content;
	parser->has_style |= style;
	return SG_OK;
}

static enum sg_status
parse_say(struct parser *parser, const char *key)
{
	const struct catalogue *says = parser->options->says;
	enum place_escape escape;
	const char *why = place_variable(&parser->place, &escape);
	struct buf hint;
	enum sg_status status;

	if (why || escape == PLACE_ESCAPE_STYLE)
		return refuse(parser, parser->at,
			      why ? why : "no message stands in a style", "",
			      "");
	if (says && !catalogue_get(says, key)) {
		buf_init(&hint, 0);
		catalogue_suggest(says, key, &hint);
		status = refuse(parser, parser->at, "no such message: ", key,
				buf_text(&hint));
		buf_done(&hint);
		return status;
	}
	add_node(parser, PAGE_SAY, key, strlen(key))->escape = escape;
	return SG_OK;
}

static enum sg_status
open_block(struct parser *parser, enum page_node_kind kind, const char *name)
{
	struct block *block = &parser->blocks[parser->depth];
	const char *why = place_pause(&parser->place);
	enum sg_status status = SG_OK;
	struct page_node *node;

	if (why)
		return refuse(parser, parser->at, why, "", "");
	if (parser->depth == PAGE_DEPTH_MOST)
		return refuse(parser, parser->at, "too many blocks in blocks",
			      "", "");
	if (kind == PAGE_TITLE) {
		if (parser->depth || parser->has_title ||
		    parser->options->is_layout ||
		    parser->place.state != PLACE_TEXT)
			return refuse(parser, parser->at,
				      "a page has one {{#title}}, outside of "
				      "all blocks and elements",
				      "", "");
		parser->has_title = true;
	} else {
		status = check_name(parser, name);
	}
	if (status != SG_OK)
		return status;
	node = add_node(parser, kind, name, strlen(name));
	*block = (struct block){node, parser->place, parser->tail};
	parser->tail = &node->inside;
	parser->depth++;
	return SG_OK;
}

static enum sg_status
check_block(struct parser *parser, const char *closing)
{
	const struct block *block;
	const char *why = place_pause(&parser->place);

	if (why)
		return refuse(parser, parser->at, why, "", "");
	if (!parser->depth)
		return refuse(parser, parser->at, "{{", closing,
			      "}} without its beginning");
	block = &parser->blocks[parser->depth - 1];
	if (!place_equal(&block->place, &parser->place))
		return refuse(parser, parser->at,
			      "what stands in a block ends inside a tag, and "
			      "did not begin there, or the other way round",
			      "", "");
	return SG_OK;
}

static enum sg_status
parse_else(struct parser *parser)
{
	enum sg_status status = check_block(parser, "else");
	struct block *block;

	if (status != SG_OK)
		return status;
	block = &parser->blocks[parser->depth - 1];
	if (block->node->kind != PAGE_IF ||
	    parser->tail == &block->node->otherwise || block->node->escape)
		return refuse(parser, parser->at,
			      "{{else}} stands once in an {{#if}}", "", "");
	block->node->escape = 1; /* has its else */
	parser->tail = &block->node->otherwise;
	return SG_OK;
}

static enum sg_status
close_block(struct parser *parser, enum page_node_kind kind,
	    const char *closing)
{
	enum sg_status status = check_block(parser, closing);
	const struct block *block;

	if (status != SG_OK)
		return status;
	block = &parser->blocks[parser->depth - 1];
	if (block->node->kind != kind)
		return refuse(parser, parser->at, "{{", closing,
			      "}} closes another block than the last one");
	parser->tail = block->tail;
	parser->depth--;
	return SG_OK;
}

/* {{! also: a b c }} offers values that the template itself does not show. */
static enum sg_status
parse_note(struct parser *parser, char *text)
{
	char *save = NULL, *word;

	if (strncmp(text, "also:", 5) != 0)
		return SG_OK;
	for (word = strtok_r(text + 5, " \n\t\r", &save); word;
	     word = strtok_r(NULL, " \n\t\r", &save))
		note_name(parser, word);
	return SG_OK;
}

static char *
without_blanks(char *text)
{
	size_t len;

	text += strspn(text, " \t\r\n");
	for (len = strlen(text); len && strchr(" \t\r\n", text[len - 1]); len--)
		text[len - 1] = '\0';
	return text;
}

static enum sg_status
parse_tag(struct parser *parser, char *tag)
{
	tag = without_blanks(tag);
	if (tag[0] == '!')
		return parse_note(parser, without_blanks(tag + 1));
	if (strncmp(tag, "say ", 4) == 0)
		return parse_say(parser, without_blanks(tag + 4));
	if (strncmp(tag, "#if ", 4) == 0)
		return open_block(parser, PAGE_IF, without_blanks(tag + 4));
	if (strncmp(tag, "#each ", 6) == 0)
		return open_block(parser, PAGE_EACH, without_blanks(tag + 6));
	if (strcmp(tag, "#title") == 0)
		return open_block(parser, PAGE_TITLE, "title");
	if (strcmp(tag, "else") == 0)
		return parse_else(parser);
	if (strcmp(tag, "/if") == 0)
		return close_block(parser, PAGE_IF, tag);
	if (strcmp(tag, "/each") == 0)
		return close_block(parser, PAGE_EACH, tag);
	if (strcmp(tag, "/title") == 0)
		return close_block(parser, PAGE_TITLE, tag);
	if (tag[0] == '#' || tag[0] == '/')
		return refuse(parser, parser->at,
			      "no such block (there are #if, #each, #title): ",
			      tag, "");
	return parse_value(parser, tag);
}

static const char *
find_end(const char *at, const char *end)
{
	for (; at + 1 < end; at++)
		if (at[0] == '}' && at[1] == '}')
			return at;
	return NULL;
}

/* Past what was read, counting lines. */
static void
pass(struct parser *parser, const char *to)
{
	for (; parser->at < to; parser->at++)
		if (*parser->at == '\n') {
			parser->line++;
			parser->line_start = parser->at + 1;
		}
}

static enum sg_status
read_tag(struct parser *parser)
{
	const char *end = find_end(parser->at + 2, parser->end);
	enum sg_status status;

	if (!end || end - parser->at > TAG_MOST)
		return refuse(parser, parser->at, "{{ without }}", "", "");
	status = parse_tag(parser,
			   pool_memdup(parser->options->pool, parser->at + 2,
				       (size_t)(end - parser->at) - 2));
	pass(parser, end + 2);
	return status;
}

/* Up to the next {{, each character in its place. */
static enum sg_status
read_text(struct parser *parser)
{
	const char *start = parser->at, *why;
	bool in_title =
		parser->depth &&
		parser->blocks[parser->depth - 1].node->kind == PAGE_TITLE;
	struct page_node *node = add_node(parser, PAGE_TEXT, start, 0);

	while (parser->at < parser->end &&
	       (parser->at[0] != '{' || parser->at + 1 == parser->end ||
		parser->at[1] != '{')) {
		if (in_title && *parser->at == '<')
			return refuse(parser, parser->at,
				      "a title has no elements", "", "");
		why = place_step(&parser->place, *parser->at);
		if (why)
			return refuse(parser, parser->at, why, "", "");
		pass(parser, parser->at + 1);
	}
	node->len = (size_t)(parser->at - start);
	node->text = pool_memdup(parser->options->pool, start, node->len);
	return SG_OK;
}

static enum sg_status
check_whole(const struct parser *parser)
{
	if (parser->depth)
		return refuse_at(parser, parser->blocks[parser->depth - 1].node,
				 "this block has no end", "", "");
	if (parser->place.state != PLACE_TEXT)
		return refuse(parser, parser->at,
			      "the template ends inside of a tag, a comment or "
			      "a text field",
			      "", "");
	if (parser->options->is_layout &&
	    (!parser->has_content || !parser->has_style))
		return refuse(parser, parser->at,
			      "a layout has {{content}}, and "
			      "<style>{{style}}</style>",
			      "", "");
	if (!parser->options->is_layout && !parser->has_title)
		return refuse(parser, parser->at,
			      "a page has a {{#title}}…{{/title}}", "", "");
	return SG_OK;
}

enum sg_status
page_template_parse(const struct page_parse *options, const char *text,
		    size_t len, struct page_template **template_out,
		    struct sg_err *err)
{
	struct page_template *template =
		pool_alloc(options->pool, sizeof(*template));
	struct parser parser = {.options = options,
				.template = template,
				.at = text,
				.end = text + len,
				.line_start = text,
				.line = 1,
				.tail = &template->nodes,
				.err = err};
	enum sg_status status = SG_OK;

	template->name = options->name;
	template->from = options->from;
	template->names =
		pool_alloc(options->pool, NAMES_MOST * sizeof(char *));
	parser.place.own_style = options->is_layout;
	if (!text_is_utf8(text, len) || memchr(text, '\0', len))
		return refuse(&parser, text, "this file is not UTF-8 text", "",
			      "");
	while (status == SG_OK && parser.at < parser.end)
		status = parser.end - parser.at > 1 && parser.at[0] == '{' &&
					 parser.at[1] == '{'
				 ? read_tag(&parser)
				 : read_text(&parser);
	if (status == SG_OK)
		status = check_whole(&parser);
	if (status == SG_OK)
		*template_out = template;
	return status;
}
