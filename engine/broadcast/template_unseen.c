/* template_unseen.c - see template_unseen.h. */
#include "broadcast/template_unseen.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "mail/html_reference.h"

/* A piece of a style sheet or of the mail. */
struct span {
	const char *at;
	size_t len;
};

static const char BLANKS[] = " \t\r\n\f";

static struct span
trim(struct span span)
{
	while (span.len && strchr(BLANKS, span.at[0])) {
		span.at++;
		span.len--;
	}
	while (span.len && strchr(BLANKS, span.at[span.len - 1]))
		span.len--;
	return span;
}

static bool
is(struct span span, const char *text)
{
	return span.len == strlen(text) &&
	       strncasecmp(span.at, text, span.len) == 0;
}

/* What stands before `end`, which it is taken off with; all if there is none.
 */
static struct span
cut(struct span *from, char end)
{
	const char *found = memchr(from->at, end, from->len);
	struct span piece = {from->at,
			     found ? (size_t)(found - from->at) : from->len};
	size_t off = piece.len + (found ? 1 : 0);

	from->at += off;
	from->len -= off;
	return piece;
}

/* --- declarations --------------------------------------------------------- */

/* 0, 0px, 0.0 */
static bool
is_zero(struct span value)
{
	size_t i = 0;

	while (i < value.len && strchr("0.", value.at[i]))
		i++;
	return i > 0 && (i == value.len || !strchr("123456789", value.at[i]));
}

/* "display: none; color: red". A font size of 0 hides nothing: many a frame has
 * it, with text in it that has another. */
struct declared {
	bool unseen, shown; /* neither: it does not say */
};

static struct declared
read_declarations(struct span text)
{
	struct declared said = {false, false};
	bool cut_off = false, no_room = false;

	while (text.len) {
		struct span value = cut(&text, ';');
		struct span name = trim(cut(&value, ':'));

		value = trim(cut(&value, '!')); /* !important */
		if (is(name, "display")) {
			said.unseen = is(value, "none");
			said.shown = !said.unseen;
		} else if (is(name, "visibility")) {
			said.unseen |= is(value, "hidden");
		} else if (is(name, "opacity")) {
			said.unseen |= is_zero(value);
		} else if (is(name, "overflow")) {
			cut_off = is(value, "hidden");
		} else if (is(name, "height") || is(name, "max-height") ||
			   is(name, "width") || is(name, "max-width")) {
			no_room |= is_zero(value);
		}
	}
	said.unseen |= cut_off && no_room;
	return said;
}

/* --- style sheets --------------------------------------------------------- */

/* ".name", "p.name", "#name"; len 0: it is more than that. */
static struct unseen_name
plain_selector(struct span selector)
{
	struct unseen_name name;
	size_t i;

	selector = trim(selector);
	name = (struct unseen_name){selector.at, 0, selector.len};
	while (name.tag_len < name.len && !strchr(".#", name.at[name.tag_len]))
		name.tag_len++;
	for (i = 0; i < selector.len; i++)
		if (i != name.tag_len &&
		    strchr(" \t\r\n\f.#:>+~[*/", selector.at[i]))
			name.len = 0;
	if (name.len < name.tag_len + 2)
		name.len = 0;
	return name;
}

static struct unseen_name *
find_selector(struct unseen_names *names, const struct unseen_name *name)
{
	size_t i;

	for (i = 0; i < names->n_names; i++)
		if (names->names[i].len == name->len &&
		    strncmp(names->names[i].at, name->at, name->len) == 0)
			return &names->names[i];
	return NULL;
}

static void
note(struct unseen_names *names, struct span selector,
     const struct declared *said)
{
	struct unseen_name name = plain_selector(selector);
	struct unseen_name *known = find_selector(names, &name);

	if (!name.len)
		return;
	if (known && said->shown)
		*known = names->names[--names->n_names];
	else if (!known && said->unseen && names->n_names < UNSEEN_NAMES_MOST)
		names->names[names->n_names++] = name;
}

