/*
 * Any body to any resource of the API, with a real store behind it: an answer
 * comes, and it is JSON or text. The first byte picks the resource; then come
 * the path's arguments and the query, each a line, then the body. A query that
 * begins with ! is what the headers say instead: of types, versions, retries.
 */
#include <assert.h>
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "http/api/api_call.h"
#include "http/http_handle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char directory[64];
static struct api *api;
static struct apply *apply;
static struct spool *spool;
static struct store_readers *readers;

static void
must(enum sg_status status, const struct sg_err *err)
{
	if (status == SG_OK)
		return;
	fprintf(stderr, "%s\n", err->text);
	abort();
}

static void
clean_up(void)
{
	DIR *open;
	struct dirent *entry;
	char name[512];

	apply_stop(apply, 1000);
	store_readers_close(readers);
	apply_close(apply);
	spool_close(spool);
	open = opendir(directory);
	while (open && (entry = readdir(open))) {
		snprintf(name, sizeof(name), "%s/%s", directory, entry->d_name);
		remove(name);
	}
	if (open)
		closedir(open);
	remove(directory);
}

static void
start(void)
{
	static const struct score_settings lead = {.name = "lead"};
	struct spool_options spool_options = {.directory = directory};
	struct apply_options options = {.scores = &lead, .n_scores = 1};
	struct api_options what = {0};
	struct keys *keys;
	struct sg_err err = {0};
	char path[96];

	must(crypto_start(&err), &err);
	snprintf(directory, sizeof(directory), "/tmp/scoregate-fuzz-XXXXXX");
	if (!mkdtemp(directory))
		abort();
	snprintf(path, sizeof(path), "%s/keys", directory);
	must(keys_open(path, 1, &keys, &err), &err);
	must(spool_open(&spool_options, &spool, &err), &err);
	snprintf(path, sizeof(path), "%s/store", directory);
	options.store_path = path;
	options.spool = what.spool = spool;
	options.scoreboard = what.scoreboard = scoreboard_new(clock_now());
	options.kinds = what.kinds = signal_kinds_new();
	options.record_secret = keys_record_secret(keys);
	options.create_contacts = true;
	options.batch_most = 5000;
	options.checkpoint_ms = 60000;
	must(apply_open(&options, &apply, &err), &err);
	must(apply_start(apply, &err), &err);
	must(store_readers_open(path, 2, &readers, &err), &err);
	what.apply = apply;
	what.keys = keys;
	what.readers = readers;
	must(api_open(&what, &api, &err), &err);
	atexit(clean_up);
}

/* The next line, NUL-terminated in the pool. */
static const char *
take_line(const char **at, size_t *left, struct pool *pool)
{
	const char *end = memchr(*at, '\n', *left);
	size_t len = end ? (size_t)(end - *at) : *left;
	const char *line = pool_memdup(pool, *at, len);

	*at += len + (end != NULL);
	*left -= len + (end != NULL);
	return line;
}

/* A path as the server would have let it through. */
static const char *
make_path(const char *pattern, const char **at, size_t *left, struct pool *pool)
{
	const char *path = "/api/v1";

	while (*pattern) {
		size_t len = strcspn(pattern + 1, "/");
		const char *segment = pool_memdup(pool, pattern + 1, len);

		if (*segment == '{')
			segment = take_line(at, left, pool);
		path = pool_printf(pool, "%s/%s", path, segment);
		pattern += 1 + len;
	}
	return path;
}

struct headers {
	struct http_handle handle; /* first */
	const char *value;
};

static const char *
find_header(const struct http_handle *handle, const char *name)
{
	static const char *const all[] = {"Accept",	     "Content-Type",
					  "If-Match",	     "If-None-Match",
					  "Idempotency-Key", "Last-Event-ID"};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i], name) == 0)
			return ((const struct headers *)handle)->value;
	return NULL;
}

static void
check_answer(const struct sg_reply *reply)
{
	const char *type = reply_get_header(reply, "Content-Type");
	struct json *json = NULL;

	assert(reply->status >= 200 && reply->status != 500);
	if (!type || !strstr(type, "json") || reply->stream.next ||
	    !reply->body.len) /* 304: it is as it was */
		return;
	assert(json_parse(buf_text(&reply->body), reply->body.len, &json,
			  NULL) == SG_OK);
	json_free(json);
}

static void
read_stream(struct sg_reply *reply)
{
	struct buf piece = BUF_INIT;

	if (!reply->stream.next)
		return;
	while (reply->stream.next(reply->stream.arg, &piece))
		buf_reset(&piece);
	buf_done(&piece);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_request request = {.face = HTTP_LOCAL};
	const struct api_resource *resource = api_resources;
	const char *at = (const char *)data + 1;
	size_t left = size - 1;
	struct headers headers = {0};
	struct sg_reply reply;
	struct pool *pool;

	if (!api)
		start();
	if (size == 0)
		return 0;
	for (int n = data[0]; n > 0; n--)
		if (!(++resource)->method)
			resource = api_resources;
	pool = pool_new();
	request.request.size = sizeof(request.request);
	request.request.method = resource->method;
	request.request.path = make_path(resource->path, &at, &left, pool);
	request.request.query = take_line(&at, &left, pool);
	if (request.request.query[0] == '!') {
		headers.value = request.request.query + 1;
		headers.handle.magic = HTTP_HANDLE_MAGIC;
		headers.handle.header = find_header;
		request.request.handle = &headers;
		request.request.query = "";
	}
	request.request.body = pool_memdup(pool, at, left);
	request.request.body_len = left;
	request.request.peer = "";
	request.request.received_at = clock_now();
	request.peer_uid = geteuid();
	reply_init(&reply);
	api_handle(api, &request, &reply);
	check_answer(&reply);
	read_stream(&reply);
	reply_done(&reply);
	pool_free(pool);
	return 0;
}
