/*
 * store_contract_test.c - what each aggregate of the store promises. Written
 * against store.h alone: a second back end runs it as it is.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "base/clock.h"
#include "scratch.h"
#include "store/store_audit.h"
#include "store/store_broadcast.h"
#include "store/store_external.h"
#include "store/store_history.h"
#include "store/store_ledger.h"
#include "store/store_list.h"
#include "store/store_message.h"
#include "store/store_position.h"
#include "store/store_record.h"
#include "store/store_rule.h"
#include "store/store_score.h"
#include "store/store_segment.h"
#include "store/store_suppression.h"
#include "store/store_timer.h"
#include "store/store_token.h"

#define OK(call)                                                     \
	do {                                                         \
		if ((call) != SG_OK)                                 \
			fail_msg("line %d: %s", __LINE__, err.text); \
	} while (0)
#define NONE(call) assert_int_equal(call, SG_NONE)

static const int64_t now = INT64_C(1790000000000);

static struct scratch scratch;
static struct store *store;
static struct pool *pool;
static struct sg_err err;

static int
set_up(void **state)
{
	scratch_make(&scratch);
	pool = pool_new();
	OK(store_open(scratch_file(&scratch, "store.db"), DB_READ_WRITE, &store,
		      &err));
	return 0;
}

static int
tear_down(void **state)
{
	store_close(store);
	pool_free(pool);
	scratch_remove(&scratch);
	return 0;
}

static uint32_t
add(uint64_t key, const char *address)
{
	uint32_t id = 0;

	OK(store_record_create(store, key, "", address, now, &id, &err));
	return id;
}

/* "1 2 3": what is in the set, which is freed. */
static void
assert_set(struct record_set *set, uint32_t a, uint32_t b, size_t n)
{
	assert_int_equal(record_set_count(set), n);
	if (n > 0)
		assert_true(record_set_has(set, a));
	if (n > 1)
		assert_true(record_set_has(set, b));
	record_set_free(set);
}

/* --- records ------------------------------------------------------------ */

static void
a_record_is_found_by_record_key_and_by_key(void **state)
{
	struct store_record record;
	uint64_t key = UINT64_C(0x8000000000000001);
	uint32_t id = add(key, "a@x.org");

	assert_int_equal(id, 1);
	OK(store_record_find(store, key, pool, &record, &err));
	assert_int_equal(record.id, id);
	assert_true(record.record_key == key);
	assert_string_equal(record.module, "contact");
	assert_string_equal(record.key, "a@x.org");
	assert_true(record.created_at == now && record.deleted_at == 0);
	OK(store_record_find_key(store, "", "a@x.org", pool, &record, &err));
	assert_int_equal(record.id, id);
	NONE(store_record_find_key(store, "lead", "a@x.org", pool, &record,
				   &err));
	NONE(store_record_find(store, 5, pool, &record, &err));
	NONE(store_record_get(store, 5, pool, &record, &err));
}

static void
a_record_key_belongs_to_one_record(void **state)
{
	uint32_t id = 77;

	add(1, "a@x.org");
	assert_int_equal(
		store_record_create(store, 1, "lead", "b", now, &id, &err),
		SG_REFUSED);
	assert_int_equal(id, 77);
}

static void
an_alias_leads_to_the_record(void **state)
{
	struct store_record record;
	uint32_t id = add(1, "a@x.org"), other = add(2, "b@x.org");

	OK(store_record_add_alias(store, 9, id, &err));
	OK(store_record_find(store, 9, pool, &record, &err));
	assert_int_equal(record.id, id);
	OK(store_record_add_alias(store, 9, other, &err));
	OK(store_record_find(store, 9, pool, &record, &err));
	assert_int_equal(record.id, other);
}

static void
a_record_that_came_by_token_gets_its_key_later(void **state)
{
	struct store_record record;
	uint32_t id = add(1, "");

	NONE(store_record_find_key(store, "", "", pool, &record, &err));
	OK(store_record_set_key(store, id, "a@x.org", &err));
	OK(store_record_find_key(store, "", "a@x.org", pool, &record, &err));
	NONE(store_record_set_key(store, 99, "a@x.org", &err));
}

static void
a_deleted_record_leaves_its_id_and_nothing_of_itself(void **state)
{
	struct store_member member = {"news", 1, LIST_JOINED, now, "form"};
	struct store_record record;
	struct store_fields fields;
	struct store_members members;
	struct store_names tags;
	uint32_t id = add(1, "a@x.org"), again;

	OK(store_field_set(store, id, "name", "Ann", &err));
	OK(store_tag_add(store, id, "vip", &err));
	OK(store_member_set(store, &member, &err));
	OK(store_record_add_alias(store, 9, id, &err));
	OK(store_record_delete(store, id, now + 5, &err));
	NONE(store_record_delete(store, id, now + 6, &err));
	NONE(store_record_find(store, 1, pool, &record, &err));
	NONE(store_record_find(store, 9, pool, &record, &err));
	NONE(store_record_find_key(store, "", "a@x.org", pool, &record, &err));
	OK(store_record_get(store, id, pool, &record, &err));
	assert_true(record.deleted_at == now + 5);
	assert_string_equal(record.key, "");
	OK(store_fields_of(store, id, pool, &fields, &err));
	OK(store_tags_of(store, id, pool, &tags, &err));
	OK(store_members_of(store, id, pool, &members, &err));
	assert_int_equal(fields.n_rows + tags.n_names + members.n_rows, 0);
	/* The same address comes again: a new record. */
	again = add(1, "a@x.org");
	assert_int_equal(again, id + 1);
}

