/*
 * store_readers.c - reading connections for several threads (store.h). They
 * are opened when first needed, at most so many, and kept.
 */
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "store/store.h"

struct store_readers {
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t given;
	char *path;
	size_t most, n_open, n_idle;
	struct store *idle[]; /* the last given is taken first: warm cache */
};

enum sg_status
store_readers_open(const char *path, size_t most,
		   struct store_readers **readers_out, struct sg_err *err)
{
	struct store_readers *readers;
	struct store *first;
	enum sg_status status;

	assert(most > 0);
	status = store_open(path, DB_READ_ONLY, &first, err);
	if (status != SG_OK)
		return status;
	readers = calloc(1, sizeof(*readers) + most * sizeof(struct store *));
	if (!readers || !(readers->path = strdup(path))) {
		free(readers);
		store_close(first);
		return err_set(err, SG_FAILED, "out of memory");
	}
	pthread_mutex_init(&readers->lock, NULL);
	pthread_cond_init(&readers->given, NULL);
	readers->most = most;
	readers->n_open = readers->n_idle = 1;
	readers->idle[0] = first;
	*readers_out = readers;
	return SG_OK;
}

void
store_readers_close(struct store_readers *readers)
{
	size_t i;

	if (!readers)
		return;
	assert(readers->n_idle == readers->n_open); /* all were given back */
	for (i = 0; i < readers->n_idle; i++)
		store_close(readers->idle[i]);
	pthread_cond_destroy(&readers->given);
	pthread_mutex_destroy(&readers->lock);
	free(readers->path);
	free(readers);
}

/* Locked: an idle one, or NULL and a place among the open ones is taken. */
static struct store *
take_idle(struct store_readers *readers)
{
	while (readers->n_idle == 0 && readers->n_open == readers->most)
		pthread_cond_wait(&readers->given, &readers->lock);
	if (readers->n_idle > 0)
		return readers->idle[--readers->n_idle];
	readers->n_open++;
	return NULL;
}

enum sg_status
store_readers_take(struct store_readers *readers, struct store **store_out,
		   struct sg_err *err)
{
	struct store *store;
	enum sg_status status;

	pthread_mutex_lock(&readers->lock);
	store = take_idle(readers);
	pthread_mutex_unlock(&readers->lock);
	if (!store) {
		status = store_open(readers->path, DB_READ_ONLY, &store, err);
		if (status != SG_OK) {
			pthread_mutex_lock(&readers->lock);
			readers->n_open--;
			pthread_cond_signal(&readers->given);
			pthread_mutex_unlock(&readers->lock);
			return status;
		}
	}
	*store_out = store;
	return SG_OK;
}

void
store_readers_give(struct store_readers *readers, struct store *store)
{
	if (!store)
		return;
	store_snapshot_end(store);
	pthread_mutex_lock(&readers->lock);
	readers->idle[readers->n_idle++] = store;
	pthread_cond_signal(&readers->given);
	pthread_mutex_unlock(&readers->lock);
}
