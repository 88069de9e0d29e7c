/* api_events.c - see api_events.h: the ring and the thread that fills it. */
#include "http/api/api_events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/store_broadcast.h"

enum {
	JOIN_MS = 10000,
	LOOK_MS = 100,
	PAGE = 500,
	TAKE_MOST = 256,
	BROADCASTS_MOST = 1000
};

struct seen {
	char *name;
	enum broadcast_state state;
};

struct events {
	struct api *api;
	pthread_mutex_t lock; /* guards all but the last four */
	pthread_cond_t more;
	struct event ring[EVENTS_RING];
	uint64_t head;	 /* number of the event to come */
	int64_t last_id; /* all up to this are in, or went through */
	int64_t from_id; /* none before this is in the ring */
	unsigned listeners;
	bool started, stop;
	bool ready; /* it follows: who comes now misses nothing */
	pthread_t thread;
	/* The thread's own. */
	int64_t generation;
	size_t n_seen;
	struct seen seen[BROADCASTS_MOST];
};

/* --- one event ----------------------------------------------------------- */

static const char *const kinds[EVENT_N_KINDS] = {
	"signal", "score", "threshold", "fired", "broadcast", "scores",
};

const char *
event_kind_name(enum event_kind kind)
{
	return kinds[kind];
}

int
event_kind_find(const char *name, size_t len)
{
	for (int i = 0; i < EVENT_N_KINDS; i++)
		if (strlen(kinds[i]) == len && memcmp(kinds[i], name, len) == 0)
			return i;
	return -1;
}

static char *
must_dup(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		abort();
	return copy;
}

static char *
text_of(const struct json *json)
{
	struct buf text = BUF_INIT;
	char *copy;

	json_write(json, &text);
	copy = must_dup(buf_text(&text));
	buf_done(&text);
	return copy;
}

static void
add_signal(struct json *to, const struct store_event *row)
{
	struct json *properties = NULL;
	char id[32];

	snprintf(id, sizeof(id), "%lld", (long long)row->id);
	json_add_text(to, "id", id);
	json_add_text(to, "name", row->name);
	json_add_time(to, "happened_at", row->at);
	json_add_text(to, "source", row->source);
	json_add_text(to, "verdict", verdict_name((enum verdict)row->verdict));
	json_add_bool(to, "effective", row->effective);
	if (json_parse(row->text, strlen(row->text), &properties, NULL) ==
	    SG_OK)
		json_add(to, "properties", properties);
}

static void
add_points(struct json *to, const struct store_event *row)
{
	char id[32];

	json_add_text(to, "score", row->name);
	json_add_number(to, "points", row->delta);
	json_add_number(to, "balance", row->balance);
	json_add_time(to, "at", row->at);
	if (*row->source)
		json_add_text(to, "rule", row->source);
	json_add_text(to, "because", row->text);
	if (!row->history_id)
		return;
	snprintf(id, sizeof(id), "%lld", (long long)row->history_id);
	json_add_text(to, "signal", id);
}

static void
add_firing(struct json *to, const struct store_event *row)
{
	json_add_text(to, "automation", row->name);
	json_add_time(to, "at", row->at);
	json_add_text(to, "cause", row->text);
	if (*row->trouble)
		json_add_text(to, "trouble", row->trouble);
}

void
event_make(struct event *event, const struct store_event *row)
{
	static const enum event_kind kind_of[] = {
		[STORE_SIGNAL] = EVENT_SIGNAL,
		[STORE_POINTS] = EVENT_SCORE,
		[STORE_FIRED] = EVENT_FIRED,
	};
	struct json *data = json_new_object();

	json_add_int(data, "record", row->record_id);
	json_add_text(data, "module", row->module);
	json_add_text(data, "key", row->key);
	event->id = row->id;
	event->kind = kind_of[row->kind];
	event->record_id = row->record_id;
	event->after = row->balance;
	event->before = row->balance - row->delta;
	event->name = must_dup(row->name);
	if (row->kind == STORE_SIGNAL)
		add_signal(data, row);
	else if (row->kind == STORE_POINTS)
		add_points(data, row);
	else
		add_firing(data, row);
	event->data = text_of(data);
	json_free(data);
}

void
event_done(struct event *event)
{
	free(event->name);
	free(event->data);
	memset(event, 0, sizeof(*event));
}

void
event_write(struct buf *to, int64_t id, const char *kind, const char *data)
{
	if (id)
		buf_printf(to, "id: %lld\n", (long long)id);
	buf_printf(to, "event: %s\ndata: ", kind);
	buf_append_text(to, data);
	buf_append_text(to, "\n\n");
}

/* --- filling the ring ---------------------------------------------------- */

/* Takes what the event holds. Under the lock. */
static void
push(struct events *self, const struct event *event)
{
	struct event *place = &self->ring[self->head % EVENTS_RING];

	if (place->id)
		self->from_id = place->id;
	event_done(place);
	*place = *event;
	self->head++;
}