static enum sg_status
count_record(void *arg, const struct store_record *record, struct sg_err *error)
{
	unsigned *n = arg;
	struct store_fields fields;

	/* A callback may ask the store, this very table as well. */
	if (store_fields_of(store, record->id, pool, &fields, error) != SG_OK)
		return SG_FAILED;
	return ++*n == 3 ? SG_REFUSED : SG_OK;
}

static void
all_records_can_be_walked_in_slices_or_at_once(void **state)
{
	struct record_set *set = record_set_new();
	struct store_records slice;
	uint64_t key, count = 0;
	uint32_t last = 0;
	unsigned n = 0;

	for (key = 1; key <= 10; key++)
		add(key, "");
	OK(store_record_delete(store, 2, now, &err));
	OK(store_record_slice(store, 0, 4, pool, &slice, &err));
	assert_int_equal(slice.n_rows, 4);
	assert_int_equal(slice.rows[1].id, 3);
	OK(store_record_slice(store, 5, 100, pool, &slice, &err));
	assert_int_equal(slice.n_rows, 5);
	OK(store_record_slice(store, 10, 100, pool, &slice, &err));
	assert_int_equal(slice.n_rows, 0);
	OK(store_record_count(store, &count, &err));
	assert_int_equal(count, 9);
	OK(store_record_last_id(store, &last, &err));
	assert_int_equal(last, 10);
	OK(store_record_select(store, "contact", set, &err));
	OK(store_record_select(store, NULL, set, &err));
	assert_int_equal(record_set_count(set), 9);
	record_set_free(set);
	assert_int_equal(store_record_each(store, count_record, &n, &err),
			 SG_REFUSED);
	assert_int_equal(n, 3);
}

static enum sg_status
join_values(void *arg, uint32_t record_id, const char *value,
	    struct sg_err *error)
{
	buf_printf(arg, "%u=%s;", record_id, value);
	return SG_OK;
}

static void
fields_are_set_replaced_and_removed(void **state)
{
	struct buf joined = BUF_INIT;
	struct store_fields fields;
	struct store_names names;
	const char *value;
	uint32_t id = add(1, ""), other = add(2, "");

	OK(store_field_set(store, id, "b", "1", &err));
	OK(store_field_set(store, id, "a", "2", &err));
	OK(store_field_set(store, id, "b", "3", &err));
	OK(store_field_set(store, other, "b", "4", &err));
	OK(store_fields_of(store, id, pool, &fields, &err));
	assert_int_equal(fields.n_rows, 2);
	assert_string_equal(fields.rows[0].name, "a");
	assert_string_equal(fields.rows[1].value, "3");
	OK(store_field_get(store, id, "b", pool, &value, &err));
	assert_string_equal(value, "3");
	OK(store_field_each(store, "b", join_values, &joined, &err));
	assert_string_equal(buf_text(&joined), "1=3;2=4;");
	buf_done(&joined);
	OK(store_field_set(store, id, "b", "", &err));
	OK(store_field_set(store, id, "b", "", &err));
	NONE(store_field_get(store, id, "b", pool, &value, &err));
	OK(store_field_names(store, pool, &names, &err));
	assert_int_equal(names.n_names, 2);
	assert_string_equal(names.names[1], "b");
}

static void
tags_are_added_once_and_removed(void **state)
{
	struct record_set *set = record_set_new();
	struct store_names tags;
	uint32_t id = add(1, ""), other = add(2, "");
	bool has = false;

	OK(store_tag_add(store, id, "vip", &err));
	OK(store_tag_add(store, id, "vip", &err));
	OK(store_tag_add(store, id, "a", &err));
	OK(store_tag_add(store, other, "vip", &err));
	OK(store_tags_of(store, id, pool, &tags, &err));
	assert_int_equal(tags.n_names, 2);
	assert_string_equal(tags.names[0], "a");
	OK(store_tag_has(store, id, "vip", &has, &err));
	assert_true(has);
	OK(store_tag_select(store, "vip", set, &err));
	assert_set(set, id, other, 2);
	OK(store_tag_remove(store, id, "vip", &err));
	OK(store_tag_remove(store, id, "vip", &err));
	OK(store_tag_has(store, id, "vip", &has, &err));
	assert_false(has);
	OK(store_tag_names(store, pool, &tags, &err));
	assert_int_equal(tags.n_names, 2);
}

/* --- lists -------------------------------------------------------------- */

