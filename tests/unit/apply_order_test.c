/*
 * apply_order_test.c - the property behind the fold: the same history gives
 * the same scores in whatever order it arrives, in whatever batches, with
 * restarts in between; and the ledger always folds to the state.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply_aid.h"
#include "base/clock.h"
#include "score/score_apply.h"
#include "signal/record_key.h"

#define DAY CLOCK_DAY_MS

enum { N_SIGNALS = 50, N_PEOPLE = 3, N_SEEDS = 12, N_SCORES = 3 };

static uint64_t seed;

static uint64_t
chance(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

static const char rules[] =
	"rule \"Opened\" { on = \"email.opened\" add = 1 "
	"once_per = \"message\" }\n"
	"rule \"Clicked\" { on = \"email.clicked\" add = 5 degrade = \"1%\" "
	"once_per = \"2 per 3d\" }\n"
	"rule \"First\" { on = \"email.clicked\" add = 20 "
	"once_per = \"ever\" }\n"
	"rule \"Daily\" { on = \"email.opened\" subtract = 2 score = \"fit\" "
	"once_per = \"day\" }\n"
	"rule \"Seen\" { on = \"record.created\" add = 3 score = \"drift\" }\n"
	"rule \"Boss\" { when = \"field.job = 'CEO'\" add = 10 }\n"
	"rule \"Tagged\" { when = \"tag 'vip' or list 'news'\" add = 4 "
	"score = \"drift\" }\n"
	"rule \"Busy\" { when = \"email.clicked within 2d\" add = 7 "
	"score = \"fit\" }\n"
	"rule \"Left\" { on = \"list.left\" subtract = 6 score = \"drift\" }\n"
	"rule \"Hot\" { on = \"score.changed\" when = \"has score >= 15\" "
	"add = 2 score = \"fit\" once_per = \"day\" }\n"
	"rule \"Engaged\" { on = \"email.opened\" "
	"when = \"email.clicked within 5d at least 2 times and "
	"field.job is not empty\" add = 9 score = \"drift\" }\n"
	"rule \"Changed\" { on = \"field.changed\" "
	"when = \"signal.old = 'CEO'\" subtract = 1 score = \"fit\" }\n";

static const char *const people[N_PEOPLE] = {
	"ann@example.com", "bob@example.com", "cyd@example.com"};
static const char *const urls[] = {"http://a/", "http://b/"};
static const char *const jobs[] = {"CEO", "CTO", ""};
static const char *const numbers[] = {"5", "-3.5", "40", "0"};
static const char *const names[] = {"lead", "fit", "drift"};

static void
make_change(struct signal *s)
{
	switch (chance(8)) {
	case 0:
	case 1:
	case 2:
		s->kind = SIGNAL_FIELD_SET;
		s->name = "field.changed";
		applier_set(s, "name", "job");
		applier_set(s, "value", jobs[chance(3)]);
		break;
	case 3:
		s->kind = chance(2) ? SIGNAL_TAG_ADD : SIGNAL_TAG_REMOVE;
		s->name =
			s->kind == SIGNAL_TAG_ADD ? "tag.added" : "tag.removed";
		applier_set(s, "tag", "vip");
		break;
	case 4:
		s->kind = chance(2) ? SIGNAL_LIST_JOIN : SIGNAL_LIST_LEAVE;
		s->name = s->kind == SIGNAL_LIST_JOIN ? "list.joined"
						      : "list.left";
		applier_set(s, "list", "news");
		break;
	case 5:
	case 6:
		s->kind = chance(3) ? SIGNAL_SCORE_ADD : SIGNAL_SCORE_SET;
		s->name = s->kind == SIGNAL_SCORE_ADD ? "score.added"
						      : "score.set";
		applier_set(s, "score", names[chance(3)]);
		applier_set(s, "points", numbers[chance(4)]);
		break;
	default:
		s->kind = SIGNAL_SCORE_ERASE;
		s->name = "score.erased";
		applier_set(s, "score", names[chance(3)]);
	}
}

static void
make_signals(struct signal *signals, int64_t base)
{
	size_t i;

	for (i = 0; i < N_SIGNALS; i++) {
		const char *who = people[chance(N_PEOPLE)];
		struct signal *s = &signals[i];

		/* no two at one moment: those go by arrival */
		*s = applier_signal(
			"email.opened", who,
			base + (int64_t)(i * DAY / 3 + chance(DAY / 4)));
		s->received_at = base + 100 * DAY;
		s->external_id = i + 1;
		if (chance(3) == 0) {
			make_change(s);
			continue;
		}
		s->message_id = chance(4);
		if (chance(2)) {
			s->name = "email.clicked";
			applier_set(s, "url", urls[chance(2)]);
		}
		if (chance(4) == 0) { /* known by the token only */
			s->record_key =
				record_key_hash(applier_secret, "contact", who);
			s->key = "";
		}
		if (chance(10) == 0)
			s->verdict = VERDICT_MACHINE;
	}
	/* Everybody is known in the end. */
	for (i = 0; i < N_PEOPLE; i++) {
		struct signal *s = &signals[N_SIGNALS + i];

		*s = applier_change(SIGNAL_TAG_ADD, "tag.added", people[i],
				    base + 90 * DAY + (int64_t)i);
		s->received_at = base + 100 * DAY;
		applier_set(s, "tag", "known");
	}
}

