/* once.c - see once.h. A table of few places per key: what is looked for is in
 * one of WAYS places, and the oldest of them makes room. */
#include "gate/once.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

enum { WAYS = 8, SETS = ONCE_ENTRIES_MOST / WAYS };

enum entry_state { ENTRY_FREE, ENTRY_AT_IT, ENTRY_DONE };

struct entry {
	uint64_t key;
	int64_t at; /* when it began */
	enum entry_state state;
};

struct once {
	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t changed;
	struct entry entries[SETS][WAYS];
};

struct once *
once_new(void)
{
	struct once *once = calloc(1, sizeof(*once));
	pthread_condattr_t attributes;

	if (!once)
		return NULL;
	pthread_mutex_init(&once->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&once->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	return once;
}

void
once_free(struct once *once)
{
	if (!once)
		return;
	pthread_cond_destroy(&once->changed);
	pthread_mutex_destroy(&once->lock);
	free(once);
}

static struct entry *
find(struct once *once, uint64_t key)
{
	struct entry *set = once->entries[key % SETS];

	for (size_t i = 0; i < WAYS; i++)
		if (set[i].state != ENTRY_FREE && set[i].key == key)
			return &set[i];
	return NULL;
}

/* A free one, else the oldest that nobody is at; NULL: all are under way. */
static struct entry *
make_room(struct once *once, uint64_t key)
{
	struct entry *set = once->entries[key % SETS], *oldest = NULL;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].state == ENTRY_FREE)
			return &set[i];
		if (set[i].state == ENTRY_DONE &&
		    (!oldest || set[i].at < oldest->at))
			oldest = &set[i];
	}
	return oldest;
}

/* false: too long. */
static bool
wait_for_change(struct once *once, int64_t until)
{
	struct timespec at = {.tv_sec = (time_t)(until / 1000),
			      .tv_nsec = (long)(until % 1000) * 1000000};

	return pthread_cond_timedwait(&once->changed, &once->lock, &at) == 0;
}

/* From a time to come: the clock went back, and what was then is long ago. */
static bool
is_within(int64_t at, int64_t now, int64_t ms)
{
	return now - at < ms && at - now < ms;
}

enum sg_status
once_begin(struct once *once, uint64_t key, int64_t now, int64_t ms,
	   struct sg_err *err)
{
	int64_t until = clock_monotonic_ms() + ONCE_WAIT_MS;
	struct entry *entry;
	enum sg_status status = SG_OK;
	bool in_time = true;

	pthread_mutex_lock(&once->lock);
	while ((entry = find(once, key)) && entry->state == ENTRY_AT_IT &&
	       in_time)
		in_time = wait_for_change(once, until);
	if (entry && entry->state == ENTRY_AT_IT) {
		status = err_set(err, SG_BUSY, "the same is still under way");
	} else if (entry && is_within(entry->at, now, ms)) {
		status = SG_NONE;
	} else {
		if (!entry)
			entry = make_room(once, key);
		/* No room: it is done, and not remembered. */
		if (entry)
			*entry = (struct entry){key, now, ENTRY_AT_IT};
	}
	pthread_mutex_unlock(&once->lock);
	return status;
}

void
once_end(struct once *once, uint64_t key, bool done)
{
	struct entry *entry;

	pthread_mutex_lock(&once->lock);
	entry = find(once, key);
	if (entry && entry->state == ENTRY_AT_IT)
		entry->state = done ? ENTRY_DONE : ENTRY_FREE;
	pthread_cond_broadcast(&once->changed);
	pthread_mutex_unlock(&once->lock);
}
