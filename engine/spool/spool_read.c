/* spool_read.c - the reader's side: seek, read, wait, let go. */
#include "spool/spool_private.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

static struct segment *
find_segment(const struct spool *spool, uint64_t number)
{
	struct segment *segment = spool->oldest;

	while (segment && segment->number != number)
		segment = segment->next;
	return segment;
}

/* Locked. */
static void
count_bytes(struct spool *spool)
{
	const struct segment *segment;
	uint64_t bytes = 0, from;

	for (segment = spool->oldest; segment; segment = segment->next) {
		from = SEGMENT_HEADER_SIZE;
		if (segment->number < spool->applied.segment)
			continue;
		if (segment->number == spool->applied.segment &&
		    spool->applied.offset > from)
			from = spool->applied.offset;
		if (segment->written > from)
			bytes += segment->written - from;
	}
	spool->status.bytes = bytes;
}

static void
start_at(struct spool *spool, struct segment *segment, uint64_t offset)
{
	if (offset < SEGMENT_HEADER_SIZE)
		offset = SEGMENT_HEADER_SIZE;
	spool->read_segment = segment;
	spool->read_offset = offset;
	spool->applied.segment = segment->number;
	spool->applied.offset = offset;
	window_set(&spool->window, segment->fd);
	count_bytes(spool);
}

static enum sg_status
seek_locked(struct spool *spool, const struct spool_position *position,
	    struct sg_err *err)
{
	struct segment *segment;

	/* What it knows is another spool: all of this one is new to it. What
	 * is before the oldest segment is applied, for only then it went. */
	if (memcmp(position->id, spool->id, SPOOL_ID_SIZE) != 0 ||
	    position->segment < spool->oldest->number) {
		start_at(spool, spool->oldest, 0);
		return SG_OK;
	}
	segment = find_segment(spool, position->segment);
	if (segment && position->offset <= segment->written) {
		start_at(spool, segment, position->offset);
		return SG_OK;
	}
	return err_set(err, SG_FAILED,
		       "the store has applied the spool in %s up to segment "
		       "%016llx, byte %llu, which is past its end: is it an "
		       "old copy of the spool?",
		       spool->options.directory,
		       (unsigned long long)position->segment,
		       (unsigned long long)position->offset);
}

enum sg_status
spool_seek(struct spool *spool, const struct spool_position *position,
	   struct sg_err *err)
{
	enum sg_status status;

	pthread_mutex_lock(&spool->lock);
	status = seek_locked(spool, position, err);
	pthread_mutex_unlock(&spool->lock);
	if (status == SG_OK)
		spool_applied(spool, position);
	return status;
}

/* --- read --------------------------------------------------------------- */

/* Is there something to read, and up to where? Goes on to the next segment at
 * the end of one. Locked. */
static bool
readable(struct spool *spool, uint64_t *limit_out)
{
	struct segment *segment = spool->read_segment;

	while (spool->read_offset >= segment->synced && segment->next &&
	       (segment->failed || segment->synced == segment->written)) {
		segment = segment->next;
		spool->read_segment = segment;
		spool->read_offset = SEGMENT_HEADER_SIZE;
		window_set(&spool->window, segment->fd);
	}
	*limit_out = segment->synced;
	return spool->read_offset < segment->synced;
}

static enum sg_status
skip(struct spool *spool, uint64_t to, const char *what, struct sg_err *err)
{
	uint64_t from = spool->read_offset;

	spool->read_offset = to;
	return err_set(err, SG_REFUSED,
		       "spool segment %016llx, bytes %llu to %llu: %s, skipped",
		       (unsigned long long)spool->read_segment->number,
		       (unsigned long long)from, (unsigned long long)to, what);
}

static enum sg_status
decode(struct spool *spool, const struct frame *frame, struct pool *pool,
       struct signal *signal_out, struct sg_err *err)
{
	uint64_t next = spool->read_offset + FRAME_HEAD_SIZE + frame->len;
	const char *bytes = pool_memdup(pool, frame->bytes, frame->len);
	struct sg_err why = {SG_OK, ""};

	if (signal_decode(bytes, frame->len, pool, signal_out, &why) != SG_OK)
		return skip(spool, next, why.text, err);
	spool->read_offset = next;
	return SG_OK;
}