static void
a_list_is_created_once_and_its_name_comes_back(void **state)
{
	struct store_list list;
	struct store_lists all;

	OK(store_list_create(store, "news", "The news", now, &err));
	assert_int_equal(store_list_create(store, "news", "", now, &err),
			 SG_REFUSED);
	OK(store_list_get(store, "news", pool, &list, &err));
	assert_string_equal(list.title, "The news");
	OK(store_list_delete(store, "news", now, &err));
	NONE(store_list_delete(store, "news", now, &err));
	NONE(store_list_get(store, "news", pool, &list, &err));
	OK(store_list_create(store, "news", "Again", now, &err));
	OK(store_lists_all(store, pool, &all, &err));
	assert_int_equal(all.n_rows, 1);
	assert_string_equal(all.rows[0].title, "Again");
}

static void
members_have_a_state(void **state)
{
	struct store_member member = {"news", 0, LIST_JOINED, now, "form"};
	struct record_set *set = record_set_new();
	uint64_t counts[LIST_N_STATES];
	struct store_members rows;
	struct store_member out;

	OK(store_list_create(store, "news", "", now, &err));
	for (member.record_id = 1; member.record_id <= 5; member.record_id++)
		OK(store_member_set(store, &member, &err));
	member.record_id = 3;
	member.state = LIST_LEFT;
	member.how = "one-click";
	OK(store_member_set(store, &member, &err));
	OK(store_member_get(store, "news", 3, pool, &out, &err));
	assert_int_equal(out.state, LIST_LEFT);
	assert_string_equal(out.how, "one-click");
	OK(store_list_counts(store, "news", counts, &err));
	assert_int_equal(counts[LIST_JOINED], 4);
	assert_int_equal(counts[LIST_LEFT], 1);
	OK(store_list_select(store, "news", LIST_LEFT, set, &err));
	assert_set(set, 3, 0, 1);
	OK(store_member_slice(store, "news", 3, 10, pool, &rows, &err));
	assert_int_equal(rows.n_rows, 2);
	assert_int_equal(rows.rows[0].record_id, 4);
	OK(store_member_remove(store, "news", 3, &err));
	NONE(store_member_get(store, "news", 3, pool, &out, &err));
	OK(store_list_delete(store, "news", now, &err));
	OK(store_members_of(store, 1, pool, &rows, &err));
	assert_int_equal(rows.n_rows, 0);
	assert_string_equal(list_state_name(LIST_UNCONFIRMED), "unconfirmed");
}

/* --- history ------------------------------------------------------------ */

static int64_t
happen(const char *name, uint32_t record_id, int64_t at, enum verdict verdict)
{
	struct store_history_place place = {store_new_id(store, now), record_id,
					    3, true};
	struct signal signal;

	signal_init(&signal, name, now);
	signal.happened_at = at;
	signal.record_key = 1000 + record_id;
	signal.verdict = verdict;
	signal.message_id = 42;
	signal.because = "why \"so\"";
	OK(signal_set(&signal, "url", "https://x/\n", &err));
	OK(store_history_append(store, &place, &signal, &err));
	return place.id;
}

static void
history_comes_in_order_of_event_time_then_id(void **state)
{
	struct store_history_rows rows;
	struct signal signal;
	int64_t late, first, second;

	first = happen("a.b", 1, now - 10, VERDICT_HUMAN);
	second = happen("a.c", 1, now - 10, VERDICT_MACHINE);
	late = happen("a.d", 1, now - 20, VERDICT_HUMAN);
	happen("a.e", 2, now, VERDICT_HUMAN);
	OK(store_history_of(store, 1, pool, &rows, &err));
	assert_int_equal(rows.n_rows, 3);
	assert_true(rows.rows[0].id == late && rows.rows[1].id == first &&
		    rows.rows[2].id == second);
	assert_int_equal(rows.rows[0].ruleset, 3);
	OK(store_history_signal(&rows.rows[2], pool, &signal, &err));
	assert_string_equal(signal.name, "a.c");
	assert_string_equal(signal.because, "why \"so\"");
	assert_int_equal(signal.verdict, VERDICT_MACHINE);
	assert_true(signal.happened_at == now - 10);
	assert_true(signal.record_key == 1001 && signal.message_id == 42);
	assert_string_equal(signal_get(&signal, "url"), "https://x/\n");
}

static void
recent_history_can_be_filtered_and_paged(void **state)
{
	struct store_history_filter filter = {0, NULL, 0, 2};
	struct store_history_rows rows;

	happen("a.b", 1, now, VERDICT_HUMAN);
	happen("a.c", 2, now, VERDICT_HUMAN);
	happen("a.b", 2, now, VERDICT_HUMAN);
	OK(store_history_recent(store, &filter, pool, &rows, &err));
	assert_int_equal(rows.n_rows, 2);
	assert_int_equal(rows.rows[0].record_id, 2);
	filter.before_id = rows.rows[1].id;
	OK(store_history_recent(store, &filter, pool, &rows, &err));
	assert_int_equal(rows.n_rows, 1);
	assert_int_equal(rows.rows[0].record_id, 1);
	filter = (struct store_history_filter){2, "a.b", 0, 10};
	OK(store_history_recent(store, &filter, pool, &rows, &err));
	assert_int_equal(rows.n_rows, 1);
	filter = (struct store_history_filter){0, "a.b", 0, 10};
	OK(store_history_recent(store, &filter, pool, &rows, &err));
	assert_int_equal(rows.n_rows, 2);
	filter = (struct store_history_filter){2, NULL, 0, 10};
	OK(store_history_recent(store, &filter, pool, &rows, &err));
	assert_int_equal(rows.n_rows, 2);
}

