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
/* A signal whose entry is folded away: counted, where no rule asks about its
 * name; of the others the fold keeps each. */
void fold_note_folded(struct fold_record *record,
		      const struct fold_world *world,
		      const struct signal *signal);
/* What conditions may ask of what was before that moment: `n` times the
 * signal, the last at its happened_at, all others at first_at. */
typedef void fold_folded_fn(void *arg, const struct signal *signal,
			    int64_t first_at, uint64_t n);
void fold_each_folded(const struct fold_record *record,
		      const struct fold_world *world, int64_t before,
		      struct pool *pool, fold_folded_fn *fn, void *arg);
/* When its history begins; INT64_MIN: all of it is there. */
int64_t fold_opened_at(const struct fold_record *record);

#endif
