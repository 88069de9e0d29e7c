/*
 * http_exchange.c - one request and its answer. libmicrohttpd calls in this
 * order: begin (request line), step (headers are there), step for each piece
 * of the body, step (body complete: here the handler runs, or a worker is
 * given it, and then step once more), end.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <strings.h>

#include "base/clock.h"
#include "base/encode.h"
#include "http/http_private.h"

enum {
	BODY_PRIVATE_MOST = 64 << 20,
	/* Read and thrown away past the most, so that the peer gets to see our
	 * 413 instead of a reset. */
	BODY_EXCESS_MOST = 4 << 20
};

struct exchange {
	struct http_handle handle; /* first: sg_request.handle is this */
	struct http_work work;
	struct http_door *door;
	struct http_connection *from;
	struct MHD_Connection *connection;
	char *uri;
	struct buf body;
	size_t body_most, excess;
	bool crowded; /* the excess is the others' */
	bool begun, streamed;
	struct http_request request;
	char peer[HTTP_PEER_SIZE]; /* the client's, behind proxies too */
	struct sg_reply reply;
	atomic_bool answered; /* reply is filled */
};

static struct exchange *
check(void *pointer)
{
	struct exchange *self = pointer;

	assert(self->handle.magic == HTTP_HANDLE_MAGIC);
	return self;
}

static const char *
find_header(const struct http_handle *handle, const char *name)
{
	const struct exchange *self = (const struct exchange *)handle;

	return MHD_lookup_connection_value(self->connection, MHD_HEADER_KIND,
					   name);
}

struct collecting {
	const char *name, **values;
	size_t n, most;
};

static enum MHD_Result
collect(void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct collecting *self = arg;

	if (strcasecmp(name, self->name) != 0)
		return MHD_YES;
	if (self->n < self->most)
		self->values[self->n] = value ? value : "";
	self->n++;
	return MHD_YES;
}

static size_t
find_all(const struct http_handle *handle, const char *name,
	 const char **values, size_t most)
{
	const struct exchange *self = (const struct exchange *)handle;
	struct collecting found = {name, values, 0, most};

	MHD_get_connection_values(self->connection, MHD_HEADER_KIND, collect,
				  &found);
	return found.n;
}

