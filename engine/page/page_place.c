/* page_place.c - see page_place.h. */
#include "page/page_place.h"

#include <string.h>

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
is_letter(char c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool
is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

static void
add(char *name, size_t size, char c)
{
	size_t len = strlen(name);

	if (len + 1 < size) {
		name[len] = lower(c);
		name[len + 1] = '\0';
	}
}

static const char *
check_element(const struct place *place)
{
	static const char *const never[] = {
		"script", "iframe",   "object",	  "embed",    "base",
		"frame",  "frameset", "applet",	  "noscript", "link",
		"svg",	  "math",     "template", NULL};

	if (is_one_of(place->element, never))
		return "the page's Content-Security-Policy lets no such "
		       "element work";
	if (strcmp(place->element, "style") == 0 && !place->own_style)
		return "an inline style would not work; it belongs into "
		       "style.css";
	return NULL;
}

static const char *
check_attribute(const struct place *place)
{
	const char *name = place->attribute;

	if (strncmp(name, "on", 2) == 0)
		return "a script's handler would not work: these pages have "
		       "no scripts";
	if (strcmp(name, "style") == 0)
		return "an inline style would not work; it belongs into "
		       "style.css";
	if (strcmp(name, "http-equiv") == 0 || strcmp(name, "srcdoc") == 0 ||
	    strcmp(name, "srcset") == 0)
		return "no such attribute can stand in a page";
	return NULL;
}

static void
begin_attribute(struct place *place, char c)
{
	place->attribute[0] = '\0';
	place->has_begun = false;
	place->is_url = false;
	add(place->attribute, sizeof(place->attribute), c);
	place->state = PLACE_ATTRIBUTE;
}

/* Behind the > of a tag. */
static void
end_tag(struct place *place)
{
	static const char *const calm[] = {"title", "textarea", "style", NULL};

	place->last[0] = '\0';
	place->state = !place->closing && is_one_of(place->element, calm)
			       ? PLACE_CALM
			       : PLACE_TEXT;
}

static const char *
step_open(struct place *place, char c)
{
	if (c == '/' && !place->closing) {
		place->closing = true;
		return NULL;
	}
	if (c == '!' && !place->closing) {
		place->state = PLACE_DECLARATION;
		place->dashes = 0;
		return NULL;
	}
	if (!is_letter(c))
		return "a < that is text is written &lt;";
	place->element[0] = '\0';
	add(place->element, sizeof(place->element), c);
	place->state = PLACE_NAME;
	return NULL;
}

static const char *
step_tag(struct place *place, char c)
{
	if (c == '>')
		end_tag(place);
	else if (c == '<' || c == '"' || c == '\'' || c == '=')
		return "this cannot stand in a tag";
	else if (!is_blank(c) && c != '/')
		begin_attribute(place, c);
	return NULL;
}

static const char *
step_name(struct place *place, char c)
{
	const char *why;

	if (!is_blank(c) && c != '>' && c != '/') {
		if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '-')
			return "this cannot stand in an element's name";
		add(place->element, sizeof(place->element), c);
		return NULL;
	}
	why = check_element(place);
	place->state = PLACE_TAG;
	return why ? why : step_tag(place, c);
}

static const char *
step_attribute(struct place *place, char c)
{
	static const char *const urls[] = {
		"href",	      "src",  "action",	    "cite", "poster",
		"formaction", "data", "background", "ping", NULL};
	const char *why;

	if (c != '=' && c != '>' && !is_blank(c) && c != '/') {
		if (c == '<' || c == '"' || c == '\'')
			return "this cannot stand in an attribute's name";
		add(place->attribute, sizeof(place->attribute), c);
		return NULL;
	}
	why = check_attribute(place);
	if (why)
		return why;
	place->is_url = is_one_of(place->attribute, urls);
	if (c == '=') {
		place->state = PLACE_EQUALS;
		return NULL;
	}
	place->state = PLACE_TAG;
	return step_tag(place, c);
}

static const char *
step_equals(struct place *place, char c)
{
	place->has_begun = false;
	if (c == '"')
		place->state = PLACE_DOUBLE;
	else if (c == '\'')
		place->state = PLACE_SINGLE;
	else if (is_blank(c) || c == '>' || c == '<' || c == '=')
		return "an attribute's value is missing";
	else
		place->state = PLACE_BARE;
	return NULL;
}

