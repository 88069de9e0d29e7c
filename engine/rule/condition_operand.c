/* condition_operand.c - operands and their arithmetic; condition_parser.h. */
#include <string.h>

#include "base/text.h"
#include "rule/condition_parser.h"

/* Every word an operand can begin with; the parts of a score come first. */
const char *const parser_operand_words[] = {"score",
					    "percent",
					    "raw",
					    "manual",
					    "field_points",
					    "automatic",
					    "positive",
					    "negative",
					    "touchpoint",
					    "positive_touchpoint",
					    "negative_touchpoint",
					    "email",
					    "module",
					    "created",
					    "true",
					    "false",
					    NULL};

/* The words here, not score/: this is the language, whatever it is built on. */
static const enum score_part parts[] = {SCORE_SCORE,
					SCORE_PERCENT,
					SCORE_RAW,
					SCORE_MANUAL,
					SCORE_FIELD_POINTS,
					SCORE_AUTOMATIC,
					SCORE_POSITIVE,
					SCORE_NEGATIVE,
					SCORE_TOUCHPOINT,
					SCORE_POSITIVE_TOUCHPOINT,
					SCORE_NEGATIVE_TOUCHPOINT};

enum {
	WORD_EMAIL = sizeof(parts) / sizeof(parts[0]),
	WORD_MODULE,
	WORD_CREATED,
	WORD_TRUE,
	WORD_FALSE,
	WORD_NONE
};

static int
find_word(const struct token *token)
{
	int i;

	if (token->kind != TOKEN_WORD)
		return WORD_NONE;
	for (i = 0; parser_operand_words[i]; i++) {
		if (text_equal_ascii(token->text, parser_operand_words[i]))
			return i;
	}
	return WORD_NONE;
}

/* The name behind "field." or "signal.", or NULL. `field.changed` is the
 * engine's signal: a field of that name is written field.'changed'. */
static const char *
member_name(const struct token *token, enum operand_kind *kind_out)
{
	if (token->kind == TOKEN_NAMED) {
		*kind_out = token->number > 0 ? OPERAND_SIGNAL : OPERAND_FIELD;
		return token->text;
	}
	if (token->kind != TOKEN_WORD)
		return NULL;
	*kind_out = OPERAND_FIELD;
	if (text_starts_ascii(token->text, "field.") &&
	    strcmp(token->text, "field.changed") != 0)
		return token->text + strlen("field.");
	*kind_out = OPERAND_SIGNAL;
	if (text_starts_ascii(token->text, "signal."))
		return token->text + strlen("signal.");
	return NULL;
}

bool
parser_word_is_operand(const struct token *token)
{
	enum operand_kind unused;

	return find_word(token) != WORD_NONE || member_name(token, &unused);
}

bool
parser_constant(struct parser *parser, struct operand *to)
{
	const struct token *token = parser_token(parser);
	bool minus =
		token->kind == TOKEN_MINUS && token[1].kind == TOKEN_NUMBER;
	struct pool *pool = parser->condition->pool;
	int word = find_word(token);

	if (minus)
		token++;
	switch (token->kind) {
	case TOKEN_NUMBER:
		to->kind = OPERAND_NUMBER;
		to->number = minus ? 0 - token->number : token->number;
		break;
	case TOKEN_TEXT:
		to->kind = OPERAND_TEXT;
		to->name = pool_strdup(pool, token->text);
		break;
	case TOKEN_DATE:
		to->kind = OPERAND_DATE;
		to->at = token->ms;
		to->name = pool_strdup(pool, token->text);
		break;
	default:
		if (word != WORD_TRUE && word != WORD_FALSE)
			return false;
		to->kind = OPERAND_BOOL;
		to->truth = word == WORD_TRUE;
	}
	parser->i += minus ? 2 : 1;
	return true;
}

