/* conf_scan.c - see conf_scan.h. Follows libconfuse's lexer in what is a
 * string, a comment and a word. */
#include "base/conf_scan.h"

#include <string.h>

#include "base/text.h"

enum { DEPTH_MOST = 16, NAME_MOST = 60 };

enum token_kind { END, WORD, STRING, OPEN, CLOSE, SIGN };

struct token {
	enum token_kind kind;
	char *start;
	size_t len; /* of a string: without its quotes */
	unsigned line;
};

struct brace {
	unsigned line;
	bool is_list;
	struct token name; /* the word before it */
};

struct scanner {
	struct conf_scan *scan;
	const char *original;
	char *at;
	unsigned line;
	struct brace braces[DEPTH_MOST];
	size_t depth;
	struct conf_scan_raw **raw_tail;
	struct sg_err *err;
};

static enum sg_status
refuse(const struct scanner *scanner, unsigned line, const char *what)
{
	return err_set(scanner->err, SG_REFUSED, "%s:%u: %s",
		       scanner->scan->file, line, what);
}

static void
blank(char *from, const char *to)
{
	for (; from < to; from++)
		if (*from != '\n')
			*from = ' ';
}

static enum sg_status
skip_block_comment(struct scanner *scanner)
{
	char *start = scanner->at, *end = strstr(start + 2, "*/");

	if (!end)
		return refuse(scanner, scanner->line,
			      "this comment has no end (*/)");
	for (; scanner->at < end + 2; scanner->at++)
		scanner->line += *scanner->at == '\n';
	blank(start, end + 2);
	return SG_OK;
}

static enum sg_status
skip_blanks(struct scanner *scanner)
{
	for (;;) {
		char *at = scanner->at;

		if (*at == '\n') {
			scanner->line++;
			scanner->at++;
		} else if (*at == ' ' || *at == '\t' || *at == '\r') {
			scanner->at++;
		} else if (*at == '#' || (at[0] == '/' && at[1] == '/')) {
			scanner->at += strcspn(at, "\n");
			blank(at, scanner->at);
		} else if (at[0] == '/' && at[1] == '*') {
			if (skip_block_comment(scanner) != SG_OK)
				return SG_REFUSED;
		} else {
			return SG_OK;
		}
	}
}

/* `${NAME}` would be replaced from the environment, and a bad number escape
 * leaves libconfuse's lexer inside the string for whoever comes next. */
static enum sg_status
check_string_byte(struct scanner *scanner, char quote, const char *at)
{
	if (quote == '"' && at[0] == '$' && at[1] == '{')
		return refuse(scanner, scanner->line,
			      "${...} is not supported; write \\$");
	if (quote == '"' && at[0] == '\\' && at[1] >= '0' && at[1] <= '9')
		return refuse(scanner, scanner->line,
			      "number escapes are not supported; write \\xHH");
	if (quote == '"' && strncmp(at, "\\x0", 3) == 0 &&
	    !strchr("123456789abcdefABCDEF", at[3]))
		return refuse(scanner, scanner->line,
			      "a NUL cannot stand in a text");
	return SG_OK;
}

static enum sg_status
take_string(struct scanner *scanner, struct token *token)
{
	char quote = *scanner->at;

	token->kind = STRING;
	token->start = ++scanner->at;
	for (; *scanner->at && *scanner->at != quote; scanner->at++) {
		if (check_string_byte(scanner, quote, scanner->at) != SG_OK)
			return SG_REFUSED;
		if (scanner->at[0] == '\\' && scanner->at[1])
			scanner->at++;
		scanner->line += *scanner->at == '\n';
	}
	if (!*scanner->at)
		return refuse(scanner, token->line,
			      "this text has no closing quote");
	token->len = (size_t)(scanner->at - token->start);
	scanner->at++;
	return SG_OK;
}

static enum sg_status
take_word(struct scanner *scanner, struct token *token)
{
	char *at = scanner->at;

	token->kind = WORD;
	token->start = at;
	for (; *at && !strchr(" #\"'\t\n\r={}()+,", *at); at++) {
		if (at[0] == '/' && (at[1] == '/' || at[1] == '*'))
			break;
		if (at[0] == '$' && at[1] == '{')
			return refuse(scanner, scanner->line,
				      "${...} is not supported");
	}
	token->len = (size_t)(at - token->start);
	scanner->at = at;
	return SG_OK;
}

static enum sg_status
next_token(struct scanner *scanner, struct token *token)
{
	if (skip_blanks(scanner) != SG_OK)
		return SG_REFUSED;
	memset(token, 0, sizeof(*token));
	token->line = scanner->line;
	token->start = scanner->at;
	switch (*scanner->at) {
	case '\0':
		token->kind = END;
		return SG_OK;
	case '"':
	case '\'':
		return take_string(scanner, token);
	case '{':
	case '}':
		token->kind = *scanner->at == '{' ? OPEN : CLOSE;
		break;
	case '=':
	case '+':
	case ',':
	case '(':
	case ')':
		token->kind = SIGN;
		break;
	default:
		return take_word(scanner, token);
	}
	scanner->at++;
	token->len = 1;
	return SG_OK;
}

static enum sg_status
open_brace(struct scanner *scanner, unsigned line, bool is_list,
	   const struct token *name)
{
	if (scanner->depth == DEPTH_MOST)
		return refuse(scanner, line, "braces are nested too deep");
	scanner->braces[scanner->depth].line = line;
	scanner->braces[scanner->depth].is_list = is_list;
	scanner->braces[scanner->depth].name = *name;
	scanner->depth++;
	return SG_OK;
}

