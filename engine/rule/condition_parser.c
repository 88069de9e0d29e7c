/* condition_parser.c - tokens, errors and small parts; condition_parser.h. */
#include "rule/condition_parser.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "rule/condition_caret.h"

const struct token *
parser_token(const struct parser *parser)
{
	return &parser->tokens[parser->i];
}

bool
parser_is(const struct parser *parser, enum token_kind kind)
{
	return parser_token(parser)->kind == kind;
}

bool
parser_is_word(const struct parser *parser, const char *word)
{
	const struct token *token = parser_token(parser);

	return token->kind == TOKEN_WORD && text_equal_ascii(token->text, word);
}

bool
parser_take(struct parser *parser, enum token_kind kind)
{
	if (!parser_is(parser, kind))
		return false;
	parser->i++;
	return true;
}

bool
parser_take_word(struct parser *parser, const char *word)
{
	if (!parser_is_word(parser, word))
		return false;
	parser->i++;
	return true;
}

void *
parser_refuse(struct parser *parser, const struct token *token,
	      const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	(void)!condition_refuse(parser->err, parser->text, token->start, "%s",
				text);
	return NULL;
}

static void
offer_name(void *arg, const char *name)
{
	suggest_offer(arg, name);
}

static void
say_suggestion(const struct suggestion *near, char *text, size_t size)
{
	if (near->name[0])
		snprintf(text, size, "; did you mean '%s'?", near->name);
	else
		text[0] = '\0';
}

void
parser_suggest(const struct parser *parser, enum condition_sort sort,
	       const char *wanted, char *text, size_t size)
{
	const struct condition_names *names = parser->names;
	struct suggestion near = {.wanted = wanted};

	if (names->each)
		names->each(names->arg, sort, offer_name, &near);
	say_suggestion(&near, text, size);
}

void *
parser_expected_word(struct parser *parser, const char *what,
		     const char *const *words)
{
	const struct token *token = parser_token(parser);
	struct suggestion near = {.wanted = token->text};
	char suggested[SUGGEST_NAME_MOST + 32] = "";
	const struct token *last;

	if (words && token->kind == TOKEN_WORD) {
		for (; *words; words++)
			suggest_offer(&near, *words);
		say_suggestion(&near, suggested, sizeof(suggested));
	}
	if (parser->i == 0)
		return parser_refuse(parser, token, "expected %s%s", what,
				     suggested);
	last = token - 1;
	return parser_refuse(parser, token, "expected %s after %s%.*s%s%s",
			     what, last->kind == TOKEN_TEXT ? "" : "'",
			     last->len > 64 ? 64 : (int)last->len,
			     parser->text + last->start,
			     last->kind == TOKEN_TEXT ? "" : "'", suggested);
}

void *
parser_expected(struct parser *parser, const char *what)
{
	return parser_expected_word(parser, what, NULL);
}

bool
parser_enter(struct parser *parser)
{
	if (parser->depth < CONDITION_DEPTH_MOST) {
		parser->depth++;
		return true;
	}
	parser_refuse(parser, parser_token(parser),
		      "expected at most %d levels of brackets, signs and "
		      "segments",
		      CONDITION_DEPTH_MOST);
	return false;
}

struct node *
parser_node(struct parser *parser, enum node_kind kind)
{
	struct condition *condition = parser->condition;
	struct node *node;

	if (condition->n_nodes == CONDITION_NODES_MOST)
		return parser_refuse(parser, parser_token(parser),
				     "expected at most %d tests, those of "
				     "segments included",
				     CONDITION_NODES_MOST);
	condition->n_nodes++;
	node = pool_alloc(condition->pool, sizeof(*node));
	node->kind = kind;
	node->within_ms = -1;
	node->lo = -INFINITY;
	node->hi = INFINITY;
	return node;
}

const char *
parser_name(struct parser *parser, const char *what)
{
	const struct token *token = parser_token(parser);

	if (token->kind != TOKEN_TEXT || !*token->text)
		return parser_expected(parser, what);
	if (strlen(token->text) > CONDITION_NAME_MOST)
		return parser_refuse(parser, token,
				     "expected a name of at most %d bytes",
				     CONDITION_NAME_MOST);
	parser->i++;
	return pool_strdup(parser->condition->pool, token->text);
}

const char *
parser_score(struct parser *parser)
{
	const struct condition_names *names = parser->names;
	const struct token *token = parser_token(parser);
	char suggested[SUGGEST_NAME_MOST + 32];
	const char *name = "lead";

	if (token->kind == TOKEN_TEXT) {
		name = parser_name(parser, "the name of a score");
		if (!name)
			return NULL;
	}
	if (!names->score_known || names->score_known(names->arg, name))
		return name;
	parser_suggest(parser, CONDITION_SCORES, name, suggested,
		       sizeof(suggested));
	return parser_refuse(parser, token, "unknown score '%.64s'%s", name,
			     suggested);
}

bool
parser_number(struct parser *parser, double *number_out)
{
	bool minus = parser_take(parser, TOKEN_MINUS);

	if (!minus)
		parser_take(parser, TOKEN_PLUS);
	if (!parser_is(parser, TOKEN_NUMBER)) {
		parser_expected(parser, "a number");
		return false;
	}
	*number_out = parser_token(parser)->number;
	if (minus)
		*number_out = 0 - *number_out; /* never -0 */
	parser->i++;
	return true;
}

/* 30d; `30 d` is two tokens and as good. At most a thousand years. */
bool
parser_duration(struct parser *parser, int64_t *ms_out)
{
	static const double most = 1000.0 * 365 * 86400000;
	const struct token *token = parser_token(parser), *unit = token;
	double ms;

	if (token->kind == TOKEN_NUMBER && token[1].kind == TOKEN_WORD)
		unit = token + 1;
	if (token->kind == TOKEN_DURATION)
		ms = token->number * (double)token->ms;
	else
		ms = unit == token
			     ? 0
			     : token->number * (double)condition_unit_ms(
						       unit->text, unit->len);
	if (token->kind != TOKEN_DURATION &&
	    (unit == token || !condition_unit_ms(unit->text, unit->len))) {
		parser_expected(parser, "a duration like 30d, 12h or 15m");
		return false;
	}
	if (ms > most) {
		parser_refuse(parser, token,
			      "expected a duration of at most 365000d");
		return false;
	}
	parser->i += (size_t)(unit - token) + 1;
	*ms_out = (int64_t)round(ms);
	return true;
}

bool
parser_compare(struct parser *parser, enum compare *compare_out)
{
	static const struct {
		enum token_kind token;
		enum compare compare;
	} signs[] = {
		{TOKEN_EQUAL, COMPARE_EQUAL},
		{TOKEN_NOT_EQUAL, COMPARE_NOT_EQUAL},
		{TOKEN_LESS, COMPARE_LESS},
		{TOKEN_AT_MOST, COMPARE_AT_MOST},
		{TOKEN_MORE, COMPARE_MORE},
		{TOKEN_AT_LEAST, COMPARE_AT_LEAST},
	};
	size_t i;

	for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (parser_take(parser, signs[i].token)) {
			*compare_out = signs[i].compare;
			return true;
		}
	}
	return false;
}
