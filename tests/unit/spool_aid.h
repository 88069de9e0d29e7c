/* spool_aid.h - what the spool's tests share. */
#ifndef TESTS_UNIT_SPOOL_AID_H
#define TESTS_UNIT_SPOOL_AID_H

#include "scratch.h"
#include "spool/spool.h"

enum { SPOOL_AID_SEGMENT = 128 << 10 };

/* In scratch's directory "spool", small segments. */
struct spool *spool_aid_open(const struct scratch *scratch);
/* A signal whose property "n" is the number, of about `len` bytes. */
void spool_aid_signal(struct signal *signal, struct pool *pool, long number,
		      size_t len);
enum sg_status spool_aid_append(struct spool *spool, long number, size_t len,
				enum spool_wait wait);
/* Append or fail the test. */
void spool_aid_put(struct spool *spool, long number, size_t len);
/* The next number, -1 at the end, -2 for a record that was skipped; waits for
 * what is written to be synced. */
long spool_aid_next(struct spool *spool, struct spool_position *position);
/* From the oldest segment on. */
void spool_aid_rewind(struct spool *spool);
/* Path of the only file there whose name ends in ".segment"; fails the test
 * when there are more. */
const char *spool_aid_segment(const struct scratch *scratch);
unsigned spool_aid_n_segments(const struct scratch *scratch);

#endif