static void
push_rows(struct events *self, const struct store_events *rows)
{
	for (size_t i = 0; i < rows->n_rows; i++) {
		struct event event = {0};

		event_make(&event, &rows->rows[i]);
		pthread_mutex_lock(&self->lock);
		push(self, &event);
		self->last_id = event.id;
		pthread_mutex_unlock(&self->lock);
	}
}

/* An event that is about no record. */
static void
push_plain(struct events *self, enum event_kind kind, const char *name,
	   struct json *data)
{
	struct event event = {
		.kind = kind, .name = must_dup(name), .data = text_of(data)};

	json_free(data);
	pthread_mutex_lock(&self->lock);
	push(self, &event);
	pthread_mutex_unlock(&self->lock);
}

/* true: it was not known so. */
static bool
note_state(struct events *self, const struct store_broadcast *row)
{
	for (size_t i = 0; i < self->n_seen; i++) {
		if (strcmp(self->seen[i].name, row->name) != 0)
			continue;
		if (self->seen[i].state == row->state)
			return false;
		self->seen[i].state = row->state;
		return true;
	}
	if (self->n_seen == BROADCASTS_MOST)
		return false;
	self->seen[self->n_seen].name = must_dup(row->name);
	self->seen[self->n_seen++].state = row->state;
	return true;
}

static enum sg_status
look_at_broadcasts(struct events *self, struct store *store, struct pool *pool,
		   bool tell, struct sg_err *err)
{
	struct store_broadcasts all;
	enum sg_status status = store_broadcasts_all(store, pool, &all, err);

	for (size_t i = 0; status == SG_OK && i < all.n_rows; i++) {
		const struct store_broadcast *row = &all.rows[i];
		struct json *data;

		if (!note_state(self, row) || !tell)
			continue;
		data = json_new_object();
		json_add_text(data, "name", row->name);
		json_add_text(data, "state", broadcast_state_name(row->state));
		if (*row->trouble)
			json_add_text(data, "trouble", row->trouble);
		push_plain(self, EVENT_BROADCAST, row->name, data);
	}
	return status;
}

static void
look_at_generation(struct events *self, const struct store_event_head *head)
{
	struct json *data;

	if (self->generation == head->generation)
		return;
	self->generation = head->generation;
	data = json_new_object();
	json_add_int(data, "generation", head->generation);
	push_plain(self, EVENT_SCORES, "", data);
}

static enum sg_status
look(struct events *self, struct store *store, struct pool *pool,
     struct sg_err *err)
{
	struct store_events rows = {NULL, 0};
	struct store_event_head head;
	enum sg_status status = store_event_get_head(store, &head, err);

	if (status == SG_OK)
		look_at_generation(self, &head);
	do {
		if (status == SG_OK && head.id > self->last_id)
			status = store_events_after(store, self->last_id, PAGE,
						    pool, &rows, err);
		else
			rows.n_rows = 0;
		if (status == SG_OK)
			push_rows(self, &rows);
	} while (status == SG_OK && rows.n_rows == PAGE);
	return status == SG_OK
		       ? look_at_broadcasts(self, store, pool, true, err)
		       : status;
}

/* Somebody came after a while in which nobody was here. */
static enum sg_status
begin_anew(struct events *self, struct store *store, struct pool *pool,
	   struct sg_err *err)
{
	struct store_event_head head;
	enum sg_status status = store_event_get_head(store, &head, err);

	if (status == SG_OK)
		status = look_at_broadcasts(self, store, pool, false, err);
	if (status != SG_OK)
		return status;
	self->generation = head.generation;
	pthread_mutex_lock(&self->lock);
	for (size_t i = 0; i < EVENTS_RING; i++)
		event_done(&self->ring[i]);
	self->last_id = self->from_id = head.id;
	pthread_mutex_unlock(&self->lock);
	return SG_OK;
}

static enum sg_status
with_store(struct events *self,
	   enum sg_status (*fn)(struct events *self, struct store *store,
				struct pool *pool, struct sg_err *err),
	   struct sg_err *err)
{
	struct store_readers *readers = self->api->options.readers;
	struct pool *pool = pool_new();
	struct store *store;
	enum sg_status status = store_readers_take(readers, &store, err);

	if (status == SG_OK) {
		status = fn(self, store, pool, err);
		store_readers_give(readers, store);
	}
	pool_free(pool);
	if (status != SG_OK)
		log_debug("events: the store cannot be read: %s", err->text);
	return status;
}

static void
wait_for(struct events *self, int ms)
{
	int64_t until = clock_monotonic_ms() + ms;
	struct timespec at = {.tv_sec = (time_t)(until / 1000),
			      .tv_nsec = (long)(until % 1000) * 1000000};

	pthread_cond_timedwait(&self->more, &self->lock, &at);
}