static struct operand *
operand_new(struct parser *parser, enum operand_kind kind)
{
	struct operand *operand =
		pool_alloc(parser->condition->pool, sizeof(*operand));

	operand->kind = kind;
	return operand;
}

static struct operand *
member_operand(struct parser *parser)
{
	const struct token *token = parser_token(parser);
	struct operand *operand;
	enum operand_kind kind;
	const char *name = member_name(token, &kind);

	if (strlen(name) > CONDITION_NAME_MOST)
		return parser_refuse(parser, token,
				     "expected a name of at most %d bytes",
				     CONDITION_NAME_MOST);
	operand = operand_new(parser, kind);
	operand->name = pool_strdup(parser->condition->pool, name);
	parser->i++;
	return operand;
}

static struct operand *
word_operand(struct parser *parser, int word)
{
	static const enum operand_kind kinds[] = {OPERAND_EMAIL, OPERAND_MODULE,
						  OPERAND_CREATED};
	struct operand *operand;

	parser->i++;
	if (word >= WORD_EMAIL)
		return operand_new(parser, kinds[word - WORD_EMAIL]);
	operand = operand_new(parser, OPERAND_SCORE);
	operand->part = parts[word];
	operand->name = parser_score(parser);
	return operand->name ? operand : NULL;
}

static struct operand *
bracket_operand(struct parser *parser)
{
	struct operand *operand;

	if (!parser_enter(parser))
		return NULL;
	operand = parser_operand(parser);
	parser->depth--;
	if (operand && !parser_take(parser, TOKEN_RIGHT))
		return parser_expected(parser, "a closing ')'");
	return operand;
}

static struct operand *
primary(struct parser *parser)
{
	const struct token *token = parser_token(parser);
	struct operand constant = {0}, *operand;
	enum operand_kind unused;

	if (parser_constant(parser, &constant)) {
		operand = operand_new(parser, constant.kind);
		*operand = constant;
		return operand;
	}
	if (parser_take(parser, TOKEN_LEFT))
		return bracket_operand(parser);
	if (parser_take(parser, TOKEN_MINUS)) {
		if (!parser_enter(parser))
			return NULL;
		operand = operand_new(parser, OPERAND_NEGATE);
		operand->left = primary(parser);
		parser->depth--;
		return operand->left ? operand : NULL;
	}
	if (member_name(token, &unused))
		return member_operand(parser);
	if (find_word(token) != WORD_NONE)
		return word_operand(parser, find_word(token));
	return parser_expected_word(
		parser, "a value (a number, 'text', a date, field.NAME, …)",
		parser_operand_words);
}

static bool
take_sign(struct parser *parser, bool strong, enum operand_kind *kind_out)
{
	static const struct {
		enum token_kind token;
		enum operand_kind kind;
		bool strong;
	} signs[] = {{TOKEN_PLUS, OPERAND_ADD, false},
		     {TOKEN_MINUS, OPERAND_SUBTRACT, false},
		     {TOKEN_TIMES, OPERAND_MULTIPLY, true},
		     {TOKEN_DIVIDE, OPERAND_DIVIDE, true}};
	size_t i;

	for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (signs[i].strong == strong &&
		    parser_take(parser, signs[i].token)) {
			*kind_out = signs[i].kind;
			return true;
		}
	}
	return false;
}

/* a + b + c leans to the left: each sign is one level deeper. */
static struct operand *
chain(struct parser *parser, bool strong)
{
	struct operand *left = strong ? primary(parser) : chain(parser, true);
	unsigned depth = parser->depth;
	enum operand_kind kind;
	struct operand *both;

	while (left && take_sign(parser, strong, &kind)) {
		both = operand_new(parser, kind);
		both->left = left;
		both->right = !parser_enter(parser) ? NULL
			      : strong		    ? primary(parser)
						    : chain(parser, true);
		left = both->right ? both : NULL;
	}
	parser->depth = depth;
	return left;
}

struct operand *
parser_operand(struct parser *parser)
{
	return chain(parser, false);
}
