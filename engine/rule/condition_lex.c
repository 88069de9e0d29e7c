/* condition_lex.c - see condition_lex.h. */
#include "rule/condition_lex.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "rule/condition.h"
#include "rule/condition_caret.h"

struct lexer {
	const char *text;
	size_t at;
	const char *timezone;
	struct pool *pool;
	struct token *tokens;
	size_t n_tokens, room;
	struct sg_err *err;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Letters of any alphabet: field names come from people's spreadsheets. */
static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (unsigned char)c >= 0x80;
}

static struct token *
add_token(struct lexer *lexer, enum token_kind kind, size_t len)
{
	struct token *token;

	if (lexer->n_tokens == lexer->room) {
		size_t room = lexer->room ? lexer->room * 2 : 32;
		struct token *more =
			pool_alloc(lexer->pool, room * sizeof(*more));

		if (lexer->n_tokens)
			memcpy(more, lexer->tokens,
			       lexer->n_tokens * sizeof(*more));
		lexer->tokens = more;
		lexer->room = room;
	}
	token = &lexer->tokens[lexer->n_tokens++];
	token->kind = kind;
	token->start = lexer->at;
	token->len = len;
	lexer->at += len;
	return token;
}

/* The text between quotes at `from`; *end_out is behind the closing one. */
static enum sg_status
lex_quoted(struct lexer *lexer, size_t from, const char **text_out,
	   size_t *end_out)
{
	const char *text = lexer->text;
	size_t i, end, len = 0;
	char *copy;

	for (end = from + 1;; end++) {
		if ((unsigned char)text[end] < ' ' || text[end] == 0x7f)
			return condition_refuse(
				lexer->err, text, from,
				"expected a closing ' on the same line");
		if (text[end] == '\'' && text[end + 1] != '\'')
			break;
		if (text[end] == '\'')
			end++;
	}
	copy = pool_alloc(lexer->pool, end - from);
	for (i = from + 1; i < end; i++) {
		copy[len++] = text[i];
		if (text[i] == '\'')
			i++;
	}
	*text_out = copy;
	*end_out = end + 1;
	return SG_OK;
}

static enum sg_status
lex_text(struct lexer *lexer)
{
	const char *said;
	size_t end;
	enum sg_status status = lex_quoted(lexer, lexer->at, &said, &end);

	if (status == SG_OK)
		add_token(lexer, TOKEN_TEXT, end - lexer->at)->text = said;
	return status;
}

/* field.'any name': the word, its dot, and a quoted name. */
static enum sg_status
lex_named(struct lexer *lexer, size_t len)
{
	const char *text = lexer->text, *name;
	const char *what = text + lexer->at;
	bool field = len == 6 && text_starts_ascii(what, "field.");
	bool prop = len == 7 && text_starts_ascii(what, "signal.");
	enum sg_status status;
	struct token *token;
	size_t end;

	if ((!field && !prop) || what[len] != '\'')
		return condition_refuse(lexer->err, text, lexer->at + len,
					"expected a name after '%.*s'",
					len > 64 ? 64 : (int)len, what);
	status = lex_quoted(lexer, lexer->at + len, &name, &end);
	if (status != SG_OK)
		return status;
	if (!*name)
		return condition_refuse(lexer->err, text, lexer->at + len,
					"expected a name between the quotes");
	token = add_token(lexer, TOKEN_NAMED, end - lexer->at);
	token->text = name;
	token->number = field ? 0 : 1;
	return SG_OK;
}

static enum sg_status
lex_word(struct lexer *lexer)
{
	const char *text = lexer->text + lexer->at;
	size_t len = 0;

	while (is_word(text[len]) || is_digit(text[len]) || text[len] == '.')
		len++;
	if (text[len - 1] == '.')
		return lex_named(lexer, len);
	add_token(lexer, TOKEN_WORD, len)->text =
		pool_memdup(lexer->pool, text, len);
	return SG_OK;
}

static bool
has_digits(const char *text, unsigned n)
{
	while (n && is_digit(*text)) {
		text++;
		n--;
	}
	return n == 0;
}

static bool
is_date(const char *text)
{
	return has_digits(text, 4) && text[4] == '-' &&
	       has_digits(text + 5, 2) && text[7] == '-' &&
	       has_digits(text + 8, 2);
}

/* Everything that could belong to it: clock_parse() says what is wrong. */
static enum sg_status
lex_date(struct lexer *lexer)
{
	const char *text = lexer->text + lexer->at;
	size_t len = 10;
	struct token *token;
	struct sg_err why;
	const char *said;
	int64_t at;

	if (text[len] == 'T' || text[len] == 't') {
		for (len++; is_digit(text[len]) || text[len] == ':' ||
			    text[len] == '.';)
			len++;
		if ((text[len] == '+' || text[len] == '-') &&
		    has_digits(text + len + 1, 2) && text[len + 3] == ':' &&
		    has_digits(text + len + 4, 2))
			len += 6;
		else if (text[len] == 'Z' || text[len] == 'z')
			len++;
	}
	if (is_word(text[len]) || is_digit(text[len]))
		return condition_refuse(
			lexer->err, lexer->text, lexer->at + len,
			"expected a date like 2026-01-31 or 2026-01-31T09:00");
	said = pool_memdup(lexer->pool, text, len);
	if (clock_parse(said, lexer->timezone, &at, &why) != SG_OK)
		return condition_refuse(lexer->err, lexer->text, lexer->at,
					"bad date: %.200s", why.text);
	token = add_token(lexer, TOKEN_DATE, len);
	token->text = said;
	token->ms = at;
	return SG_OK;
}

