/*
 * html_tokenizer.h - find what the splicer needs in one pass over an HTML text,
 * by the states of the WHATWG tokenizer (HTML Standard §13.2.5): tags, the
 * three quote styles, comments, raw-text elements. What stands in Outlook's
 * conditional comments (<!--[if mso]> … <![endif]-->) is scanned too, and
 * noscript is transparent, since mail clients run no scripts. Pure, any thread.
 */
#ifndef ENGINE_MAIL_HTML_TOKENIZER_H
#define ENGINE_MAIL_HTML_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/pool.h"

enum { HTML_LINKS_MOST = 2000, HTML_ATTRIBUTES_MOST = 64 };

/* An href of an <a> or <area>. Offsets are bytes of the text. */
struct html_link {
	size_t start, end;	/* the value without its quotes */
	size_t attribute_start; /* the 'h' of href */
	char quote;		/* '"', '\'' or 0 */
	bool is_off;	 /* data-scoregate="off" or clicktracking="off" on it */
	bool in_comment; /* inside a conditional comment */
};

struct html_map {
	struct html_link *links; /* in order; in the pool */
	size_t n_links;
	bool has_more_links;	     /* past HTML_LINKS_MOST: not listed */
	size_t base_start, base_end; /* first <base href>, equal: none */
	bool has_base;
	/* Before the last real </body>, else </html>, else the end of the
	 * text. */
	size_t append_at;
	bool can_append; /* false: it ends inside a tag, a comment or raw text:
			    nothing appended there would be seen */
};

void html_scan(struct pool *pool, const char *text, size_t len,
	       struct html_map *map_out);

/* Every start tag with its attributes, for tests against another parser. */
struct html_attribute {
	size_t name_start, name_end;
	size_t value_start, value_end; /* equal and quote 0: no value */
	char quote;
};

struct html_tag_info {
	size_t start, end; /* from '<' to after '>' */
	size_t name_start, name_end;
	bool is_end_tag;
	bool is_self_closing;
	bool in_comment;
	const struct html_attribute *attributes; /* the first ones */
	size_t n_attributes;
};

typedef void (*html_tag_fn)(void *arg, const struct html_tag_info *tag);

/* Returns whether the text ends outside any tag, comment or raw text. */
bool html_each_tag(const char *text, size_t len, html_tag_fn fn, void *arg);

#endif
