/*
 * webhook_document.h - a body as what it is: JSON, XML, or a form; and where
 * in it something stands. Belongs to a call.
 */
#ifndef PLUGINS_WEBHOOK_WEBHOOK_DOCUMENT_H
#define PLUGINS_WEBHOOK_WEBHOOK_DOCUMENT_H

#include "webhook_xml.h"

enum webhook_format { FORMAT_AUTO, FORMAT_JSON, FORMAT_XML, FORMAT_FORM };

struct webhook_document {
	enum webhook_format format;
	const struct sg_json *json;
	struct sg_form *form;
	struct webhook_xml *xml; /* closed by webhook_document_close() */
	const struct sg_request *request;
};

/* One of several that `each` found. */
struct webhook_item {
	const void *node; /* struct sg_json, or libxml2's */
	const struct webhook_item *outer;
};

enum { WEBHOOK_ITEMS_MOST = 4000 };

/* -1: no such format. */
int webhook_format_find(const char *name);
const char *webhook_format_name(enum webhook_format format);
/* Of a Content-Type; JSON where it says nothing else. */
enum webhook_format webhook_format_of(const char *content_type);

/* FORMAT_AUTO: as the request's Content-Type says. SG_REFUSED says why it
 * cannot be read. */
enum sg_status webhook_document_open(
	const struct sg_call *call, const struct sg_request *request,
	enum webhook_format format, const struct webhook_namespaces *namespaces,
	struct webhook_document *document, struct sg_err *err);
/* Another JSON text in its place. */
enum sg_status webhook_document_json(const struct sg_call *call,
				     struct webhook_document *document,
				     const char *text, size_t len,
				     struct sg_err *err);
/* Zeroed is fine. */
void webhook_document_close(struct webhook_document *document);

/* NULL: nothing is there, or no single value. */
const char *webhook_document_text(const struct sg_call *call,
				  const struct webhook_document *document,
				  const struct webhook_item *item,
				  const char *path);
bool webhook_document_has(const struct sg_call *call,
			  const struct webhook_document *document,
			  const struct webhook_item *item, const char *path);
/* How many items an array has, or nodes an XPath finds. */
size_t webhook_document_count(const struct sg_call *call,
			      const struct webhook_document *document,
			      const struct webhook_item *item,
			      const char *path);
/*
 * What `each` leads to: in JSON the elements of an array, `*` standing for
 * every element of one on the way ("/entry/ * /changes" without the blanks,
 * "*": the document is the array). SG_REFUSED: more than WEBHOOK_ITEMS_MOST.
 */
enum sg_status webhook_document_each(const struct sg_call *call,
				     const struct webhook_document *document,
				     const char *path,
				     const struct webhook_item **items_out,
				     size_t *n_items_out, struct sg_err *err);
/* The i-th element of an array; NULL: there is none. */
const struct webhook_item *webhook_document_item(
	const struct sg_call *call, const struct webhook_document *document,
	const struct webhook_item *item, const char *path, size_t i);
/* Is it one for this format? */
enum sg_status webhook_path_check(const struct sg_call *call,
				  enum webhook_format format,
				  const struct webhook_namespaces *namespaces,
				  const char *path, struct sg_err *err);

#endif
