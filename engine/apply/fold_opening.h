/*
 * fold_opening.h - the state of a record's fold as an entry of its history,
 * which stands for all that was before it.
 */
#ifndef ENGINE_APPLY_FOLD_OPENING_H
#define ENGINE_APPLY_FOLD_OPENING_H

#include "apply/fold.h"

enum { FOLD_OPENING_FORM = 1 }; /* the first number */

/* Into the properties of a SIGNAL_OPENING that happens at `at`, to which the
 * record was advanced. False: it is more than an entry can hold. */
bool fold_opening_write(const struct fold_record *record,
			const struct fold_world *world, int64_t at,
			struct signal *signal, struct pool *pool);
/* When its history begins; INT64_MIN: all of it is there. */
int64_t fold_opened_at(const struct fold_record *record);

#endif
