/*
 * html_tokenizer.c - see html_tokenizer.h. The states of the standard, with
 * the runs between two of their decisions taken by memchr. Linear: nothing is
 * looked at more than twice (the second time inside conditional comments).
 */
#include "mail/html_tokenizer.h"

#include <string.h>
#include <strings.h>

#include "mail/html_raw_text.h"

struct tokenizer {
	const char *text;
	size_t end;
	bool in_comment;
	unsigned foreign; /* open svg and math elements */
	html_tag_fn fn;
	void *arg;
	struct html_attribute attributes[HTML_ATTRIBUTES_MOST];
};

enum { BLANK = 1, SLASH = 2, CLOSE = 4, EQUALS = 8, ALPHA = 16 };

/* What a byte means inside a tag. Filled by the compiler, read by all. */
static const unsigned char CLASS[256] = {
	['\t'] = BLANK, ['\n'] = BLANK, ['\f'] = BLANK, ['\r'] = BLANK,
	[' '] = BLANK,	['/'] = SLASH,	['>'] = CLOSE,	['='] = EQUALS,
	['A'] = ALPHA,	['B'] = ALPHA,	['C'] = ALPHA,	['D'] = ALPHA,
	['E'] = ALPHA,	['F'] = ALPHA,	['G'] = ALPHA,	['H'] = ALPHA,
	['I'] = ALPHA,	['J'] = ALPHA,	['K'] = ALPHA,	['L'] = ALPHA,
	['M'] = ALPHA,	['N'] = ALPHA,	['O'] = ALPHA,	['P'] = ALPHA,
	['Q'] = ALPHA,	['R'] = ALPHA,	['S'] = ALPHA,	['T'] = ALPHA,
	['U'] = ALPHA,	['V'] = ALPHA,	['W'] = ALPHA,	['X'] = ALPHA,
	['Y'] = ALPHA,	['Z'] = ALPHA,	['a'] = ALPHA,	['b'] = ALPHA,
	['c'] = ALPHA,	['d'] = ALPHA,	['e'] = ALPHA,	['f'] = ALPHA,
	['g'] = ALPHA,	['h'] = ALPHA,	['i'] = ALPHA,	['j'] = ALPHA,
	['k'] = ALPHA,	['l'] = ALPHA,	['m'] = ALPHA,	['n'] = ALPHA,
	['o'] = ALPHA,	['p'] = ALPHA,	['q'] = ALPHA,	['r'] = ALPHA,
	['s'] = ALPHA,	['t'] = ALPHA,	['u'] = ALPHA,	['v'] = ALPHA,
	['w'] = ALPHA,	['x'] = ALPHA,	['y'] = ALPHA,	['z'] = ALPHA,
};

static unsigned char
class_at(const struct tokenizer *t, size_t at)
{
	return CLASS[(unsigned char)t->text[at]];
}

static size_t
skip(const struct tokenizer *t, size_t at, unsigned char classes)
{
	while (at < t->end && class_at(t, at) & classes)
		at++;
	return at;
}

static size_t
skip_until(const struct tokenizer *t, size_t at, unsigned char classes)
{
	while (at < t->end && !(class_at(t, at) & classes))
		at++;
	return at;
}

/* After the next '>', or the end. */
static size_t
after_close(const struct tokenizer *t, size_t at)
{
	const char *close = memchr(t->text + at, '>', t->end - at);

	return close ? (size_t)(close - t->text) + 1 : t->end + 1;
}

/*
 * The value after '=' at `at`. Returns the offset after it (past the end: the
 * text ends inside).
 */
static size_t
read_value(const struct tokenizer *t, size_t at,
	   struct html_attribute *attribute)
{
	const char *close;

	at = skip(t, at + 1, BLANK);
	if (at == t->end)
		return t->end + 1;
	attribute->value_start = at;
	if (t->text[at] != '"' && t->text[at] != '\'') {
		at = skip_until(t, at, BLANK | CLOSE);
		attribute->value_end = at;
		return at;
	}
	attribute->quote = t->text[at];
	attribute->value_start = ++at;
	close = memchr(t->text + at, attribute->quote, t->end - at);
	if (!close)
		return t->end + 1;
	attribute->value_end = (size_t)(close - t->text);
	return attribute->value_end + 1;
}

/*
 * The attributes from `at` to the tag's '>'. Returns the offset after it, past
 * the end when the text ends inside the tag: then there is no tag.
 */
static size_t
read_attributes(struct tokenizer *t, size_t at, struct html_tag_info *tag)
{
	struct html_attribute spare, *attribute;
	size_t before;

	for (;;) {
		before = at;
		at = skip(t, at, BLANK | SLASH);
		if (at >= t->end)
			return t->end + 1;
		if (t->text[at] == '>') {
			tag->is_self_closing =
				at > before && t->text[at - 1] == '/';
			return at + 1;
		}
		attribute = tag->n_attributes < HTML_ATTRIBUTES_MOST
				    ? &t->attributes[tag->n_attributes++]
				    : &spare;
		attribute->name_start = at;
		/* A '=' where a name is expected begins the name. */
		at = skip_until(t, at + 1, BLANK | SLASH | CLOSE | EQUALS);
		attribute->name_end = at;
		at = skip(t, at, BLANK);
		attribute->value_start = attribute->value_end = at;
		attribute->quote = 0;
		if (at < t->end && t->text[at] == '=')
			at = read_value(t, at, attribute);
		if (at >= t->end)
			return t->end + 1;
	}
}

