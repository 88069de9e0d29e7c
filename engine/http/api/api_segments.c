/* api_segments.c - saved conditions, and counting for whom one holds. */
#include <string.h>

#include "http/api/api_call.h"
#include "http/api/api_rows.h"
#include "store/store_segment.h"

static void
segment_json(const struct store_segment *segment, struct json *to)
{
	json_add_text(to, "name", segment->name);
	json_add_text(to, "where", segment->expression);
	json_add_text(to, "author", segment->author);
	json_add_time(to, "created_at", segment->created_at);
}

enum sg_status
api_segments_all(struct api_call *call, struct sg_err *err)
{
	struct store_segments segments;
	struct json *items;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status = store_segments_all(call->store, call->pool, &segments,
					    err);
	if (status != SG_OK)
		return status;
	items = api_items(call);
	for (size_t i = 0; i < segments.n_rows; i++) {
		struct json *item = json_new_object();

		segment_json(&segments.rows[i], item);
		json_push(items, item);
	}
	return SG_OK;
}

enum sg_status
api_segments_count(struct api_call *call, struct sg_err *err)
{
	struct record_set *set;
	const char *where;
	uint64_t total;
	enum sg_status status = api_body_text(call, "where", true, &where, err);

	if (status == SG_OK)
		status = api_select_of(call, where, &set, &total, err);
	if (status != SG_OK)
		return status;
	json_add_int(api_answer(call), "count", (int64_t)record_set_count(set));
	record_set_free(set);
	json_add_int(call->answer, "total", (int64_t)total);
	return SG_OK;
}

static const char *
version_of(const struct api_call *call, const struct store_segment *segment)
{
	return api_version_of_text(
		call,
		pool_printf(call->pool, "%s\n%s\n%lld", segment->expression,
			    segment->author, (long long)segment->created_at));
}

static enum sg_status
get(struct api_call *call, struct store *store, const char *name,
    struct store_segment *out, struct sg_err *err)
{
	enum sg_status status =
		store_segment_get(store, name, call->pool, out, err);

	if (status == SG_NONE)
		return err_set(err, SG_NONE, "no segment `%s`", name);
	return status;
}

/* In a transaction: is it still as If-Match says? What is not there matches
 * nothing. */
static enum sg_status
check_match(struct api_call *call, struct store *store, const char *name,
	    struct sg_err *err)
{
	struct store_segment segment;
	enum sg_status status = get(call, store, name, &segment, NULL);

	if (status != SG_OK && status != SG_NONE)
		return err_set(err, status, "the segment cannot be read");
	return api_if_match(
		call, status == SG_OK ? version_of(call, &segment) : "", err);
}

enum sg_status
api_segments_show(struct api_call *call, struct sg_err *err)
{
	struct store_segment segment;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status = get(call, call->store, call->args[0], &segment, err);
	if (status != SG_OK)
		return status;
	call->version = version_of(call, &segment);
	segment_json(&segment, api_answer(call));
	return SG_OK;
}

struct putting {
	struct api_call *call;
	struct store_segment segment;
};

static enum sg_status
put(void *arg, struct store *store, struct sg_err *err)
{
	struct putting *putting = arg;
	enum sg_status status =
		check_match(putting->call, store, putting->segment.name, err);

	if (status != SG_OK)
		return status;
	return store_segment_put(store, &putting->segment, err);
}

/*
 * The names as they will be once the segment is saved: one that leads back to
 * itself is then found to be a cycle now, and not by all who use it later.
 */
struct saved_names {
	const struct condition_names *now;
	const struct store_segment *segment;
};

static bool
signal_known(void *arg, const char *name, const char **hint_out)
{
	const struct condition_names *now = ((struct saved_names *)arg)->now;

	return !now->signal_known ||
	       now->signal_known(now->arg, name, hint_out);
}

static bool
score_known(void *arg, const char *name)
{
	const struct condition_names *now = ((struct saved_names *)arg)->now;

	return !now->score_known || now->score_known(now->arg, name);
}