static enum sg_status
refuse_open(const struct scanner *scanner, unsigned line,
	    const struct token *name)
{
	return err_set(scanner->err, SG_REFUSED,
		       "%s:%u: the { of `%.*s` is never closed",
		       scanner->scan->file, line,
		       (int)(name->len < NAME_MOST ? name->len : NAME_MOST),
		       name->start ? name->start : "");
}

static enum sg_status
close_brace(struct scanner *scanner, unsigned line)
{
	struct conf_scan *scan = scanner->scan;
	const struct brace *brace;

	if (scanner->depth == 0)
		return refuse(scanner, line, "this } closes nothing");
	brace = &scanner->braces[--scanner->depth];
	if (!brace->is_list)
		scan->open_lines[scan->n_sections++] = brace->line;
	return SG_OK;
}

static const struct conf_option *
find_raw(const struct conf_scan *scan, const struct token *token)
{
	for (const struct conf_option *o = scan->options; o->name; o++)
		if (o->type == CONF_RAW && strlen(o->name) == token->len &&
		    memcmp(o->name, token->start, token->len) == 0)
			return o;
	return NULL;
}

/* Moves behind the brace that closes the one just taken. */
static enum sg_status
skip_raw_content(struct scanner *scanner, unsigned open_line,
		 const struct token *name)
{
	size_t depth = 1;
	struct token token;

	while (depth) {
		if (next_token(scanner, &token) != SG_OK)
			return SG_REFUSED;
		if (token.kind == END)
			return refuse_open(scanner, open_line, name);
		depth += token.kind == OPEN;
		depth -= token.kind == CLOSE;
	}
	return SG_OK;
}

/* The original bytes: the later reading has comments to skip as well. */
static const char *
original_text(const struct scanner *scanner, const char *from, const char *to)
{
	const struct conf_scan *scan = scanner->scan;

	return pool_memdup(scan->pool, scanner->original + (from - scan->text),
			   (size_t)(to - from));
}

static enum sg_status
refuse_twice(const struct scanner *scanner, const struct conf_scan_raw *raw)
{
	const struct conf_scan_raw *other = scanner->scan->raws;

	for (; other; other = other->next)
		if (other->option == raw->option &&
		    strcmp(other->title, raw->title) == 0)
			return err_set(scanner->err, SG_REFUSED,
				       "%s:%u: %s \"%s\" stands in line %u "
				       "already",
				       scanner->scan->file, raw->line,
				       raw->option->name, raw->title,
				       other->line);
	return SG_OK;
}

/* `name "title" { anything }`, all of it blanked out. */
static enum sg_status
take_raw(struct scanner *scanner, const struct conf_option *option,
	 const struct token *name)
{
	struct pool *pool = scanner->scan->pool;
	struct conf_scan_raw *raw = pool_alloc(pool, sizeof(*raw));
	struct token title, open;
	const char *content;

	if (next_token(scanner, &title) != SG_OK)
		return SG_REFUSED;
	if (title.kind != STRING && title.kind != WORD)
		return err_set(scanner->err, SG_REFUSED,
			       "%s:%u: expected a title as %s \"name\" {",
			       scanner->scan->file, title.line, option->name);
	raw->option = option;
	raw->title = pool_memdup(pool, title.start, title.len);
	if (next_token(scanner, &open) != SG_OK)
		return SG_REFUSED;
	if (open.kind != OPEN)
		return err_set(scanner->err, SG_REFUSED,
			       "%s:%u: expected { after %s \"%s\"",
			       scanner->scan->file, open.line, option->name,
			       raw->title);
	raw->line = scanner->line;
	content = scanner->at;
	if (refuse_twice(scanner, raw) != SG_OK ||
	    skip_raw_content(scanner, open.line, name) != SG_OK)
		return SG_REFUSED;
	raw->text = original_text(scanner, content, scanner->at - 1);
	blank(name->start, scanner->at);
	*scanner->raw_tail = raw;
	scanner->raw_tail = &raw->next;
	return SG_OK;
}

static enum sg_status
take_token(struct scanner *scanner, const struct token *token, bool after_sign,
	   const struct token *word)
{
	const struct conf_option *raw =
		token->kind == WORD && !scanner->depth && !after_sign
			? find_raw(scanner->scan, token)
			: NULL;

	if (raw)
		return take_raw(scanner, raw, token);
	if (token->kind == OPEN)
		return open_brace(scanner, token->line, after_sign, word);
	if (token->kind == CLOSE)
		return close_brace(scanner, token->line);
	return SG_OK;
}

static enum sg_status
scan_all(struct scanner *scanner)
{
	struct token token = {0}, word = {0};
	bool after_sign = false;
	enum sg_status status = SG_OK;

	while (status == SG_OK) {
		status = next_token(scanner, &token);
		if (status != SG_OK || token.kind == END)
			break;
		status = take_token(scanner, &token, after_sign, &word);
		if (token.kind == WORD)
			word = token;
		after_sign = token.kind == SIGN;
	}
	if (status == SG_OK && scanner->depth) {
		const struct brace *brace =
			&scanner->braces[scanner->depth - 1];

		return refuse_open(scanner, brace->line, &brace->name);
	}
	return status;
}

enum sg_status
conf_scan(struct conf_scan *scan, const char *text, struct sg_err *err)
{
	struct scanner scanner = {.scan = scan, .original = text, .err = err};
	size_t n_closing = 0;

	if (!text_is_utf8(text, strlen(text)))
		return err_set(err, SG_REFUSED, "%s is not UTF-8 text",
			       scan->file);
	for (const char *at = text; *at; at++)
		n_closing += *at == '}';
	scan->open_lines =
		pool_alloc(scan->pool, (n_closing + 1) * sizeof(unsigned));
	scan->text = pool_strdup(scan->pool, text);
	scanner.at = scan->text;
	scanner.line = scan->first_line;
	scanner.raw_tail = &scan->raws;
	return scan_all(&scanner);
}