/* Nothing left to read from a peer that closed its side. */
static bool
is_over(const struct http_handle *handle)
{
	const struct exchange *self = (const struct exchange *)handle;
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		self->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	char byte;

	return info &&
	       recv(info->connect_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void *
http_exchange_begin(void *arg, const char *uri,
		    struct MHD_Connection *connection)
{
	struct http_door *door = arg;
	struct exchange *self = calloc(1, sizeof(*self));

	if (!self)
		return NULL;
	self->uri = strdup(uri);
	if (!self->uri) {
		free(self);
		return NULL;
	}
	self->handle.magic = HTTP_HANDLE_MAGIC;
	self->handle.header = find_header;
	self->handle.all = find_all;
	self->handle.is_over = is_over;
	self->door = door;
	self->connection = connection;
	self->from = http_watch_find(connection);
	self->body_most = BODY_PRIVATE_MOST;
	if (door->face == HTTP_PUBLIC)
		self->body_most = door->http->options.body_most;
	buf_init(&self->body, self->body_most);
	reply_init(&self->reply);
	atomic_fetch_add(&door->http->under_way, 1);
	atomic_fetch_add(&door->http->requests, 1);
	return self;
}

static atomic_size_t *
bodies_of(const struct exchange *self)
{
	return &self->door->http->bodies[self->door->face];
}

void
http_exchange_end(void *arg, struct MHD_Connection *connection, void **exchange,
		  enum MHD_RequestTerminationCode code)
{
	struct exchange *self = *exchange;

	if (!self)
		return;
	check(self);
	if (self->from)
		atomic_store(&self->from->waiting_since, clock_monotonic_ms());
	if (self->streamed) /* it had longer: http_answer.c */
		MHD_set_connection_option(connection,
					  MHD_CONNECTION_OPTION_TIMEOUT,
					  self->door->http->options.timeout_s);
	atomic_fetch_sub(&self->door->http->under_way, 1);
	atomic_fetch_sub(bodies_of(self), self->body.len);
	buf_done(&self->body);
	reply_done(&self->reply);
	free(self->uri);
	self->handle.magic = 0;
	free(self);
	*exchange = NULL;
}

/* RFC 9112 §3.2.2: a server must take the absolute form too. */
static void
strip_origin(char *uri)
{
	char *at = NULL;

	if (strncasecmp(uri, "http://", 7) == 0)
		at = uri + 7;
	else if (strncasecmp(uri, "https://", 8) == 0)
		at = uri + 8;
	if (!at)
		return;
	at += strcspn(at, "/?");
	if (*at == '/')
		memmove(uri, at, strlen(at) + 1);
}

const char *
http_refusal(int status)
{
	switch (status) {
	case 411:
		return "the body must say its length: Content-Length";
	case 413:
		return "the request is too large";
	case 414:
		return "the address that is asked for is too long";
	case 431:
		return "the request's headers are too large";
	case 500:
		return "out of memory";
	case 501:
		return "not implemented";
	case 503:
		return "too much at once, try again";
	case 505:
		return "HTTP version not supported";
	default:
		return "bad request";
	}
}

/* Programs are on the private faces. */
static void
write_refusal(const struct exchange *self, int status, struct sg_reply *reply)
{
	if (self->door->face == HTTP_PUBLIC) {
		reply_text(reply, status, http_refusal(status));
		buf_append_char(&reply->body, '\n');
	} else {
		reply_problem(reply, status, http_refusal(status));
	}
	if (status == 503)
		reply_header(reply, "Retry-After", "1");
}

static enum MHD_Result
refuse(struct exchange *self, int status)
{
	struct sg_reply reply;
	enum MHD_Result result;

	atomic_fetch_add(&self->door->http->refused, 1);
	reply_init(&reply);
	write_refusal(self, status, &reply);
	result = http_answer(self->connection, &reply, true);
	reply_done(&reply);
	return result;
}

static void
fill_request(struct exchange *self, const char *method)
{
	struct sg_request *request = &self->request.request;
	char *query = strchr(self->uri, '?');

	if (query)
		*query++ = '\0';
	request->size = sizeof(*request);
	request->method = method;
	request->path = self->uri;
	request->query = query ? query : "";
	request->body = buf_text(&self->body);
	request->body_len = self->body.len;
	request->peer = self->peer;
	request->received_at = clock_now();
	request->handle = self;
	self->request.face = self->door->face;
	self->request.peer_uid = self->from ? self->from->uid : (uid_t)-1;
}

static enum MHD_Result
answer(struct exchange *self)
{
	self->streamed = self->reply.stream.next != NULL;
	return http_answer(self->connection, &self->reply,
			   atomic_load(&self->door->http->closing));
}

static void
run_handler(struct exchange *self)
{
	struct http *http = self->door->http;

	http->handler(http->arg, &self->request, &self->reply);
	atomic_store(&self->answered, true);
}

/* On a worker: the loop calls http_exchange_step() again once resumed. */
static void
run_as_work(struct http_work *work)
{
	struct exchange *self =
		check((char *)work - offsetof(struct exchange, work));

	run_handler(self);
	MHD_resume_connection(self->connection);
}

static bool
is_waiting_path(const struct exchange *self)
{
	const char *const *prefix = self->door->http->options.waiting;

	for (; prefix && *prefix; prefix++)
		if (strncmp(self->request.request.path, *prefix,
			    strlen(*prefix)) == 0)
			return true;
	return false;
}

static bool
may_wait(const struct exchange *self, const char *method)
{
	if (self->door->face != HTTP_PUBLIC || strcmp(method, "OPTIONS") == 0)
		return false;
	return (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) ||
	       is_waiting_path(self);
}

/* Whose it is, and may he? */
static bool
may_ask(struct exchange *self)
{
	struct http *http = self->door->http;
	struct http_origin from = {0};
	int64_t wait_ms = 0;

	if (!self->from)
		return true;
	http_limit_origin(http, &self->from->peer, &self->handle, &from);
	http_socket_text(&from, self->peer);
	if (self->door->face != HTTP_PUBLIC)
		return true;
	switch (http_limit_request(http, &from, self->request.request.path,
				   self->request.request.received_at,
				   &wait_ms)) {
	case HTTP_MAY:
		return true;
	case HTTP_MAY_SEE:
		self->handle.over_limit = true;
		return true;
	case HTTP_MAY_NOT:
	default:
		http_limit_refuse(&self->reply, wait_ms);
		return false;
	}
}

static enum MHD_Result
handle(struct exchange *self, const char *method)
{
	struct http *http = self->door->http;

	if (self->from)
		atomic_store(&self->from->waiting_since, 0);
	if (self->excess)
		return refuse(self, self->crowded ? 503 : 413);
	if (!buf_ok(&self->body))
		return refuse(self, 500);
	fill_request(self, method);
	if (!may_ask(self))
		return answer(self);
	if (may_wait(self, method)) {
		self->work.fn = run_as_work;
		MHD_suspend_connection(self->connection);
		http_workers_put(http, &self->work);
		return MHD_YES;
	}
	run_handler(self);
	return answer(self);
}

/* Thousands of connections with a body each must not be all of the memory. */
static bool
has_room(struct exchange *self, size_t len)
{
	size_t most = self->door->http->options.bodies_most;

	if (atomic_fetch_add(bodies_of(self), len) + len <= most)
		return true;
	atomic_fetch_sub(bodies_of(self), len);
	self->crowded = true;
	return false;
}

static enum MHD_Result
take_body(struct exchange *self, const char *bytes, size_t *len)
{
	if (self->excess || *len > self->body_most - self->body.len ||
	    !has_room(self, *len))
		self->excess += *len;
	else
		buf_append(&self->body, bytes, *len);
	*len = 0;
	return self->excess > BODY_EXCESS_MOST ? MHD_NO : MHD_YES;
}

enum MHD_Result
http_exchange_step(void *arg, struct MHD_Connection *connection,
		   const char *url, const char *method, const char *version,
		   const char *bytes, size_t *len, void **exchange)
{
	struct exchange *self = *exchange;
	struct http_checked request = {
		.connection = connection,
		.method = method,
		.version = version,
		.url = url,
	};
	int status;

	if (!self)
		return MHD_NO;
	check(self);
	if (!self->begun) {
		self->begun = true;
		request.target_len = strlen(self->uri);
		strip_origin(self->uri);
		request.target = self->uri;
		request.body_most = self->body_most;
		request.is_private = self->door->face != HTTP_PUBLIC;
		status = http_check(&request);
		/* An answer here closes the connection, which a refusal wants
		 * and nothing else: all others wait for the next call. */
		return status ? refuse(self, status) : MHD_YES;
	}
	if (*len)
		return take_body(self, bytes, len);
	if (atomic_load(&self->answered))
		return answer(self);
	return handle(self, method);
}

const char *
http_header_of(const void *pointer, const char *name)
{
	const struct http_handle *handle = pointer;

	if (!handle)
		return NULL;
	assert(handle->magic == HTTP_HANDLE_MAGIC);
	if (name[0] == ':')
		return handle->over_limit && strcmp(name, ":over-limit") == 0
			       ? "yes"
			       : NULL;
	return handle->header(handle, name);
}
