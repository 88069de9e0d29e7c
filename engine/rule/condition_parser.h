/*
 * condition_parser.h - what the parts of the parser share: recursive descent
 * over the tokens. A function that fails has written the error and returns
 * NULL (or false). Inner header of the condition language.
 */
#ifndef ENGINE_RULE_CONDITION_PARSER_H
#define ENGINE_RULE_CONDITION_PARSER_H

#include "rule/condition_lex.h"
#include "rule/condition_node.h"
#include "base/suggest.h"

struct parser {
	const char *text;
	const struct token *tokens;
	size_t i; /* the token to look at next */
	const struct condition_names *names;
	struct condition *condition;
	const struct parser *outer; /* the one that came to this segment */
	const char *segment;	    /* its name, NULL = no segment */
	unsigned depth;
	unsigned in_where;
	struct sg_err *err;
};

/* --- condition_parser.c: tokens and errors ------------------------------ */

const struct token *parser_token(const struct parser *parser);
bool parser_is(const struct parser *parser, enum token_kind kind);
bool parser_is_word(const struct parser *parser, const char *word);
/* Step over it, if it is there. */
bool parser_take(struct parser *parser, enum token_kind kind);
bool parser_take_word(struct parser *parser, const char *word);
/* All three are NULL. "expected WHAT after 'the token before'" */
void *parser_expected(struct parser *parser, const char *what);
/* As it, offering the word of these (NULL-ended) that is near. */
void *parser_expected_word(struct parser *parser, const char *what,
			   const char *const *words);
void *parser_refuse(struct parser *parser, const struct token *token,
		    const char *format, ...) PRINTF_LIKE(3, 4);
/* "; did you mean 'lead'?" or "", looked for among the names of that sort. */
void parser_suggest(const struct parser *parser, enum condition_sort sort,
		    const char *wanted, char *text, size_t size);
/* One deeper; false: too deep. Undo by parser->depth--. */
bool parser_enter(struct parser *parser);
struct node *parser_node(struct parser *parser, enum node_kind kind);
/* A name in quotes, or NULL; `what` for the message. */
const char *parser_name(struct parser *parser, const char *what);
/* 'name' of a score if there is one, else "lead"; NULL: unknown. */
const char *parser_score(struct parser *parser);
bool parser_number(struct parser *parser, double *number_out);
bool parser_duration(struct parser *parser, int64_t *ms_out);
bool parser_compare(struct parser *parser, enum compare *compare_out);

/* --- condition_operand.c ------------------------------------------------ */

struct operand *parser_operand(struct parser *parser);
/* A literal; false: none is there. */
bool parser_constant(struct parser *parser, struct operand *to);
/* Is this word (field.NAME …) an operand? */
bool parser_word_is_operand(const struct token *token);
extern const char *const parser_operand_words[];

/* --- condition_tests.c -------------------------------------------------- */

struct node *parser_test(struct parser *parser);

/* --- condition_parse.c -------------------------------------------------- */

struct node *parser_expression(struct parser *parser);
/* The tree of a saved segment, parsed anew. */
struct node *parser_segment(struct parser *parser, const struct token *token,
			    const char *name);

#endif
