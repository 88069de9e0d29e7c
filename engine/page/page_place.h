/*
 * page_place.h - where in HTML a template's variable stands, and so how its
 * value has to be escaped. A plain walk over the template's own text, which is
 * stricter than HTML: what no template needs is refused. Pure.
 */
#ifndef ENGINE_PAGE_PAGE_PLACE_H
#define ENGINE_PAGE_PAGE_PLACE_H

#include <stdbool.h>

enum place_state {
	PLACE_TEXT = 0,
	PLACE_OPEN,	   /* behind < */
	PLACE_NAME,	   /* of an element */
	PLACE_TAG,	   /* between attributes */
	PLACE_ATTRIBUTE,   /* its name */
	PLACE_EQUALS,	   /* behind = */
	PLACE_DOUBLE,	   /* in "…" */
	PLACE_SINGLE,	   /* in '…' */
	PLACE_BARE,	   /* a value without quotes */
	PLACE_DECLARATION, /* <!doctype */
	PLACE_COMMENT,
	PLACE_CALM /* title, textarea: text without tags; style: its own */
};

struct place {
	enum place_state state;
	char element[16]; /* of the tag, in lower case; cut */
	char attribute[16];
	bool closing;	 /* </… */
	bool is_url;	 /* the attribute is an address */
	bool has_begun;	 /* something of the attribute's value was there */
	unsigned dashes; /* seen at a comment's end */
	char last[12];	 /* in PLACE_CALM: what came last */
	bool own_style;	 /* <style> is allowed: the layout's */
};

/* How a value is written there. */
enum place_escape {
	PLACE_ESCAPE_HTML = 1,
	PLACE_ESCAPE_URL,      /* a whole address: its scheme is looked at */
	PLACE_ESCAPE_URL_PART, /* within one: percent-encoded */
	PLACE_ESCAPE_STYLE     /* in <style>: only what is a style sheet */
};

/* NULL, or why this character cannot stand here. */
const char *place_step(struct place *place, char c);
/* NULL, or why no variable can stand here. */
const char *place_variable(struct place *place, enum place_escape *escape_out);
/* A block begins or ends here: a name is at its end. NULL, or why not. */
const char *place_pause(struct place *place);
/* Is it the same place, for what may or may not come in between? */
bool place_equal(const struct place *a, const struct place *b);

#endif
