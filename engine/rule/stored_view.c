/*
 * stored_view.c - a record of the store as it is now; see condition_set.h.
 *
 * Everything is read when first asked for and kept until the view moves on.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "rule/condition_set.h"
#include "rule/condition_set_parts.h"
#include "rule/stored_ledger.h"
#include "score/scoreboard.h"
#include "store/store_folded.h"
#include "store/store_history.h"
#include "store/store_ledger.h"
#include "store/store_list.h"
#include "store/store_record.h"
#include "store/store_sequence.h"

struct kept_hit {
	int64_t happened_at;
	struct signal signal;
};

struct kept_name { /* the history of one signal's name, newest first */
	struct kept_name *next;
	const char *name;
	struct kept_hit *hits;
	size_t n_hits, room;
};

struct kept_broadcast {
	struct kept_broadcast *next;
	char name[CONDITION_NAME_MOST + 1];
	const char *state; /* one of the language's words */
	struct record_set *records;
};

struct stored_view {
	struct record_view view;
	struct store *store;
	struct scoreboard *scoreboard;
	int64_t now;
	struct pool *pool; /* of the record that is shown */
	struct store_record record;
	bool has_fields, has_tags, has_lists;
	struct store_fields fields;
	struct store_names tags;
	struct store_members lists;
	struct kept_name *names;
	struct kept_broadcast *broadcasts; /* of all records */
	enum sg_status status;		   /* the first that went wrong */
	struct sg_err err;
};

/* Keeps the first failure; "none" is none. */
static bool
went_well(struct stored_view *view, enum sg_status status,
	  const struct sg_err *err)
{
	if (status == SG_OK || status == SG_NONE)
		return true;
	if (view->status == SG_OK) {
		view->status = status;
		view->err = *err;
	}
	return false;
}

static const char *
view_field(void *arg, const char *name)
{
	struct stored_view *view = arg;
	struct sg_err err;
	size_t i;

	if (!view->has_fields)
		view->has_fields = went_well(
			view,
			store_fields_of(view->store, view->record.id,
					view->pool, &view->fields, &err),
			&err);
	for (i = 0; view->has_fields && i < view->fields.n_rows; i++) {
		if (strcmp(view->fields.rows[i].name, name) == 0)
			return view->fields.rows[i].value;
	}
	return NULL;
}

static bool
view_tag(void *arg, const char *name)
{
	struct stored_view *view = arg;
	struct sg_err err;
	size_t i;

	if (!view->has_tags)
		view->has_tags =
			went_well(view,
				  store_tags_of(view->store, view->record.id,
						view->pool, &view->tags, &err),
				  &err);
	for (i = 0; view->has_tags && i < view->tags.n_names; i++) {
		if (strcmp(view->tags.names[i], name) == 0)
			return true;
	}
	return false;
}

static bool
view_list(void *arg, const char *name)
{
	struct stored_view *view = arg;
	struct sg_err err;
	size_t i;

	if (!view->has_lists)
		view->has_lists = went_well(
			view,
			store_members_of(view->store, view->record.id,
					 view->pool, &view->lists, &err),
			&err);
	for (i = 0; view->has_lists && i < view->lists.n_rows; i++) {
		if (strcmp(view->lists.rows[i].list, name) == 0)
			return view->lists.rows[i].state == LIST_JOINED;
	}
	return false;
}

static bool
view_score(void *arg, const char *name, enum score_part part, double *value_out)
{
	struct stored_view *view = arg;
	struct score_settings settings;
	struct score_summary summary = {.has_score = false};

	*value_out = 0;
	if (scoreboard_find_score(view->scoreboard, name, &settings) == SG_OK)
		scoreboard_summary(view->scoreboard, view->record.id,
				   settings.id, view->now, &summary);
	if (summary.has_score)
		*value_out = summary.value[part];
	return summary.has_score || part == SCORE_PERCENT;
}

static const char *
view_email(void *arg)
{
	struct stored_view *view = arg;

	return record_view_email(view->record.key);
}

static const char *
view_module(void *arg)
{
	struct stored_view *view = arg;

	return view->record.module;
}

static int64_t
view_created_at(void *arg)
{
	struct stored_view *view = arg;

	return view->record.created_at;
}

static bool
view_broadcast(void *arg, const char *name, const char *state)
{
	struct stored_view *view = arg;
	struct kept_broadcast *kept;
	enum sg_status status;
	struct sg_err err;

	for (kept = view->broadcasts; kept; kept = kept->next) {
		if (strcmp(kept->name, name) == 0 &&
		    strcmp(kept->state ? kept->state : "",
			   state ? state : "") == 0)
			return record_set_has(kept->records, view->record.id);
	}
	kept = calloc(1, sizeof(*kept));
	if (!kept)
		abort();
	snprintf(kept->name, sizeof(kept->name), "%s", name);
	kept->state = state;
	kept->records = record_set_new();
	kept->next = view->broadcasts;
	view->broadcasts = kept;
	status = condition_select_broadcast(view->store, name, state, view->now,
					    kept->records, &err);
	return went_well(view, status, &err) &&
	       record_set_has(kept->records, view->record.id);
}

