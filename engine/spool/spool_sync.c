/*
 * spool_sync.c - group commit on demand. Whoever needs a sync and finds none
 * under way makes it, for all that was written by then; the others wait, and
 * the next of them makes the next one as soon as it ends. A thread syncs what
 * nobody waits for, at the latest sync_ms after it was written.
 *
 * A failed fdatasync() is never retried: the kernel may have dropped the pages
 * and would say yes. The segment ends where it was synced last, its waiters
 * hear SG_BUSY, and records for which nobody waited, which were answered,
 * move to the next segment.
 */
#include "spool/spool_private.h"

#include <errno.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"

static bool
needs_sync(const struct segment *segment)
{
	return !segment->failed && segment->written > segment->synced;
}

struct segment *
sync_oldest(const struct spool *spool)
{
	struct segment *segment = spool->oldest;

	while (segment && !needs_sync(segment))
		segment = segment->next;
	return segment;
}

bool
sync_needed(const struct spool *spool)
{
	/* The newest first: mostly it is the only one that could. */
	return (spool->newest && needs_sync(spool->newest)) ||
	       sync_oldest(spool) != NULL;
}

static void
fail_segment(struct spool *spool, struct segment *segment)
{
	spool->status.sync_failures++;
	segment->failed = true;
	segment->sealed = true;
	pthread_cond_signal(&spool->unsynced);
}

static bool
sync_file(struct spool *spool, const struct segment *segment, bool fresh)
{
	if (!fresh)
		return fdatasync(segment->fd) == 0;
	return fsync(segment->fd) == 0 && fsync(spool->directory_fd) == 0;
}

void
sync_round(struct spool *spool)
{
	struct segment *segment = sync_oldest(spool);
	uint64_t target;
	bool fresh, done;

	if (!segment)
		return;
	target = segment->written;
	fresh = segment->fresh;
	segment->pins++;
	spool->syncing = true;
	done = !spool->fail_syncs_after || --spool->fail_syncs_after;
	pthread_mutex_unlock(&spool->lock);
	done = done && sync_file(spool, segment, fresh);
	pthread_mutex_lock(&spool->lock);
	spool->syncing = false;
	segment->pins--;
	if (done) {
		segment->synced = target;
		segment->fresh = false;
	} else {
		fail_segment(spool, segment);
	}
	pthread_cond_broadcast(&spool->synced_more);
	if (!spool->lingers)
		pthread_cond_signal(&spool->readable);
}

enum sg_status
sync_wait(struct spool *spool, struct segment *segment, uint64_t end,
	  struct sg_err *err)
{
	bool kept;

	segment->pins++;
	while (segment->synced < end && !segment->failed) {
		if (spool->syncing)
			pthread_cond_wait(&spool->synced_more, &spool->lock);
		else
			sync_round(spool);
	}
	kept = segment->synced >= end;
	segment->pins--;
	if (kept)
		return SG_OK;
	return err_set(err, SG_BUSY,
		       "the disk under %s does not take what is written",
		       spool->options.directory);
}

/* --- after a failure ----------------------------------------------------- */

static bool
needs_salvage(const struct segment *segment)
{
	return segment->failed && segment->written > segment->synced;
}

bool
sync_salvage_needed(const struct spool *spool)
{
	const struct segment *segment = spool->oldest;

	while (segment && !needs_salvage(segment))
		segment = segment->next;
	return segment != NULL;
}

/* The frame as it stands in the file, head included. */
static bool
move_frame(struct spool *spool, struct segment *to, const struct frame *frame)
{
	size_t len = FRAME_HEAD_SIZE + frame->len;

	if (to->size - to->written < len ||
	    pwrite(to->fd, frame->bytes - FRAME_HEAD_SIZE, len,
		   (off_t)to->written) != (ssize_t)len)
		return false;
	to->written += len;
	spool->status.bytes += len;
	return true;
}

static void
salvage_one(struct spool *spool, struct segment *from, struct segment *to)
{
	struct window window;
	struct frame frame;
	uint64_t offset = from->synced;

	if (window_init(&window, NULL) != SG_OK)
		return; /* stays to be salvaged with the next segment */
	window_set(&window, from->fd);
	while (window_frame(&window, offset, from->written, &frame) ==
	       FRAME_WHOLE) {
		/* No room: a smaller segment on a disk that is both broken
		 * and full. */
		if (!frame.waited && !move_frame(spool, to, &frame))
			break;
		offset += FRAME_HEAD_SIZE + frame.len;
	}
	window_done(&window);
	spool->status.bytes -= from->written - from->synced;
	from->written = from->synced;
	/* Should this fail, too, a restart finds what is left there, twice. */
	if (ftruncate(from->fd, (off_t)from->written) == 0)
		from->size = from->written;
}

void
sync_salvage(struct spool *spool, struct segment *to)
{
	struct segment *segment;

	for (segment = spool->oldest; segment; segment = segment->next)
		if (needs_salvage(segment))
			salvage_one(spool, segment, to);
}

/* --- in the background --------------------------------------------------- */

static void
wait_ms(struct spool *spool, int64_t ms)
{
	int64_t until = clock_monotonic_ms() + ms;
	struct timespec at = {until / 1000, until % 1000 * 1000000};

	while (!spool->stopping &&
	       pthread_cond_timedwait(&spool->unsynced, &spool->lock, &at) !=
		       ETIMEDOUT)
		;
}

/* Nobody may append for long: what was answered moves on by itself. */
static void
salvage(struct spool *spool)
{
	if (sync_salvage_needed(spool) &&
	    append_open_another(spool, NULL) == SG_OK)
		pthread_cond_signal(&spool->readable);
}

void *
sync_thread(void *arg)
{
	struct spool *spool = arg;

	prctl(PR_SET_NAME, "spool-sync", 0, 0, 0);
	thread_works_behind();
	pthread_mutex_lock(&spool->lock);
	while (!spool->stopping) {
		if (!sync_needed(spool) && !sync_salvage_needed(spool)) {
			pthread_cond_wait(&spool->unsynced, &spool->lock);
			continue;
		}
		wait_ms(spool, spool->options.sync_ms);
		if (!spool->syncing)
			sync_round(spool);
		salvage(spool);
	}
	pthread_mutex_unlock(&spool->lock);
	return NULL;
}
