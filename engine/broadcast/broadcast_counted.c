/* broadcast_counted.c - see broadcast_counted.h. */
#include "broadcast/broadcast_counted.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/clock.h"
#include "base/log.h"
#include "broadcast/broadcast_parts.h"
#include "broadcast/broadcast_tally.h"

enum {
	SMALL_MOST = 2000,   /* recipients: counted when it is asked for */
	MIDDLE_MOST = 20000, /* likewise, but what took long is not repeated */
	LONG_MS = 50,
	STEP_MOST = 5000, /* recipients counted at once */
	KEPT_MOST = 32,	  /* broadcasts */
	KEPT_TIMES = 20	  /* as long as it took to count */
};

/* As it was last counted. */
struct kept {
	char name[80]; /* "": free */
	char *text;    /* JSON */
	int64_t counted_at, took_ms;
	uint64_t used; /* the least was used the longest time ago */
};

struct counter {
	struct broadcasts *broadcasts;
	pthread_t thread;
	pthread_mutex_t lock; /* what follows */
	pthread_cond_t asked;
	bool started, ending;
	struct kept kept[KEPT_MOST];
	uint64_t n_used;
	char wanted[KEPT_MOST][80]; /* to be counted, in this order */
	size_t n_wanted;
	char counting[80];
};

/* --- what is kept -------------------------------------------------------- */

/* Locked. */
static struct kept *
find_kept(struct counter *counter, const char *name)
{
	size_t i;

	for (i = 0; i < KEPT_MOST; i++)
		if (!strcmp(counter->kept[i].name, name)) {
			counter->kept[i].used = ++counter->n_used;
			return &counter->kept[i];
		}
	return NULL;
}

static void
keep(struct counter *counter, const char *name,
     const struct store_broadcast_counted *counted)
{
	char *text = strdup(counted->counted);
	struct kept *to;
	bool found;
	size_t i;

	if (!text)
		return;
	pthread_mutex_lock(&counter->lock);
	to = find_kept(counter, name);
	found = to != NULL;
	for (i = 0; i < KEPT_MOST && !found; i++)
		if (!to || counter->kept[i].used < to->used)
			to = &counter->kept[i];
	snprintf(to->name, sizeof(to->name), "%s", name);
	free(to->text);
	to->text = text;
	to->counted_at = counted->counted_at;
	to->took_ms = counted->took_ms;
	to->used = ++counter->n_used;
	pthread_mutex_unlock(&counter->lock);
}

/* In memory, else in the store. SG_NONE: nowhere. */
static enum sg_status
recall(struct counter *counter, struct store *store, const char *name,
       struct pool *pool, struct store_broadcast_counted *out,
       struct sg_err *err)
{
	const struct kept *kept;
	enum sg_status status = SG_NONE;

	pthread_mutex_lock(&counter->lock);
	kept = find_kept(counter, name);
	if (kept) {
		out->counted_at = kept->counted_at;
		out->took_ms = kept->took_ms;
		out->counted = pool_strdup(pool, kept->text);
		status = SG_OK;
	}
	pthread_mutex_unlock(&counter->lock);
	if (status == SG_OK)
		return SG_OK;
	status = store_broadcast_get_counted(store, name, pool, out, err);
	if (status == SG_OK)
		keep(counter, name, out);
	return status;
}

/* --- counting ------------------------------------------------------------ */

static enum sg_status
new_tally(struct store *store, const char *name, struct tally **tally_out,
	  struct sg_err *err)
{
	struct pool *pool = pool_new();
	struct broadcast_split split = {0};
	struct store_broadcast row;
	enum sg_status status =
		store_broadcast_get(store, name, pool, &row, err);

	if (status == SG_OK)
		broadcast_get_split(row.settings, &split);
	pool_free(pool);
	if (status != SG_OK)
		return status;
	*tally_out = tally_new(split.percent[0] > 0);
	return *tally_out ? SG_OK : err_set(err, SG_FAILED, "out of memory");
}

/* Up to where the next ones are; over: to the end. */
static enum sg_status
next_range(struct store *store, const char *name, struct store_range *range,
	   bool *over_out, struct sg_err *err)
{
	struct store_recipients_asked asked = {.name = name,
					       .after = range->to,
					       .most = STEP_MOST,
					       .look_at_most = STEP_MOST};
	struct store_recipients_found found;
	struct pool *pool = pool_new();
	enum sg_status status =
		store_recipients_next(store, &asked, pool, &found, err);

	if (status == SG_OK) {
		range->after = range->to;
		*over_out = found.over;
		range->to = found.over ? UINT32_MAX : found.after;
	}
	pool_free(pool);
	return status;
}