static bool
view_sequence(void *arg, const char *name, const char *state)
{
	struct stored_view *view = arg;
	struct store_enrolment enrolment;
	enum sg_status status;
	struct sg_err err;

	status = store_enrolment_get(view->store, name, view->record.id,
				     view->pool, &enrolment, &err);
	if (status == SG_NONE || !went_well(view, status, &err))
		return false;
	return !state || strcmp(enrolment.state, state) == 0;
}

/* --- history ------------------------------------------------------------ */

static struct kept_hit *
add_hit(struct kept_name *kept, struct pool *pool)
{
	if (kept->n_hits == kept->room) {
		size_t room = kept->room ? kept->room * 2 : 4;
		struct kept_hit *more = pool_alloc(pool, room * sizeof(*more));

		if (kept->n_hits)
			memcpy(more, kept->hits, kept->n_hits * sizeof(*more));
		kept->hits = more;
		kept->room = room;
	}
	return &kept->hits[kept->n_hits++];
}

struct loading {
	struct stored_view *view;
	struct kept_name *kept;
};

static enum sg_status
keep_row(void *arg, const struct store_history *row, struct sg_err *err)
{
	struct loading *loading = arg;
	struct pool *pool = loading->view->pool;
	struct kept_hit *hit;
	struct signal signal;
	enum sg_status status = store_history_signal(row, pool, &signal, err);

	if (status != SG_OK)
		return status;
	hit = add_hit(loading->kept, pool);
	hit->happened_at = row->happened_at;
	signal_copy(&hit->signal, &signal, pool);
	return SG_OK;
}

/* Each change of a field says what it was before: the last change before it
 * (hits are newest first) told. */
static void
set_old_and_new(struct kept_name *kept)
{
	const char *name, *value, *other;
	struct signal *signal;
	struct sg_err unused;
	size_t i, j;

	for (i = 0; i < kept->n_hits; i++) {
		signal = &kept->hits[i].signal;
		name = signal_get(signal, "name");
		value = signal_get(signal, "value");
		if (value && !signal_get(signal, "new"))
			(void)!signal_set(signal, "new", value, &unused);
		for (j = i + 1; name && j < kept->n_hits; j++) {
			other = signal_get(&kept->hits[j].signal, "name");
			if (other && strcmp(other, name) == 0)
				break;
		}
		if (!name || j == kept->n_hits || signal_get(signal, "old"))
			continue;
		value = signal_get(&kept->hits[j].signal, "value");
		if (value)
			(void)!signal_set(signal, "old", value, &unused);
	}
}

static enum sg_status
load_history(struct stored_view *view, struct kept_name *kept,
	     struct sg_err *err)
{
	bool changed = strcmp(kept->name, "record.changed") == 0 ||
		       strcmp(kept->name, "field.changed") == 0;
	struct store_history_span span = {
		changed ? "field.changed" : kept->name, INT64_MIN, view->now};
	struct loading loading = {view, kept};
	enum sg_status status = store_history_each_of(
		view->store, view->record.id, &span, keep_row, &loading, err);

	if (status == SG_OK && changed)
		set_old_and_new(kept);
	return status;
}

static const char *
number_text(struct pool *pool, double number)
{
	struct buf text = BUF_INIT;
	char *copy;

	text_append_number(&text, number);
	copy = pool_strdup(pool, buf_text(&text));
	buf_done(&text);
	return copy;
}

static const char *
score_name(struct stored_view *view, uint32_t score_id)
{
	struct score_settings settings;
	size_t i, n = scoreboard_n_scores(view->scoreboard);

	for (i = 0; i < n; i++) {
		if (scoreboard_score_at(view->scoreboard, i, &settings) ==
			    SG_OK &&
		    settings.id == score_id)
			return pool_strdup(view->pool, settings.name);
	}
	return "";
}

static int
newest_first(const void *a, const void *b)
{
	const struct kept_hit *left = a, *right = b;

	return left->happened_at > right->happened_at
		       ? -1
		       : left->happened_at < right->happened_at;
}

static void
add_change(struct stored_view *view, struct kept_name *kept,
	   const struct stored_change *change)
{
	struct kept_hit *hit = add_hit(kept, view->pool);
	struct sg_err unused;

	hit->happened_at = change->at;
	signal_init(&hit->signal, "score.changed", change->at);
	(void)!signal_set(&hit->signal, "score",
			  score_name(view, change->score_id), &unused);
	(void)!signal_set(&hit->signal, "points",
			  number_text(view->pool, change->new - change->old),
			  &unused);
	(void)!signal_set(&hit->signal, "old",
			  number_text(view->pool, change->old), &unused);
	(void)!signal_set(&hit->signal, "new",
			  number_text(view->pool, change->new), &unused);
}

