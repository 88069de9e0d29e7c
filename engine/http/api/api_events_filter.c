/* api_events_filter.c - see api_events_filter.h. */
#include "http/api/api_events_filter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "rule/condition_set.h"

enum { LOOK_MS = 60000 };

/* --- from the parameters ------------------------------------------------- */

static enum sg_status
read_kinds(struct events_filter *self, const char *text, struct sg_err *err)
{
	while (*text) {
		size_t len = strcspn(text, ",");
		int kind = event_kind_find(text, len);

		if (kind < 0)
			return err_set(err, SG_REFUSED,
				       "`kind` is signal, score, threshold, "
				       "fired, broadcast or scores, not `%.*s`",
				       (int)len, text);
		self->kinds[kind] = true;
		text += len + (text[len] == ',');
	}
	return SG_OK;
}

static enum sg_status
read_threshold(struct events_filter *self, const char *text, size_t len,
	       struct sg_err *err)
{
	struct threshold *threshold = &self->thresholds[self->n_thresholds];
	char number[64];

	snprintf(number, sizeof(number), "%.*s", (int)len, text);
	if (self->n_thresholds == THRESHOLDS_MOST)
		return err_set(err, SG_REFUSED, "more than %d thresholds",
			       THRESHOLDS_MOST);
	if (!text_to_number(number, &threshold->at))
		return err_set(err, SG_REFUSED,
			       "`threshold` is numbers with commas between");
	threshold->above = record_set_new();
	self->n_thresholds++;
	return SG_OK;
}

static enum sg_status
read_thresholds(struct events_filter *self, struct api_call *call,
		struct sg_err *err)
{
	const char *text = api_param(call, "threshold");
	struct score_settings settings;
	enum sg_status status = SG_OK;

	if (!text)
		return SG_OK;
	status = api_score(call, self->score ? self->score : "lead", &settings,
			   err);
	if (status == SG_OK)
		self->score_id = settings.id;
	while (*text && status == SG_OK) {
		size_t len = strcspn(text, ",");

		status = read_threshold(self, text, len, err);
		text += len + (text[len] == ',');
	}
	return status;
}

static enum sg_status
read_where(struct events_filter *self, struct api_call *call,
	   struct sg_err *err)
{
	const char *where = api_param(call, "where");
	struct apply_names *names;
	enum sg_status status = api_store(call, err);

	if (status != SG_OK || !where || !*where)
		return status;
	names = pool_alloc(call->pool, sizeof(*names));
	apply_names_init(names, call->api->options.apply, call->store);
	return condition_parse(where, &names->names, &self->condition, err);
}

static char *
keep(const char *text)
{
	return text ? strdup(text) : NULL;
}

enum sg_status
events_filter_init(struct events_filter *self, struct api_call *call,
		   struct sg_err *err)
{
	const char *kinds = api_param(call, "kind");
	const char *contact = api_param(call, "contact");
	struct store_record record = {0};
	enum sg_status status = SG_OK;

	memset(self, 0, sizeof(*self));
	self->api = call->api;
	self->score = keep(api_param(call, "score"));
	self->name = keep(api_param(call, "name"));
	if (kinds && *kinds)
		status = read_kinds(self, kinds, err);
	else
		memset(self->kinds, true, sizeof(self->kinds));
	if (status == SG_OK && contact)
		status = api_contact(call, contact, &record, NULL, err);
	if (status == SG_OK && contact)
		self->record_id = record.id;
	if (status == SG_OK)
		status = read_where(self, call, err);
	return status == SG_OK ? read_thresholds(self, call, err) : status;
}

void
events_filter_done(struct events_filter *self)
{
	free(self->score);
	free(self->name);
	condition_free(self->condition);
	for (size_t i = 0; i < self->n_thresholds; i++)
		record_set_free(self->thresholds[i].above);
	memset(self, 0, sizeof(*self));
}

/* --- what it wants ------------------------------------------------------- */

/* As the record is now. */
static bool
holds(struct events_filter *self, struct store *store, uint32_t record_id)
{
	struct stored_view *view;
	int64_t now = clock_now();
	bool held;

	if (stored_view_open(store, self->api->options.scoreboard, record_id,
			     now, &view, NULL) != SG_OK)
		return false;
	held = condition_test(self->condition, stored_view_get(view), NULL,
			      now);
	stored_view_close(view);
	return held;
}

static bool
wants_record(struct events_filter *self, struct store *store,
	     uint32_t record_id)
{
	if (self->record_id && self->record_id != record_id)
		return false;
	return !self->condition ||
	       (store && record_id && holds(self, store, record_id));
}

static bool
wants(struct events_filter *self, struct store *store,
      const struct event *event)
{
	if (!self->kinds[event->kind])
		return false;
	if (event->kind == EVENT_BROADCAST || event->kind == EVENT_SCORES)
		return !self->record_id && !self->condition;
	if (event->kind == EVENT_SCORE && self->score &&
	    strcmp(event->name, self->score) != 0)
		return false;
	if (event->kind == EVENT_SIGNAL && self->name &&
	    strcmp(event->name, self->name) != 0)
		return false;
	return wants_record(self, store, event->record_id);
}

