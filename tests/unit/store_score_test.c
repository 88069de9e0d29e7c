/* store_score_test.c - what the store promises about history, ledger, rules. */
#include "store_aid.h"

#include <string.h>

#include "base/buf.h"
#include "store/store_history.h"
#include "store/store_ledger.h"
#include "store/store_rule.h"
#include "store/store_score.h"
#include "store/store_segment.h"

/* --- history ------------------------------------------------------------ */

static void
history_comes_in_order_of_event_time_then_id(void **state)
{
	struct store_history_rows rows;
	struct signal signal;
	int64_t late, first, second;

	first = store_aid_happen("a.b", 1, aid_now - 10, VERDICT_HUMAN);
	second = store_aid_happen("a.c", 1, aid_now - 10, VERDICT_MACHINE);
	late = store_aid_happen("a.d", 1, aid_now - 20, VERDICT_HUMAN);
	store_aid_happen("a.e", 2, aid_now, VERDICT_HUMAN);
	OK(store_history_of(aid_store, 1, aid_pool, &rows, &aid_err));
	assert_int_equal(rows.n_rows, 3);
	assert_true(rows.rows[0].id == late && rows.rows[1].id == first &&
		    rows.rows[2].id == second);
	assert_int_equal(rows.rows[0].ruleset, 3);
	OK(store_history_signal(&rows.rows[2], aid_pool, &signal, &aid_err));
	assert_string_equal(signal.name, "a.c");
	assert_string_equal(signal.because, "why \"so\"");
	assert_int_equal(signal.verdict, VERDICT_MACHINE);
	assert_true(signal.happened_at == aid_now - 10);
	assert_true(signal.record_key == 1001 && signal.message_id == 42);
	assert_string_equal(signal_get(&signal, "url"), "https://x/\n");
}

static void
recent_history_can_be_filtered_and_paged(void **state)
{
	struct store_history_filter filter = {0, NULL, 0, 2};
	struct store_history_rows rows;

	store_aid_happen("a.b", 1, aid_now, VERDICT_HUMAN);
	store_aid_happen("a.c", 2, aid_now, VERDICT_HUMAN);
	store_aid_happen("a.b", 2, aid_now, VERDICT_HUMAN);
	OK(store_history_recent(aid_store, &filter, aid_pool, &rows, &aid_err));
	assert_int_equal(rows.n_rows, 2);
	assert_int_equal(rows.rows[0].record_id, 2);
	filter.before_id = rows.rows[1].id;
	OK(store_history_recent(aid_store, &filter, aid_pool, &rows, &aid_err));
	assert_int_equal(rows.n_rows, 1);
	assert_int_equal(rows.rows[0].record_id, 1);
	filter = (struct store_history_filter){2, "a.b", 0, 10};
	OK(store_history_recent(aid_store, &filter, aid_pool, &rows, &aid_err));
	assert_int_equal(rows.n_rows, 1);
	filter = (struct store_history_filter){0, "a.b", 0, 10};
	OK(store_history_recent(aid_store, &filter, aid_pool, &rows, &aid_err));
	assert_int_equal(rows.n_rows, 2);
	filter = (struct store_history_filter){2, NULL, 0, 10};
	OK(store_history_recent(aid_store, &filter, aid_pool, &rows, &aid_err));
	assert_int_equal(rows.n_rows, 2);
}

static void
entries_of_one_name_are_paged_by_event_time(void **state)
{
	struct store_history_filter filter = {0, "a.b", 0, 2};
	struct store_history_rows rows;
	int64_t late;

	late = store_aid_happen("a.b", 1, aid_now - 20, VERDICT_HUMAN);
	store_aid_happen("a.b", 1, aid_now - 30, VERDICT_HUMAN);
	store_aid_happen("a.b", 2, aid_now - 20, VERDICT_HUMAN);
	store_aid_happen("a.b", 3, aid_now - 10, VERDICT_HUMAN);
	OK(store_history_recent(aid_store, &filter, aid_pool, &rows, &aid_err));
	assert_int_equal(rows.n_rows, 2);
	assert_int_equal(rows.rows[0].record_id, 3);
	assert_int_equal(rows.rows[1].record_id, 2);
	filter.before_id = rows.rows[1].id;
	OK(store_history_recent(aid_store, &filter, aid_pool, &rows, &aid_err));
	assert_int_equal(rows.n_rows, 2);
	assert_true(rows.rows[0].id == late);
	assert_true(rows.rows[1].happened_at == aid_now - 30);
}

static enum sg_status
join_times(void *arg, const struct store_history *row, struct sg_err *error)
{
	buf_printf(arg, "%u@%lld ", row->record_id,
		   (long long)(row->happened_at - aid_now));
	return SG_OK;
}