static enum sg_status
count_in_steps(struct broadcasts *broadcasts, struct store *store,
	       const char *name, struct tally *tally, struct sg_err *err)
{
	struct store_range range = {0, 0};
	enum sg_status status = SG_OK;
	bool over = false;

	while (!over && status == SG_OK) {
		if (broadcasts_are_stopping(broadcasts))
			return err_set(err, SG_BUSY, "scoregated is stopping");
		status = next_range(store, name, &range, &over, err);
		if (status == SG_OK)
			status = tally_add(tally, store, name, &range, err);
	}
	return status;
}

enum sg_status
broadcast_count_variant(struct broadcasts *broadcasts, struct store *store,
			const char *name, uint32_t variant,
			struct store_variant_result *out, struct sg_err *err)
{
	struct store_variant_result found, sum = {0};
	struct store_range range = {0, 0};
	enum sg_status status = SG_OK;
	bool over = false;

	while (!over && status == SG_OK) {
		if (broadcasts_are_stopping(broadcasts))
			return err_set(err, SG_BUSY, "scoregated is stopping");
		status = next_range(store, name, &range, &over, err);
		if (status == SG_OK)
			status = store_broadcast_get_variant_result(
				store, name, &range, variant, &found, err);
		if (status != SG_OK)
			return status;
		sum.sent += found.sent;
		sum.opened += found.opened;
		sum.clicked += found.clicked;
	}
	*out = sum;
	return SG_OK;
}

/* --- the thread ---------------------------------------------------------- */

struct putting {
	const char *name;
	struct store_broadcast_counted counted;
};

static enum sg_status
put_call(void *arg, struct store *store, struct sg_err *err)
{
	const struct putting *putting = arg;

	return store_broadcast_put_counted(store, putting->name,
					   &putting->counted, err);
}

static enum sg_status
count_all(struct broadcasts *broadcasts, const char *name,
	  struct json **found_out, struct sg_err *err)
{
	struct tally *tally = NULL;
	struct store *store;
	enum sg_status status =
		store_readers_take(broadcasts->readers, &store, err);

	if (status != SG_OK)
		return status;
	status = new_tally(store, name, &tally, err);
	if (status == SG_OK)
		status = count_in_steps(broadcasts, store, name, tally, err);
	if (status == SG_OK)
		*found_out = tally_write(tally);
	tally_free(tally);
	store_readers_give(broadcasts->readers, store);
	return status;
}

static void
count_one(struct counter *counter, const char *name)
{
	struct putting putting = {.name = name,
				  .counted.counted_at = clock_now()};
	int64_t began = clock_monotonic_ms();
	struct buf text = BUF_INIT;
	struct json *found = NULL;
	struct sg_err err;

	if (count_all(counter->broadcasts, name, &found, &err) != SG_OK)
		return; /* asked for again when somebody looks */
	json_write(found, &text);
	json_free(found);
	putting.counted.counted = buf_text(&text);
	putting.counted.took_ms = clock_monotonic_ms() - began;
	keep(counter, name, &putting.counted);
	if (apply_call(counter->broadcasts->apply, put_call, &putting, &err) !=
	    SG_OK)
		log_info("broadcast %s: what came of it is not stored: %s",
			 name, err.text);
	buf_done(&text);
}

/* Locked before and after. False: it ends. */
static bool
take_wanted(struct counter *counter)
{
	while (!counter->n_wanted && !counter->ending)
		pthread_cond_wait(&counter->asked, &counter->lock);
	if (counter->ending)
		return false;
	memcpy(counter->counting, counter->wanted[0],
	       sizeof(counter->counting));
	counter->n_wanted--;
	memmove(counter->wanted[0], counter->wanted[1],
		counter->n_wanted * sizeof(counter->wanted[0]));
	return true;
}

static void *
run(void *arg)
{
	struct counter *counter = arg;

	prctl(PR_SET_NAME, "counter", 0, 0, 0);
	pthread_mutex_lock(&counter->lock);
	while (take_wanted(counter)) {
		pthread_mutex_unlock(&counter->lock);
		count_one(counter, counter->counting);
		pthread_mutex_lock(&counter->lock);
		counter->counting[0] = '\0';
	}
	pthread_mutex_unlock(&counter->lock);
	return NULL;
}

static bool
is_wanted(const struct counter *counter, const char *name)
{
	size_t i;

	for (i = 0; i < counter->n_wanted; i++)
		if (!strcmp(counter->wanted[i], name))
			return true;
	return false;
}

