/* api.c - opening, and the way of one call: who asks, for what, may they. */
#include "http/api/api.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/api/api_call.h"
#include "http/api/import_dry.h"
#include "http/api/api_events.h"
#include "score/scoreboard.h"
#include "signal/module.h"

enum { SUBMIT_WAIT_MS = 10000, RATE_KEYS = 4096 };

static const char prefix[] = "/api/v1";

enum sg_status
api_open(const struct api_options *options, struct api **api_out,
	 struct sg_err *err)
{
	struct api *api = calloc(1, sizeof(*api));

	if (!api)
		return err_set(err, SG_FAILED, "out of memory");
	api->options = *options;
	if (!api->options.submit_wait_ms)
		api->options.submit_wait_ms = SUBMIT_WAIT_MS;
	api->own_uid = geteuid();
	pthread_mutex_init(&api->lock, NULL);
	pthread_mutex_init(&api->rules_lock, NULL);
	api->rate = rate_new(RATE_KEYS);
	api->rule_uses = rule_uses_new();
	api->dry_imports = import_dry_new();
	api->events = events_new(api);
	if (!api->rate || !api->rule_uses || !api->dry_imports ||
	    !api->events) {
		api_close(api);
		return err_set(err, SG_FAILED, "out of memory");
	}
	api->started_at = clock_now();
	*api_out = api;
	return SG_OK;
}

void
api_close(struct api *api)
{
	if (!api)
		return;
	pthread_mutex_destroy(&api->lock);
	pthread_mutex_destroy(&api->rules_lock);
	rate_free(api->rate);
	rule_uses_free(api->rule_uses);
	import_dry_free(api->dry_imports);
	events_free(api->events);
	free(api);
}

void
api_set_http(struct api *api, struct http *http)
{
	atomic_store(&api->http, http);
}

enum sg_status
api_index(struct api_call *call, struct sg_err *err)
{
	struct json *items = json_new_array();

	for (const struct api_resource *resource = api_resources;
	     resource->method; resource++) {
		struct json *item = json_new_object();
		struct buf path = BUF_INIT;

		buf_printf(&path, "%s%s", prefix, resource->path);
		json_add_text(item, "method", resource->method);
		json_add_text(item, "path", buf_text(&path));
		json_add_text(item, "role", api_role_name(resource->role));
		json_add_text(item, "summary", resource->summary);
		json_push(items, item);
		buf_done(&path);
	}
	json_add_text(api_answer(call), "version", SCOREGATE_VERSION);
	json_add(api_answer(call), "resources", items);
	return SG_OK;
}

static void
log_failure(struct api_call *call, const struct sg_err *err)
{
	char path[LOG_QUOTE_SIZE], text[LOG_QUOTE_SIZE];

	if (err->status == SG_FAILED)
		log_error("the API failed: %s method=%s path=%s",
			  log_quote_private(err->text, text),
			  call->request->request.method,
			  log_quote_private(call->request->request.path, path));
}

/* What did not change is not sent again. */
static void
finish_version(struct api_call *call)
{
	bool reads = strcmp(call->resource->method, "GET") == 0;

	api_etag_set(call);
	if (!reads || !api_etag_is_known(call))
		return;
	buf_reset(&call->reply->body);
	reply_status(call->reply, 304);
}

void
api_add_warnings(struct api_call *call)
{
	if (call->warnings && call->answer) {
		json_add(call->answer, "warnings", call->warnings);
		call->warnings = NULL;
	}
}

static void
finish(struct api_call *call, enum sg_status status, struct sg_err *err)
{
	struct sg_reply *reply = call->reply;

	if (status == SG_BUSY && call->kept) {
		/* Promised, and true after a crash: not an error. */
		json_free(call->answer);
		call->answer = NULL;
		json_add_bool(api_answer(call), "kept", true);
		json_add_bool(api_answer(call), "applied", false);
		json_add_text(api_answer(call), "detail", err->text);
		call->status = 202;
		status = SG_OK;
	}
	if (status != SG_OK) {
		err->status = status;
		log_failure(call, err);
		atomic_fetch_add(&call->api->problems, 1);
		api_problem(reply,
			    call->problem ? call->problem
					  : api_problem_status(status),
			    err->text);
		return;
	}
	if (call->replayed)
		return;
	if (call->status)
		reply_status(reply, call->status);
	else if (!call->resource->answer && !call->resource->produces &&
		 !call->answer && !reply->body.len)
		reply_status(reply, 204);
	if (!call->answer) {
		finish_version(call);
		return;
	}
	api_add_warnings(call);
	buf_reset(&reply->body);
	json_write(call->answer, &reply->body);
	buf_append_char(&reply->body, '\n');
	reply_header(reply, "Content-Type", "application/json");
	if (!buf_ok(&reply->body)) {
		buf_reset(&reply->body);
		api_problem(reply, 500, "the answer is too large");
		return;
	}
	finish_version(call);
}

static void
refuse_method(struct api_call *call, const char *path, const char *allow)
{
	bool asked = strcmp(call->request->request.method, "OPTIONS") == 0;
	const char *detail;

	if (!*allow) {
		detail = pool_printf(call->pool,
				     "there is no %s%s; GET %s lists what "
				     "there is",
				     prefix, path, prefix);
		api_problem(call->reply, 404, detail);
		return;
	}
	reply_header(call->reply, "Allow", allow);
	if (asked) {
		reply_status(call->reply, 204);
		return;
	}
	detail = pool_printf(call->pool, "%s%s takes %s", prefix, path, allow);
	api_problem(call->reply, 405, detail);
}

