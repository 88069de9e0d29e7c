/* html_raw_text.c - see html_raw_text.h. */
#include "mail/html_raw_text.h"

#include <string.h>
#include <strings.h>

static const char *const NAMES[] = {"style",	"script",   "title",
				    "textarea", "xmp",	    "iframe",
				    "noembed",	"noframes", "plaintext"};

static bool
equals(const char *name, size_t len, const char *other)
{
	return strlen(other) == len && strncasecmp(name, other, len) == 0;
}

bool
html_is_raw_text(const char *name, size_t name_len)
{
	size_t i;

	if (name_len < 3 || !strchr("sStTxXiInNpP", name[0]))
		return false;
	for (i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
		if (equals(name, name_len, NAMES[i]))
			return true;
	}
	return false;
}

/* name at text[at], followed by what ends a tag's name. */
static bool
is_tag_name(const char *text, size_t end, size_t at, const char *name,
	    size_t name_len)
{
	char after;

	if (end - at <= name_len || strncasecmp(text + at, name, name_len) != 0)
		return false;
	after = text[at + name_len];
	return after && strchr(" \t\n\f\r/>", after);
}

/*
 * Script text (§13.2.5.4, .15-31): inside <!-- … --> a <script> opens a level
 * in which </script> does not end the element.
 */
static size_t
script_end(const char *text, size_t end, size_t at)
{
	bool in_comment = false, in_double = false;
	const char *next;

	for (; at < end; at++) {
		if (in_comment && end - at >= 3 &&
		    memcmp(text + at, "-->", 3) == 0) {
			in_comment = in_double = false;
		} else if (text[at] != '<') {
			if (in_comment)
				continue;
			next = memchr(text + at, '<', end - at);
			if (!next)
				break;
			at = (size_t)(next - text) - 1;
		} else if (!in_comment && end - at >= 4 &&
			   memcmp(text + at, "<!--", 4) == 0) {
			in_comment = true;
			at++; /* "<!-->" closes at once: its dashes count */
		} else if (end - at > 2 && text[at + 1] == '/' &&
			   is_tag_name(text, end, at + 2, "script", 6)) {
			if (!in_double)
				return at;
			in_double = false;
		} else if (in_comment &&
			   is_tag_name(text, end, at + 1, "script", 6)) {
			in_double = true;
		}
	}
	return end + 1;
}

size_t
html_raw_text_end(const char *text, size_t end, size_t at, const char *name,
		  size_t name_len)
{
	const char *open;

	if (equals(name, name_len, "plaintext"))
		return end + 1;
	if (equals(name, name_len, "script"))
		return script_end(text, end, at);
	for (; at < end; at++) {
		open = memchr(text + at, '<', end - at);
		if (!open)
			break;
		at = (size_t)(open - text);
		if (end - at > 2 && text[at + 1] == '/' &&
		    is_tag_name(text, end, at + 2, name, name_len))
			return at;
	}
	return end + 1;
}