static void
effective_human_entries_are_found_by_name_and_time(void **state)
{
	struct store_history_span span = {"a.b", aid_now - 20, aid_now};
	struct buf joined = BUF_INIT;
	int64_t vain;

	store_aid_happen("a.b", 1, aid_now - 30, VERDICT_HUMAN);
	store_aid_happen("a.b", 1, aid_now - 20, VERDICT_HUMAN);
	store_aid_happen("a.b", 2, aid_now - 25, VERDICT_HUMAN);
	store_aid_happen("a.b", 1, aid_now - 5, VERDICT_HUMAN);
	store_aid_happen("a.b", 2, aid_now, VERDICT_HUMAN);
	store_aid_happen("a.b", 1, aid_now - 4, VERDICT_MACHINE);
	store_aid_happen("a.c", 1, aid_now - 4, VERDICT_HUMAN);
	store_aid_happen("a.b", 0, aid_now - 4, VERDICT_HUMAN);
	vain = store_aid_happen("a.b", 1, aid_now - 3, VERDICT_HUMAN);
	OK(store_history_set_effective(aid_store, vain, false, &aid_err));
	NONE(store_history_set_effective(aid_store, 1, false, &aid_err));
	OK(store_history_each(aid_store, &span, join_times, &joined, &aid_err));
	assert_string_equal(buf_text(&joined), "1@-20 1@-5 2@0 ");
	buf_reset(&joined);
	OK(store_history_each_of(aid_store, 1, &span, join_times, &joined,
				 &aid_err));
	assert_string_equal(buf_text(&joined), "1@-5 1@-20 ");
	buf_done(&joined);
}

static void
unmatched_entries_are_adopted(void **state)
{
	struct store_history_rows rows;
	uint64_t adopted = 0, count = 0;

	store_aid_happen("a.b", 0, aid_now, VERDICT_HUMAN);
	store_aid_happen("a.b", 0, aid_now, VERDICT_HUMAN);
	store_aid_happen("a.b", 1, aid_now, VERDICT_HUMAN);
	OK(store_history_adopt(aid_store, 1000, 7, &adopted, &aid_err));
	assert_int_equal(adopted, 2);
	OK(store_history_of(aid_store, 7, aid_pool, &rows, &aid_err));
	assert_int_equal(rows.n_rows, 2);
	OK(store_history_adopt(aid_store, 1000, 8, &adopted, &aid_err));
	assert_int_equal(adopted, 0);
	OK(store_history_count(aid_store, &count, &aid_err));
	assert_int_equal(count, 3);
}

/* --- ledger ------------------------------------------------------------- */

static int64_t
enter(uint32_t record_id, uint32_t score_id, double delta, uint32_t rule_id)
{
	struct store_ledger entry = {.id = store_new_id(aid_store, aid_now),
				     .record_id = record_id,
				     .score_id = score_id,
				     .at = aid_now,
				     .delta = delta,
				     .class = 2,
				     .side = delta < 0 ? -1 : 1,
				     .rate = 5,
				     .entry = LEDGER_ENTRY_POINTS,
				     .correcting = delta < 0,
				     .rule_id = rule_id,
				     .history_id = 4,
				     .explanation = "because",
				     .balance = delta / 3};

	OK(store_ledger_append(aid_store, &entry, &aid_err));
	return entry.id;
}

static enum sg_status
join_entries(void *arg, const struct store_ledger *entry, struct sg_err *error)
{
	buf_printf(arg, "%u:%g ", entry->record_id, entry->delta);
	return SG_OK;
}

static void
the_ledger_gives_back_what_was_entered(void **state)
{
	struct store_ledger_totals totals;
	struct store_ledger_rows rows;
	struct store_rule_sums sums;
	struct buf joined = BUF_INIT;
	int64_t first, last;

	first = enter(2, 1, 1.5, 7);
	enter(1, 1, -2, 7);
	enter(2, 2, 0.1, 0);
	last = enter(1, 1, 4, 8);
	OK(store_ledger_of(aid_store, 1, 0, aid_pool, &rows, &aid_err));
	assert_int_equal(rows.n_rows, 2);
	assert_true(rows.rows[0].delta == -2 && rows.rows[0].correcting);
	assert_int_equal(rows.rows[0].side, -1);
	assert_true(rows.rows[0].balance == -2.0 / 3);
	assert_string_equal(rows.rows[0].explanation, "because");
	OK(store_ledger_of(aid_store, 2, 2, aid_pool, &rows, &aid_err));
	assert_int_equal(rows.n_rows, 1);
	assert_true(rows.rows[0].delta == 0.1);
	OK(store_ledger_each(aid_store, first, join_entries, &joined,
			     &aid_err));
	assert_string_equal(buf_text(&joined), "1:-2 2:0.1 1:4 ");
	buf_reset(&joined);
	OK(store_ledger_each_by_record(aid_store, join_entries, &joined,
				       &aid_err));
	assert_string_equal(buf_text(&joined), "1:-2 1:4 2:1.5 2:0.1 ");
	buf_done(&joined);
	OK(store_ledger_rule_sums(aid_store, aid_pool, &sums, &aid_err));
	assert_int_equal(sums.n_rows, 2);
	assert_int_equal(sums.rows[0].n_entries, 2);
	assert_true(sums.rows[0].points == -0.5);
	OK(store_ledger_get_totals(aid_store, &totals, &aid_err));
	assert_int_equal(totals.n_entries, 4);
	assert_true(totals.last_id == last);
}

