/* broadcast_tally.c - see broadcast_tally.h. */
#include "broadcast/broadcast_tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/pool.h"

/* Names of signals and scores that one mail can have to do with; what is more
 * is counted with the last. */
enum { NAMES_MOST = 200, VERSIONS = 2 };

struct tally {
	struct pool *pool;
	struct store_broadcast_result results[NAMES_MOST];
	size_t n_results;
	struct store_broadcast_points points[NAMES_MOST];
	size_t n_points;
	struct store_variant_result versions[VERSIONS];
	uint32_t n_versions;
};

struct tally *
tally_new(bool has_versions)
{
	struct tally *tally = calloc(1, sizeof(*tally));

	if (!tally)
		return NULL;
	tally->pool = pool_new();
	tally->n_versions = has_versions ? VERSIONS : 0;
	return tally;
}

void
tally_free(struct tally *tally)
{
	if (!tally)
		return;
	pool_free(tally->pool);
	free(tally);
}

static void
add_result(struct tally *tally, const struct store_broadcast_result *row)
{
	struct store_broadcast_result *to = tally->results;
	size_t i;

	for (i = 0; i < tally->n_results && i < NAMES_MOST - 1 &&
		    strcmp(to[i].signal, row->signal) != 0;
	     i++)
		;
	if (i == tally->n_results) {
		to[i].signal = pool_strdup(tally->pool, row->signal);
		tally->n_results++;
	}
	to[i].people += row->people;
	to[i].hits += row->hits;
	to[i].machine_people += row->machine_people;
	to[i].machine_hits += row->machine_hits;
}

static void
add_points(struct tally *tally, const struct store_broadcast_points *row)
{
	struct store_broadcast_points *to = tally->points;
	size_t i;

	for (i = 0; i < tally->n_points && i < NAMES_MOST - 1 &&
		    strcmp(to[i].score, row->score) != 0;
	     i++)
		;
	if (i == tally->n_points) {
		to[i].score = pool_strdup(tally->pool, row->score);
		tally->n_points++;
	}
	to[i].points += row->points;
	to[i].people += row->people;
}

static enum sg_status
add_version(struct tally *tally, struct store *store, const char *name,
	    const struct store_range *range, uint32_t variant,
	    struct sg_err *err)
{
	struct store_variant_result *to = &tally->versions[variant], found;
	enum sg_status status = store_broadcast_get_variant_result(
		store, name, range, variant, &found, err);

	if (status != SG_OK)
		return status;
	to->sent += found.sent;
	to->opened += found.opened;
	to->clicked += found.clicked;
	return SG_OK;
}

enum sg_status
tally_add(struct tally *tally, struct store *store, const char *name,
	  const struct store_range *range, struct sg_err *err)
{
	struct store_broadcast_results results = {0};
	struct store_broadcast_points_rows points = {0};
	struct pool *pool = pool_new();
	enum sg_status status = store_broadcast_get_results(
		store, name, range, pool, &results, err);
	uint32_t variant;
	size_t i;

	if (status == SG_OK)
		status = store_broadcast_get_points(store, name, range, pool,
						    &points, err);
	for (i = 0; status == SG_OK && i < results.n_rows; i++)
		add_result(tally, &results.rows[i]);
	for (i = 0; status == SG_OK && i < points.n_rows; i++)
		add_points(tally, &points.rows[i]);
	for (variant = 0; status == SG_OK && variant < tally->n_versions;
	     variant++)
		status = add_version(tally, store, name, range, variant, err);
	pool_free(pool);
	return status;
}

/* --- as JSON ------------------------------------------------------------- */

static int
by_signal(const void *a, const void *b)
{
	const struct store_broadcast_result *x = a, *y = b;

	return strcmp(x->signal, y->signal);
}

static int
by_score(const void *a, const void *b)
{
	const struct store_broadcast_points *x = a, *y = b;

	return strcmp(x->score, y->score);
}

static struct json *
write_result(const struct store_broadcast_result *row)
{
	struct json *item = json_new_object();

	json_add_text(item, "signal", row->signal);
	json_add_int(item, "people", (int64_t)row->people);
	json_add_int(item, "hits", (int64_t)row->hits);
	json_add_int(item, "machine_people", (int64_t)row->machine_people);
	json_add_int(item, "machine_hits", (int64_t)row->machine_hits);
	return item;
}

static struct json *
write_points(const struct store_broadcast_points *row)
{
	struct json *item = json_new_object();

	json_add_text(item, "score", row->score);
	json_add_number(item, "points", row->points);
	json_add_int(item, "people", (int64_t)row->people);
	return item;
}

static struct json *
write_version(const struct store_variant_result *row)
{
	struct json *item = json_new_object();

	json_add_int(item, "sent", (int64_t)row->sent);
	json_add_int(item, "opened", (int64_t)row->opened);
	json_add_int(item, "clicked", (int64_t)row->clicked);
	return item;
}

struct json *
tally_write(const struct tally *tally)
{
	struct tally sorted = *tally;
	struct json *to = json_new_object(), *hits = json_new_array(),
		    *points = json_new_array(), *versions = json_new_array();
	size_t i;

	qsort(sorted.results, sorted.n_results, sizeof(sorted.results[0]),
	      by_signal);
	qsort(sorted.points, sorted.n_points, sizeof(sorted.points[0]),
	      by_score);
	for (i = 0; i < sorted.n_results; i++)
		json_push(hits, write_result(&sorted.results[i]));
	for (i = 0; i < sorted.n_points; i++)
		json_push(points, write_points(&sorted.points[i]));
	for (i = 0; i < sorted.n_versions; i++)
		json_push(versions, write_version(&sorted.versions[i]));
	json_add(to, "hits", hits);
	json_add(to, "points", points);
	json_add(to, "versions", versions);
	return to;
}