int64_t
condition_unit_ms(const char *unit, size_t len)
{
	if (len != 1)
		return 0;
	switch (unit[0]) {
	case 's':
		return 1000;
	case 'm':
		return 60000;
	case 'h':
		return 3600000;
	case 'd':
		return CLOCK_DAY_MS;
	case 'w':
		return 7 * CLOCK_DAY_MS;
	default:
		return 0;
	}
}

static size_t
number_length(const char *text)
{
	size_t len = 0, exponent;

	while (is_digit(text[len]))
		len++;
	if (text[len] == '.' && is_digit(text[len + 1])) {
		len++;
		while (is_digit(text[len]))
			len++;
	}
	if (text[len] != 'e' && text[len] != 'E')
		return len;
	exponent = len + 1;
	if (text[exponent] == '+' || text[exponent] == '-')
		exponent++;
	if (!is_digit(text[exponent]))
		return len;
	while (is_digit(text[exponent]))
		exponent++;
	return exponent;
}

static enum sg_status
lex_number(struct lexer *lexer)
{
	const char *text = lexer->text + lexer->at;
	size_t len = number_length(text), unit = len;
	struct token *token;
	double number;

	if (!text_to_number(pool_memdup(lexer->pool, text, len), &number))
		return condition_refuse(lexer->err, lexer->text, lexer->at,
					"expected a smaller number");
	while (is_word(text[unit]) || is_digit(text[unit]) || text[unit] == '.')
		unit++;
	if (unit == len) {
		add_token(lexer, TOKEN_NUMBER, len)->number = number;
		return SG_OK;
	}
	if (!condition_unit_ms(text + len, unit - len))
		return condition_refuse(lexer->err, lexer->text,
					lexer->at + len,
					"expected a space, or one of the units "
					"s, m, h, d, w, after the number");
	token = add_token(lexer, TOKEN_DURATION, unit);
	token->number = number;
	token->ms = condition_unit_ms(text + len, 1);
	return SG_OK;
}

static enum sg_status
lex_sign(struct lexer *lexer)
{
	static const struct {
		const char *sign;
		enum token_kind kind;
	} signs[] = {
		{"!=", TOKEN_NOT_EQUAL}, {"<=", TOKEN_AT_MOST},
		{">=", TOKEN_AT_LEAST},	 {"(", TOKEN_LEFT},
		{")", TOKEN_RIGHT},	 {",", TOKEN_COMMA},
		{"=", TOKEN_EQUAL},	 {"<", TOKEN_LESS},
		{">", TOKEN_MORE},	 {"+", TOKEN_PLUS},
		{"-", TOKEN_MINUS},	 {"*", TOKEN_TIMES},
		{"/", TOKEN_DIVIDE},
	};
	const char *text = lexer->text + lexer->at;
	size_t i, len;

	for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		len = strlen(signs[i].sign);
		if (strncmp(text, signs[i].sign, len) == 0) {
			add_token(lexer, signs[i].kind, len);
			return SG_OK;
		}
	}
	if (*text == '"')
		return condition_refuse(lexer->err, lexer->text, lexer->at,
					"expected text in single quotes, "
					"as in 'news'");
	if (*text == '!' || *text == '&' || *text == '|')
		return condition_refuse(lexer->err, lexer->text, lexer->at,
					"expected one of the words and, or, "
					"not");
	return condition_refuse(lexer->err, lexer->text, lexer->at,
				"expected a test, not this character");
}

static enum sg_status
lex_one(struct lexer *lexer)
{
	const char *text = lexer->text + lexer->at;

	if (*text == '\'')
		return lex_text(lexer);
	if (is_word(*text))
		return lex_word(lexer);
	if (is_date(text))
		return lex_date(lexer);
	if (is_digit(*text))
		return lex_number(lexer);
	return lex_sign(lexer);
}

/* The place of the first byte that is not UTF-8. */
static size_t
bad_byte(const char *text, size_t len)
{
	size_t low = 0, i;

	for (i = 1; i <= len; i++) {
		if (!text_is_utf8(text + low, i - low)) {
			if (i - low >= 4)
				return low;
		} else {
			low = i;
		}
	}
	return low;
}

enum sg_status
condition_lex(const char *text, const char *timezone, struct pool *pool,
	      struct token **tokens_out, struct sg_err *err)
{
	struct lexer lexer = {
		.text = text, .timezone = timezone, .pool = pool, .err = err};
	size_t len = strnlen(text, CONDITION_TEXT_MOST + 1);
	enum sg_status status;

	if (len > CONDITION_TEXT_MOST)
		return condition_refuse(err, text, CONDITION_TEXT_MOST,
					"expected at most %d bytes",
					CONDITION_TEXT_MOST);
	if (!text_is_utf8(text, len))
		return condition_refuse(err, text, bad_byte(text, len),
					"expected UTF-8 text");
	for (;;) {
		lexer.at += strspn(text + lexer.at, " \t\r\n");
		if (!text[lexer.at])
			break;
		status = lex_one(&lexer);
		if (status != SG_OK)
			return status;
	}
	add_token(&lexer, TOKEN_END, 0);
	*tokens_out = lexer.tokens;
	return SG_OK;
}
