/* api_negotiate.c - what a call may bring and what it may want, before anything
 * is done: parameters of the query, type of the body, types of the answer. */
#include <string.h>
#include <strings.h>

#include "http/api/api_call.h"
#include "http/api/api_shape.h"

#define JSON_TYPE "application/json"

/* A word misspelt must not do more than was meant: `dryrun=1`. */
static enum sg_status
check_params(struct api_call *call, struct sg_err *err)
{
	const char *known = call->resource->params;

	for (size_t i = 0; known && i < call->n_params; i++)
		if (!api_shape_has_word(known, call->params[i].name))
			return err_set(err, SG_REFUSED,
				       "there is no parameter `%.64s` here%s%s",
				       call->params[i].name,
				       *known ? "; there are: " : "", known);
	return SG_OK;
}

/* The type alone: "text/plain; charset=utf-8" is text/plain. */
static size_t
type_len(const char *type)
{
	size_t len = strcspn(type, ";,");

	while (len > 0 && (type[len - 1] == ' ' || type[len - 1] == '\t'))
		len--;
	return len;
}

static bool
is_type(const char *type, size_t len, const char *other)
{
	return strlen(other) == len && strncasecmp(type, other, len) == 0;
}

/* "application/merge-patch+json" is JSON, too. */
static bool
is_json(const char *type, size_t len)
{
	return is_type(type, len, JSON_TYPE) ||
	       (len > 5 && strncasecmp(type + len - 5, "+json", 5) == 0);
}

static bool
has_type(const char *types, const char *type, size_t len)
{
	while (*types) {
		size_t one = strcspn(types, " ");

		if (one == len && strncasecmp(types, type, len) == 0)
			return true;
		types += one;
		types += strspn(types, " ");
	}
	return false;
}

/* What `curl -d` and `--data-binary` call everything is taken for what it
 * should be: a browser, whose forms have that type as well, has no token and
 * cannot be made to send one. */
static bool
takes(const struct api_resource *resource, const char *type)
{
	size_t len = type_len(type);

	if (len == 0 || is_type(type, len, "application/x-www-form-urlencoded"))
		return true;
	if (!resource->consumes)
		return is_json(type, len);
	return has_type(resource->consumes, type, len) ||
	       is_type(type, len, "application/octet-stream") ||
	       is_type(type, len, "text/plain");
}

static enum sg_status
check_body(struct api_call *call, struct sg_err *err)
{
	const struct api_resource *resource = call->resource;
	const char *type = http_request_header(call->request, "Content-Type");

	if (!resource->body || !type || !call->request->request.body_len ||
	    takes(resource, type))
		return SG_OK;
	call->problem = 415;
	if (strcmp(resource->method, "PATCH") == 0)
		reply_header(call->reply, "Accept-Patch",
			     "application/merge-patch+json, " JSON_TYPE);
	return err_set(err, SG_REFUSED, "the body is to be %s",
		       resource->consumes ? resource->consumes : JSON_TYPE);
}

/* Does one of the ranges of Accept cover one of the types? */
static bool
range_covers(const char *range, size_t len, const char *types)
{
	if (is_type(range, len, "*/*"))
		return true;
	if (len > 2 && range[len - 1] == '*' && range[len - 2] == '/') {
		for (; *types; types += strspn(types, " ")) {
			if (strncasecmp(types, range, len - 1) == 0)
				return true;
			types += strcspn(types, " ");
		}
		return false;
	}
	return has_type(types, range, len);
}

/* "text/csv;q=0" is not wanted. */
static bool
is_refused(const char *range)
{
	const char *q = strstr(range, "q=");
	size_t len = strcspn(range, ",");

	if (!q || q > range + len)
		return false;
	q += 2;
	return *q == '0' && strspn(q, "0.") >= strcspn(q, " ,;");
}

static bool
wants(const char *accept, const char *types)
{
	while (*accept) {
		accept += strspn(accept, " \t,");
		if (!is_refused(accept) &&
		    range_covers(accept, type_len(accept), types))
			return true;
		accept += strcspn(accept, ",");
	}
	return false;
}

static enum sg_status
check_accept(struct api_call *call, struct sg_err *err)
{
	const struct api_resource *resource = call->resource;
	const char *types = resource->produces ? resource->produces : JSON_TYPE;
	const char *accept = http_request_header(call->request, "Accept");

	if (!accept || !*accept || (!resource->answer && !resource->produces) ||
	    wants(accept, types))
		return SG_OK;
	call->problem = 406;
	return err_set(err, SG_REFUSED, "the answer is %s", types);
}

enum sg_status
api_negotiate(struct api_call *call, struct sg_err *err)
{
	enum sg_status status = check_params(call, err);

	if (status == SG_OK)
		status = check_body(call, err);
	return status == SG_OK ? check_accept(call, err) : status;
}