static enum sg_status
join_times(void *arg, const struct store_history *row, struct sg_err *error)
{
	buf_printf(arg, "%u@%lld ", row->record_id,
		   (long long)(row->happened_at - now));
	return SG_OK;
}

static void
effective_human_entries_are_found_by_name_and_time(void **state)
{
	struct store_history_span span = {"a.b", now - 20, now};
	struct buf joined = BUF_INIT;
	int64_t vain;

	happen("a.b", 1, now - 30, VERDICT_HUMAN);
	happen("a.b", 1, now - 20, VERDICT_HUMAN);
	happen("a.b", 2, now - 25, VERDICT_HUMAN);
	happen("a.b", 1, now - 5, VERDICT_HUMAN);
	happen("a.b", 2, now, VERDICT_HUMAN);
	happen("a.b", 1, now - 4, VERDICT_MACHINE);
	happen("a.c", 1, now - 4, VERDICT_HUMAN);
	happen("a.b", 0, now - 4, VERDICT_HUMAN);
	vain = happen("a.b", 1, now - 3, VERDICT_HUMAN);
	OK(store_history_set_effective(store, vain, false, &err));
	NONE(store_history_set_effective(store, 1, false, &err));
	OK(store_history_each(store, &span, join_times, &joined, &err));
	assert_string_equal(buf_text(&joined), "1@-20 1@-5 2@0 ");
	buf_reset(&joined);
	OK(store_history_each_of(store, 1, &span, join_times, &joined, &err));
	assert_string_equal(buf_text(&joined), "1@-5 1@-20 ");
	buf_done(&joined);
}

static void
unmatched_entries_are_adopted(void **state)
{
	struct store_history_rows rows;
	uint64_t adopted = 0, count = 0;

	happen("a.b", 0, now, VERDICT_HUMAN);
	happen("a.b", 0, now, VERDICT_HUMAN);
	happen("a.b", 1, now, VERDICT_HUMAN);
	OK(store_history_adopt(store, 1000, 7, &adopted, &err));
	assert_int_equal(adopted, 2);
	OK(store_history_of(store, 7, pool, &rows, &err));
	assert_int_equal(rows.n_rows, 2);
	OK(store_history_adopt(store, 1000, 8, &adopted, &err));
	assert_int_equal(adopted, 0);
	OK(store_history_count(store, &count, &err));
	assert_int_equal(count, 3);
}

/* --- ledger ------------------------------------------------------------- */

static int64_t
enter(uint32_t record_id, uint32_t score_id, double delta, uint32_t rule_id)
{
	struct store_ledger entry = {.id = store_new_id(store, now),
				     .record_id = record_id,
				     .score_id = score_id,
				     .at = now,
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

	OK(store_ledger_append(store, &entry, &err));
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
	OK(store_ledger_of(store, 1, 0, pool, &rows, &err));
	assert_int_equal(rows.n_rows, 2);
	assert_true(rows.rows[0].delta == -2 && rows.rows[0].correcting);
	assert_int_equal(rows.rows[0].side, -1);
	assert_true(rows.rows[0].balance == -2.0 / 3);
	assert_string_equal(rows.rows[0].explanation, "because");
	OK(store_ledger_of(store, 2, 2, pool, &rows, &err));
	assert_int_equal(rows.n_rows, 1);
	assert_true(rows.rows[0].delta == 0.1);
	OK(store_ledger_each(store, first, join_entries, &joined, &err));
	assert_string_equal(buf_text(&joined), "1:-2 2:0.1 1:4 ");
	buf_reset(&joined);
	OK(store_ledger_each_by_record(store, join_entries, &joined, &err));
	assert_string_equal(buf_text(&joined), "1:-2 1:4 2:1.5 2:0.1 ");
	buf_done(&joined);
	OK(store_ledger_rule_sums(store, pool, &sums, &err));
	assert_int_equal(sums.n_rows, 2);
	assert_int_equal(sums.rows[0].n_entries, 2);
	assert_true(sums.rows[0].points == -0.5);
	OK(store_ledger_get_totals(store, &totals, &err));
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
				  .created_at = now,
				  .source = "rule ..."};
	uint32_t one = 0, two = 0, id = 0, other = 0, newer = 0, version = 0;
	struct store_ruleset ruleset;
	struct store_rulesets all;
	struct store_rules rules;

	NONE(store_ruleset_get(store, 0, pool, &ruleset, &err));
	OK(store_ruleset_create(store, "anna", "first", now, &one, &err));
	assert_int_equal(one, 1);
	rule.from_ruleset = one;
	OK(store_rule_add(store, &rule, &id, &version, &err));
	assert_int_equal(version, 1);
	rule.name = "Clicked";
	rule.place = 1;
	OK(store_rule_add(store, &rule, &other, &version, &err));
	OK(store_ruleset_create(store, "bob", "", now, &two, &err));
	OK(store_rule_end(store, id, two, true, &err));
	NONE(store_rule_end(store, id, two, true, &err));
	rule.name = "Opened";
	rule.place = 3;
	rule.from_ruleset = two;
	OK(store_rule_add(store, &rule, &newer, &version, &err));
	assert_int_equal(version, 2);
	OK(store_rules_in(store, one, pool, &rules, &err));
	assert_int_equal(rules.n_rows, 2);
	assert_int_equal(rules.rows[0].id, other);
	assert_int_equal(rules.rows[1].id, id);
	assert_int_equal(rules.rows[1].to_ruleset, two);
	assert_true(rules.rows[1].take_back);
	OK(store_rule_set_place(store, newer, 0, &err));
	OK(store_rules_in(store, 0, pool, &rules, &err));
	assert_int_equal(rules.n_rows, 2);
	assert_int_equal(rules.rows[0].id, newer);
	OK(store_rules_all(store, pool, &rules, &err));
	assert_int_equal(rules.n_rows, 3);
	OK(store_rule_get(store, id, pool, &rule, &err));
	assert_string_equal(rule.author, "anna");
	NONE(store_rule_get(store, 99, pool, &rule, &err));
	OK(store_rulesets_all(store, pool, &all, &err));
	assert_int_equal(all.n_rows, 2);
	assert_string_equal(all.rows[0].note, "first");
}