static const char *
segment_text(void *arg, const char *name)
{
	const struct saved_names *names = arg;

	if (strcmp(name, names->segment->name) == 0)
		return names->segment->expression;
	return names->now->segment ? names->now->segment(names->now->arg, name)
				   : NULL;
}

static bool
band(void *arg, const char *name, const char **score_out, double *from_out,
     double *to_out)
{
	const struct condition_names *now = ((struct saved_names *)arg)->now;

	return now->band &&
	       now->band(now->arg, name, score_out, from_out, to_out);
}

static void
each_name(void *arg, enum condition_sort sort, condition_name_fn *fn,
	  void *fn_arg)
{
	const struct condition_names *now = ((struct saved_names *)arg)->now;

	if (now->each)
		now->each(now->arg, sort, fn, fn_arg);
}

static enum sg_status
check(struct api_call *call, const struct store_segment *segment,
      struct sg_err *err)
{
	struct apply_names *now = pool_alloc(call->pool, sizeof(*now));
	struct saved_names saved = {&now->names, segment};
	struct condition_names names = {.arg = &saved,
					.signal_known = signal_known,
					.score_known = score_known,
					.segment = segment_text,
					.band = band,
					.each = each_name};
	struct condition *condition;
	enum sg_status status = api_store(call, err);

	if (status != SG_OK)
		return status;
	apply_names_init(now, call->api->options.apply, call->store);
	names.timezone = now->names.timezone;
	status = condition_parse(segment->expression, &names, &condition, err);
	if (status != SG_OK)
		return status;
	api_warn_of_names(call, condition);
	condition_free(condition);
	return SG_OK;
}

static enum sg_status
show_saved(struct api_call *call, void *arg, struct sg_err *err)
{
	const struct store_segment *segment = arg;

	call->version = version_of(call, segment);
	segment_json(segment, api_answer(call));
	return SG_OK;
}

static enum sg_status
save(struct api_call *call, struct putting *putting, struct sg_err *err)
{
	struct store_segment *segment = &putting->segment;
	struct api_definition definition = {put, putting, "segment.save",
					    segment->name, segment->expression};
	enum sg_status status = check(call, segment, err);

	putting->call = call;
	segment->author = call->principal.name;
	segment->created_at = call->now;
	return status == SG_OK ? api_define_answered(call, &definition,
						     show_saved, segment, err)
			       : status;
}

enum sg_status
api_segments_save(struct api_call *call, struct sg_err *err)
{
	struct putting putting = {0};
	struct store_segment *segment = &putting.segment;
	enum sg_status status =
		api_body_text(call, "name", true, &segment->name, err);

	if (status == SG_OK)
		status = api_body_text(call, "where", true,
				       &segment->expression, err);
	if (status == SG_OK)
		status = api_check_name("segment", segment->name, err);
	call->status = 201;
	return status == SG_OK ? save(call, &putting, err) : status;
}

enum sg_status
api_segments_patch(struct api_call *call, struct sg_err *err)
{
	struct putting putting = {0};
	const char *where;
	enum sg_status status =
		api_body_text(call, "where", false, &where, err);

	if (status == SG_OK)
		status = api_store(call, err);
	if (status == SG_OK)
		status = get(call, call->store, call->args[0], &putting.segment,
			     err);
	if (status != SG_OK)
		return status;
	if (where)
		putting.segment.expression = where;
	return save(call, &putting, err);
}

static enum sg_status
drop(void *arg, struct store *store, struct sg_err *err)
{
	struct api_call *call = arg;
	const char *name = call->args[0];
	struct store_segment segment;
	enum sg_status status = get(call, store, name, &segment, err);

	if (status == SG_OK)
		status = check_match(call, store, name, err);
	return status == SG_OK ? store_segment_delete(store, name, err)
			       : status;
}

enum sg_status
api_segments_delete(struct api_call *call, struct sg_err *err)
{
	struct api_definition definition = {drop, call, "segment.delete",
					    call->args[0], NULL};

	call->status = 204;
	return api_define(call, &definition, err);
}