static bool
name_is(const struct tokenizer *t, const struct html_tag_info *tag,
	const char *name)
{
	size_t len = tag->name_end - tag->name_start;

	return strlen(name) == len &&
	       strncasecmp(t->text + tag->name_start, name, len) == 0;
}

static void
count_foreign(struct tokenizer *t, const struct html_tag_info *tag)
{
	if (!name_is(t, tag, "svg") && !name_is(t, tag, "math"))
		return;
	if (!tag->is_end_tag)
		t->foreign += !tag->is_self_closing;
	else if (t->foreign)
		t->foreign--;
}

/* What comes after a start tag whose content is no markup. */
static size_t
after_raw_text(struct tokenizer *t, const struct html_tag_info *tag)
{
	const char *name = t->text + tag->name_start;
	size_t name_len = tag->name_end - tag->name_start;

	/* <svg><title/>: an element like any other there, and closed. */
	if (t->foreign && tag->is_self_closing)
		return tag->end;
	if (!html_is_raw_text(name, name_len))
		return tag->end;
	return html_raw_text_end(t->text, t->end, tag->end, name, name_len);
}

/* A tag at `at` ('<'), its name at `name_start`; returns where to go on. */
static size_t
read_tag(struct tokenizer *t, size_t at, size_t name_start)
{
	struct html_tag_info tag;
	size_t len;

	tag.start = at;
	tag.name_start = name_start;
	tag.name_end = skip_until(t, name_start, BLANK | SLASH | CLOSE);
	tag.is_end_tag = name_start == at + 2;
	tag.is_self_closing = false;
	tag.in_comment = t->in_comment;
	tag.attributes = t->attributes;
	tag.n_attributes = 0;
	tag.end = read_attributes(t, tag.name_end, &tag);
	if (tag.end > t->end)
		return tag.end;
	t->fn(t->arg, &tag);
	len = tag.name_end - tag.name_start;
	if (len == 3 || len == 4)
		count_foreign(t, &tag);
	return tag.is_end_tag ? tag.end : after_raw_text(t, &tag);
}

static size_t scan(struct tokenizer *t, size_t at);

/* The inside of <!--[if mso]> … <![endif]-->, [from, to). */
static void
scan_conditional(struct tokenizer *t, size_t from, size_t to)
{
	static const char ENDIF[] = "<![endif]";
	size_t outer_end = t->end, at;
	unsigned foreign = t->foreign;
	const char *bracket;

	bracket = memchr(t->text + from, ']', to - from);
	if (!bracket || bracket + 1 == t->text + to || bracket[1] != '>')
		return;
	from = (size_t)(bracket - t->text) + 2;
	for (at = to; at >= from + sizeof(ENDIF) - 1; at--) {
		if (strncasecmp(t->text + at - (sizeof(ENDIF) - 1), ENDIF,
				sizeof(ENDIF) - 1) == 0) {
			to = at - (sizeof(ENDIF) - 1);
			break;
		}
	}
	t->end = to;
	t->in_comment = true;
	scan(t, from);
	t->in_comment = false;
	t->end = outer_end;
	t->foreign = foreign;
}

/* After the comment whose "<!--" is at `at`. */
static size_t
read_comment(struct tokenizer *t, size_t at)
{
	const char *close = t->text + at + 3;
	const char *end = t->text + t->end;
	const char *dashes = t->text + at + 2;
	size_t inside = at + 4;

	for (;;) {
		close = memchr(close + 1, '>', (size_t)(end - close) - 1);
		if (!close)
			return t->end + 1;
		if (close - 2 >= dashes && close[-1] == '-' && close[-2] == '-')
			break;
		if (close - 3 >= dashes + 2 && close[-1] == '!' &&
		    close[-2] == '-' && close[-3] == '-')
			break;
	}
	if (!t->in_comment && close - t->text > (ptrdiff_t)inside + 5 &&
	    strncasecmp(t->text + inside, "[if ", 4) == 0)
		scan_conditional(t, inside, (size_t)(close - t->text) - 2);
	return (size_t)(close - t->text) + 1;
}

/* What begins with '<' at `at`; returns where to go on, past the end: the text
 * ends inside. */
static size_t
read_markup(struct tokenizer *t, size_t at)
{
	char c;

	if (at + 1 >= t->end)
		return t->end;
	c = t->text[at + 1];
	if (CLASS[(unsigned char)c] & ALPHA)
		return read_tag(t, at, at + 1);
	if (c == '/') {
		if (at + 2 >= t->end)
			return t->end;
		if (class_at(t, at + 2) & ALPHA)
			return read_tag(t, at, at + 2);
		return after_close(t, at + 2);
	}
	if (c == '!' && t->end - at >= 4 && t->text[at + 2] == '-' &&
	    t->text[at + 3] == '-')
		return read_comment(t, at);
	if (c == '!' || c == '?')
		return after_close(t, at + 2);
	return at + 1;
}

/* Returns past the end when the text ends inside something. */
static size_t
scan(struct tokenizer *t, size_t at)
{
	const char *open;

	while (at < t->end) {
		open = memchr(t->text + at, '<', t->end - at);
		if (!open)
			return t->end;
		at = read_markup(t, (size_t)(open - t->text));
	}
	return at;
}

bool
html_each_tag(const char *text, size_t len, html_tag_fn fn, void *arg)
{
	struct tokenizer t;

	t.text = text;
	t.end = len;
	t.in_comment = false;
	t.foreign = 0;
	t.fn = fn;
	t.arg = arg;
	return scan(&t, 0) <= len;
}