static void
shuffle(struct signal *signals, size_t n)
{
	while (n > 1) {
		size_t i = chance(n--);
		struct signal swap = signals[i];

		signals[i] = signals[n];
		signals[n] = swap;
	}
}

static void
submit_in_parts(struct applier *applier, const struct signal *signals, size_t n,
		bool restart)
{
	size_t at = 0;

	while (at < n) {
		size_t part = 1 + chance(n - at);
		struct sg_err err = {0};
		bool kept;

		if (apply_submit(applier->apply, signals + at, part, 20000,
				 &kept, &err) != SG_OK)
			fail_msg("%s", err.text);
		at += part;
		if (restart && chance(3) == 0) {
			applier_close(applier);
			applier_open(applier);
		}
	}
}

static void
read_states(struct applier *applier, int64_t at,
	    struct score_state states[N_PEOPLE][N_SCORES],
	    double raw[N_PEOPLE][N_SCORES])
{
	struct score_rates rates;
	uint32_t i, k;

	scoreboard_rates(applier->board, &rates);
	for (i = 0; i < N_PEOPLE; i++)
		for (k = 0; k < N_SCORES; k++) {
			scoreboard_get(applier->board,
				       applier_find(applier, people[i]), k + 1,
				       at, &states[i][k]);
			raw[i][k] = score_state_raw(&states[i][k], &rates);
		}
}

static void
fold_in(const struct signal *signals, size_t n, int64_t at, bool restart,
	struct score_state states[N_PEOPLE][N_SCORES],
	double raw[N_PEOPLE][N_SCORES])
{
	struct applier applier;

	applier_init(&applier);
	applier_open(&applier);
	applier_rules(&applier, rules, false);
	submit_in_parts(&applier, signals, n, restart);
	applier_verify(&applier);
	read_states(&applier, at, states, raw);
	applier_done(&applier);
}

static void
compare(uint64_t of_seed, struct score_state want[N_PEOPLE][N_SCORES],
	double want_raw[N_PEOPLE][N_SCORES],
	struct score_state got[N_PEOPLE][N_SCORES],
	double got_raw[N_PEOPLE][N_SCORES])
{
	size_t i, k;

	for (i = 0; i < N_PEOPLE; i++)
		for (k = 0; k < N_SCORES; k++)
			if (!score_equal(want_raw[i][k], got_raw[i][k]) ||
			    want[i][k].scored != got[i][k].scored ||
			    want[i][k].erased != got[i][k].erased)
				fail_msg("seed %llu: %s has %s %.9g (%d%d), "
					 "in order %.9g (%d%d)",
					 (unsigned long long)of_seed, people[i],
					 names[k], got_raw[i][k],
					 got[i][k].scored, got[i][k].erased,
					 want_raw[i][k], want[i][k].scored,
					 want[i][k].erased);
}

static void
arrival_order_does_not_change_a_score(void **unused)
{
	static struct signal signals[N_SIGNALS + N_PEOPLE];
	uint64_t round;

	for (round = 1; round <= N_SEEDS; round++) {
		struct score_state want[N_PEOPLE][N_SCORES];
		struct score_state got[N_PEOPLE][N_SCORES];
		double want_raw[N_PEOPLE][N_SCORES];
		double got_raw[N_PEOPLE][N_SCORES];
		int64_t base = clock_now() + DAY;

		seed = round * 7919;
		make_signals(signals, base);
		fold_in(signals, N_SIGNALS + N_PEOPLE, base + 100 * DAY, false,
			want, want_raw);
		shuffle(signals, N_SIGNALS + N_PEOPLE);
		fold_in(signals, N_SIGNALS + N_PEOPLE, base + 100 * DAY,
			round % 2, got, got_raw);
		compare(round, want, want_raw, got, got_raw);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arrival_order_does_not_change_a_score),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
