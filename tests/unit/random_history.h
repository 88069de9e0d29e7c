/* random_history.h - what may happen to three people, by chance: signals late
 * and by token only, fields, tags, lists, points by hand, sets and erases. */
#ifndef TESTS_UNIT_RANDOM_HISTORY_H
#define TESTS_UNIT_RANDOM_HISTORY_H

#include "apply_aid.h"

enum {
	RANDOM_SIGNALS = 50,
	RANDOM_PEOPLE = 3,
	RANDOM_ACCOUNTS = 2,
	RANDOM_SCORES = 3
};

extern const char random_rules[];
extern const char *const random_people[RANDOM_PEOPLE];
extern const char *const random_scores[]; /* by id - 1 */

extern uint64_t random_seed; /* set it before */
uint64_t random_below(uint64_t below);
/* RANDOM_SIGNALS in order of time over 17 days from `base`, then one a person
 * so that all are known in the end. */
void random_history(struct signal *signals, int64_t base);
/* Some of it happens to accounts, some is links there and back; and rules that
 * give points along them. */
void random_linked_history(struct signal *signals, int64_t base);
extern const char random_also_rules[];
extern const char *const random_accounts[RANDOM_ACCOUNTS];
void random_shuffle(struct signal *signals, size_t n);

#endif
