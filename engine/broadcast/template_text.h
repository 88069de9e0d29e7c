/*
 * template_text.h - text with {{variables}}: a header, a text part, an HTML
 * part. Parsed once; rendering is pure, any thread.
 *
 *   {{contactScore}} {{score}} {{score 'fit'}} {{percent}} {{percent 'fit'}}
 *   {{email}} {{field.NAME}} {{unsubscribe_url}} {{forward_url}}
 *   {{confirm_url}} {{title}}: of the mail that confirms a form
 *   {{… | default: 'text'}}
 *   {{#if CONDITION}} … {{else}} … {{/if}}
 */
#ifndef ENGINE_BROADCAST_TEMPLATE_TEXT_H
#define ENGINE_BROADCAST_TEMPLATE_TEXT_H

#include "base/buf.h"
#include "base/pool.h"
#include "rule/condition.h"

enum { TEMPLATE_NODES_MOST = 4096, TEMPLATE_IF_DEPTH_MOST = 16 };

/* Where a value stands, which decides how it is escaped. In HTML, a value in a
 * URL (href, src …) is percent-encoded, unless it is the whole of it and an
 * http(s), mailto or tel URL. */
enum template_place {
	TEMPLATE_TEXT,
	TEMPLATE_HTML,
	TEMPLATE_HEADER,    /* text, as the Subject */
	TEMPLATE_ADDRESSES, /* as Reply-To: a value adds no address */
	TEMPLATE_LIST_FIELD /* as List-Help: a value adds no URL */
};

struct template_text;

struct template_source {
	const char *text; /* UTF-8; borrowed until the template is freed */
	size_t len;
	enum template_place place;
	const char *where;   /* "Subject", "the text/html part" */
	unsigned first_line; /* of `text` in the file; 0 = say no file line */
	/* Of a header field, folded perhaps: the file, and where in it `text`
	 * begins; NULL = it stands there in other bytes. */
	const char *file, *raw;
};

/* What is filled in. */
struct template_values {
	const struct record_view *view;
	int64_t now;
	const char *unsubscribe_url; /* "" = none */
	const char *forward_url;     /* NULL or "" = none */
	const char *confirm_url;     /* likewise */
	const char *title;	     /* likewise: the form's */
};

/*
 * SG_REFUSED: unknown variable, unknown score, open {{#if}}, bad condition:
 * with line and column. The result lives in `pool`, its conditions until
 * template_text_done().
 */
enum sg_status template_text_parse(struct pool *pool,
				   const struct template_source *source,
				   const struct condition_names *names,
				   struct template_text **text_out,
				   struct sg_err *err) MUST_CHECK;
void template_text_done(struct template_text *text);
/* Does {{forward_url}} stand in it? NULL: no. */
bool template_text_forwards(const struct template_text *text);
/* And {{confirm_url}}? */
bool template_text_confirms(const struct template_text *text);
/* template_escape.c: appended, for one of the places in headers. */
void template_escape_header(struct buf *to, enum template_place place,
			    const char *value);
void template_text_render(const struct template_text *text,
			  const struct template_values *values, struct buf *to);

#endif