static enum sg_status
load_ledger(struct stored_view *view, struct kept_name *kept,
	    struct sg_err *err)
{
	struct store_history_span folded = {kept->name, INT64_MIN, view->now};
	struct loading loading = {view, kept};
	struct store_ledger_rows rows;
	struct stored_change *changes;
	int64_t opening = -1;
	enum sg_status status = store_ledger_of(view->store, view->record.id, 0,
						view->pool, &rows, err);
	size_t n, i;

	if (status == SG_OK)
		status = store_history_opening(view->store, view->record.id,
					       &opening, err);
	if (status == SG_OK)
		status = store_folded_each(view->store, view->record.id,
					   &folded, keep_row, &loading, err);
	if (status != SG_OK && status != SG_NONE)
		return status;
	n = stored_ledger_changes(&rows, view->pool, &changes);
	for (i = 0; i < n; i++) /* the opening's are sums, no changes */
		if (changes[i].at <= view->now &&
		    changes[i].history_id != opening)
			add_change(view, kept, &changes[i]);
	if (kept->n_hits)
		qsort(kept->hits, kept->n_hits, sizeof(*kept->hits),
		      newest_first);
	return SG_OK;
}

static struct kept_name *
kept_of(struct stored_view *view, const char *name)
{
	struct kept_name *kept;
	enum sg_status status = SG_OK;
	struct kept_hit *hit;
	struct sg_err err;

	for (kept = view->names; kept; kept = kept->next) {
		if (strcmp(kept->name, name) == 0)
			return kept;
	}
	kept = pool_alloc(view->pool, sizeof(*kept));
	kept->name = pool_strdup(view->pool, name);
	if (strcmp(name, "record.created") == 0) {
		hit = add_hit(kept, view->pool);
		hit->happened_at = view->record.created_at;
		signal_init(&hit->signal, kept->name, hit->happened_at);
	} else if (strcmp(name, "score.changed") == 0) {
		status = load_ledger(view, kept, &err);
	} else {
		status = load_history(view, kept, &err);
	}
	went_well(view, status, &err);
	kept->next = view->names;
	view->names = kept;
	return kept;
}

static void
view_occurrences(void *arg, const char *name, occurrence_fn *fn, void *fn_arg)
{
	struct kept_name *kept = kept_of(arg, name);
	struct occurrence occurrence;
	size_t i;

	for (i = 0; i < kept->n_hits; i++) {
		occurrence.name = kept->name;
		occurrence.happened_at = kept->hits[i].happened_at;
		occurrence.signal = &kept->hits[i].signal;
		if (!fn(fn_arg, &occurrence))
			return;
	}
}

/* --- life --------------------------------------------------------------- */

enum sg_status
stored_view_move(struct stored_view *view, uint32_t record_id,
		 struct sg_err *err)
{
	enum sg_status status;

	pool_clear(view->pool);
	view->names = NULL;
	view->has_fields = view->has_tags = view->has_lists = false;
	status = store_record_get(view->store, record_id, view->pool,
				  &view->record, err);
	if (status == SG_OK && view->record.deleted_at)
		return err_set(err, SG_NONE, "record %u is deleted", record_id);
	return status;
}

enum sg_status
stored_view_open(struct store *store, struct scoreboard *scoreboard,
		 uint32_t record_id, int64_t now, struct stored_view **view_out,
		 struct sg_err *err)
{
	struct stored_view *view = calloc(1, sizeof(*view));
	enum sg_status status;

	if (!view)
		return err_set(err, SG_FAILED, "out of memory");
	view->view = (struct record_view){
		view,		view_field,	 view_tag,
		view_list,	view_score,	 view_email,
		view_module,	view_created_at, view_occurrences,
		view_broadcast, view_sequence};
	view->store = store;
	view->scoreboard = scoreboard;
	view->now = now;
	view->pool = pool_new();
	status = stored_view_move(view, record_id, err);
	if (status != SG_OK) {
		stored_view_close(view);
		return status;
	}
	*view_out = view;
	return SG_OK;
}

const struct record_view *
stored_view_get(struct stored_view *view)
{
	return &view->view;
}

enum sg_status
stored_view_check(struct stored_view *view, struct sg_err *err)
{
	if (view->status != SG_OK)
		return err_set(err, view->status, "%s", view->err.text);
	return SG_OK;
}

void
stored_view_close(struct stored_view *view)
{
	struct kept_broadcast *kept;

	if (!view)
		return;
	while ((kept = view->broadcasts)) {
		view->broadcasts = kept->next;
		record_set_free(kept->records);
		free(kept);
	}
	pool_free(view->pool);
	free(view);
}
