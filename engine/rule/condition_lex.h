/*
 * condition_lex.h - an expression cut into tokens. Words (with dots inside),
 * 'text' (a quote is doubled), numbers, dates, durations, signs. Inner header
 * of the condition language.
 */
#ifndef ENGINE_RULE_CONDITION_LEX_H
#define ENGINE_RULE_CONDITION_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/pool.h"

enum token_kind {
	TOKEN_END,
	TOKEN_WORD,	/* and, has, field.job_title, email.clicked */
	TOKEN_NAMED,	/* field.'Job Title', signal.'x': text is the name */
	TOKEN_TEXT,	/* 'text' */
	TOKEN_NUMBER,	/* 12, 1.5, 1e3: without a sign */
	TOKEN_DATE,	/* 2026-01-31, 2026-01-31T09:00 */
	TOKEN_DURATION, /* 30d */
	TOKEN_LEFT,
	TOKEN_RIGHT,
	TOKEN_COMMA,
	TOKEN_EQUAL,
	TOKEN_NOT_EQUAL,
	TOKEN_LESS,
	TOKEN_AT_MOST,
	TOKEN_MORE,
	TOKEN_AT_LEAST,
	TOKEN_PLUS,
	TOKEN_MINUS,
	TOKEN_TIMES,
	TOKEN_DIVIDE
};

struct token {
	enum token_kind kind;
	size_t start, len; /* where it stands in the expression, bytes */
	const char *text;  /* WORD, NAMED, TEXT: what it says; DATE: as is */
	double number;
	int64_t ms; /* DATE: moment; DURATION: length */
};

/*
 * The tokens, ended by TOKEN_END, in `pool`. Dates without an offset are in
 * `timezone` (NULL = UTC). SG_REFUSED as condition_parse() says it.
 */
enum sg_status condition_lex(const char *text, const char *timezone,
			     struct pool *pool, struct token **tokens_out,
			     struct sg_err *err) MUST_CHECK;

/* Milliseconds of the units s, m, h, d, w; 0 = no such unit. */
int64_t condition_unit_ms(const char *unit, size_t len);

#endif
