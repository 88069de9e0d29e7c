/* outbox.c - which row is tried next, and what comes of it; see outbox.h. */
#include "outbox/outbox.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "outbox/outbox_parts.h"

enum { LOOK_MS = 1000, EXPIRY_MS = 600000, EXPIRE_AT_ONCE = 2000 };

int64_t
outbox_back_off(unsigned tries, int64_t first_ms, int64_t most_ms,
		uint64_t chance)
{
	int64_t ms = first_ms;

	while (tries-- > 1 && ms < most_ms)
		ms *= 2;
	if (ms > most_ms)
		ms = most_ms;
	return ms + (int64_t)(chance % (uint64_t)(ms / 2 + 1));
}

void
outbox_say(struct outbox_try *try, enum outbox_end end, const char *format, ...)
{
	va_list args;
	char *c;

	try->end = end;
	va_start(args, format);
	vsnprintf(try->trouble, sizeof(try->trouble), format, args);
	va_end(args);
	for (c = try->trouble; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
}

/* --- which is next ------------------------------------------------------ */

static bool
under_way(const struct outbox *outbox, int64_t id)
{
	unsigned i;

	for (i = 0; i < outbox->n_workers; i++)
		if (outbox->workers[i].id == id)
			return true;
	return false;
}

/* May one more thread go to this target? The last one is for others. */
static bool
has_room(const struct outbox *outbox, const char *target)
{
	unsigned n = 0, i;

	for (i = 0; i < outbox->n_workers; i++)
		n += outbox->workers[i].id &&
		     strcmp(outbox->workers[i].target, target) == 0;
	return n == 0 || n + 1 < outbox->n_workers;
}

/* The lock is held. */
static void
look(struct outbox *outbox)
{
	struct sg_err err = {0};
	struct store *store;
	enum sg_status status;

	atomic_store(&outbox->look, false);
	pool_clear(outbox->pool);
	outbox->list.n_rows = outbox->at = 0;
	outbox->next_due = clock_monotonic_ms() + LOOK_MS;
	if (store_readers_take(outbox->options.readers, &store, &err) != SG_OK)
		return;
	status = store_outbox_due(store, clock_now(), OUTBOX_LISTED_MOST,
				  outbox->pool, &outbox->list, &err);
	if (status != SG_OK) {
		outbox->list.n_rows = 0;
		log_error("the outbox cannot be read: %s", err.text);
	}
	store_readers_give(outbox->options.readers, store);
}

/* The lock is held. NULL: nothing that could be tried now. */
static const struct store_outbox *
next(struct outbox *outbox)
{
	size_t i;

	if (atomic_load(&outbox->look) ||
	    (outbox->at == outbox->list.n_rows &&
	     clock_monotonic_ms() >= outbox->next_due))
		look(outbox);
	for (i = outbox->at; i < outbox->list.n_rows; i++) {
		struct store_outbox *row = &outbox->list.rows[i];

		if (row->id && !under_way(outbox, row->id) &&
		    has_room(outbox, row->target))
			return row;
		if (i == outbox->at && !row->id)
			outbox->at++;
	}
	return NULL;
}

/* Takes one: SG_NONE: there is none. */
static bool
take(struct outbox_worker *worker)
{
	struct outbox *outbox = worker->outbox;
	struct store_outbox *row = (struct store_outbox *)next(outbox);

	if (!row)
		return false;
	worker->id = row->id;
	snprintf(worker->target, sizeof(worker->target), "%s", row->target);
	row->id = 0; /* taken out of the list */
	return true;
}

/* --- one try ------------------------------------------------------------ */

struct result {
	struct store_outbox row;
};

static enum sg_status
write_result(void *arg, struct store *store, struct sg_err *err)
{
	struct result *result = arg;
	enum sg_status status = store_outbox_tried(store, &result->row, err);

	return status == SG_NONE ? SG_OK : status; /* dropped meanwhile */
}

bool
outbox_is_stopping(struct outbox *outbox)
{
	bool stopping;

	pthread_mutex_lock(&outbox->lock);
	stopping = outbox->stopping;
	pthread_mutex_unlock(&outbox->lock);
	return stopping;
}

/* Until it is written: else the same is delivered again. */
static void
note(struct outbox *outbox, struct result *result)
{
	struct sg_err err = {0};

	while (apply_call(outbox->options.apply, write_result, result, &err) !=
	       SG_OK) {
		if (outbox_is_stopping(outbox))
			return;
		clock_sleep_ms(LOOK_MS);
	}
}

static void
conclude(struct outbox *outbox, const struct store_outbox *row,
	 const struct outbox_try *try)
{
	const struct outbox_conf *conf = outbox->options.conf;
	struct result result = {*row};
	int64_t now = clock_now();
	char quoted[LOG_QUOTE_SIZE];

	result.row.trouble = try->trouble;
	if (try->end == OUTBOX_POSTPONED) {
		result.row.due_at = try->at;
		note(outbox, &result);
		return;
	}
	result.row.tries++;
	result.row.done_at = now;
	if (try->end == OUTBOX_DONE)
		result.row.state = OUTBOX_DELIVERED;
	else if (try->end == OUTBOX_NOT)
		result.row.state = OUTBOX_DROPPED;
	else if (try->end == OUTBOX_NEVER || result.row.tries >= conf->tries)
		result.row.state = OUTBOX_DEAD;
	else
		result.row.done_at = 0;
	if (!result.row.done_at)
		result.row.due_at =
			now + outbox_back_off(result.row.tries, conf->retry_ms,
					      conf->retry_most_ms,
					      crypto_random_u64());
	if (result.row.state == OUTBOX_DEAD)
		log_warn("a delivery is given up: %s id=%lld action=%s "
			 "tries=%u",
			 log_quote_private(try->trouble, quoted),
			 (long long)row->id, row->action, result.row.tries);
	note(outbox, &result);
}

static void
try_it(struct outbox_worker *worker, const struct store_outbox *row,
       struct outbox_try *try)
{
	const struct outbox_options *options = &worker->outbox->options;
	struct sg_err err = {0};
	enum sg_status status;

	if (strcmp(row->action, "webhook") == 0) {
		outbox_try_webhook(worker, row, try);
	} else if (strcmp(row->action, "notify") == 0 ||
		   strcmp(row->action, "send") == 0 ||
		   strcmp(row->action, "mail") == 0) {
		outbox_try_mail(worker, row, try);
	} else if (strcmp(row->action, "run") == 0 && options->run) {
		status = options->run(options->arg, row, &err);
		outbox_say(try,
			   status == SG_OK	  ? OUTBOX_DONE
			   : status == SG_NONE	  ? OUTBOX_NOT
			   : status == SG_REFUSED ? OUTBOX_NEVER
						  : OUTBOX_LATER,
			   "%s", status == SG_OK ? "" : err.text);
	} else {
		outbox_say(try, OUTBOX_NEVER, "nobody knows how to do `%s`",
			   row->action);
	}
}

static void
deliver(struct outbox_worker *worker)
{
	struct outbox *outbox = worker->outbox;
	struct pool *pool = pool_new();
	struct outbox_try try = {.end = OUTBOX_LATER};
	struct store_outbox row;
	struct sg_err err = {0};
	struct store *store;
	enum sg_status status =
		store_readers_take(outbox->options.readers, &store, &err);

	if (status == SG_OK) {
		status = store_outbox_get(store, worker->id, pool, &row, &err);
		store_readers_give(outbox->options.readers, store);
	}
	/* The list may be older than what was done since. */
	if (status == SG_OK && row.state == OUTBOX_WAITING &&
	    row.due_at <= clock_now()) {
		try_it(worker, &row, &try);
		conclude(outbox, &row, &try);
		outbox_learn(outbox, try.mta);
	}
	pool_free(pool);
}

/* --- what is old -------------------------------------------------------- */

struct expiry {
	int64_t before;
	uint64_t n;
};

static enum sg_status
run_expiry(void *arg, struct store *store, struct sg_err *err)
{
	struct expiry *expiry = arg;

	return store_outbox_expire(store, expiry->before, EXPIRE_AT_ONCE,
				   &expiry->n, err);
}

/* Called with the lock, which is let go meanwhile. */
static void
expire(struct outbox *outbox)
{
	struct expiry expiry = {.before = clock_now() -
					  outbox->options.conf->keep_ms};
	struct sg_err err = {0};

	outbox->next_expiry = clock_monotonic_ms() + EXPIRY_MS;
	pthread_mutex_unlock(&outbox->lock);
	if (apply_call(outbox->options.apply, run_expiry, &expiry, &err) !=
	    SG_OK)
		expiry.n = 0;
	pthread_mutex_lock(&outbox->lock);
	if (expiry.n == EXPIRE_AT_ONCE)
		outbox->next_expiry = 0;
}

/* --- the threads -------------------------------------------------------- */

static void
wait(struct outbox *outbox)
{
	int64_t until = clock_monotonic_ms() + LOOK_MS;
	struct timespec at = {.tv_sec = (time_t)(until / 1000),
			      .tv_nsec = (long)(until % 1000) * 1000000};

	pthread_cond_timedwait(&outbox->changed, &outbox->lock, &at);
}

static void *
work(void *arg)
{
	struct outbox_worker *worker = arg;
	struct outbox *outbox = worker->outbox;

	pthread_mutex_lock(&outbox->lock);
	while (!outbox->stopping) {
		if (worker == &outbox->workers[0] &&
		    clock_monotonic_ms() >= outbox->next_expiry)
			expire(outbox);
		if (!take(worker)) {
			wait(outbox);
			continue;
		}
		pthread_mutex_unlock(&outbox->lock);
		deliver(worker);
		pthread_mutex_lock(&outbox->lock);
		worker->id = 0;
		pthread_cond_signal(&outbox->changed);
	}
	pthread_mutex_unlock(&outbox->lock);
	return NULL;
}

enum sg_status
outbox_open(const struct outbox_options *options, struct outbox **outbox_out,
	    struct sg_err *err)
{
	struct outbox *outbox = calloc(1, sizeof(*outbox));
	pthread_condattr_t attributes;

	if (!outbox)
		return err_set(err, SG_FAILED, "out of memory");
	outbox->options = *options;
	outbox->pool = pool_new();
	atomic_store(&outbox->look, true);
	atomic_store(&outbox->mta_was_away, true);
	pthread_mutex_init(&outbox->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&outbox->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	*outbox_out = outbox;
	return SG_OK;
}

enum sg_status
outbox_start(struct outbox *outbox, struct sg_err *err)
{
	unsigned i;

	pthread_mutex_lock(&outbox->lock);
	for (i = 0; i < outbox->options.conf->threads; i++) {
		struct outbox_worker *worker = &outbox->workers[i];

		worker->outbox = outbox;
		if (pthread_create(&worker->thread, NULL, work, worker) != 0)
			break;
		outbox->n_workers++;
	}
	pthread_mutex_unlock(&outbox->lock);
	if (outbox->n_workers)
		return SG_OK;
	return err_errno(err, SG_FAILED, "the outbox's thread");
}

void
outbox_wake(struct outbox *outbox)
{
	if (!outbox)
		return;
	/* Without the lock: the applier must not wait for whoever reads the
	 * store. A wake that is missed costs one LOOK_MS. */
	atomic_store(&outbox->look, true);
	pthread_cond_broadcast(&outbox->changed);
}

void
outbox_stop(struct outbox *outbox)
{
	unsigned i;

	if (!outbox)
		return;
	pthread_mutex_lock(&outbox->lock);
	outbox->stopping = true;
	pthread_cond_broadcast(&outbox->changed);
	pthread_mutex_unlock(&outbox->lock);
	for (i = 0; i < outbox->n_workers; i++)
		pthread_join(outbox->workers[i].thread, NULL);
	outbox->n_workers = 0;
}

void
outbox_close(struct outbox *outbox)
{
	unsigned i;

	if (!outbox)
		return;
	outbox_stop(outbox);
	for (i = 0; i < OUTBOX_THREADS_MOST; i++) {
		net_client_free(outbox->workers[i].http);
		net_smtp_free(outbox->workers[i].smtp);
	}
	pool_free(outbox->pool);
	pthread_cond_destroy(&outbox->changed);
	pthread_mutex_destroy(&outbox->lock);
	free(outbox);
}