/* Past it, to what is whole again. */
static enum sg_status
skip_damage(struct spool *spool, enum frame_state state,
	    const struct frame *frame, uint64_t limit, struct sg_err *err)
{
	uint64_t next = limit;

	if (window_behind(&spool->window, spool->read_offset, state, frame,
			  limit, &next) == FRAME_TROUBLE)
		return err_errno(
			err, SG_FAILED, "cannot read spool segment %016llx",
			(unsigned long long)spool->read_segment->number);
	return skip(spool, next, "a damaged record", err);
}

/* SG_NONE: nothing more in this segment up to the limit. */
static enum sg_status
read_one(struct spool *spool, uint64_t limit, struct pool *pool,
	 struct signal *signal_out, struct sg_err *err)
{
	struct frame frame = {0};
	enum frame_state state =
		window_frame(&spool->window, spool->read_offset, limit, &frame);

	switch (state) {
	case FRAME_WHOLE:
		return decode(spool, &frame, pool, signal_out, err);
	case FRAME_END: /* it was not cut to its length */
		spool->read_offset = limit;
		return SG_NONE;
	case FRAME_TROUBLE:
		return err_errno(
			err, SG_FAILED, "cannot read spool segment %016llx",
			(unsigned long long)spool->read_segment->number);
	default:
		return skip_damage(spool, state, &frame, limit, err);
	}
}

enum sg_status
spool_read(struct spool *spool, struct pool *pool, struct signal *signal_out,
	   struct spool_position *position_out, struct sg_err *err)
{
	enum sg_status status;
	uint64_t limit;
	bool more;

	do {
		pthread_mutex_lock(&spool->lock);
		more = readable(spool, &limit);
		pthread_mutex_unlock(&spool->lock);
		if (!more)
			return SG_NONE;
		status = read_one(spool, limit, pool, signal_out, err);
	} while (status == SG_NONE);
	if (status == SG_OK || status == SG_REFUSED) {
		memcpy(position_out->id, spool->id, SPOOL_ID_SIZE);
		position_out->segment = spool->read_segment->number;
		position_out->offset = spool->read_offset;
	}
	return status;
}

void
spool_wait_for_more(struct spool *spool, int wait_ms)
{
	int64_t until = clock_monotonic_ms() + wait_ms;
	struct timespec at = {until / 1000, until % 1000 * 1000000};
	uint64_t limit;

	pthread_mutex_lock(&spool->lock);
	while (!spool->woken && !readable(spool, &limit) &&
	       pthread_cond_timedwait(&spool->readable, &spool->lock, &at) !=
		       ETIMEDOUT)
		;
	spool->woken = false;
	pthread_mutex_unlock(&spool->lock);
}

void
spool_linger(struct spool *spool, int wait_ms)
{
	int64_t until = clock_monotonic_ms() + wait_ms;
	struct timespec at = {until / 1000, until % 1000 * 1000000};

	pthread_mutex_lock(&spool->lock);
	spool->lingers = true;
	while (!spool->woken &&
	       pthread_cond_timedwait(&spool->readable, &spool->lock, &at) !=
		       ETIMEDOUT)
		;
	spool->lingers = spool->woken = false;
	pthread_mutex_unlock(&spool->lock);
}

void
spool_wake(struct spool *spool)
{
	pthread_mutex_lock(&spool->lock);
	spool->woken = true;
	pthread_cond_signal(&spool->readable);
	pthread_mutex_unlock(&spool->lock);
}

/* --- let go ------------------------------------------------------------- */

static bool
is_done(const struct spool *spool, const struct segment *segment,
	const struct spool_position *position)
{
	if (segment == spool->newest || segment == spool->read_segment ||
	    segment->pins)
		return false;
	/* Not salvaged yet. */
	if (segment->failed && segment->written > segment->synced)
		return false;
	return segment->number < position->segment ||
	       (segment->number == position->segment &&
		position->offset >= segment->written);
}

void
spool_applied(struct spool *spool, const struct spool_position *position)
{
	struct segment *segment;

	pthread_mutex_lock(&spool->lock);
	if (memcmp(position->id, spool->id, SPOOL_ID_SIZE) == 0) {
		if (spool_position_compare(position, &spool->applied) > 0)
			spool->applied = *position;
		while (is_done(spool, spool->oldest, position)) {
			segment = spool->oldest;
			spool->oldest = segment->next;
			spool->status.segments--;
			segment_close(spool, segment, true);
		}
		count_bytes(spool);
	}
	pthread_mutex_unlock(&spool->lock);
}