/* again: also when it is just being counted, for it changed. */
static void
want(struct counter *counter, const char *name, bool again)
{
	pthread_mutex_lock(&counter->lock);
	if (!counter->started && !counter->ending)
		counter->started = pthread_create(&counter->thread, NULL, run,
						  counter) == 0;
	if (counter->n_wanted < KEPT_MOST && !is_wanted(counter, name) &&
	    (again || strcmp(counter->counting, name) != 0))
		snprintf(counter->wanted[counter->n_wanted++],
			 sizeof(counter->wanted[0]), "%s", name);
	pthread_cond_signal(&counter->asked);
	pthread_mutex_unlock(&counter->lock);
}

enum sg_status
counter_new(struct broadcasts *broadcasts, struct counter **counter_out,
	    struct sg_err *err)
{
	struct counter *counter = calloc(1, sizeof(*counter));

	if (!counter)
		return err_set(err, SG_FAILED, "out of memory");
	counter->broadcasts = broadcasts;
	pthread_mutex_init(&counter->lock, NULL);
	pthread_cond_init(&counter->asked, NULL);
	*counter_out = counter;
	return SG_OK;
}

void
counter_free(struct counter *counter)
{
	size_t i;

	if (!counter)
		return;
	pthread_mutex_lock(&counter->lock);
	counter->ending = true;
	pthread_cond_signal(&counter->asked);
	pthread_mutex_unlock(&counter->lock);
	if (counter->started)
		pthread_join(counter->thread, NULL);
	for (i = 0; i < KEPT_MOST; i++)
		free(counter->kept[i].text);
	pthread_cond_destroy(&counter->asked);
	pthread_mutex_destroy(&counter->lock);
	free(counter);
}

/* --- a glance ------------------------------------------------------------ */

static enum sg_status
count_now(struct counter *counter, struct store *store, const char *name,
	  bool is_small, struct broadcast_counted *out, struct sg_err *err)
{
	struct store_broadcast_counted counted = {.counted_at = clock_now()};
	int64_t began = clock_monotonic_ms();
	struct tally *tally = NULL;
	struct buf text = BUF_INIT;
	enum sg_status status = new_tally(store, name, &tally, err);

	if (status == SG_OK)
		status = tally_add(tally, store, name, STORE_RANGE_ALL, err);
	if (status == SG_OK) {
		out->found = tally_write(tally);
		out->is_now = true;
		counted.took_ms = clock_monotonic_ms() - began;
		json_write(out->found, &text);
		counted.counted = buf_text(&text);
		if (!is_small)
			keep(counter, name, &counted);
	}
	buf_done(&text);
	tally_free(tally);
	return status;
}

static enum sg_status
count_recipients(struct store *store, const char *name, uint64_t *n_out,
		 struct sg_err *err)
{
	uint64_t counts[RECIPIENT_N_STATES] = {0}, n = 0;
	enum sg_status status =
		store_recipients_counts(store, name, counts, err);
	size_t i;

	for (i = 0; i < RECIPIENT_N_STATES; i++)
		n += counts[i];
	*n_out = n;
	return status;
}

enum sg_status
broadcast_get_counted(struct broadcasts *broadcasts, struct store *store,
		      const char *name, struct broadcast_counted *out,
		      struct sg_err *err)
{
	struct counter *counter = broadcasts->counter;
	struct store_broadcast_counted kept = {.counted = "{}"};
	struct pool *pool;
	uint64_t n = 0;
	enum sg_status status = count_recipients(store, name, &n, err);

	if (status != SG_OK)
		return status;
	if (n <= SMALL_MOST)
		return count_now(counter, store, name, true, out, err);
	pool = pool_new();
	status = recall(counter, store, name, pool, &kept, err);
	if (n <= MIDDLE_MOST &&
	    (status == SG_NONE || (status == SG_OK && kept.took_ms < LONG_MS)))
		status = count_now(counter, store, name, false, out, err);
	else if (status == SG_OK || status == SG_NONE) {
		if (clock_now() - kept.counted_at > kept.took_ms * KEPT_TIMES)
			want(counter, name, false);
		out->at = kept.counted_at;
		status = json_parse(kept.counted, strlen(kept.counted),
				    &out->found, err);
	}
	pool_free(pool);
	return status;
}

void
broadcast_count_soon(struct broadcasts *broadcasts, const char *name)
{
	struct store *store;
	struct sg_err err;
	uint64_t n = 0;
	bool is_big;

	if (store_readers_take(broadcasts->readers, &store, &err) != SG_OK)
		return; /* counted when somebody looks */
	is_big = count_recipients(store, name, &n, &err) == SG_OK &&
		 n > MIDDLE_MOST;
	store_readers_give(broadcasts->readers, store);
	if (is_big)
		want(broadcasts->counter, name, true);
}