/* --- rules, scores, segments --------------------------------------------- */

static void
rules_live_in_the_rulesets_from_their_first_to_their_last(void **state)
{
	struct store_rule rule = {.name = "Opened",
				  .place = 2,
				  .author = "anna",
				  .created_at = aid_now,
				  .source = "rule ..."};
	uint32_t one = 0, two = 0, id = 0, other = 0, newer = 0, version = 0;
	struct store_ruleset ruleset;
	struct store_rulesets all;
	struct store_rules rules;

	NONE(store_ruleset_get(aid_store, 0, aid_pool, &ruleset, &aid_err));
	OK(store_ruleset_create(aid_store, "anna", "first", aid_now, &one,
				&aid_err));
	assert_int_equal(one, 1);
	rule.from_ruleset = one;
	OK(store_rule_add(aid_store, &rule, &id, &version, &aid_err));
	assert_int_equal(version, 1);
	rule.name = "Clicked";
	rule.place = 1;
	OK(store_rule_add(aid_store, &rule, &other, &version, &aid_err));
	OK(store_ruleset_create(aid_store, "bob", "", aid_now, &two, &aid_err));
	OK(store_rule_end(aid_store, id, two, true, &aid_err));
	NONE(store_rule_end(aid_store, id, two, true, &aid_err));
	rule.name = "Opened";
	rule.place = 3;
	rule.from_ruleset = two;
	OK(store_rule_add(aid_store, &rule, &newer, &version, &aid_err));
	assert_int_equal(version, 2);
	OK(store_rules_in(aid_store, one, aid_pool, &rules, &aid_err));
	assert_int_equal(rules.n_rows, 2);
	assert_int_equal(rules.rows[0].id, other);
	assert_int_equal(rules.rows[1].id, id);
	assert_int_equal(rules.rows[1].to_ruleset, two);
	assert_true(rules.rows[1].take_back);
	OK(store_rule_set_place(aid_store, newer, 0, &aid_err));
	OK(store_rules_in(aid_store, 0, aid_pool, &rules, &aid_err));
	assert_int_equal(rules.n_rows, 2);
	assert_int_equal(rules.rows[0].id, newer);
	OK(store_rules_all(aid_store, aid_pool, &rules, &aid_err));
	assert_int_equal(rules.n_rows, 3);
	OK(store_rule_get(aid_store, id, aid_pool, &rule, &aid_err));
	assert_string_equal(rule.author, "anna");
	NONE(store_rule_get(aid_store, 99, aid_pool, &rule, &aid_err));
	OK(store_rulesets_all(aid_store, aid_pool, &all, &aid_err));
	assert_int_equal(all.n_rows, 2);
	assert_string_equal(all.rows[0].note, "first");
}

static void
a_sweep_remembers_how_far_it_got(void **state)
{
	struct store_ruleset ruleset;
	uint32_t id = 0;

	OK(store_ruleset_create(aid_store, "anna", "", aid_now, &id, &aid_err));
	OK(store_ruleset_get(aid_store, 0, aid_pool, &ruleset, &aid_err));
	assert_false(ruleset.swept);
	assert_int_equal(ruleset.swept_to, 0);
	OK(store_ruleset_swept_to(aid_store, id, 500, &aid_err));
	OK(store_ruleset_get(aid_store, id, aid_pool, &ruleset, &aid_err));
	assert_int_equal(ruleset.swept_to, 500);
	OK(store_ruleset_swept(aid_store, id, &aid_err));
	OK(store_ruleset_get(aid_store, id, aid_pool, &ruleset, &aid_err));
	assert_true(ruleset.swept);
}

