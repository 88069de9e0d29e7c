/* api_sequence_steps.c - the steps of a sequence, and what came of each: who
 * got its mail, who opened and clicked it, what that scored. */
#include <string.h>

#include "http/api/api_call.h"
#include "rule/rule.h"
#include "store/store_sequence.h"

struct steps {
	struct store_sequence_counts counts;
	struct store_sequence_results results;
	struct store_sequence_points_rows points;
};

static uint64_t
count_of(const struct steps *steps, const char *step, const char *what)
{
	const struct store_sequence_counts *counts = &steps->counts;

	for (size_t i = 0; i < counts->n_rows; i++)
		if (strcmp(counts->rows[i].step, step) == 0 &&
		    strcmp(counts->rows[i].what, what) == 0)
			return counts->rows[i].n;
	return 0;
}

static void
add_counts(const struct steps *steps, const char *step,
	   const char *const *names, struct json *to)
{
	for (; *names; names++)
		json_add_int(to, *names,
			     (int64_t)count_of(steps, step, *names));
}

/* Sent is what the MTA took: of what went into the outbox some may wait there,
 * some was given up. */
static void
add_ends(const struct steps *steps, const char *step, struct json *to)
{
	static const char *const rest[] = {"queued",  "failed", "dropped",
					   "skipped", "waits",	NULL};
	uint64_t sent = count_of(steps, step, "sent");

	for (size_t i = 0; i < 3; i++)
		sent -= count_of(steps, step, rest[i]);
	json_add_int(to, "sent", (int64_t)sent);
	add_counts(steps, step, rest, to);
}

static int64_t
people_of(const struct json *people, const char *signal)
{
	int64_t n = 0;

	return json_get_int(people, signal, &n) ? n : 0;
}

/* As a broadcast's (api_counted.c). */
static void
add_results(const struct steps *steps, const char *step, struct json *to)
{
	struct json *people = json_new_object(), *hits = json_new_array();
	struct json *points = json_new_array();

	for (size_t i = 0; i < steps->results.n_rows; i++) {
		const struct store_sequence_result *row =
			&steps->results.rows[i];
		struct json *item;

		if (strcmp(row->step, step) != 0)
			continue;
		item = json_new_object();
		json_add_int(people, row->signal, (int64_t)row->people);
		json_add_text(item, "signal", row->signal);
		json_add_int(item, "people", (int64_t)row->people);
		json_add_int(item, "hits", (int64_t)row->hits);
		json_add_int(item, "machine_people",
			     (int64_t)row->machine_people);
		json_add_int(item, "machine_hits", (int64_t)row->machine_hits);
		json_push(hits, item);
	}
	json_add_int(to, "opened", people_of(people, "email.opened"));
	json_add_int(to, "clicked", people_of(people, "email.clicked"));
	for (size_t i = 0; i < steps->points.n_rows; i++) {
		const struct store_sequence_points *row =
			&steps->points.rows[i];
		struct json *item;

		if (strcmp(row->step, step) != 0)
			continue;
		item = json_new_object();
		json_add_text(item, "score", row->score);
		json_add_number(item, "points", row->points);
		json_add_int(item, "people", (int64_t)row->people);
		json_push(points, item);
	}
	json_add(to, "results", people);
	json_add(to, "hits", hits);
	json_add(to, "points", points);
}

static struct json *
step_json(const struct steps *steps, const struct sequence_step *step)
{
	struct json *item = json_new_object();

	json_add_text(item, "name", step->name);
	json_add_int(item, "after_s", step->after_ms / 1000);
	if (step->when)
		json_add_text(item, "if", step->when);
	else
		json_add_null(item, "if");
	json_add_text(item, "else",
		      step->otherwise_text ? step->otherwise_text : "skip");
	json_add_text(item, "template", step->template);
	add_ends(steps, step->name, item);
	add_results(steps, step->name, item);
	return item;
}

enum sg_status
api_sequence_add_steps(struct api_call *call, const struct sequence *sequence,
		       struct json *to, struct sg_err *err)
{
	static const char *const states[] = {"active", "finished", "stopped",
					     NULL};
	struct steps steps = {0};
	struct json *items;
	enum sg_status status = store_sequence_counts(
		call->store, sequence->name, call->pool, &steps.counts, err);

	if (status == SG_OK)
		status = store_sequence_get_results(call->store, sequence->name,
						    call->pool, &steps.results,
						    err);
	if (status == SG_OK)
		status = store_sequence_get_points(call->store, sequence->name,
						   call->pool, &steps.points,
						   err);
	if (status != SG_OK)
		return status;
	add_counts(&steps, "", states, to);
	items = json_new_array();
	for (size_t i = 0; i < sequence->n_steps; i++)
		json_push(items, step_json(&steps, &sequence->steps[i]));
	json_add(to, "steps", items);
	return SG_OK;
}
