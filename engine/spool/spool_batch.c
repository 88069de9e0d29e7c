/* spool_batch.c - see spool_batch.h. */
#include "spool/spool_batch.h"

#include <assert.h>

#include "spool/spool_private.h"

enum { BATCH_BIG = 256 << 10 };

void
spool_batch_init(struct spool_batch *batch, struct spool *spool)
{
	memset(batch, 0, sizeof(*batch));
	batch->spool = spool;
	batch->pool = pool_new();
	buf_init(&batch->bytes,
		 spool->options.segment_bytes - SEGMENT_HEADER_SIZE);
}

void
spool_batch_done(struct spool_batch *batch)
{
	if (!batch)
		return;
	buf_done(&batch->bytes);
	pool_free(batch->pool);
	batch->pool = NULL;
}

/* It is written before it grows: also where segments are small, what is added
 * then fits one. */
static bool
is_big(const struct spool_batch *batch)
{
	return batch->bytes.len > BATCH_BIG ||
	       batch->bytes.len > batch->bytes.limit / 4;
}

enum sg_status
spool_batch_add(struct spool_batch *batch, const struct signal *signals,
		size_t n_signals, struct sg_err *err)
{
	enum sg_status status = SG_OK;

	if (is_big(batch))
		status = spool_batch_write(batch, err);
	if (status != SG_OK)
		batch->n_dropped += n_signals;
	else
		status = append_encode(signals, n_signals,
				       batch->spool->options.sync_every,
				       &batch->bytes, err);
	if (status == SG_OK)
		batch->n_signals += n_signals;
	return status;
}

enum sg_status
spool_batch_write(struct spool_batch *batch, struct sg_err *err)
{
	struct spool_position position;
	enum sg_status status;

	if (batch->n_signals == 0)
		return SG_OK;
	status = append_and_wait(batch->spool, &batch->bytes, batch->n_signals,
				 batch->spool->options.sync_every, &position,
				 err);
	if (status != SG_OK)
		batch->n_dropped += batch->n_signals;
	buf_reset(&batch->bytes);
	batch->n_signals = 0;
	return status;
}

void
spool_batch_clear(struct spool_batch *batch)
{
	assert(batch->n_signals == 0);
	pool_clear(batch->pool);
}