/* Follows while somebody listens, sleeps while nobody does. */
static void *
run(void *arg)
{
	struct events *self = arg;
	struct sg_err err = {0};
	bool right;

	pthread_mutex_lock(&self->lock);
	while (!self->stop) {
		uint64_t head = self->head;

		if (!self->listeners) {
			self->ready = false;
			pthread_cond_wait(&self->more, &self->lock);
			continue;
		}
		pthread_mutex_unlock(&self->lock);
		right = with_store(self, self->ready ? look : begin_anew,
				   &err) == SG_OK;
		pthread_mutex_lock(&self->lock);
		if (self->head != head || (right && !self->ready))
			pthread_cond_broadcast(&self->more);
		self->ready |= right;
		if (!self->stop)
			wait_for(self, LOOK_MS);
	}
	pthread_mutex_unlock(&self->lock);
	return NULL;
}

/* --- opening ------------------------------------------------------------- */

struct events *
events_new(struct api *api)
{
	struct events *self = calloc(1, sizeof(*self));
	pthread_condattr_t attributes;

	if (!self)
		return NULL;
	self->api = api;
	pthread_mutex_init(&self->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&self->more, &attributes);
	pthread_condattr_destroy(&attributes);
	return self;
}

void
events_free(struct events *self)
{
	if (!self)
		return;
	pthread_mutex_lock(&self->lock);
	self->stop = true;
	pthread_cond_broadcast(&self->more);
	pthread_mutex_unlock(&self->lock);
	if (self->started)
		pthread_join(self->thread, NULL);
	for (size_t i = 0; i < EVENTS_RING; i++)
		event_done(&self->ring[i]);
	for (size_t i = 0; i < self->n_seen; i++)
		free(self->seen[i].name);
	pthread_cond_destroy(&self->more);
	pthread_mutex_destroy(&self->lock);
	free(self);
}

/* --- listeners ----------------------------------------------------------- */

/* Under the lock. */
static enum sg_status
start(struct events *self, struct sg_err *err)
{
	if (self->started)
		return SG_OK;
	if (pthread_create(&self->thread, NULL, run, self) != 0)
		return err_set(err, SG_FAILED, "cannot start a thread");
	self->started = true;
	return SG_OK;
}

enum sg_status
events_join(struct events *self, struct sg_err *err)
{
	int64_t until = clock_monotonic_ms() + JOIN_MS;
	enum sg_status status = SG_OK;

	pthread_mutex_lock(&self->lock);
	if (self->listeners == EVENTS_LISTENERS_MOST)
		status = err_set(err, SG_BUSY, "%d listen already",
				 EVENTS_LISTENERS_MOST);
	else
		status = start(self, err);
	if (status == SG_OK) {
		self->listeners++;
		pthread_cond_broadcast(&self->more);
	}
	while (status == SG_OK && !self->ready) {
		wait_for(self, LOOK_MS);
		if (!self->ready && clock_monotonic_ms() > until) {
			self->listeners--;
			status = err_set(err, SG_BUSY,
					 "the store cannot be read");
		}
	}
	pthread_mutex_unlock(&self->lock);
	return status;
}

void
events_leave(struct events *self)
{
	pthread_mutex_lock(&self->lock);
	self->listeners--;
	pthread_mutex_unlock(&self->lock);
}

void
events_now(struct events *self, struct events_place *place, int64_t *id_out)
{
	pthread_mutex_lock(&self->lock);
	place->number = self->head;
	*id_out = self->last_id;
	pthread_mutex_unlock(&self->lock);
}

bool
events_find(struct events *self, int64_t id, struct events_place *place)
{
	bool found;
	uint64_t n;

	pthread_mutex_lock(&self->lock);
	n = self->head < EVENTS_RING ? self->head : EVENTS_RING;
	found = id >= self->from_id;
	place->number = self->head - n;
	while (n-- && self->ring[place->number % EVENTS_RING].id <= id)
		place->number++;
	pthread_mutex_unlock(&self->lock);
	return found;
}

enum sg_status
events_take(struct events *self, struct events_place *place, int wait_ms,
	    void (*fn)(void *arg, const struct event *event), void *arg)
{
	enum sg_status status = SG_NONE;

	pthread_mutex_lock(&self->lock);
	if (place->number == self->head && !self->stop)
		wait_for(self, wait_ms);
	if (self->head - place->number > EVENTS_RING)
		status = SG_REFUSED;
	for (int i = 0; status != SG_REFUSED && i < TAKE_MOST &&
			place->number != self->head;
	     i++) {
		fn(arg, &self->ring[place->number++ % EVENTS_RING]);
		status = SG_OK;
	}
	pthread_mutex_unlock(&self->lock);
	return status;
}