static void
a_sweep_remembers_how_far_it_got(void **state)
{
	struct store_ruleset ruleset;
	uint32_t id = 0;

	OK(store_ruleset_create(store, "anna", "", now, &id, &err));
	OK(store_ruleset_get(store, 0, pool, &ruleset, &err));
	assert_false(ruleset.swept);
	assert_int_equal(ruleset.swept_to, 0);
	OK(store_ruleset_swept_to(store, id, 500, &err));
	OK(store_ruleset_get(store, id, pool, &ruleset, &err));
	assert_int_equal(ruleset.swept_to, 500);
	OK(store_ruleset_swept(store, id, &err));
	OK(store_ruleset_get(store, id, pool, &ruleset, &err));
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

	OK(store_scores_all(store, pool, &scores, &err));
	assert_int_equal(scores.n_rows, 1);
	assert_string_equal(scores.rows[0].name, "lead");
	assert_int_equal(scores.rows[0].id, 1);
	assert_true(scores.rows[0].degrade_negative);
	OK(store_score_put(store, &score, &id, &err));
	assert_int_equal(id, 2);
	score.has_default = true;
	score.default_points = -0.5;
	score.has_ceiling = false;
	OK(store_score_put(store, &score, &id, &err));
	assert_int_equal(id, 2);
	score.name = "lead";
	OK(store_score_put(store, &score, &id, &err));
	assert_int_equal(id, 1);
	OK(store_scores_all(store, pool, &scores, &err));
	assert_int_equal(scores.n_rows, 2);
	assert_true(scores.rows[1].has_default &&
		    scores.rows[1].default_points == -0.5);
	assert_false(scores.rows[1].has_ceiling || scores.rows[1].has_floor);
	score.name = "quiz";
	OK(store_score_put(store, &score, &id, &err));
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

	NONE(store_checkpoint_get(store, &id, &err));
	OK(store_score_state_put(store, 2, 1, "two", 3, &err));
	OK(store_score_state_put(store, 1, 1, "one", 3, &err));
	OK(store_score_state_put(store, 1, 1, "uno", 3, &err));
	OK(store_score_state_put(store, 3, 1, "", 0, &err));
	OK(store_checkpoint_set(store, INT64_MAX, &err));
	OK(store_checkpoint_get(store, &id, &err));
	assert_true(id == INT64_MAX);
	OK(store_score_state_each(store, join_states, &joined, &err));
	assert_string_equal(buf_text(&joined), "1.1=uno 2.1=two 3.1= ");
	buf_reset(&joined);
	OK(store_score_state_remove(store, 2, &err));
	OK(store_score_state_each(store, join_states, &joined, &err));
	assert_string_equal(buf_text(&joined), "1.1=uno 3.1= ");
	buf_done(&joined);
}

static void
segments_are_replaced_by_name(void **state)
{
	struct store_segment segment = {"hot", "has score > 5", "anna", now};
	struct store_segments all;

	OK(store_segment_put(store, &segment, &err));
	segment.expression = "has score > 6";
	OK(store_segment_put(store, &segment, &err));
	OK(store_segments_all(store, pool, &all, &err));
	assert_int_equal(all.n_rows, 1);
	OK(store_segment_get(store, "hot", pool, &segment, &err));
	assert_string_equal(segment.expression, "has score > 6");
	OK(store_segment_delete(store, "hot", &err));
	NONE(store_segment_delete(store, "hot", &err));
	NONE(store_segment_get(store, "hot", pool, &segment, &err));
}

