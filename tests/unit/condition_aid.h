/*
 * condition_aid.h - for tests of conditions: a record made of tables, names
 * that are known, and random expressions.
 */
#ifndef TESTS_UNIT_CONDITION_AID_H
#define TESTS_UNIT_CONDITION_AID_H

#include "base/buf.h"
#include "rule/condition.h"

/* Lists end with NULL or {0}; NULL = nothing. */
struct aid_pair {
	const char *name, *value;
};
struct aid_score {
	const char *name;
	double value; /* of every part but percent */
	double percent;
};
struct aid_hit {
	const char *name;
	int64_t happened_at; /* newest first */
	struct aid_pair props[4];
};
struct aid_record {
	const char *email, *module;
	int64_t created_at;
	const struct aid_pair *fields;
	const char *const *tags, *const *lists, *const *broadcasts;
	const struct aid_score *scores;
	const struct aid_hit *hits;
};

/* Shows `record` as it is at `now`. */
struct record_view aid_view(const struct aid_record *record);

/*
 * Scores lead, fit, quiz:onboarding; signals email.*, field.changed,
 * form.submitted, order.paid, record.*, score.changed ("call.missed" would be
 * telephony's); segments good, loop, bad, deep; bands hot, mild. Berlin time.
 */
const struct condition_names *aid_names(void);

/* A sequence that depends on nothing but *seed. */
uint32_t aid_random(uint64_t *seed);
/* An expression over those names, at most `depth` deep. */
void aid_expression(uint64_t *seed, unsigned depth, struct buf *to);

#endif
