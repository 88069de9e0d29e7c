/* page_catalogue.c - see page_catalogue.h. */
#include "page/page_catalogue.h"

#include <string.h>

#include "base/suggest.h"
#include "base/text.h"

enum { TEXT_MOST = 4000, KEY_MOST = 60 };

struct message {
	const char *key, *text;
};

struct catalogue {
	struct pool *pool;
	char language[CATALOGUE_LANGUAGE_SIZE];
	struct message *messages; /* in order of key */
	size_t n, cap;
};

struct reader {
	struct catalogue *catalogue;
	const struct catalogue *english;
	const char *from, *at, *end;
	unsigned line;
	const char *line_start;
	struct sg_err *err;
};

struct catalogue *
catalogue_new(struct pool *pool, const char *language)
{
	struct catalogue *catalogue = pool_alloc(pool, sizeof(*catalogue));

	catalogue->pool = pool;
	snprintf(catalogue->language, sizeof(catalogue->language), "%s",
		 language);
	return catalogue;
}

const char *
catalogue_language(const struct catalogue *catalogue)
{
	return catalogue->language;
}

/* Where the key is, or would be. */
static size_t
find(const struct catalogue *catalogue, const char *key, bool *there_out)
{
	size_t from = 0, to = catalogue->n, middle;
	int order;

	*there_out = false;
	while (from < to) {
		middle = from + (to - from) / 2;
		order = strcmp(catalogue->messages[middle].key, key);
		if (order == 0) {
			*there_out = true;
			return middle;
		}
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

const char *
catalogue_get(const struct catalogue *catalogue, const char *key)
{
	bool there;
	size_t i = find(catalogue, key, &there);

	return there ? catalogue->messages[i].text : NULL;
}

void
catalogue_suggest(const struct catalogue *catalogue, const char *key,
		  struct buf *to)
{
	struct suggestion suggestion = {.wanted = key};

	for (size_t i = 0; i < catalogue->n; i++)
		suggest_offer(&suggestion, catalogue->messages[i].key);
	if (suggestion.name[0])
		buf_printf(to, "; did you mean `%s`?", suggestion.name);
}

static void
put(struct catalogue *catalogue, const char *key, const char *text)
{
	struct message *more;
	bool there;
	size_t i = find(catalogue, key, &there);

	if (there) {
		catalogue->messages[i].text = text;
		return;
	}
	if (catalogue->n == catalogue->cap) {
		catalogue->cap = catalogue->cap ? catalogue->cap * 2 : 64;
		more = pool_alloc(catalogue->pool,
				  catalogue->cap * sizeof(*more));
		if (catalogue->n)
			memcpy(more, catalogue->messages,
			       catalogue->n * sizeof(*more));
		catalogue->messages = more;
	}
	memmove(catalogue->messages + i + 1, catalogue->messages + i,
		(catalogue->n - i) * sizeof(*more));
	catalogue->messages[i].key = key;
	catalogue->messages[i].text = text;
	catalogue->n++;
}

/* --- reading ------------------------------------------------------------- */

static enum sg_status
refuse(const struct reader *reader, const char *at, const char *text,
       const char *what, const char *more)
{
	return err_set(reader->err, SG_REFUSED, "%s:%u:%zu: %s%s%s",
		       reader->from, reader->line,
		       (size_t)(at - reader->line_start) + 1, text, what, more);
}

static bool
is_key_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
	       c == '_';
}

/* Blanks, line ends and notes. */
static void
skip(struct reader *reader)
{
	for (; reader->at < reader->end; reader->at++) {
		if (*reader->at == '#')
			while (reader->at + 1 < reader->end &&
			       reader->at[1] != '\n')
				reader->at++;
		else if (*reader->at == '\n') {
			reader->line++;
			reader->line_start = reader->at + 1;
		} else if (*reader->at != ' ' && *reader->at != '\t' &&
			   *reader->at != '\r')
			return;
	}
}

static enum sg_status
read_string(struct reader *reader, struct buf *text)
{
	const char *start = reader->at++;
	char c;

	for (; reader->at < reader->end; reader->at++) {
		c = *reader->at;
		if (c == '"') {
			reader->at++;
			return SG_OK;
		}
		if (c == '\n')
			break;
		if (c == '\\' && reader->at + 1 < reader->end) {
			c = *++reader->at;
			if (c == 'n')
				c = '\n';
			else if (c != '"' && c != '\\')
				return refuse(reader, reader->at,
					      "a \\ stands before \", \\ or n",
					      "", "");
		}
		buf_append_char(text, c);
	}
	return refuse(reader, start, "this string has no end", "", "");
}

size_t
catalogue_value(const char *at)
{
	size_t len = 1;

	if (*at != '{')
		return 0;
	while (is_key_char(at[len]))
		len++;
	return at[len] == '}' ? len - 1 : 0;
}

static bool
has_value(const char *text, const char *name, size_t len)
{
	for (; *text; text++)
		if (catalogue_value(text) == len &&
		    strncmp(text + 1, name, len) == 0)
			return true;
	return false;
}

/* Does English say anything under this key's first word? Else it is a
 * plugin's that is not loaded. */
static bool
is_known_word(const struct catalogue *english, const char *key)
{
	size_t len = strcspn(key, ".");

	for (size_t i = 0; i < english->n; i++)
		if (strncmp(english->messages[i].key, key, len) == 0 &&
		    english->messages[i].key[len] == '.')
			return true;
	return false;
}

/* What only a translation has is a mistake: the page would show a hole. */
static enum sg_status
check(const struct reader *reader, const char *at, const char *key,
      const char *text)
{
	const char *known, *p;
	struct buf hint;
	enum sg_status status;
	size_t len;

	if (!reader->english || !is_known_word(reader->english, key))
		return SG_OK;
	known = catalogue_get(reader->english, key);
	if (!known) {
		buf_init(&hint, 0);
		buf_printf(&hint, "`%s`", key);
		catalogue_suggest(reader->english, key, &hint);
		status = refuse(reader, at, "no page says ", buf_text(&hint),
				"");
		buf_done(&hint);
		return status;
	}
	for (p = text; *p; p++) {
		len = catalogue_value(p);
		if (len && !has_value(known, p + 1, len))
			return refuse(reader, at,
				      "a value that this message has not: ",
				      pool_memdup(reader->catalogue->pool, p,
						  len + 2),
				      "");
	}
	return SG_OK;
}

/* where, start: of the key, for what is wrong with the whole message. */
static enum sg_status
read_message(struct reader *reader, const struct reader *where,
	     const char *start, const char *key)
{
	struct buf text;
	enum sg_status status = SG_OK;

	buf_init(&text, TEXT_MOST);
	while (status == SG_OK && reader->at < reader->end &&
	       *reader->at == '"') {
		status = read_string(reader, &text);
		skip(reader);
	}
	if (status == SG_OK && !buf_ok(&text))
		status = refuse(where, start, "this message is too long", "",
				"");
	if (status == SG_OK &&
	    !text_is_utf8(text.data ? text.data : "", text.len))
		status = refuse(where, start, "this message is not UTF-8", "",
				"");
	if (status == SG_OK)
		status = check(where, start, key, buf_text(&text));
	if (status == SG_OK)
		put(reader->catalogue, key,
		    pool_strdup(reader->catalogue->pool, buf_text(&text)));
	buf_done(&text);
	return status;
}

/* KEY = "text" */
static enum sg_status
read_line(struct reader *reader)
{
	const char *start = reader->at, *key;
	struct reader before = *reader;

	while (reader->at < reader->end && is_key_char(*reader->at))
		reader->at++;
	if (reader->at == start || reader->at - start > KEY_MOST)
		return refuse(reader, start,
			      "expected KEY = \"text\", a key of a-z, 0-9, . "
			      "and _",
			      "", "");
	key = pool_memdup(reader->catalogue->pool, start,
			  (size_t)(reader->at - start));
	skip(reader);
	if (reader->at == reader->end || *reader->at != '=')
		return refuse(&before, start, "expected = behind `", key, "`");
	reader->at++;
	skip(reader);
	if (reader->at == reader->end || *reader->at != '"')
		return refuse(&before, start, "expected \"text\" behind `", key,
			      " =`");
	if (reader->catalogue->n == CATALOGUE_KEYS_MOST)
		return refuse(&before, start, "too many messages", "", "");
	return read_message(reader, &before, start, key);
}

enum sg_status
catalogue_read(struct catalogue *catalogue, const char *from, const char *text,
	       size_t len, const struct catalogue *english, struct sg_err *err)
{
	struct reader reader = {.catalogue = catalogue,
				.english = english,
				.from = from,
				.at = text,
				.end = text + len,
				.line = 1,
				.line_start = text,
				.err = err};
	enum sg_status status = SG_OK;

	for (skip(&reader); status == SG_OK && reader.at < reader.end;
	     skip(&reader))
		status = read_line(&reader);
	return status;
}
