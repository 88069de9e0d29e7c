/*
 * split_copy.h - one private copy, ready for SMTP: the message as the MTA gave
 * it, through the same hooks as any outgoing mail with one recipient, with the
 * edits carried out. What cannot be instrumented goes on as it came.
 */
#ifndef ENGINE_GATE_SPLIT_COPY_H
#define ENGINE_GATE_SPLIT_COPY_H

#include "gate/gate.h"
#include "gate/split_queue.h"

struct split_ready {
	struct buf data; /* CRLF throughout */
	struct buf sender;
};

/* SG_BUSY: not now (on_trouble = tempfail). The buffers are the caller's. */
enum sg_status split_copy_make(struct sg_gate *gate, struct split_queue *queue,
			       const struct split_job *job,
			       struct split_ready *ready_out,
			       struct sg_err *err) MUST_CHECK;

#endif