/* --- mail --------------------------------------------------------------- */

static void
a_suppression_holds_until_it_expires(void **state)
{
	struct store_suppression row = {.record_key = 1,
					.reason = "soft-bounces",
					.evidence = "4.2.2",
					.source = "bounce",
					.created_at = now,
					.expires_at = now + 10};
	struct record_set *set = record_set_new();
	struct store_suppressions recent;
	uint32_t id = add(1, ""), other = add(2, "");

	OK(store_suppression_put(store, &row, &err));
	OK(store_suppression_get(store, 1, now + 9, pool, &row, &err));
	assert_string_equal(row.evidence, "4.2.2");
	NONE(store_suppression_get(store, 1, now + 10, pool, &row, &err));
	OK(store_record_add_alias(store, 9, other, &err));
	row.record_key = 9;
	row.expires_at = 0;
	OK(store_suppression_put(store, &row, &err));
	OK(store_suppression_select(store, now, set, &err));
	assert_set(set, id, other, 2);
	set = record_set_new();
	OK(store_suppression_select(store, now + 10, set, &err));
	assert_set(set, other, 0, 1);
	OK(store_suppressions_recent(store, 1, pool, &recent, &err));
	assert_int_equal(recent.n_rows, 1);
	OK(store_suppression_remove(store, 9, &err));
	NONE(store_suppression_remove(store, 9, &err));
}

static void
a_message_is_found_by_id_and_by_message_id_header(void **state)
{
	struct store_message message = {.message_id = UINT64_MAX,
					.record_key = 5,
					.rfc_id = 77,
					.campaign = "spring",
					.subject = "Hello",
					.sender = "news@example.com",
					.sent_at = now};
	struct store_message out;

	OK(store_message_add(store, &message, &err));
	message.campaign = "other";
	OK(store_message_add(store, &message, &err));
	OK(store_message_get(store, UINT64_MAX, 5, pool, &out, &err));
	assert_string_equal(out.campaign, "spring");
	message.message_id = 8;
	message.sent_at = now + 1;
	OK(store_message_add(store, &message, &err));
	OK(store_message_find(store, 77, 5, pool, &out, &err));
	assert_true(out.message_id == 8);
	NONE(store_message_find(store, 77, 6, pool, &out, &err));
	NONE(store_message_get(store, 1, 5, pool, &out, &err));
}

static struct store_broadcast
draft(const char *name)
{
	struct store_broadcast broadcast = {.name = name,
					    .template = "Subject: x\r\n\0y",
					    .template_len = 14,
					    .condition = "has score",
					    .sender = "News <n@x.org>",
					    .author = "anna",
					    .created_at = now};

	return broadcast;
}

static void
a_broadcast_goes_from_draft_to_sent(void **state)
{
	struct store_broadcast spring = draft("spring"), out;
	struct store_broadcasts all;

	OK(store_broadcast_create(store, &spring, &err));
	assert_int_equal(store_broadcast_create(store, &spring, &err),
			 SG_REFUSED);
	OK(store_broadcast_get(store, "spring", pool, &out, &err));
	assert_int_equal(out.state, BROADCAST_DRAFT);
	assert_int_equal(out.template_len, 14);
	assert_memory_equal(out.template, "Subject: x\r\n\0y", 15);
	assert_string_equal(out.settings, "{}");
	assert_true(out.started_at == 0 && out.finished_at == 0);
	OK(store_broadcast_set_state(store, "spring", BROADCAST_SENDING, "",
				     now + 1, &err));
	OK(store_broadcast_set_state(store, "spring", BROADCAST_PAUSED,
				     "421 from the relay", now + 2, &err));
	OK(store_broadcast_set_state(store, "spring", BROADCAST_SENDING, "",
				     now + 3, &err));
	OK(store_broadcast_set_state(store, "spring", BROADCAST_SENT, "",
				     now + 4, &err));
	NONE(store_broadcast_set_state(store, "fall", BROADCAST_SENT, "", now,
				       &err));
	OK(store_broadcasts_all(store, pool, &all, &err));
	assert_int_equal(all.n_rows, 1);
	assert_int_equal(all.rows[0].state, BROADCAST_SENT);
	assert_true(all.rows[0].started_at == now + 1);
	assert_true(all.rows[0].finished_at == now + 4);
	assert_null(all.rows[0].template);
	assert_int_equal(broadcast_state_find("paused"), BROADCAST_PAUSED);
	assert_int_equal(broadcast_state_find("lost"), -1);
}

static void
queue_ids(const char *name, uint32_t first, uint32_t last)
{
	struct record_set *set = record_set_new();
	uint32_t id;

	for (id = first; id <= last; id++)
		record_set_add(set, id);
	OK(store_recipients_queue(store, name, set, now, &err));
	record_set_free(set);
}