/* An answer is made of many reads of the scoreboard. When `rules run` put new
 * scores in between, it is made again: nobody sees old and new ones mixed. */
static enum sg_status
answer(struct api_call *call, api_fn *fn, struct sg_err *err)
{
	struct scoreboard *board = call->api->options.scoreboard;
	bool reads = strcmp(call->request->request.method, "GET") == 0;
	enum sg_status status;
	uint64_t before;

	/* First: what changes meanwhile is of a later version. */
	if (reads && call->resource->versioned == API_AS_THE_RULES)
		call->version = api_rules_version(call);
	for (;;) {
		before = scoreboard_n_swaps(board);
		status = fn(call, err);
		if (!reads || !call->answer ||
		    scoreboard_n_swaps(board) == before)
			return status;
		json_free(call->answer);
		call->answer = NULL;
	}
}

static void
refuse_role(struct api_call *call)
{
	api_problem(call->reply, 403,
		    pool_printf(call->pool, "this needs the role %s; %s has %s",
				api_role_name(call->resource->role),
				call->principal.name,
				api_role_name(call->principal.role)));
}

static enum sg_status
check(struct api_call *call, struct sg_err *err)
{
	enum sg_status status = api_read_params(call, err);

	call->tried = api_param_yes(call, "dry_run");
	if (status == SG_OK)
		status = api_negotiate(call, err);
	if (status == SG_OK && api_module_or_all(call))
		status = module_must_be(api_module(call), err);
	return status == SG_OK ? api_idempotency_begin(call, err) : status;
}

static void
run(struct api_call *call, const char *path, struct sg_err *err)
{
	const char *allow = "";
	enum sg_status status;

	call->resource = api_find(call->request->request.method, path,
				  call->pool, call->args, &allow);
	if (!call->resource) {
		refuse_method(call, path, allow);
		return;
	}
	if (call->principal.role < call->resource->role) {
		refuse_role(call);
		return;
	}
	status = check(call, err);
	if (status == SG_OK && !call->replayed) {
		status = answer(call, call->resource->fn, err);
		if (status == SG_OK)
			status = api_page(call, err);
		if (status == SG_OK)
			api_audit_done(call);
	}
	finish(call, status, err);
	api_idempotency_end(call);
}

static void
done(struct api_call *call)
{
	if (call->store)
		store_readers_give(call->api->options.readers, call->store);
	json_free(call->body);
	json_free(call->answer);
	json_free(call->warnings);
	pool_free(call->pool);
}

static void
begin(struct api_call *call, struct api *api,
      const struct http_request *request, struct sg_reply *reply)
{
	memset(call, 0, sizeof(*call));
	call->api = api;
	call->request = request;
	call->reply = reply;
	call->pool = pool_new();
	call->now = request->request.received_at;
	atomic_fetch_add(&api->calls, 1);
	/* Answers are about people: no cache keeps them. */
	reply_header(reply, "Cache-Control", "no-store");
	reply_header(reply, "X-Content-Type-Options", "nosniff");
}

/* The path after /api/v1, NULL when it is another. */
static const char *
under_prefix(const char *path)
{
	size_t len = sizeof(prefix) - 1;

	if (strncmp(path, prefix, len) != 0 ||
	    (path[len] != '\0' && path[len] != '/'))
		return NULL;
	return path[len] && path[len + 1] ? path + len : "";
}

void
api_handle(void *arg, const struct http_request *request,
	   struct sg_reply *reply)
{
	const char *path = under_prefix(request->request.path);
	struct api_call call;
	struct sg_err err = {0};
	enum sg_status status;

	begin(&call, arg, request, reply);
	status = path ? api_authenticate(&call, &err) : SG_NONE;
	if (!path) {
		api_problem(reply, 404, "the API is at /api/v1");
	} else if (status != SG_OK) {
		finish(&call, status, &err);
	} else {
		run(&call, path, &err);
	}
	done(&call);
}

static void
split_query(struct api_call *call, struct sg_request *request)
{
	char *own = pool_strdup(call->pool, request->path);
	char *query = strchr(own, '?');

	if (query)
		*query++ = '\0';
	request->path = own;
	request->query = query ? query : "";
}

void
api_handle_as(void *arg, const char *actor, const char *method,
	      const char *path, const char *body, size_t body_len,
	      struct sg_reply *reply)
{
	struct http_request request = {.face = HTTP_PRIVATE};
	struct api_call call;
	struct sg_err err = {0};
	enum sg_status status;

	request.request.size = sizeof(request.request);
	request.request.method = method;
	request.request.path = path;
	request.request.body = body ? body : "";
	request.request.body_len = body ? body_len : 0;
	request.request.peer = "";
	request.request.received_at = clock_now();
	begin(&call, arg, &request, reply);
	split_query(&call, &request.request);
	path = request.request.path;
	status = api_find_actor(&call, actor, &err);
	if (status == SG_OK && !under_prefix(path))
		status = err_set(&err, SG_NONE, "the API is at /api/v1");
	if (status != SG_OK)
		finish(&call, status, &err);
	else
		run(&call, under_prefix(path), &err);
	done(&call);
}

void
api_handle_for(struct api *api, const struct sg_user *user,
	       struct http_request *request, struct sg_reply *reply)
{
	struct api_call call;
	struct sg_err err = {0};
	enum sg_status status;

	begin(&call, api, request, reply);
	split_query(&call, &request->request);
	status = api_take_person(&call, user, &err);
	if (status != SG_OK)
		finish(&call, status, &err);
	else
		run(&call, request->request.path, &err);
	done(&call);
}
