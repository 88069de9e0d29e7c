/*
 * spool_batch.h - signals of several requests kept by one write: a loop that
 * serves many readers collects what they did, writes it once, and answers them
 * then. One thread.
 *
 * The signals of one spool_batch_add() survive a crash all or none, as with
 * spool_append_many(); those of different ones are independent.
 */
#ifndef ENGINE_SPOOL_SPOOL_BATCH_H
#define ENGINE_SPOOL_SPOOL_BATCH_H

#include "base/buf.h"
#include "base/pool.h"
#include "spool/spool.h"

struct spool_batch {
	struct spool *spool;
	struct buf bytes; /* encoded: nothing is borrowed */
	size_t n_signals;
	size_t n_dropped; /* could not be written; the caller sets it to 0 */
	/* For whoever makes signals and answers between two writes: cleared by
	 * spool_batch_clear(). */
	struct pool *pool;
};

void spool_batch_init(struct spool_batch *batch, struct spool *spool);
void spool_batch_done(struct spool_batch *batch);

/* SG_REFUSED: a signal breaks a bound, none of them is in the batch. A batch
 * that has grown big is written first, which can give SG_BUSY. */
enum sg_status spool_batch_add(struct spool_batch *batch,
			       const struct signal *signals, size_t n_signals,
			       struct sg_err *err) MUST_CHECK;

/* Everything in it is SPOOL_WRITTEN (synced, where spool.sync says so), or is
 * dropped: SG_BUSY as with spool_append(). The batch is empty after it. */
enum sg_status spool_batch_write(struct spool_batch *batch,
				 struct sg_err *err) MUST_CHECK;

/* Frees what is in the pool. The batch must be written before. */
void spool_batch_clear(struct spool_batch *batch);

#endif