static void
recipients_move_on_in_batches(void **state)
{
	struct store_recipient batch[] = {
		{1, RECIPIENT_SENT, "", 11, now},
		{2, RECIPIENT_HANDING_OVER, "", 12, now},
		{3, RECIPIENT_SKIPPED, "suppressed", 0, now},
		{9, RECIPIENT_FAILED, "550 5.1.1", 19, now},
	};
	uint64_t counts[RECIPIENT_N_STATES], doubtful = 0;
	struct store_recipients rows;
	struct store_recipient one;

	queue_ids("spring", 1, 5);
	OK(store_recipients_put(store, "spring", batch, 4, &err));
	queue_ids("spring", 1, 6); /* who has a state keeps it */
	OK(store_recipients_counts(store, "spring", counts, &err));
	assert_int_equal(counts[RECIPIENT_QUEUED], 3);
	assert_int_equal(counts[RECIPIENT_SENT], 1);
	OK(store_recipient_slice(store, "spring", RECIPIENT_QUEUED, 4, 10, pool,
				 &rows, &err));
	assert_int_equal(rows.n_rows, 2);
	assert_int_equal(rows.rows[0].record_id, 5);
	OK(store_recipient_slice(store, "spring", -1, 0, 100, pool, &rows,
				 &err));
	assert_int_equal(rows.n_rows, 7);
	OK(store_recipients_doubt(store, "spring", now, &doubtful, &err));
	assert_int_equal(doubtful, 1);
	OK(store_recipient_get(store, "spring", 2, pool, &one, &err));
	assert_int_equal(one.state, RECIPIENT_DOUBTFUL);
	assert_true(one.message_id == 12);
	OK(store_recipient_get(store, "spring", 3, pool, &one, &err));
	assert_string_equal(one.reason, "suppressed");
	NONE(store_recipient_get(store, "spring", 77, pool, &one, &err));
	assert_int_equal(recipient_state_find("handing-over"),
			 RECIPIENT_HANDING_OVER);
	assert_int_equal(recipient_state_find(""), -1);
}

static void
what_came_of_a_broadcast_is_counted(void **state)
{
	struct store_recipient batch[] = {
		{1, RECIPIENT_SENT, "", 42, now},
		{2, RECIPIENT_SENT, "", 42, now},
		{3, RECIPIENT_SENT, "", 43, now}, /* another message */
		{4, RECIPIENT_FAILED, "", 42, now},
	};
	struct record_set *set = record_set_new();
	struct store_broadcast_results results;

	OK(store_recipients_put(store, "spring", batch, 4, &err));
	happen("email.opened", 1, now, VERDICT_HUMAN);
	happen("email.opened", 1, now, VERDICT_HUMAN);
	happen("email.opened", 2, now, VERDICT_MACHINE);
	happen("email.opened", 3, now, VERDICT_HUMAN);
	happen("email.clicked", 2, now, VERDICT_HUMAN);
	OK(store_broadcast_select(store, "spring", "opened", set, &err));
	assert_set(set, 1, 0, 1);
	set = record_set_new();
	OK(store_broadcast_select(store, "spring", "clicked", set, &err));
	assert_set(set, 2, 0, 1);
	set = record_set_new();
	OK(store_broadcast_select(store, "spring", NULL, set, &err));
	assert_set(set, 1, 3, 3);
	set = record_set_new();
	OK(store_broadcast_select(store, "spring", "sent", set, &err));
	assert_int_equal(
		store_broadcast_select(store, "spring", "seen", set, &err),
		SG_REFUSED);
	assert_set(set, 1, 2, 3);
	OK(store_broadcast_get_results(store, "spring", pool, &results, &err));
	assert_int_equal(results.n_rows, 2);
	assert_string_equal(results.rows[1].signal, "email.opened");
	assert_int_equal(results.rows[1].people, 1);
	assert_int_equal(results.rows[1].hits, 2);
	assert_int_equal(results.rows[1].machine_hits, 1);
}

/* --- the rest ----------------------------------------------------------- */

static void
a_token_is_found_by_hash_until_it_expires_or_is_revoked(void **state)
{
	unsigned char hash[STORE_TOKEN_HASH_SIZE] = "hash", other[32] = "none";
	struct store_token token = {0, "ci", "operator", now, now + 10};
	struct store_tokens all;
	struct store_token out;

	OK(store_token_create(store, &token, hash, &err));
	assert_int_equal(store_token_create(store, &token, other, &err),
			 SG_REFUSED);
	OK(store_token_find(store, hash, now, pool, &out, &err));
	assert_string_equal(out.role, "operator");
	NONE(store_token_find(store, hash, now + 10, pool, &out, &err));
	NONE(store_token_find(store, other, now, pool, &out, &err));
	OK(store_token_revoke(store, "ci", now, &err));
	NONE(store_token_revoke(store, "ci", now, &err));
	NONE(store_token_find(store, hash, now, pool, &out, &err));
	token.expires_at = 0;
	OK(store_token_create(store, &token, other, &err));
	OK(store_tokens_all(store, pool, &all, &err));
	assert_int_equal(all.n_rows, 1);
	assert_true(all.rows[0].expires_at == 0);
}

