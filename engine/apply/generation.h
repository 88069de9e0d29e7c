/*
 * generation.h - `rules run`: today's rules on all records and all stored
 * history, as if they had been there always (scoring §3).
 *
 * A new generation of the ledger is built in slices on the applier's thread,
 * between its batches. Whatever a live transaction touches that was built
 * already is noted in that transaction and built again. When nothing is left,
 * the same transaction switches over: ledger, points along links, base ruleset,
 * scoreboard. The old rows go in slices afterwards. How far it came is stored,
 * so that it goes on after a kill -9. Nothing is fired by it.
 */
#ifndef ENGINE_APPLY_GENERATION_H
#define ENGINE_APPLY_GENERATION_H

#include "apply/apply.h"

struct generation_status {
	uint32_t generation; /* in force */
	uint32_t ruleset;    /* it was made with; 0 = each entry with the rules
				it was received under */
	bool running;	     /* and then: */
	uint32_t making, with_ruleset;
	uint64_t built, records;
	int64_t started_at;
	char author[80];
	bool removing; /* rows of an old generation */
};

/* With the rules in force now. SG_REFUSED: there is one running. */
enum sg_status generation_begin(struct apply *apply, const char *author,
				struct sg_err *err) MUST_CHECK;
/* The same; *status_out is what will be so, for `also`. */
enum sg_status generation_begin_also(struct apply *apply, const char *author,
				     struct generation_status *status_out,
				     const struct apply_also *also,
				     struct sg_err *err) MUST_CHECK;
/* SG_NONE: there is none running. */
enum sg_status generation_cancel(struct apply *apply,
				 struct sg_err *err) MUST_CHECK;
void generation_get_status(struct apply *apply, struct generation_status *out);

#endif
