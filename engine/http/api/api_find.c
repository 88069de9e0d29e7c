/* api_find.c - which resource a method and a path mean, and who may. */
#include <string.h>

#include "base/encode.h"
#include "http/api/api_call.h"

int
api_resource_status(const struct api_resource *resource)
{
	if (resource->status)
		return resource->status;
	return resource->answer || resource->produces ? 200 : 204;
}

bool
api_resource_changes(const struct api_resource *resource)
{
	return strcmp(resource->method, "GET") != 0 && !resource->reads;
}

static const char *const role_names[] = {"", "reader", "operator", "manager"};

const char *
api_role_name(enum api_role role)
{
	return role_names[role];
}

int
api_role_find(const char *name)
{
	for (int i = API_READER; i <= API_MANAGER; i++)
		if (strcmp(role_names[i], name) == 0)
			return i;
	return -1;
}

/* One segment of a path, percent-decoded; a '+' is a '+' there. NULL: a bad
 * escape. */
static const char *
decode_segment(const char *text, size_t len, struct pool *pool)
{
	struct buf spelt = BUF_INIT, decoded = BUF_INIT;
	const char *segment = NULL;

	for (size_t i = 0; i < len; i++)
		if (text[i] == '+')
			buf_append_text(&spelt, "%2B");
		else
			buf_append_char(&spelt, text[i]);
	if (decode_form_value(&decoded, buf_text(&spelt), spelt.len, NULL) ==
	    SG_OK)
		segment = pool_strdup(pool, buf_text(&decoded));
	buf_done(&spelt);
	buf_done(&decoded);
	return segment;
}

static bool
match(const char *pattern, const char *path, struct pool *pool,
      const char **args)
{
	size_t n_args = 0;

	while (*pattern && *path) {
		size_t len = strcspn(path + 1, "/");
		size_t pattern_len = strcspn(pattern + 1, "/");

		if (*path != '/' || len == 0)
			return false;
		if (pattern[1] == '{') {
			args[n_args] = decode_segment(path + 1, len, pool);
			if (!args[n_args++])
				return false;
		} else if (len != pattern_len ||
			   memcmp(pattern + 1, path + 1, len) != 0) {
			return false;
		}
		path += 1 + len;
		pattern += 1 + pattern_len;
	}
	return !*pattern && (!*path || strcmp(path, "/") == 0);
}

/* More than one may fit ("/segments/count", "/segments/{name}"): literal ones
 * stand before patterns in the table only where the method is the same, so
 * the method decides first. */
const struct api_resource *
api_find(const char *method, const char *path, struct pool *pool,
	 const char **args, const char **allow_out)
{
	const struct api_resource *resource;
	const char *allow = "";

	if (strcmp(method, "HEAD") == 0)
		method = "GET";
	for (resource = api_resources; resource->method; resource++) {
		if (!match(resource->path, path, pool, args))
			continue;
		if (strcmp(resource->method, method) == 0)
			return resource;
		if (!strstr(allow, resource->method))
			allow = pool_printf(pool, "%s%s%s", allow,
					    *allow ? ", " : "",
					    resource->method);
	}
	*allow_out = allow;
	return NULL;
}
