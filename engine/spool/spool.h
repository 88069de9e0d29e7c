/*
 * spool.h - append-only segment files that hold every signal from the moment
 * it is answered until it is applied (architecture §5).
 *
 * Segment: 64 MB, preallocated; header { magic, version, spool id 16 bytes,
 * segment number, crc }; records { length u32 | crc32c u32 | bytes of
 * signal_encode() }, little-endian (spool_segment.c, spool_frame.h). Torn
 * tails are found by crc and cut at open. Appending is thread-safe; one
 * reader (one thread for seek, read, wait and applied), which sees what is
 * synced: at the latest sync_ms after it was written.
 */
#ifndef ENGINE_SPOOL_SPOOL_H
#define ENGINE_SPOOL_SPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/pool.h"
#include "signal/signal.h"

struct spool;

enum { SPOOL_ID_SIZE = 16 };

struct spool_position {
	unsigned char id[SPOOL_ID_SIZE];
	uint64_t segment;
	uint64_t offset; /* of the first byte not yet applied */
};

enum spool_wait {
	SPOOL_WRITTEN, /* write(2) done: survives the process */
	SPOOL_SYNCED   /* fdatasync that covers it done: survives the machine */
};

struct spool_options {
	const char *directory;
	uint64_t segment_bytes; /* 0 = 64 MB; smaller in tests */
	uint64_t max_bytes;	/* spool.max; past it appends are SG_BUSY */
	int sync_ms;		/* background fdatasync at the latest, 5 */
	bool sync_every;	/* spool.sync = answer: each append waits */
};

/* Takes a lock on the directory: a second process is SG_REFUSED; and on its id:
 * one with a copy of the directory is SG_BUSY. */
enum sg_status spool_open(const struct spool_options *options,
			  struct spool **spool_out,
			  struct sg_err *err) MUST_CHECK;
/* Syncs, stops the sync thread. Waiters get SG_BUSY. */
void spool_close(struct spool *spool);

/* The id in every segment of this spool: what its position is kept under. */
void spool_get_id(struct spool *spool, unsigned char id_out[SPOOL_ID_SIZE]);

/*
 * SG_OK: kept as `wait` says, `position_out` (may be NULL) is the position
 * after it. SG_BUSY: disk full, spool.max reached or a failed sync: not kept,
 * tell whoever asked to try again. SG_REFUSED: the signal breaks a bound.
 */
enum sg_status spool_append(struct spool *spool, const struct signal *signal,
			    enum spool_wait wait,
			    struct spool_position *position_out,
			    struct sg_err *err) MUST_CHECK;

/*
 * Several signals as one write: all or none survive a crash. SG_REFUSED also
 * when they are more than a segment holds.
 */
enum sg_status spool_append_many(struct spool *spool,
				 const struct signal *signals, size_t n_signals,
				 enum spool_wait wait,
				 struct spool_position *position_out,
				 struct sg_err *err) MUST_CHECK;

/*
 * Where the applier is, from the store. id all zero: never applied anything.
 * An unknown id starts at this spool's oldest segment; a position past the end
 * is SG_FAILED. Must be called once, before spool_read().
 */
enum sg_status spool_seek(struct spool *spool,
			  const struct spool_position *position,
			  struct sg_err *err) MUST_CHECK;

/*
 * The next signal, its memory in `pool`. SG_NONE: nothing appended yet.
 * SG_REFUSED: a record that cannot be read was skipped (the text says where);
 * go on. `position_out` is the position after it.
 */
enum sg_status spool_read(struct spool *spool, struct pool *pool,
			  struct signal *signal_out,
			  struct spool_position *position_out,
			  struct sg_err *err) MUST_CHECK;

/* Wait until something is appended past what was read, or `wait_ms` passed,
 * or spool_wake() was called. */
void spool_wait_for_more(struct spool *spool, int wait_ms);
/* Wait until `wait_ms` passed or spool_wake() was called, whatever is appended
 * meanwhile: so that a reader finds more at once. */
void spool_linger(struct spool *spool, int wait_ms);
void spool_wake(struct spool *spool);

/* Everything before `position` is applied and committed: drop whole segments.
 */
void spool_applied(struct spool *spool, const struct spool_position *position);

struct spool_status {
	uint64_t bytes; /* not yet applied */
	uint64_t segments;
	uint64_t appended; /* signals since open */
	uint64_t sync_failures;
	bool full; /* the last append was refused for space */
};
void spool_get_status(struct spool *spool, struct spool_status *status_out);

/* Test hook: the n-th following sync fails; 0 = off. */
void spool_fail_syncs_after(struct spool *spool, unsigned n_syncs);

/* Test hook: another spool.max; 0 = none. */
void spool_set_max(struct spool *spool, uint64_t max_bytes);

/* <0, 0, >0 as a is before, at, after b; both of one spool. */
int spool_position_compare(const struct spool_position *a,
			   const struct spool_position *b);

#endif