/* Behind the } of the { that was just read. */
static void
skip_block(struct span *css)
{
	size_t depth = 1;

	while (css->len && depth) {
		depth += css->at[0] == '{';
		depth -= css->at[0] == '}';
		css->at++;
		css->len--;
	}
}

static bool
is_at(struct span text, size_t i, const char *what)
{
	size_t len = strlen(what);

	return text.len - i >= len && strncmp(text.at + i, what, len) == 0;
}

/* The selectors before a block, without the comments and statements that stand
 * before them; len 0: the block itself is in a comment. */
static struct span
selectors_of(struct span head)
{
	size_t i;

	for (i = head.len; i > 0; i--) {
		if (is_at(head, i - 1, "/*"))
			return (struct span){head.at, 0};
		if (is_at(head, i - 1, ";") || is_at(head, i - 1, "}"))
			break;
		if (i > 1 && is_at(head, i - 2, "*/"))
			break;
		if (i > 3 && is_at(head, i - 4, "<!--"))
			break;
	}
	return trim((struct span){head.at + i, head.len - i});
}

void
unseen_read_sheet(struct unseen_names *names, const char *text, size_t len)
{
	struct span css = {text, len};

	while (css.len) {
		struct span selectors = selectors_of(cut(&css, '{'));
		struct declared said;

		if (selectors.len && selectors.at[0] == '@') {
			skip_block(&css);
			continue;
		}
		said = read_declarations(cut(&css, '}'));
		while (selectors.len && (said.unseen || said.shown))
			note(names, cut(&selectors, ','), &said);
	}
}

/* --- elements ------------------------------------------------------------- */

static bool
is_one(const struct unseen_names *names, struct span tag, char kind,
       struct span word)
{
	size_t i;

	for (i = 0; i < names->n_names; i++) {
		const struct unseen_name *one = &names->names[i];
		const char *name = one->at + one->tag_len;

		if (*name == kind && one->len - one->tag_len == word.len + 1 &&
		    strncmp(name + 1, word.at, word.len) == 0 &&
		    (!one->tag_len ||
		     (one->tag_len == tag.len &&
		      strncasecmp(one->at, tag.at, tag.len) == 0)))
			return true;
	}
	return false;
}

/* By its classes or its id. */
static bool
is_named(const struct unseen_names *names, struct span tag, char kind,
	 struct span value)
{
	size_t len;

	while (names->n_names && (value = trim(value)).len) {
		len = 0;
		while (len < value.len && !strchr(BLANKS, value.at[len]))
			len++;
		if (is_one(names, tag, kind, (struct span){value.at, len}))
			return true;
		value.at += len;
		value.len -= len;
	}
	return false;
}

static struct declared
read_style(struct span value)
{
	struct buf decoded = BUF_INIT;
	struct declared said;

	if (!memchr(value.at, '&', value.len))
		return read_declarations(value);
	if (html_decode_references(&decoded, value.at, value.len) == SG_OK)
		value = (struct span){buf_text(&decoded), decoded.len};
	said = read_declarations(value);
	buf_done(&decoded);
	return said;
}

bool
unseen_element(const struct unseen_names *names, const char *html,
	       const struct html_tag_info *tag)
{
	const struct span element = {html + tag->name_start,
				     tag->name_end - tag->name_start};
	struct declared own = {false, false};
	bool named = false;
	size_t i;

	for (i = 0; i < tag->n_attributes; i++) {
		const struct html_attribute *a = &tag->attributes[i];
		struct span name = {html + a->name_start,
				    a->name_end - a->name_start};
		struct span value = {html + a->value_start,
				     a->value_end - a->value_start};

		if (is(name, "hidden"))
			named = true;
		else if (is(name, "style"))
			own = read_style(value);
		else if (is(name, "class"))
			named |= is_named(names, element, '.', value);
		else if (is(name, "id"))
			named |= is_named(names, element, '#', value);
	}
	return own.unseen || (named && !own.shown);
}
