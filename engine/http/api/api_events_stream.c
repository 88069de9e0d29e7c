/*
 * api_events_stream.c - GET /events: server-sent events (HTML, "Server-sent
 * events") to one listener, on its own connection's thread. With Last-Event-ID
 * it goes on where it was, from the store; then from the ring (api_events.h).
 * Whom the ring has overtaken, slow or in a burst larger than it, is told so
 * and goes on from the store likewise: what waits for him is on the disk.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "http/api/api_events_filter.h"
#include "store/store_token.h"

enum {
	STREAM_MAGIC = 0x45564e54,
	PAGE = 500,
	BATCH_MOST = 256,
	WAIT_MS = 250,
	ALIVE_MS = 15000
};

struct stream {
	unsigned magic;
	struct api *api;
	struct events *events;
	struct events_filter filter;
	struct events_place place;
	bool joined, live, begun;
	int64_t last_id;
	int64_t written_at; /* monotonic */
	char *actor;	    /* a token's name; NULL = the socket's */
	size_t n;
	struct event batch[BATCH_MOST];
};

/* --- batches ------------------------------------------------------------- */

static char *
must_dup(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		abort();
	return copy;
}

/* Under the ring's lock: nothing but a copy. */
static void
copy_one(void *arg, const struct event *event)
{
	struct stream *self = arg;
	struct event *copy = &self->batch[self->n];

	/* From the store already. */
	if (event->id && event->id <= self->last_id)
		return;
	*copy = *event;
	copy->name = must_dup(event->name);
	copy->data = must_dup(event->data);
	self->n++;
}

static void
write_batch(struct stream *self, struct buf *to)
{
	events_filter_write(&self->filter, self->batch, self->n, to);
	for (size_t i = 0; i < self->n; i++) {
		if (self->batch[i].id)
			self->last_id = self->batch[i].id;
		event_done(&self->batch[i]);
	}
	self->n = 0;
}

/* --- from the store ------------------------------------------------------ */

static enum sg_status
read_page(struct stream *self, struct pool *pool, struct store_events *rows)
{
	struct store_readers *readers = self->api->options.readers;
	struct store *store;
	enum sg_status status = store_readers_take(readers, &store, NULL);

	if (status != SG_OK)
		return status;
	status = store_events_after(store, self->last_id, PAGE, pool, rows,
				    NULL);
	store_readers_give(readers, store);
	return status;
}

/* A page; after the last one the ring goes on. */
static bool
catch_up(struct stream *self, struct buf *to)
{
	struct pool *pool = pool_new();
	struct store_events rows = {NULL, 0};
	bool right = read_page(self, pool, &rows) == SG_OK;

	for (size_t i = 0; right && i < rows.n_rows; i++) {
		event_make(&self->batch[self->n++], &rows.rows[i]);
		if (self->n == BATCH_MOST || i + 1 == rows.n_rows)
			write_batch(self, to);
	}
	pool_free(pool);
	if (right && rows.n_rows < PAGE)
		self->live =
			events_find(self->events, self->last_id, &self->place);
	return right;
}

/* --- the stream ---------------------------------------------------------- */

/* A token that is revoked or has expired listens no longer. */
static bool
may_listen(struct stream *self)
{
	struct store_readers *readers = self->api->options.readers;
	struct pool *pool = pool_new();
	struct store_tokens tokens = {NULL, 0};
	struct store *store;
	bool may = !self->actor;

	if (!may && store_readers_take(readers, &store, NULL) == SG_OK) {
		/* While the store is away nobody is sent off. */
		may = store_tokens_all(store, false, pool, &tokens, NULL) !=
		      SG_OK;
		store_readers_give(readers, store);
	}
	for (size_t i = 0; i < tokens.n_rows; i++)
		if (strcmp(tokens.rows[i].name, self->actor) == 0)
			may = !tokens.rows[i].expires_at ||
			      tokens.rows[i].expires_at > clock_now();
	pool_free(pool);
	return may;
}

static void
tell(struct buf *to, const char *kind, const char *why)
{
	struct json *data = json_new_object();
	struct buf text = BUF_INIT;

	json_add_text(data, "detail", why);
	json_write(data, &text);
	event_write(to, 0, kind, buf_text(&text));
	json_free(data);
	buf_done(&text);
}

