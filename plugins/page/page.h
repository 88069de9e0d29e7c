/*
 * page.h - what people do on the operator's web pages. page_script.c serves
 * the JavaScript API (/t.js, see t.js) and the tag that loads it, page_hit.c
 * takes what it tells (/e), page_event.c makes signals of it, page_visitor.c
 * says whose they are, page_settings.c reads the options, page.c is the
 * descriptor.
 *
 * A visitor is a random number that a browser keeps. Until it is known whose
 * it is, signals wait under the unique field external_id_visitor; a click in a
 * mail, or a form, says it. From then on the browser has a token of ours with
 * the record's key.
 */
#ifndef PLUGINS_PAGE_PAGE_H
#define PLUGINS_PAGE_PAGE_H

#include "scoregate_plugin.h"

enum {
	PAGE_BODY_MOST = 32 << 10,
	PAGE_EVENTS_MOST = 20,
	PAGE_PROPS_MOST = 16,
	PAGE_VALUE_MOST = 2000, /* bytes; an address of a page too */
	PAGE_NAME_MOST = 60,
	PAGE_AGO_MS_MOST = 3600 * 1000,
	VISITOR_LEN = 32
};

extern const struct sg_asset page_assets[];

/* The state; read only. */
struct page {
	const char *script; /* t.js */
	size_t script_len;
	const char *integrity; /* "sha256-…" */
	const char *etag;      /* with its quotes */
};

enum sg_status page_start(const struct sg_call *call, void **state_out,
			  struct sg_err *err);
sg_answer_fn page_script, page_hit, page_inspect;

/* Is this origin ("https://www.example.com") among those of the option? */
bool page_origin_is(const struct sg_call *call, const char *option,
		    const char *origin);

/* Whose signals these are. */
struct page_visitor {
	const char *id;	     /* 32 hex digits */
	uint64_t record_key; /* 0 = not known yet */
	const char *how;     /* newly known, by: "click"; NULL = not newly */
	const char *token;   /* for the browser to keep; NULL = none */
};
/* SG_REFUSED: `who` is no token of ours, or too old; nothing is to be kept.
 * SG_NONE: whose it is does not want to be tracked. */
enum sg_status page_visitor_read(const struct sg_call *call, const char *id,
				 const char *who, struct page_visitor *out,
				 struct sg_err *err);

/* What the body tells, emitted. SG_REFUSED: it is not what t.js sends. */
enum sg_status page_events_emit(const struct sg_call *call,
				const struct sg_request *request,
				const struct sg_json *body,
				const struct page_visitor *visitor,
				struct sg_err *err);

#endif