/* --- thresholds ---------------------------------------------------------- */

static void
write_crossing(struct events_filter *self, const struct threshold *threshold,
	       const struct store_record *record, bool rises, struct buf *to)
{
	struct json *data = json_new_object();
	struct buf text = BUF_INIT;

	json_add_int(data, "record", record->id);
	json_add_text(data, "module", record->module);
	json_add_text(data, "key", record->key);
	json_add_text(data, "score", self->score ? self->score : "lead");
	json_add_number(data, "threshold", threshold->at);
	json_add_text(data, "how", rises ? "rises" : "falls");
	json_write(data, &text);
	event_write(to, 0, event_kind_name(EVENT_THRESHOLD), buf_text(&text));
	json_free(data);
	buf_done(&text);
}

static void
cross(struct events_filter *self, struct store *store,
      struct threshold *threshold, uint32_t record_id, struct buf *to)
{
	bool rises = !record_set_has(threshold->above, record_id);
	struct pool *pool = pool_new();
	struct store_record record;

	if (rises)
		record_set_add(threshold->above, record_id);
	else
		record_set_remove(threshold->above, record_id);
	if (self->kinds[EVENT_THRESHOLD] &&
	    wants_record(self, store, record_id) &&
	    store_record_get(store, record_id, pool, &record, NULL) == SG_OK &&
	    !record.deleted_at)
		write_crossing(self, threshold, &record, rises, to);
	pool_free(pool);
}

static bool
is_above(struct events_filter *self, uint32_t record_id, double at)
{
	struct score_summary summary;

	scoreboard_summary(self->api->options.scoreboard, record_id,
			   self->score_id, clock_now(), &summary);
	return summary.has_score && summary.value[SCORE_SCORE] >= at;
}

static void
look_at_record(struct events_filter *self, struct store *store,
	       uint32_t record_id, struct buf *to)
{
	for (size_t i = 0; store && i < self->n_thresholds; i++) {
		struct threshold *threshold = &self->thresholds[i];

		if (is_above(self, record_id, threshold->at) !=
		    record_set_has(threshold->above, record_id))
			cross(self, store, threshold, record_id, to);
	}
}

struct crossing {
	struct events_filter *filter;
	struct store *store;
	struct threshold *threshold;
	struct buf *to;
};

static bool
cross_one(void *arg, uint32_t record_id)
{
	struct crossing *crossing = arg;

	cross(crossing->filter, crossing->store, crossing->threshold, record_id,
	      crossing->to);
	return true;
}

static struct record_set *
select_above(struct events_filter *self, const struct threshold *threshold)
{
	struct score_range range = {.lo = threshold->at, .hi = INFINITY};
	struct record_set *now = record_set_new();

	scoreboard_select(self->api->options.scoreboard, self->score_id,
			  SCORE_SCORE, &range, clock_now(), now);
	return now;
}

static void
look_at_all(struct events_filter *self, struct store *store,
	    struct threshold *threshold, struct buf *to)
{
	struct crossing crossing = {self, store, threshold, to};
	struct record_set *now = select_above(self, threshold);
	struct record_set *changed = record_set_copy(threshold->above);

	record_set_and_not(changed, now);
	record_set_and_not(now, threshold->above);
	record_set_or(changed, now);
	record_set_free(now);
	record_set_each(changed, cross_one, &crossing);
	record_set_free(changed);
}

static struct store *
take_store(struct events_filter *self)
{
	struct store *store;

	return store_readers_take(self->api->options.readers, &store, NULL) ==
			       SG_OK
		       ? store
		       : NULL;
}

static void
give_store(struct events_filter *self, struct store *store)
{
	if (store)
		store_readers_give(self->api->options.readers, store);
}

void
events_filter_begin(struct events_filter *self)
{
	for (size_t i = 0; i < self->n_thresholds; i++) {
		record_set_free(self->thresholds[i].above);
		self->thresholds[i].above =
			select_above(self, &self->thresholds[i]);
	}
	self->looked_at = clock_monotonic_ms();
}

void
events_filter_look(struct events_filter *self, struct buf *to)
{
	int64_t now = clock_monotonic_ms();
	struct store *store;

	if (!self->n_thresholds || now - self->looked_at < LOOK_MS)
		return;
	self->looked_at = now;
	store = take_store(self);
	for (size_t i = 0; store && i < self->n_thresholds; i++)
		look_at_all(self, store, &self->thresholds[i], to);
	give_store(self, store);
}

void
events_filter_write(struct events_filter *self, const struct event *events,
		    size_t n, struct buf *to)
{
	bool asks = self->condition || self->n_thresholds;
	struct store *store = asks ? take_store(self) : NULL;

	for (size_t i = 0; i < n; i++) {
		const struct event *event = &events[i];

		if (wants(self, store, event))
			event_write(to, event->id, event_kind_name(event->kind),
				    event->data);
		if (event->kind == EVENT_SCORE)
			look_at_record(self, store, event->record_id, to);
	}
	give_store(self, store);
}
