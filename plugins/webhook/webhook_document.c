/* webhook_document.c - see webhook_document.h. */
#include "webhook_document.h"

#include <string.h>
#include <strings.h>

enum { PATH_MOST = 1000, SHOWN_MOST = 100 };

static const char *const names[] = {[FORMAT_AUTO] = "auto",
				    [FORMAT_JSON] = "json",
				    [FORMAT_XML] = "xml",
				    [FORMAT_FORM] = "form"};

int
webhook_format_find(const char *name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

const char *
webhook_format_name(enum webhook_format format)
{
	return names[format];
}

/* "application/atom+xml; charset=utf-8" */
enum webhook_format
webhook_format_of(const char *content_type)
{
	size_t len = content_type ? strcspn(content_type, "; \t,") : 0;

	if (len >= 3 && strncasecmp(content_type + len - 3, "xml", 3) == 0)
		return FORMAT_XML;
	if (len &&
	    (strncasecmp(content_type, "application/x-www-form-urlencoded",
			 len) == 0 ||
	     strncasecmp(content_type, "multipart/form-data", len) == 0))
		return FORMAT_FORM;
	return FORMAT_JSON;
}

/* --- opening ------------------------------------------------------------- */

enum sg_status
webhook_document_json(const struct sg_call *call,
		      struct webhook_document *document, const char *text,
		      size_t len, struct sg_err *err)
{
	const struct sg_json *json;
	enum sg_status status =
		call->host->json_parse(call, text, len, &json, err);

	if (status != SG_OK)
		return status;
	document->format = FORMAT_JSON;
	document->json = json;
	return SG_OK;
}

enum sg_status
webhook_document_open(const struct sg_call *call,
		      const struct sg_request *request,
		      enum webhook_format format,
		      const struct webhook_namespaces *namespaces,
		      struct webhook_document *document, struct sg_err *err)
{
	const struct sg_host *host = call->host;

	memset(document, 0, sizeof(*document));
	document->request = request;
	if (format == FORMAT_AUTO)
		format = webhook_format_of(
			host->request_header(call, request, "Content-Type"));
	document->format = format;
	if (format == FORMAT_XML)
		return webhook_xml_open(call, request->body, request->body_len,
					namespaces, &document->xml, err);
	if (format == FORMAT_FORM)
		return host->form_parse(call, request, &document->form, err);
	return webhook_document_json(call, document, request->body,
				     request->body_len, err);
}

void
webhook_document_close(struct webhook_document *document)
{
	webhook_xml_close(document->xml);
	document->xml = NULL;
}

/* --- JSON ---------------------------------------------------------------- */

/* Where the path begins, and what is left of it: "./a" the item, "../a" what
 * it is in, "/a" the document. NULL: outside of everything. */
static const struct sg_json *
start_of(const struct webhook_document *document,
	 const struct webhook_item *item, const char **path)
{
	if (**path == '/' || **path == '\0')
		return document->json;
	while (strncmp(*path, "..", 2) == 0 &&
	       ((*path)[2] == '/' || !(*path)[2])) {
		item = item ? item->outer : NULL;
		*path += 2;
		if (strncmp(*path, "/..", 3) == 0)
			*path += 1;
	}
	if (**path == '.')
		*path += 1;
	return item ? item->node : document->json;
}

static const struct sg_json *
json_at(const struct sg_call *call, const struct webhook_document *document,
	const struct webhook_item *item, const char *path)
{
	const struct sg_json *start = start_of(document, item, &path);

	return path[0] ? call->host->json_pointer(start, path) : start;
}

/* --- forms --------------------------------------------------------------- */

/* "/a~1b" is the parameter a/b. */
static const char *
form_text(const struct sg_call *call, const struct webhook_document *document,
	  const char *path)
{
	char *name = call->host->copy(call, path + (*path == '/')), *to = name;

	for (const char *c = name; *c; c++) {
		if (c[0] == '~' && (c[1] == '0' || c[1] == '1'))
			*to++ = *++c == '0' ? '~' : '/';
		else
			*to++ = *c;
	}
	*to = '\0';
	return call->host->form_get(document->form, name);
}

/* --- all ----------------------------------------------------------------- */

const char *
webhook_document_text(const struct sg_call *call,
		      const struct webhook_document *document,
		      const struct webhook_item *item, const char *path)
{
	switch (document->format) {
	case FORMAT_XML:
		return webhook_xml_text(call, document->xml,
					item ? item->node : NULL, path);
	case FORMAT_FORM:
		return form_text(call, document, path);
	default:
		return call->host->json_text(
			call, json_at(call, document, item, path));
	}
}

bool
webhook_document_has(const struct sg_call *call,
		     const struct webhook_document *document,
		     const struct webhook_item *item, const char *path)
{
	if (document->format == FORMAT_JSON)
		return json_at(call, document, item, path) != NULL;
	return webhook_document_text(call, document, item, path) != NULL;
}

size_t
webhook_document_count(const struct sg_call *call,
		       const struct webhook_document *document,
		       const struct webhook_item *item, const char *path)
{
	switch (document->format) {
	case FORMAT_XML:
		return webhook_xml_nodes(
			document->xml, item ? item->node : NULL, path, NULL, 0);
	case FORMAT_FORM:
		return form_text(call, document, path) ? 1 : 0;
	default:
		return call->host->json_count(
			json_at(call, document, item, path));
	}
}

const struct webhook_item *
webhook_document_item(const struct sg_call *call,
		      const struct webhook_document *document,
		      const struct webhook_item *item, const char *path,
		      size_t i)
{
	const struct sg_json *array, *element;
	struct webhook_item *found;

	if (document->format != FORMAT_JSON)
		return NULL;
	array = json_at(call, document, item, path);
	element = call->host->json_at(array, i);
	if (!element)
		return NULL;
	found = call->host->alloc(call, sizeof(*found));
	found->node = element;
	found->outer = item;
	return found;
}

/* --- each ---------------------------------------------------------------- */

struct each {
	const struct sg_call *call;
	struct webhook_item *items;
	size_t n;
	bool too_many;
};

static const struct webhook_item *
add_item(struct each *each, const void *node, const struct webhook_item *outer)
{
	struct webhook_item *item;

	if (each->n == WEBHOOK_ITEMS_MOST) {
		each->too_many = true;
		return NULL;
	}
	item = &each->items[each->n++];
	item->node = node;
	item->outer = outer;
	return item;
}

/* The elements of what `path` leads to; with a star in it, of each of those
 * before it. What is only on the way is kept outside of the items. */
static void
add_elements(struct each *each, const struct sg_json *from, const char *path,
	     const struct webhook_item *outer)
{
	const struct sg_host *host = each->call->host;
	const char *star = strstr(path, "/*");
	char *head = host->copy(each->call, path);
	const struct sg_json *array, *element;
	struct webhook_item *between;

	if (star && star[2] && star[2] != '/')
		star = NULL; /* a member whose name begins so */
	if (star)
		head[star - path] = '\0';
	array = head[0] ? host->json_pointer(from, head) : from;
	for (size_t i = 0; i < host->json_count(array) && !each->too_many;
	     i++) {
		element = host->json_at(array, i);
		if (!star || !star[2]) {
			if (element)
				add_item(each, element, outer);
			continue;
		}
		between = host->alloc(each->call, sizeof(*between));
		between->node = element;
		between->outer = outer;
		add_elements(each, element, star + 2, between);
	}
}

static void
add_nodes(struct each *each, const struct webhook_document *document,
	  const char *path)
{
	const void **nodes = each->call->host->alloc(
		each->call, sizeof(*nodes) * WEBHOOK_ITEMS_MOST);
	size_t n = webhook_xml_nodes(document->xml, NULL, path, nodes,
				     WEBHOOK_ITEMS_MOST);

	each->too_many = n > WEBHOOK_ITEMS_MOST;
	for (size_t i = 0; i < n && !each->too_many; i++)
		add_item(each, nodes[i], NULL);
}

enum sg_status
webhook_document_each(const struct sg_call *call,
		      const struct webhook_document *document, const char *path,
		      const struct webhook_item **items_out,
		      size_t *n_items_out, struct sg_err *err)
{
	struct each each = {
		.call = call,
		.items = call->host->alloc(call, sizeof(struct webhook_item) *
							 WEBHOOK_ITEMS_MOST),
	};

	if (document->format == FORMAT_XML)
		add_nodes(&each, document, path);
	else if (document->format == FORMAT_JSON)
		add_elements(&each, document->json,
			     strcmp(path, "*") == 0 ? "/*" : path, NULL);
	if (each.too_many)
		return call->host->fail(err, SG_REFUSED,
					"more than %d items in `%.*s`",
					WEBHOOK_ITEMS_MOST, SHOWN_MOST, path);
	*items_out = each.items;
	*n_items_out = each.n;
	return SG_OK;
}

enum sg_status
webhook_path_check(const struct sg_call *call, enum webhook_format format,
		   const struct webhook_namespaces *namespaces,
		   const char *path, struct sg_err *err)
{
	const struct sg_host *host = call->host;

	if (strlen(path) > PATH_MOST)
		return host->fail(err, SG_REFUSED,
				  "a path of more than %d bytes", PATH_MOST);
	if (format == FORMAT_XML)
		return webhook_xpath_check(call, namespaces, path, err);
	if (format != FORMAT_AUTO && path[0] && path[0] != '/' &&
	    path[0] != '.' && strcmp(path, "*") != 0)
		return host->fail(err, SG_REFUSED,
				  "`%.*s` is no JSON pointer (\"/data/id\")",
				  SHOWN_MOST, path);
	return SG_OK;
}
