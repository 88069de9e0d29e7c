/* condition_parse.c - expressions, segments and the whole; condition.h. */
#include <string.h>

#include "base/text.h"
#include "rule/condition_caret.h"
#include "rule/condition_parser.h"

/* Does what is in these brackets stand in a calculation or a comparison? The
 * token behind the closing one tells: `(score + 1) * 2 > 3`, and not
 * `(score > 3) and …`. */
static bool
is_operand_bracket(const struct parser *parser)
{
	static const char *const words[] = {"in",	"not", "matches",
					    "contains", "is",  "within"};
	const struct token *token = parser_token(parser);
	size_t depth = 0, i;

	do {
		if (token->kind == TOKEN_LEFT)
			depth++;
		else if (token->kind == TOKEN_RIGHT)
			depth--;
		else if (token->kind == TOKEN_END)
			return false;
		token++;
	} while (depth);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (token->kind == TOKEN_WORD &&
		    text_equal_ascii(token->text, words[i]))
			return true;
	}
	return token->kind >= TOKEN_EQUAL;
}

static struct node *
bracket(struct parser *parser)
{
	struct node *node;

	parser->i++;
	if (!parser_enter(parser))
		return NULL;
	node = parser_expression(parser);
	parser->depth--;
	if (node && !parser_take(parser, TOKEN_RIGHT))
		return parser_expected(parser, "'and', 'or' or a closing ')'");
	return node;
}

static struct node *
factor(struct parser *parser)
{
	struct node *node, *child;
	bool negated = parser_take_word(parser, "not");

	if (parser_is(parser, TOKEN_LEFT) && !is_operand_bracket(parser))
		child = bracket(parser);
	else
		child = parser_test(parser);
	if (!child || !negated)
		return child;
	node = parser_node(parser, NODE_NOT);
	if (node)
		node->child = child;
	return node;
}

/* One or more parts joined by the word; a single one stands for itself. */
static struct node *
group(struct parser *parser, enum node_kind kind, const char *word,
      struct node *(*part)(struct parser *parser))
{
	struct node *first = part(parser), *last, *node;

	if (!first || !parser_is_word(parser, word))
		return first;
	node = parser_node(parser, kind);
	if (!node)
		return NULL;
	node->child = last = first;
	while (parser_take_word(parser, word)) {
		last->next = part(parser);
		last = last->next;
		if (!last)
			return NULL;
	}
	return node;
}

static struct node *
term(struct parser *parser)
{
	return group(parser, NODE_AND, "and", factor);
}

struct node *
parser_expression(struct parser *parser)
{
	return group(parser, NODE_OR, "or", term);
}

static bool
parse_all(struct parser *parser, struct node **node_out)
{
	static const char *const words[] = {"and", "or", NULL};
	struct pool *pool = pool_new();
	struct node *node = NULL;
	struct token *tokens;

	if (condition_lex(parser->text, parser->condition->timezone, pool,
			  &tokens, parser->err) == SG_OK) {
		parser->tokens = tokens;
		node = parser_expression(parser);
		if (node && !parser_is(parser, TOKEN_END))
			node = parser_expected_word(
				parser, "'and', 'or' or the end", words);
	}
	pool_free(pool);
	*node_out = node;
	return node != NULL;
}

/* --- segments ----------------------------------------------------------- */

static void *
unknown_segment(struct parser *parser, const struct token *token,
		const char *name)
{
	char suggested[SUGGEST_NAME_MOST + 32];

	parser_suggest(parser, CONDITION_SEGMENTS, name, suggested,
		       sizeof(suggested));
	return parser_refuse(parser, token, "unknown segment '%.64s'%s", name,
			     suggested);
}

static bool
may_expand(struct parser *parser, const struct token *token, const char *name)
{
	const struct parser *outer;
	unsigned deep = 0;

	for (outer = parser; outer; outer = outer->outer) {
		if (outer->segment && strcmp(outer->segment, name) == 0) {
			parser_refuse(parser, token,
				      "segment '%.64s' refers to itself", name);
			return false;
		}
		deep++;
	}
	if (deep <= CONDITION_SEGMENTS_DEEP)
		return true;
	parser_refuse(parser, token,
		      "expected at most %d segments in one "
		      "another",
		      CONDITION_SEGMENTS_DEEP);
	return false;
}

struct node *
parser_segment(struct parser *parser, const struct token *token,
	       const char *name)
{
	const struct condition_names *names = parser->names;
	struct parser inner = *parser;
	unsigned line, column;
	struct node *node;
	const char *text;
	bool parsed;

	if (!may_expand(parser, token, name) || !parser_enter(parser))
		return NULL;
	text = names->segment ? names->segment(names->arg, name) : NULL;
	if (!text)
		return unknown_segment(parser, token, name);
	parser->condition->n_expanded += strlen(text);
	if (parser->condition->n_expanded > CONDITION_EXPANDED_MOST)
		return parser_refuse(parser, token,
				     "expected at most %d bytes of segments",
				     CONDITION_EXPANDED_MOST);
	inner.text = pool_strdup(parser->condition->pool, text);
	inner.i = 0;
	inner.outer = parser;
	inner.segment = name;
	inner.depth = parser->depth;
	parsed = parse_all(&inner, &node);
	parser->depth--;
	if (parsed)
		return node;
	condition_place(parser->text, token->start, &line, &column);
	(void)!err_prefix(parser->err, "line %u, column %u: in segment '%.64s'",
			  line, column, name);
	return NULL;
}

/* --- the whole ---------------------------------------------------------- */

enum sg_status
condition_parse(const char *text, const struct condition_names *names,
		struct condition **condition_out, struct sg_err *err)
{
	static const struct condition_names no_names;
	struct pool *pool = pool_new();
	struct condition *condition = pool_alloc(pool, sizeof(*condition));
	struct parser parser = {.text = text,
				.names = names ? names : &no_names,
				.condition = condition,
				.err = err};

	condition->pool = pool;
	if (names && names->timezone)
		condition->timezone = pool_strdup(pool, names->timezone);
	if (!parse_all(&parser, &condition->root)) {
		pool_free(pool);
		return SG_REFUSED;
	}
	*condition_out = condition;
	return SG_OK;
}

void
condition_free(struct condition *condition)
{
	if (condition)
		pool_free(condition->pool);
}