static void
the_audit_is_read_newest_first(void **state)
{
	struct store_audit row = {0, now, "anna", "list.create", "news", NULL};
	struct store_audits rows;

	OK(store_audit_append(store, &row, &err));
	row.action = "list.delete";
	OK(store_audit_append(store, &row, &err));
	OK(store_audit_recent(store, 0, 1, pool, &rows, &err));
	assert_int_equal(rows.n_rows, 1);
	assert_string_equal(rows.rows[0].action, "list.delete");
	OK(store_audit_recent(store, rows.rows[0].id, 5, pool, &rows, &err));
	assert_int_equal(rows.n_rows, 1);
	assert_string_equal(rows.rows[0].detail, "");
}

static void
a_position_is_kept_for_each_spool(void **state)
{
	struct spool_position one = {{1, 0xff}, 3, 4}, two = {{2}, 5, 6}, out;

	NONE(store_position_get(store, one.id, &out, &err));
	OK(store_position_set(store, &one, &err));
	OK(store_position_set(store, &two, &err));
	one.offset = UINT64_C(1) << 40;
	OK(store_position_set(store, &one, &err));
	OK(store_position_get(store, one.id, &out, &err));
	assert_int_equal(spool_position_compare(&one, &out), 0);
	assert_memory_equal(one.id, out.id, SPOOL_ID_SIZE);
	OK(store_position_get(store, two.id, &out, &err));
	assert_true(out.segment == 5);
}

static void
an_external_id_is_new_once_in_30_days(void **state)
{
	int64_t day = CLOCK_DAY_MS;

	OK(store_external_add(store, UINT64_MAX, now, &err));
	NONE(store_external_add(store, UINT64_MAX, now, &err));
	NONE(store_external_add(store, UINT64_MAX, now - day / 2, &err));
	NONE(store_external_add(store, UINT64_MAX, now + 30 * day, &err));
	OK(store_external_add(store, 5, now, &err));
	OK(store_external_expire(store, now + 30 * day, &err));
	NONE(store_external_add(store, 5, now + day, &err));
	OK(store_external_expire(store, now + 31 * day, &err));
	OK(store_external_add(store, 5, now + day, &err));
	OK(store_external_add(store, UINT64_MAX, now + 32 * day, &err));
}

static void
a_record_has_one_timer_of_a_kind(void **state)
{
	struct store_timer timer = {4, "field-rules", NULL, now + 10};
	struct store_timers due;
	int64_t next = 0;

	NONE(store_timer_next(store, &next, &err));
	OK(store_timer_set(store, &timer, &err));
	timer.due_at = now + 5;
	OK(store_timer_set(store, &timer, &err));
	timer.record_id = 3;
	timer.due_at = now + 7;
	OK(store_timer_set(store, &timer, &err));
	OK(store_timer_next(store, &next, &err));
	assert_true(next == now + 5);
	OK(store_timers_due(store, now + 4, 10, pool, &due, &err));
	assert_int_equal(due.n_rows, 0);
	OK(store_timers_due(store, now + 7, 10, pool, &due, &err));
	assert_int_equal(due.n_rows, 2);
	assert_int_equal(due.rows[0].record_id, 4);
	OK(store_timer_remove(store, 4, "field-rules", "", &err));
	OK(store_timer_remove(store, 4, "field-rules", "", &err));
	OK(store_timers_due(store, now + 7, 10, pool, &due, &err));
	assert_int_equal(due.n_rows, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_record_is_found_by_record_key_and_by_key),
		TEST(a_record_key_belongs_to_one_record),
		TEST(an_alias_leads_to_the_record),
		TEST(a_record_that_came_by_token_gets_its_key_later),
		TEST(a_deleted_record_leaves_its_id_and_nothing_of_itself),
		TEST(all_records_can_be_walked_in_slices_or_at_once),
		TEST(fields_are_set_replaced_and_removed),
		TEST(tags_are_added_once_and_removed),
		TEST(a_list_is_created_once_and_its_name_comes_back),
		TEST(members_have_a_state),
		TEST(history_comes_in_order_of_event_time_then_id),
		TEST(recent_history_can_be_filtered_and_paged),
		TEST(effective_human_entries_are_found_by_name_and_time),
		TEST(unmatched_entries_are_adopted),
		TEST(the_ledger_gives_back_what_was_entered),
		TEST(rules_live_in_the_rulesets_from_their_first_to_their_last),
		TEST(a_sweep_remembers_how_far_it_got),
		TEST(scores_have_dense_ids_and_lead_is_always_there),
		TEST(a_checkpoint_is_states_and_a_ledger_id),
		TEST(segments_are_replaced_by_name),
		TEST(a_suppression_holds_until_it_expires),
		TEST(a_message_is_found_by_id_and_by_message_id_header),
		TEST(a_broadcast_goes_from_draft_to_sent),
		TEST(recipients_move_on_in_batches),
		TEST(what_came_of_a_broadcast_is_counted),
		TEST(a_token_is_found_by_hash_until_it_expires_or_is_revoked),
		TEST(the_audit_is_read_newest_first),
		TEST(a_position_is_kept_for_each_spool),
		TEST(an_external_id_is_new_once_in_30_days),
		TEST(a_record_has_one_timer_of_a_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