/* false: that was the last one. */
static bool
end(struct buf *to, const char *why)
{
	tell(to, "closed", why);
	return false;
}

/* Where it is, so that it can come again even if nothing was for it. */
static void
say_place(struct stream *self, struct buf *to)
{
	buf_printf(to, ": alive\nid: %lld\n\n", (long long)self->last_id);
}

static bool
follow(struct stream *self, struct buf *to)
{
	enum sg_status status;

	if (!self->live)
		return catch_up(self, to) ||
		       end(to, "the store cannot be read");
	status = events_take(self->events, &self->place, WAIT_MS, copy_one,
			     self);
	if (status == SG_REFUSED) {
		self->live = false;
		tell(to, "behind",
		     "from the store now: nothing of records is missed, but "
		     "states of broadcasts may be");
		return true;
	}
	write_batch(self, to);
	events_filter_look(&self->filter, to);
	return true;
}

static bool
next(void *arg, struct buf *to)
{
	struct stream *self = arg;
	struct http *http = atomic_load(&self->api->http);

	assert(self->magic == STREAM_MAGIC);
	if (!self->begun) {
		self->begun = true;
		buf_append_text(to, "retry: 2000\n");
		say_place(self, to);
		self->written_at = clock_monotonic_ms();
		return true;
	}
	if (!http || http_is_closing(http))
		return end(to, "scoregated is stopping");
	if (!follow(self, to))
		return false;
	if (to->len) {
		self->written_at = clock_monotonic_ms();
	} else if (clock_monotonic_ms() - self->written_at >= ALIVE_MS) {
		self->written_at = clock_monotonic_ms();
		if (!may_listen(self))
			return end(to, "the token is no longer good");
		say_place(self, to);
	}
	return true;
}

static void
done(void *arg)
{
	struct stream *self = arg;

	assert(self->magic == STREAM_MAGIC);
	for (size_t i = 0; i < self->n; i++)
		event_done(&self->batch[i]);
	if (self->joined)
		events_leave(self->events);
	events_filter_done(&self->filter);
	free(self->actor);
	free(self);
}

/* --- GET /events --------------------------------------------------------- */

static enum sg_status
begin(struct stream *self, struct api_call *call, struct sg_err *err)
{
	const char *since = http_request_header(call->request, "Last-Event-ID");
	long long id = 0;
	enum sg_status status = events_filter_init(&self->filter, call, err);

	if (status == SG_OK && since && (!text_to_int(since, &id) || id < 0))
		status = err_set(err, SG_REFUSED,
				 "`Last-Event-ID` is not one that the API "
				 "gave");
	if (status == SG_OK)
		status = events_join(self->events, err);
	if (status != SG_OK)
		return status;
	self->joined = true;
	events_filter_begin(&self->filter);
	events_now(self->events, &self->place, &self->last_id);
	self->live = !since;
	if (since && id < self->last_id)
		self->last_id = id;
	return SG_OK;
}

enum sg_status
api_events(struct api_call *call, struct sg_err *err)
{
	struct reply_stream stream = {next, done, NULL};
	struct stream *self;
	enum sg_status status;

	/* It waits on its own thread, which only the private faces have. */
	if (!call->request->request.handle)
		return err_set(err, SG_REFUSED, "events are not for plugins");
	self = calloc(1, sizeof(*self));
	if (!self)
		return err_set(err, SG_FAILED, "out of memory");
	self->magic = STREAM_MAGIC;
	self->api = call->api;
	self->events = call->api->events;
	if (call->request->face != HTTP_LOCAL)
		self->actor = must_dup(call->principal.name);
	status = begin(self, call, err);
	if (status != SG_OK ||
	    strcmp(call->request->request.method, "HEAD") == 0) {
		done(self);
		return status;
	}
	stream.arg = self;
	reply_stream(call->reply, "text/event-stream", &stream);
	/* nginx would keep it back. */
	reply_header(call->reply, "X-Accel-Buffering", "no");
	return SG_OK;
}