static void
scores_have_dense_ids_and_lead_is_always_there(void **state)
{
	struct store_score score = {.name = "fit",
				    .degrade = 5,
				    .degrade_negative = true,
				    .has_ceiling = true,
				    .ceiling = 100};
	struct store_scores scores;
	uint32_t id = 0;

	OK(store_scores_all(aid_store, aid_pool, &scores, &aid_err));
	assert_int_equal(scores.n_rows, 1);
	assert_string_equal(scores.rows[0].name, "lead");
	assert_int_equal(scores.rows[0].id, 1);
	assert_true(scores.rows[0].degrade_negative);
	OK(store_score_put(aid_store, &score, &id, &aid_err));
	assert_int_equal(id, 2);
	score.has_default = true;
	score.default_points = -0.5;
	score.has_ceiling = false;
	OK(store_score_put(aid_store, &score, &id, &aid_err));
	assert_int_equal(id, 2);
	score.name = "lead";
	OK(store_score_put(aid_store, &score, &id, &aid_err));
	assert_int_equal(id, 1);
	OK(store_scores_all(aid_store, aid_pool, &scores, &aid_err));
	assert_int_equal(scores.n_rows, 2);
	assert_true(scores.rows[1].has_default &&
		    scores.rows[1].default_points == -0.5);
	assert_false(scores.rows[1].has_ceiling || scores.rows[1].has_floor);
	score.name = "quiz";
	OK(store_score_put(aid_store, &score, &id, &aid_err));
	assert_int_equal(id, 3);
}

static enum sg_status
join_states(void *arg, const struct store_score_state *state,
	    struct sg_err *error)
{
	buf_printf(arg, "%u.%u=%.*s ", state->record_id, state->score_id,
		   (int)state->len, (const char *)state->state);
	return SG_OK;
}

static void
a_checkpoint_is_states_and_a_ledger_id(void **state)
{
	struct buf joined = BUF_INIT;
	int64_t id = 0;

	NONE(store_checkpoint_get(aid_store, &id, &aid_err));
	OK(store_score_state_put(aid_store, 2, 1, "two", 3, &aid_err));
	OK(store_score_state_put(aid_store, 1, 1, "one", 3, &aid_err));
	OK(store_score_state_put(aid_store, 1, 1, "uno", 3, &aid_err));
	OK(store_score_state_put(aid_store, 3, 1, "", 0, &aid_err));
	OK(store_checkpoint_set(aid_store, INT64_MAX, &aid_err));
	OK(store_checkpoint_get(aid_store, &id, &aid_err));
	assert_true(id == INT64_MAX);
	OK(store_score_state_each(aid_store, join_states, &joined, &aid_err));
	assert_string_equal(buf_text(&joined), "1.1=uno 2.1=two 3.1= ");
	buf_reset(&joined);
	OK(store_score_state_remove(aid_store, 2, &aid_err));
	OK(store_score_state_each(aid_store, join_states, &joined, &aid_err));
	assert_string_equal(buf_text(&joined), "1.1=uno 3.1= ");
	buf_done(&joined);
}

static void
segments_are_replaced_by_name(void **state)
{
	struct store_segment segment = {"hot", "has score > 5", "anna",
					aid_now};
	struct store_segments all;

	OK(store_segment_put(aid_store, &segment, &aid_err));
	segment.expression = "has score > 6";
	OK(store_segment_put(aid_store, &segment, &aid_err));
	OK(store_segments_all(aid_store, aid_pool, &all, &aid_err));
	assert_int_equal(all.n_rows, 1);
	OK(store_segment_get(aid_store, "hot", aid_pool, &segment, &aid_err));
	assert_string_equal(segment.expression, "has score > 6");
	OK(store_segment_delete(aid_store, "hot", &aid_err));
	NONE(store_segment_delete(aid_store, "hot", &aid_err));
	NONE(store_segment_get(aid_store, "hot", aid_pool, &segment, &aid_err));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(history_comes_in_order_of_event_time_then_id),
		STORE_TEST(recent_history_can_be_filtered_and_paged),
		STORE_TEST(entries_of_one_name_are_paged_by_event_time),
		STORE_TEST(effective_human_entries_are_found_by_name_and_time),
		STORE_TEST(unmatched_entries_are_adopted),
		STORE_TEST(the_ledger_gives_back_what_was_entered),
		STORE_TEST(
			rules_live_in_the_rulesets_from_their_first_to_their_last),
		STORE_TEST(a_sweep_remembers_how_far_it_got),
		STORE_TEST(scores_have_dense_ids_and_lead_is_always_there),
		STORE_TEST(a_checkpoint_is_states_and_a_ledger_id),
		STORE_TEST(segments_are_replaced_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
