/*
 * api_page.c - pages of the lists that are read as a whole, because there are
 * few of such things: definitions. They come in their own order, all of them;
 * asked for by limit= or cursor=, in order of their names, a page at a time, so
 * that what is added or removed meanwhile moves nothing else.
 */
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "http/api/api_call.h"

struct item {
	const char *key;
	struct json *json;
};

/* The members that `names` says, as one text. */
static const char *
key_of(struct api_call *call, const struct json *json, const char *names)
{
	struct buf key = BUF_INIT;
	const char *text;

	while (*names) {
		size_t len = strcspn(names, " ");
		const char *name = pool_memdup(call->pool, names, len);
		long long number;
		struct buf value = BUF_INIT;

		if (!json_scalar(json_get(json, name), &value))
			buf_reset(&value);
		/* In order of number, not of text. */
		if (sscanf(buf_text(&value), "%lld", &number) == 1 &&
		    strspn(buf_text(&value), "0123456789") == value.len)
			buf_printf(&key, "%020lld", number);
		else
			buf_append_text(&key, buf_text(&value));
		buf_append_char(&key, '\n');
		buf_done(&value);
		names += len;
		names += strspn(names, " ");
	}
	text = pool_strdup(call->pool, buf_text(&key));
	buf_done(&key);
	return text;
}

static int
by_key(const void *left, const void *right)
{
	return strcmp(((const struct item *)left)->key,
		      ((const struct item *)right)->key);
}

static enum sg_status
read_cursor(struct api_call *call, const char **after_out, struct sg_err *err)
{
	const char *cursor = api_param(call, "cursor");
	struct buf text = BUF_INIT;
	enum sg_status status = SG_OK;

	*after_out = "";
	if (cursor && *cursor)
		status = decode_base64url(&text, cursor, strlen(cursor), NULL);
	if (status == SG_OK)
		*after_out = pool_strdup(call->pool, buf_text(&text));
	buf_done(&text);
	return status == SG_OK ? SG_OK
			       : err_set(err, SG_REFUSED,
					 "`cursor` is not one that the API "
					 "gave");
}

static void
add_next(struct api_call *call, const char *key)
{
	struct buf cursor = BUF_INIT;

	encode_base64url(&cursor, key, strlen(key));
	json_add_text(call->answer, "next", buf_text(&cursor));
	buf_done(&cursor);
}

static void
cut(struct api_call *call, const struct json *items, const char *after,
    size_t limit)
{
	size_t count = json_count(items), n = 0, i;
	struct item *all = pool_alloc(call->pool, (count + 1) * sizeof(*all));
	struct json *page = json_new_array();

	for (i = 0; i < count; i++) {
		all[i].json = json_at(items, i);
		all[i].key =
			key_of(call, all[i].json, call->resource->paged_by);
	}
	qsort(all, count, sizeof(*all), by_key);
	for (i = 0; i < count && n < limit; i++)
		if (strcmp(all[i].key, after) > 0) {
			json_push(page, json_share(all[i].json));
			n++;
		}
	if (n == limit && i < count)
		add_next(call, all[i - 1].key);
	json_add(call->answer, "items", page);
}

enum sg_status
api_page(struct api_call *call, struct sg_err *err)
{
	const char *after;
	int64_t limit;
	enum sg_status status;

	if (!call->resource->paged_by || !call->answer ||
	    (!api_param(call, "limit") && !api_param(call, "cursor")))
		return SG_OK;
	status = api_param_int(call, "limit", API_LIMIT, API_LIMIT_MOST, &limit,
			       err);
	if (status == SG_OK)
		status = read_cursor(call, &after, err);
	if (status != SG_OK)
		return status;
	cut(call, json_get(call->answer, "items"), after, (size_t)limit);
	return SG_OK;
}
