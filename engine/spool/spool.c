/* spool.c - see spool.h: opening, closing, what there is to say. */
#include "spool/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/crypto.h"
#include "spool/spool_private.h"

#define DEFAULT_SEGMENT ((uint64_t)64 << 20)

enum { DEFAULT_SYNC_MS = 5, SMALLEST_SEGMENT = 128 << 10 };

static void
init_locks(struct spool *spool)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&spool->lock, NULL);
	pthread_cond_init(&spool->synced_more, NULL);
	pthread_cond_init(&spool->readable, &monotonic);
	pthread_cond_init(&spool->unsynced, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

static struct spool *
spool_new(const struct spool_options *options)
{
	struct spool *spool = calloc(1, sizeof(*spool));

	if (!spool)
		return NULL;
	spool->lock_fd = spool->directory_fd = spool->id_fd = -1;
	spool->options = *options;
	spool->options.directory = strdup(options->directory);
	if (!spool->options.directory) {
		free(spool);
		return NULL;
	}
	if (!spool->options.segment_bytes)
		spool->options.segment_bytes = DEFAULT_SEGMENT;
	/* One signal must fit, whatever its size. */
	if (spool->options.segment_bytes < SMALLEST_SEGMENT)
		spool->options.segment_bytes = SMALLEST_SEGMENT;
	if (spool->options.sync_ms <= 0)
		spool->options.sync_ms = DEFAULT_SYNC_MS;
	init_locks(spool);
	return spool;
}

static void
spool_free(struct spool *spool)
{
	struct segment *segment, *next;

	for (segment = spool->oldest; segment; segment = next) {
		next = segment->next;
		segment_close(spool, segment, false);
	}
	window_done(&spool->window);
	if (spool->directory_fd >= 0)
		close(spool->directory_fd);
	if (spool->id_fd >= 0)
		close(spool->id_fd);
	if (spool->lock_fd >= 0)
		close(spool->lock_fd); /* and with it the lock */
	pthread_cond_destroy(&spool->unsynced);
	pthread_cond_destroy(&spool->readable);
	pthread_cond_destroy(&spool->synced_more);
	pthread_mutex_destroy(&spool->lock);
	free((char *)spool->options.directory);
	free(spool);
}

static enum sg_status
lock_directory(struct spool *spool, struct sg_err *err)
{
	const char *directory = spool->options.directory;

	if (mkdir(directory, 0700) != 0 && errno != EEXIST)
		return err_errno(err, SG_FAILED, "cannot make %s", directory);
	spool->directory_fd =
		open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (spool->directory_fd < 0)
		return err_errno(err, SG_FAILED, "cannot open %s", directory);
	spool->lock_fd = openat(spool->directory_fd, "lock",
				O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (spool->lock_fd < 0)
		return err_errno(err, SG_FAILED, "cannot make %s/lock",
				 directory);
	if (flock(spool->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return SG_OK;
	if (errno == EWOULDBLOCK)
		return err_set(err, SG_REFUSED,
			       "the spool in %s is in use by another process",
			       directory);
	return err_errno(err, SG_FAILED, "cannot lock %s/lock", directory);
}

/* What is there, or a first segment; the reader at the oldest. */
static enum sg_status
load(struct spool *spool, struct sg_err *err)
{
	struct segment *segment;
	enum sg_status status = segments_load(spool, err);

	if (status != SG_OK)
		return status;
	if (!spool->oldest) {
		crypto_random(spool->id, SPOOL_ID_SIZE);
		status = segment_create(spool, &segment, err);
		if (status != SG_OK)
			return status;
		segment_push(spool, segment);
	}
	status = spool_claim_id(spool, err);
	if (status != SG_OK)
		return status;
	memcpy(spool->applied.id, spool->id, SPOOL_ID_SIZE);
	spool->read_segment = spool->oldest;
	spool->read_offset = SEGMENT_HEADER_SIZE;
	window_set(&spool->window, spool->oldest->fd);
	spool->applied.segment = spool->oldest->number;
	spool->applied.offset = SEGMENT_HEADER_SIZE;
	for (segment = spool->oldest; segment; segment = segment->next)
		spool->status.bytes += segment->written - SEGMENT_HEADER_SIZE;
	return SG_OK;
}

static enum sg_status
start_thread(struct spool *spool, struct sg_err *err)
{
	errno = pthread_create(&spool->thread, NULL, sync_thread, spool);
	if (errno)
		return err_errno(err, SG_FAILED, "cannot start a thread");
	spool->has_thread = true;
	return SG_OK;
}

enum sg_status
spool_open(const struct spool_options *options, struct spool **spool_out,
	   struct sg_err *err)
{
	struct spool *spool = spool_new(options);
	enum sg_status status;

	if (!spool)
		return err_set(err, SG_FAILED, "out of memory");
	status = window_init(&spool->window, err);
	if (status == SG_OK)
		status = lock_directory(spool, err);
	if (status == SG_OK)
		status = load(spool, err);
	if (status == SG_OK)
		status = start_thread(spool, err);
	if (status != SG_OK) {
		spool_free(spool);
		return status;
	}
	*spool_out = spool;
	return SG_OK;
}

void
spool_close(struct spool *spool)
{
	if (!spool)
		return;
	pthread_mutex_lock(&spool->lock);
	spool->stopping = true;
	pthread_cond_signal(&spool->unsynced);
	pthread_cond_broadcast(&spool->synced_more);
	while (spool->users > 0)
		pthread_cond_wait(&spool->synced_more, &spool->lock);
	pthread_mutex_unlock(&spool->lock);
	if (spool->has_thread)
		pthread_join(spool->thread, NULL);
	pthread_mutex_lock(&spool->lock);
	while (sync_needed(spool))
		sync_round(spool);
	if (sync_salvage_needed(spool) &&
	    append_open_another(spool, NULL) == SG_OK)
		sync_round(spool);
	pthread_mutex_unlock(&spool->lock);
	spool_free(spool);
}

void
spool_get_id(struct spool *spool, unsigned char id_out[SPOOL_ID_SIZE])
{
	memcpy(id_out, spool->id, SPOOL_ID_SIZE);
}

void
spool_get_status(struct spool *spool, struct spool_status *status_out)
{
	pthread_mutex_lock(&spool->lock);
	*status_out = spool->status;
	pthread_mutex_unlock(&spool->lock);
}

int
spool_position_compare(const struct spool_position *a,
		       const struct spool_position *b)
{
	if (a->segment != b->segment)
		return a->segment < b->segment ? -1 : 1;
	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	return 0;
}

void
spool_fail_syncs_after(struct spool *spool, unsigned n_syncs)
{
	pthread_mutex_lock(&spool->lock);
	spool->fail_syncs_after = n_syncs;
	pthread_mutex_unlock(&spool->lock);
}

void
spool_set_max(struct spool *spool, uint64_t max_bytes)
{
	pthread_mutex_lock(&spool->lock);
	spool->options.max_bytes = max_bytes;
	pthread_mutex_unlock(&spool->lock);
}
