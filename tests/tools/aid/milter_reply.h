/*
 * milter_reply.h - a milter's packet as one line for people, the form the
 * dialogues of tests/e2e/dialogues are written in.
 */
#ifndef TESTS_TOOLS_AID_MILTER_REPLY_H
#define TESTS_TOOLS_AID_MILTER_REPLY_H

#include <stdint.h>

#include "base/buf.h"

/* Appends e.g. "continue", "add-header X-A: b", "reply 550 5.1.1 no". */
void milter_reply_line(const struct buf *packet, struct buf *line);

/* Appends the steps that are negotiated: "no-helo skip nr-hdr". */
void milter_steps_line(uint32_t steps, struct buf *line);

#endif
