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
	struct record_set *set, *all;
	const char *where;
	enum sg_status status = api_body_text(call, "where", true, &where, err);

	if (status == SG_OK)
		status = api_select(call, where, &set, err);
	if (status != SG_OK)
		return status;
	json_add_int(api_answer(call), "count", (int64_t)record_set_count(set));
	record_set_free(set);
	status = api_select(call, NULL, &all, err);
	if (status != SG_OK)
		return status;
	json_add_int(call->answer, "total", (int64_t)record_set_count(all));
	record_set_free(all);
	return SG_OK;
}

static enum sg_status
put(void *arg, struct store *store, struct sg_err *err)
{
	return store_segment_put(store, arg, err);
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
	if (status == SG_OK)
		condition_free(condition);
	return status;
}

enum sg_status
api_segments_save(struct api_call *call, struct sg_err *err)
{
	struct store_segment segment = {.author = call->principal.name,
					.created_at = call->now};
	struct api_definition definition = {put, &segment, "segment.save", NULL,
					    NULL};
	enum sg_status status =
		api_body_text(call, "name", true, &segment.name, err);

	if (status == SG_OK)
		status = api_body_text(call, "where", true, &segment.expression,
				       err);
	if (status == SG_OK)
		status = api_check_name("segment", segment.name, err);
	if (status == SG_OK)
		status = check(call, &segment, err);
	definition.object = segment.name;
	definition.detail = segment.expression;
	if (status == SG_OK)
		status = api_define(call, &definition, err);
	if (status != SG_OK)
		return status;
	segment_json(&segment, api_answer(call));
	call->status = 201;
	return SG_OK;
}

static enum sg_status delete (void *arg, struct store *store,
			      struct sg_err *err) {
	enum sg_status status = store_segment_delete(store, arg, err);

	if (status == SG_NONE) return err_set(err, SG_NONE, "no segment `%s`",
					      (const char *)arg);
	return status;
}

enum sg_status
api_segments_delete(struct api_call *call, struct sg_err *err)
{
	char *name = pool_strdup(call->pool, call->args[0]);
	struct api_definition definition = {delete, name, "segment.delete",
					    name, NULL};

	call->status = 204;
	return api_define(call, &definition, err);
}
