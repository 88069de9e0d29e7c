/*
 * apply_view_test.c - a condition has one answer, whoever asks: the fold (for
 * a rule), the stored view (for the API) and the set (for a broadcast).
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "apply/apply_parts.h"
#include "apply/fold_parts.h"
#include "apply_aid.h"
#include "base/clock.h"
#include "base/record_set.h"
#include "rule/condition_set.h"
#include "seed_more.h"

#define DAY CLOCK_DAY_MS

enum { N_PEOPLE = 12, N_SIGNALS = 250 };

static const char rules[] =
	"rule \"Opened\" { on = \"email.opened\" add = 5 degrade = \"1%\" "
	"once_per = \"day\" }\n"
	"rule \"Clicked\" { on = \"email.clicked\" subtract = 3 "
	"score = \"fit\" }\n"
	"rule \"Boss\" { when = \"field.job = 'CEO'\" add = 10 }\n"
	/* the fold keeps what some rule asks about */
	"rule \"Keep\" { when = \"email.opened or email.clicked or "
	"field.changed or record.changed or record.created or tag.added or "
	"tag.removed or list.joined or list.left or score.changed\" add = 1 "
	"score = \"drift\" }\n";

static const char *const texts[] = {
	"has score",
	"has score >= 12",
	"has score 'fit' < -4",
	"touchpoint > 6 or field_points = 10",
	"raw 'drift' = 1 and manual = 0",
	"field.job = 'ceo'",
	"field.job != 'CEO' and not tag 'vip'",
	"field.job is empty or list 'news'",
	"tag 'vip' and list 'news'",
	"email.opened",
	"email.opened within 9d",
	"email.clicked within 20d at least 3 times",
	"email.clicked where (signal.url = 'http://a/') at least 2 times",
	"not email.clicked where (signal.url matches '*b*') within 12d",
	"field.changed where (signal.old = 'CEO' and signal.new = 'CTO')",
	"field.changed where (signal.old is empty)",
	"record.changed where (signal.value = 'CEO') within 15d",
	"record.changed at least 3 times",
	"record.created",
	"record.created within 25d",
	"created < 2026-01-01",
	"tag.added within 10d or tag.removed within 10d",
	"list.joined at least 2 times",
	"list.left where (signal.list = 'news')",
	"score.changed at least 12 times",
	"score.changed where (signal.score = 'fit') at least 4 times",
	"score.changed where (signal.new >= 10 and signal.old < 10)",
	"score.changed where (signal.points < 0) within 7d",
};

static uint64_t seed = 88172645463325252u;

static uint64_t
chance(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

static void
make(struct signal *s, const char *who, int64_t at)
{
	static const char *const jobs[] = {"CEO", "CTO", ""};

	*s = applier_signal(chance(2) ? "email.opened" : "email.clicked", who,
			    at);
	applier_set(s, "url", chance(2) ? "http://a/" : "http://b/");
	s->message_id = 1 + chance(3);
	s->received_at = at + 60 * DAY;
	switch (chance(10)) {
	case 0:
	case 1:
		*s = applier_change(SIGNAL_FIELD_SET, "field.changed", who, at);
		applier_set(s, "name", "job");
		applier_set(s, "value", jobs[chance(3)]);
		break;
	case 2:
		*s = chance(2) ? applier_change(SIGNAL_TAG_ADD, "tag.added",
						who, at)
			       : applier_change(SIGNAL_TAG_REMOVE,
						"tag.removed", who, at);
		applier_set(s, "tag", "vip");
		break;
	case 3:
		*s = chance(2) ? applier_change(SIGNAL_LIST_JOIN, "list.joined",
						who, at)
			       : applier_change(SIGNAL_LIST_LEAVE, "list.left",
						who, at);
		applier_set(s, "list", "news");
		break;
	case 4:
		*s = chance(2) ? applier_change(SIGNAL_SCORE_SET, "score.set",
						who, at)
			       : applier_change(SIGNAL_SCORE_ERASE,
						"score.erased", who, at);
		applier_set(s, "score", chance(2) ? "lead" : "fit");
		applier_set(s, "points", "7");
		break;
	case 5:
		s->kind = SIGNAL_JUDGE;
		s->name = "signal.judged";
		s->verdict = chance(2) ? VERDICT_MACHINE : VERDICT_HUMAN;
		break;
	}
}

static void
check(struct applier *applier, struct fold_run *run, const char *text,
      int64_t now)
{
	struct condition_names names = {0};
	struct condition *condition;
	struct stored_view *view;
	struct record_set *set;
	struct sg_err err = {0};
	uint32_t id = run->record->id;
	bool folded, stored, selected;

	if (condition_parse(text, &names, &condition, &err) != SG_OK ||
	    stored_view_open(applier_reader(applier), applier->board, id, now,
			     &view, &err) != SG_OK ||
	    condition_select(condition, applier_reader(applier), applier->board,
			     now, &set, &err) != SG_OK)
		fail_msg("%s: %s", text, err.text);
	folded = condition_test(condition, &run->view, NULL, now);
	stored = condition_test(condition, stored_view_get(view), NULL, now);
	selected = record_set_has(set, id);
	if (folded != stored || stored != selected)
		fail_msg("record %u, %s: %d by the fold, %d by the store, %d "
			 "by the set",
			 id, text, folded, stored, selected);
	record_set_free(set);
	stored_view_close(view);
	condition_free(condition);
}

static void
one_answer(bool late)
{
	struct applier applier;
	int64_t base = clock_now() + DAY, now = base + 30 * DAY;
	char who[32];
	int i;

	applier_init(&applier);
	applier_open(&applier);
	applier_rules(&applier, rules, false);
	for (i = 0; i < N_SIGNALS; i++) {
		struct signal signal;
		int64_t at = i * (30 * DAY / N_SIGNALS);

		/* Some are late, so that the ledger has corrections. */
		if (late && chance(4) == 0)
			at = (int64_t)chance((uint64_t)at + 1);
		snprintf(who, sizeof(who), "p%d@example.com",
			 (int)chance(N_PEOPLE));
		make(&signal, who, base + at);
		applier_submit(&applier, &signal);
	}
	applier_close(&applier);
	applier.stopped = true; /* the applier's store is ours now */
	applier_open(&applier);
	for (i = 0; i < N_PEOPLE; i++) {
		struct fold_record *fold;
		struct fold_out out;
		struct fold_run run;
		uint32_t id;

		snprintf(who, sizeof(who), "p%d@example.com", i);
		id = applier_find(&applier, who);
		fold = fold_record_new(id, "contact", who);
		fold_out_init(&out, applier.apply->work, true);
		assert_int_equal(apply_fold_history(applier.apply,
						    &applier.apply->world, id,
						    fold, &out, NULL),
				 SG_OK);
		fold_run_init(&run, fold, &applier.apply->world, &out);
		run.at = now;
		for (size_t k = 0; k < sizeof(texts) / sizeof(*texts); k++)
			check(&applier, &run, texts[k], now);
		fold_run_done(&run);
		fold_out_done(&out);
		fold_record_free(fold);
	}
	applier_done(&applier);
}

static void
a_condition_has_one_answer(void **unused)
{
	one_answer(false);
}

static void
a_condition_has_one_answer_whatever_came_late(void **unused)
{
	one_answer(true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_condition_has_one_answer),
		cmocka_unit_test(a_condition_has_one_answer_whatever_came_late),
	};

	seed += seed_more();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
