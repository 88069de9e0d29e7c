/* generation_aid.h - an applier in which `rules run` is made and waited for. */
#ifndef TESTS_UNIT_GENERATION_AID_H
#define TESTS_UNIT_GENERATION_AID_H

#include "apply_aid.h"

/* The rules are there before all that happens, and it is all over when it
 * comes in, from `base` to 100 days later. */
void generation_open(struct applier *applier, const char *rules, int64_t base);
void generation_reopen(struct applier *applier);
/* Keep them and wait until they are applied. */
void generation_submit(struct applier *applier, const struct signal *signals,
		       size_t n);

void generation_start(struct applier *applier);
/* Until it is in force and the old one is gone. */
void generation_wait(struct applier *applier);

/* The number that the statement gives. */
int64_t generation_count(struct applier *applier, const char *sql);

#endif
