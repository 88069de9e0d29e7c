/* sequence_aid.h - an applier on a Wednesday morning, with sequences, and Ann
 * to whom things happen. */
#ifndef TESTS_UNIT_SEQUENCE_AID_H
#define TESTS_UNIT_SEQUENCE_AID_H

#include "apply_aid.h"
#include "base/clock.h"
#include "store/store_outbox.h"

#define DAY CLOCK_DAY_MS
#define ANN "ann@example.com"

void sequence_begin(struct applier *applier, const char *rules);
void sequence_end(struct applier *applier); /* verified, closed, gone */
void sequence_pass(struct applier *applier, int64_t ms);

/* props: name, value, …, NULL; or NULL */
struct signal sequence_signal(struct applier *applier, enum signal_kind kind,
			      const char *address, const char *const props[]);
void sequence_change(struct applier *applier, enum signal_kind kind,
		     const char *address, const char *const props[]);
void sequence_join(struct applier *applier, const char *address);
void sequence_leave(struct applier *applier); /* Ann, and likewise */
void sequence_tag(struct applier *applier, const char *name);

/* The outbox as it is; in `pool`. */
struct store_outbox_rows sequence_outbox(struct applier *applier,
					 struct pool *pool);
/* "hello.eml last.eml": what is in it, in order. */
void sequence_sent_is(struct applier *applier, const char *want);

#endif
