/*
 * answer.h - mail that answers mail: by a program (RFC 3834), by a person, or
 * passed on to others. Pure, any thread.
 */
#ifndef ENGINE_CLASSIFY_ANSWER_H
#define ENGINE_CLASSIFY_ANSWER_H

#include <stdbool.h>

#include "classify/report.h"

/* Sets kind, evidence and confidence; of an automatic reply also who sent it.
 * SG_NONE: none of these. */
enum sg_status answer_read(const struct report_message *message,
			   struct classify_result *result) MUST_CHECK;

/* A subject of somebody who is away, in the main languages. */
bool answer_is_away(const char *subject);

/* Does a subject begin as one of mail that is passed on? */
bool answer_is_forward(const char *subject);

/* What the header says of a program that answers; "" for nothing. */
const char *answer_automatic(const struct report_message *message);

#endif