/* A comment is <!-- … -->; what else begins with <! ends at >. */
static const char *
step_declaration(struct place *place, char c)
{
	if (place->dashes < 2 && c == '-') {
		if (++place->dashes == 2) {
			place->state = PLACE_COMMENT;
			place->dashes = 0;
		}
		return NULL;
	}
	place->dashes = 2; /* no comment */
	if (c == '>')
		place->state = PLACE_TEXT;
	return NULL;
}

static void
step_comment(struct place *place, char c)
{
	if (c == '>' && place->dashes >= 2)
		place->state = PLACE_TEXT;
	place->dashes = c == '-' ? place->dashes + 1 : 0;
}

/* Up to </ELEMENT: there the closing tag goes on as any. */
static const char *
step_calm(struct place *place, char c)
{
	size_t len = strlen(place->last), want = strlen(place->element);

	if (c == '<' || len == 0) {
		place->last[0] = '\0';
		if (c == '<')
			add(place->last, sizeof(place->last), c);
		return NULL;
	}
	add(place->last, sizeof(place->last), c);
	len++;
	if (len == 2 && c != '/')
		return "a < that is text is written &lt;";
	if (len == want + 2 && strcmp(place->last + 2, place->element) == 0) {
		place->closing = true;
		place->state = PLACE_TAG;
	}
	return NULL;
}

const char *
place_step(struct place *place, char c)
{
	switch (place->state) {
	case PLACE_TEXT:
		if (c == '<') {
			place->state = PLACE_OPEN;
			place->closing = false;
		}
		return NULL;
	case PLACE_OPEN:
		return step_open(place, c);
	case PLACE_NAME:
		return step_name(place, c);
	case PLACE_TAG:
		return step_tag(place, c);
	case PLACE_ATTRIBUTE:
		return step_attribute(place, c);
	case PLACE_EQUALS:
		return step_equals(place, c);
	case PLACE_DOUBLE:
	case PLACE_SINGLE:
		if (c == (place->state == PLACE_DOUBLE ? '"' : '\''))
			place->state = PLACE_TAG;
		place->has_begun = true;
		return NULL;
	case PLACE_BARE:
		if (c == '"' || c == '\'' || c == '<' || c == '=')
			return "a value like this needs quotes";
		if (!is_blank(c) && c != '>')
			return NULL;
		place->state = PLACE_TAG;
		return step_tag(place, c);
	case PLACE_DECLARATION:
		return step_declaration(place, c);
	case PLACE_COMMENT:
		step_comment(place, c);
		return NULL;
	case PLACE_CALM:
		return step_calm(place, c);
	}
	return NULL;
}

const char *
place_variable(struct place *place, enum place_escape *escape_out)
{
	bool begun = place->has_begun;

	*escape_out = PLACE_ESCAPE_HTML;
	switch (place->state) {
	case PLACE_TEXT:
		return NULL;
	case PLACE_CALM:
		if (strcmp(place->element, "style") == 0)
			*escape_out = PLACE_ESCAPE_STYLE;
		return NULL;
	case PLACE_DOUBLE:
	case PLACE_SINGLE:
		place->has_begun = true;
		if (place->is_url)
			*escape_out = begun ? PLACE_ESCAPE_URL_PART
					    : PLACE_ESCAPE_URL;
		return NULL;
	case PLACE_EQUALS:
	case PLACE_BARE:
		return "a value stands in quotes";
	case PLACE_COMMENT:
		return "no value can stand in a comment";
	default:
		return "no value can stand inside a tag, but in quotes behind "
		       "an attribute's =";
	}
}

const char *
place_pause(struct place *place)
{
	const char *why = NULL;

	if (place->state == PLACE_ATTRIBUTE)
		why = check_attribute(place);
	else if (place->state == PLACE_NAME)
		why = check_element(place);
	else
		return NULL;
	place->state = PLACE_TAG;
	return why;
}

bool
place_equal(const struct place *a, const struct place *b)
{
	return a->state == b->state &&
	       (a->state == PLACE_TEXT || a->state == PLACE_TAG ||
		strcmp(a->element, b->element) == 0) &&
	       (a->state < PLACE_ATTRIBUTE || a->state > PLACE_BARE ||
		strcmp(a->attribute, b->attribute) == 0);
}
