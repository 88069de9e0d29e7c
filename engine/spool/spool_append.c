/*
 * spool_append.c - signals into the spool. They are encoded and summed before
 * the lock is taken; with it a place is found and one pwrite() made.
 */
#include "spool/spool_private.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"

enum { TRIES = 2 /* a segment that cannot be written is left for another */ };

enum sg_status
append_open_another(struct spool *spool, struct sg_err *err)
{
	struct segment *segment = NULL;
	enum sg_status status;
	int64_t now = clock_monotonic_ms();

	if (now < spool->retry_at)
		return err_set(err, SG_BUSY, "no room for the spool in %s",
			       spool->options.directory);
	status = segment_create(spool, &segment, err);
	if (status != SG_OK) {
		spool->retry_at = now + SPOOL_RETRY_MS;
		return status;
	}
	spool->retry_at = 0;
	if (spool->newest)
		segment_seal(spool->newest);
	sync_salvage(spool, segment);
	segment_push(spool, segment);
	return SG_OK;
}

/* Before a segment is begun all but the newest are synced: so only the last
 * two can be torn. */
static void
sync_older(struct spool *spool)
{
	struct segment *segment = NULL;

	while ((segment = sync_oldest(spool)) && segment != spool->newest) {
		if (spool->syncing)
			pthread_cond_wait(&spool->synced_more, &spool->lock);
		else
			sync_round(spool);
	}
}

static bool
has_room(const struct segment *segment, size_t len)
{
	return segment && !segment->sealed &&
	       segment->size - segment->written >= len;
}

/* The segment with room for `len` bytes. */
static enum sg_status
find_room(struct spool *spool, size_t len, struct segment **segment_out,
	  struct sg_err *err)
{
	enum sg_status status = SG_OK;

	if (!has_room(spool->newest, len)) {
		sync_older(spool);
		/* Somebody else may have done it meanwhile. */
		if (!has_room(spool->newest, len))
			status = append_open_another(spool, err);
	}
	if (status != SG_OK)
		return status;
	/* A small segment on a small disk, or salvage filled it. */
	if (!has_room(spool->newest, len))
		return err_set(
			err, SG_BUSY,
			"no room for %zu bytes in a segment of the spool", len);
	*segment_out = spool->newest;
	return SG_OK;
}

static enum sg_status
write_at_end(struct spool *spool, const struct buf *bytes,
	     struct segment **segment_out, struct sg_err *err)
{
	struct segment *segment = NULL;
	enum sg_status status = SG_BUSY;
	ssize_t wrote;
	int i;

	for (i = 0; i < TRIES; i++) {
		status = find_room(spool, bytes->len, &segment, err);
		if (status != SG_OK)
			return status;
		wrote = pwrite(segment->fd, bytes->data, bytes->len,
			       (off_t)segment->written);
		if (wrote == (ssize_t)bytes->len) {
			*segment_out = segment;
			return SG_OK;
		}
		status = err_errno(err, SG_BUSY, "cannot write the spool in %s",
				   spool->options.directory);
		segment_seal(segment);
	}
	return status;
}

/* Locked. */
static enum sg_status
append_bytes(struct spool *spool, const struct buf *bytes, size_t n_signals,
	     struct segment **segment_out, struct sg_err *err)
{
	bool was_synced = !sync_needed(spool);
	enum sg_status status;

	if (spool->stopping)
		return err_set(err, SG_BUSY, "the spool is closing");
	if (spool->options.max_bytes &&
	    spool->status.bytes + bytes->len > spool->options.max_bytes)
		status = err_set(err, SG_BUSY,
				 "the spool holds its most (spool.max): what "
				 "applies it is behind or away");
	else
		status = write_at_end(spool, bytes, segment_out, err);
	spool->status.full = status != SG_OK;
	if (status != SG_OK)
		return status;
	(*segment_out)->written += bytes->len;
	spool->status.bytes += bytes->len;
	spool->status.appended += n_signals;
	if (was_synced)
		pthread_cond_signal(&spool->unsynced);
	return SG_OK;
}

enum sg_status
append_and_wait(struct spool *spool, const struct buf *bytes, size_t n_signals,
		bool waits, struct spool_position *position, struct sg_err *err)
{
	struct segment *segment = NULL;
	enum sg_status status;
	uint64_t end;

	pthread_mutex_lock(&spool->lock);
	spool->users++;
	status = append_bytes(spool, bytes, n_signals, &segment, err);
	if (status == SG_OK) {
		end = segment->written;
		memcpy(position->id, spool->id, SPOOL_ID_SIZE);
		position->segment = segment->number;
		position->offset = end;
		if (waits)
			status = sync_wait(spool, segment, end, err);
	}
	spool->users--;
	if (spool->stopping)
		pthread_cond_broadcast(&spool->synced_more);
	pthread_mutex_unlock(&spool->lock);
	return status;
}

/* What a failure left there goes; what was there before stays. */
static enum sg_status
take_back(struct buf *bytes, size_t len, enum sg_status status)
{
	bytes->failed = false;
	if (bytes->data) {
		bytes->len = len;
		bytes->data[len] = '\0';
	}
	return status;
}

enum sg_status
append_encode(const struct signal *signals, size_t n_signals, bool waits,
	      struct buf *bytes, struct sg_err *err)
{
	enum sg_status status;
	size_t i, begin, before = bytes->len;

	for (i = 0; i < n_signals; i++) {
		status = signal_check(&signals[i], err);
		if (status != SG_OK)
			return take_back(bytes, before, status);
		begin = frame_open(bytes);
		signal_encode(bytes, &signals[i]);
		frame_close(bytes, begin, i + 1 < n_signals, waits);
	}
	if (!buf_ok(bytes))
		return take_back(
			bytes, before,
			err_set(err, SG_REFUSED,
				"%zu signals are too many for one write",
				n_signals));
	return SG_OK;
}

enum sg_status
spool_append_many(struct spool *spool, const struct signal *signals,
		  size_t n_signals, enum spool_wait wait,
		  struct spool_position *position_out, struct sg_err *err)
{
	bool waits = wait == SPOOL_SYNCED || spool->options.sync_every;
	struct spool_position position = {0};
	enum sg_status status;
	struct buf bytes;

	if (n_signals == 0)
		return err_set(err, SG_REFUSED, "no signal to append");
	buf_init(&bytes, spool->options.segment_bytes - SEGMENT_HEADER_SIZE);
	status = append_encode(signals, n_signals, waits, &bytes, err);
	if (status == SG_OK)
		status = append_and_wait(spool, &bytes, n_signals, waits,
					 &position, err);
	buf_done(&bytes);
	if (status == SG_OK && position_out)
		*position_out = position;
	return status;
}

enum sg_status
spool_append(struct spool *spool, const struct signal *signal,
	     enum spool_wait wait, struct spool_position *position_out,
	     struct sg_err *err)
{
	return spool_append_many(spool, signal, 1, wait, position_out, err);
}
