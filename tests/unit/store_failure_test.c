/*
 * store_failure_test.c - failure injected at call 1, 2, 3 … of everything the
 * store does: outputs stay as they were, a rollback leaves nothing half, and
 * the same call succeeds afterwards.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "base/hash.h"
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

enum { COLUMNS_MOST = 18, CALLS_MOST = 200 };

static const int64_t now = INT64_C(1790000000000);

static struct scratch scratch;
static struct store *store;
static struct pool *pool;
static struct record_set *set;
static struct sg_err err;

/* --- all that is in it ---------------------------------------------------- */

static const char *const tables[] = {
	"SELECT * FROM meta",	     "SELECT * FROM spool_position",
	"SELECT * FROM record",	     "SELECT * FROM record_alias",
	"SELECT * FROM field",	     "SELECT * FROM record_tag",
	"SELECT * FROM list",	     "SELECT * FROM list_member",
	"SELECT * FROM suppression", "SELECT * FROM history",
	"SELECT * FROM external_id", "SELECT * FROM message",
	"SELECT * FROM score",	     "SELECT * FROM ruleset",
	"SELECT * FROM rule",	     "SELECT * FROM ledger",
	"SELECT * FROM score_state", "SELECT * FROM segment",
	"SELECT * FROM broadcast",   "SELECT * FROM broadcast_recipient",
	"SELECT * FROM api_token",   "SELECT * FROM audit",
	"SELECT * FROM timer",
};

static uint64_t
fingerprint(void)
{
	struct db_statement *statement;
	uint64_t print = 0;
	size_t i;
	int column;

	for (i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		assert_int_equal(db_prepare(store_db(store), tables[i],
					    &statement, &err),
				 SG_OK);
		while (db_step(statement, &err) == SG_OK)
			for (column = 0; column < COLUMNS_MOST; column++)
				print = print * 31 +
					hash_text(db_column_text(statement,
								 column));
		db_reset(statement);
		print = print * 31 + i;
	}
	return print;
}

/* --- everything the store does -------------------------------------------- */

/* An output that is compared with itself before the call. */
#define OUTPUT(type, name)                 \
	type name;                         \
	type name##_was;                   \
	memset(&name, 0x5a, sizeof(name)); \
	memset(&name##_was, 0x5a, sizeof(name))
#define RETURN(call, name)                                                     \
	do {                                                                   \
		enum sg_status status_ = (call);                               \
		if (status_ != SG_OK)                                          \
			assert_memory_equal(&name, &name##_was, sizeof(name)); \
		return status_;                                                \
	} while (0)

static enum sg_status
record_create(void)
{
	OUTPUT(uint32_t, id);
	RETURN(store_record_create(store, 50, "", "n@x.org", now, &id, &err),
	       id);
}

static enum sg_status
record_find(void)
{
	OUTPUT(struct store_record, out);
	RETURN(store_record_find(store, 1, pool, &out, &err), out);
}

static enum sg_status
record_find_alias(void)
{
	OUTPUT(struct store_record, out);
	RETURN(store_record_find(store, 100, pool, &out, &err), out);
}

static enum sg_status
record_find_key(void)
{
	OUTPUT(struct store_record, out);
	RETURN(store_record_find_key(store, "", "a@x.org", pool, &out, &err),
	       out);
}

static enum sg_status
record_delete(void)
{
	return store_record_delete(store, 1, now, &err);
}

static enum sg_status
record_slice(void)
{
	OUTPUT(struct store_records, out);
	RETURN(store_record_slice(store, 0, 10, pool, &out, &err), out);
}

static enum sg_status
record_count(void)
{
	OUTPUT(uint64_t, out);
	RETURN(store_record_count(store, &out, &err), out);
}

static enum sg_status
record_last_id(void)
{
	OUTPUT(uint32_t, out);
	RETURN(store_record_last_id(store, &out, &err), out);
}

static enum sg_status
record_select(void)
{
	return store_record_select(store, NULL, set, &err);
}

static enum sg_status
set_key_and_alias(void)
{
	enum sg_status status = store_record_set_key(store, 2, "z@x", &err);

	if (status == SG_OK)
		status = store_record_add_alias(store, 101, 2, &err);
	return status;
}

static enum sg_status
fields_and_tags(void)
{
	enum sg_status status = store_field_set(store, 1, "a", "2", &err);

	if (status == SG_OK)
		status = store_field_set(store, 1, "b", "", &err);
	if (status == SG_OK)
		status = store_tag_add(store, 1, "new", &err);
	if (status == SG_OK)
		status = store_tag_remove(store, 1, "vip", &err);
	return status;
}

static enum sg_status
fields_of(void)
{
	OUTPUT(struct store_fields, out);
	RETURN(store_fields_of(store, 1, pool, &out, &err), out);
}

static enum sg_status
field_get(void)
{
	OUTPUT(const char *, out);
	RETURN(store_field_get(store, 1, "a", pool, &out, &err), out);
}

static enum sg_status
tags_of(void)
{
	OUTPUT(struct store_names, out);
	RETURN(store_tags_of(store, 1, pool, &out, &err), out);
}

static enum sg_status
tag_has(void)
{
	OUTPUT(bool, out);
	RETURN(store_tag_has(store, 1, "vip", &out, &err), out);
}

static enum sg_status
list_create(void)
{
	return store_list_create(store, "more", "", now, &err);
}

static enum sg_status
list_delete(void)
{
	return store_list_delete(store, "news", now, &err);
}

static enum sg_status
list_get(void)
{
	OUTPUT(struct store_list, out);
	RETURN(store_list_get(store, "news", pool, &out, &err), out);
}

struct counts {
	uint64_t of[LIST_N_STATES];
};

static enum sg_status
list_counts(void)
{
	OUTPUT(struct counts, out);
	RETURN(store_list_counts(store, "news", out.of, &err), out);
}

static enum sg_status
member_set(void)
{
	struct store_member member = {"news", 2, LIST_LEFT, now, "page"};

	return store_member_set(store, &member, &err);
}

static enum sg_status
member_get(void)
{
	OUTPUT(struct store_member, out);
	RETURN(store_member_get(store, "news", 1, pool, &out, &err), out);
}

static enum sg_status
history_append(void)
{
	struct store_history_place place = {7, 1, 1, true, 0, 0};
	struct signal signal;

	signal_init(&signal, "a.b", now);
	return store_history_append(store, &place, &signal, &err);
}

static enum sg_status
history_adopt(void)
{
	OUTPUT(uint64_t, out);
	RETURN(store_history_adopt(store, 500, 1, &out, &err), out);
}

static enum sg_status
history_of(void)
{
	OUTPUT(struct store_history_rows, out);
	RETURN(store_history_of(store, 1, pool, &out, &err), out);
}

static enum sg_status
history_set_effective(void)
{
	return store_history_set_effective(store, 5, false, &err);
}

static enum sg_status
ledger_append(void)
{
	struct store_ledger entry = {.id = 9, .record_id = 1, .score_id = 1};

	return store_ledger_append(store, &entry, &err);
}

static enum sg_status
ledger_of(void)
{
	OUTPUT(struct store_ledger_rows, out);
	RETURN(store_ledger_of(store, 1, 0, pool, &out, &err), out);
}

static enum sg_status
ledger_totals(void)
{
	OUTPUT(struct store_ledger_totals, out);
	RETURN(store_ledger_get_totals(store, &out, &err), out);
}

static enum sg_status
ruleset_create(void)
{
	OUTPUT(uint32_t, out);
	RETURN(store_ruleset_create(store, "anna", "", now, &out, &err), out);
}

static enum sg_status
rule_add(void)
{
	struct store_rule rule = {.name = "Opened",
				  .from_ruleset = 1,
				  .author = "anna",
				  .source = "rule"};
	uint32_t version = 77;
	enum sg_status status;

	OUTPUT(uint32_t, id);
	status = store_rule_add(store, &rule, &id, &version, &err);
	if (status != SG_OK)
		assert_int_equal(version, 77);
	RETURN(status, id);
}

static enum sg_status
rules_in(void)
{
	OUTPUT(struct store_rules, out);
	RETURN(store_rules_in(store, 0, pool, &out, &err), out);
}

static enum sg_status
score_put(void)
{
	struct store_score score = {.name = "fit"};

	OUTPUT(uint32_t, id);
	RETURN(store_score_put(store, &score, &id, &err), id);
}

static enum sg_status
scores_all(void)
{
	OUTPUT(struct store_scores, out);
	RETURN(store_scores_all(store, pool, &out, &err), out);
}

static enum sg_status
checkpoint(void)
{
	enum sg_status status =
		store_score_state_put(store, 1, 1, "x", 1, &err);

	if (status == SG_OK)
		status = store_checkpoint_set(store, 99, &err);
	return status;
}

static enum sg_status
segment_put(void)
{
	struct store_segment segment = {"hot", "has score", "anna", now};

	return store_segment_put(store, &segment, &err);
}

static enum sg_status
suppression_put(void)
{
	struct store_suppression row = {.record_key = 1, .reason = "manual"};

	return store_suppression_put(store, &row, &err);
}

static enum sg_status
suppression_select(void)
{
	return store_suppression_select(store, now, set, &err);
}

static enum sg_status
message_add(void)
{
	struct store_message message = {.message_id = 1, .record_key = 2};

	return store_message_add(store, &message, &err);
}

static enum sg_status
broadcast_create(void)
{
	struct store_broadcast broadcast = {.name = "fall",
					    .template = "x",
					    .template_len = 1,
					    .condition = "",
					    .sender = "",
					    .author = ""};

	return store_broadcast_create(store, &broadcast, &err);
}

static enum sg_status
broadcast_get(void)
{
	OUTPUT(struct store_broadcast, out);
	RETURN(store_broadcast_get(store, "spring", pool, &out, &err), out);
}

static enum sg_status
broadcast_set_state(void)
{
	return store_broadcast_set_state(store, "spring", BROADCAST_SENDING, "",
					 now, &err);
}

static enum sg_status
recipients_add(void)
{
	struct store_recipient rows[] = {
		{1, RECIPIENT_QUEUED, "", 0, now, 0, NULL},
		{2, RECIPIENT_WAITING, "", 0, now, 1, NULL}};

	return store_recipients_add(store, "fall", rows, 2, &err);
}

static enum sg_status
recipients_next(void)
{
	struct store_recipients_asked asked = {
		.name = "spring", .most = 9, .look_at_most = 9};
	OUTPUT(struct store_recipients_found, out);

	RETURN(store_recipients_next(store, &asked, pool, &out, &err), out);
}

static enum sg_status
recipients_clear(void)
{
	OUTPUT(uint64_t, out);
	RETURN(store_recipients_clear(store, "spring", 9, &out, &err), out);
}

static enum sg_status
put_counted(void)
{
	struct store_broadcast_counted counted = {now, 1, "{}"};

	return store_broadcast_put_counted(store, "spring", &counted, &err);
}

static enum sg_status
recipients_put(void)
{
	struct store_recipient rows[] = {
		{1, RECIPIENT_SENT, "", 1, now, 0, NULL},
		{2, RECIPIENT_SENT, "", 2, now, 0, NULL}};

	return store_recipients_put(store, "spring", rows, 2, &err);
}

static enum sg_status
recipients_doubt(void)
{
	OUTPUT(uint64_t, out);
	RETURN(store_recipients_doubt(store, "spring", now, &out, &err), out);
}

static enum sg_status
token_create(void)
{
	static const unsigned char hash[STORE_TOKEN_HASH_SIZE] = "h";
	struct store_token token = {0, "ci", "reader", now, 0, 0, 0};

	return store_token_create(store, &token, hash, &err);
}

static enum sg_status
audit_append(void)
{
	struct store_audit row = {0, now, "anna", "x", "", "", NULL};

	return store_audit_append(store, &row, &err);
}

static enum sg_status
position_set(void)
{
	struct spool_position before = {{1}, 0, 0}, position = {{1}, 2, 3};

	return store_position_set(store, &before, &position, &err);
}

static enum sg_status
external_add(void)
{
	return store_external_add(store, 5, now, &err);
}

static enum sg_status
timer_set(void)
{
	struct store_timer timer = {1, "field-rules", "", now};

	return store_timer_set(store, &timer, &err);
}

static enum sg_status
timers_due(void)
{
	OUTPUT(struct store_timers, out);
	RETURN(store_timers_due(store, now, 5, pool, &out, &err), out);
}

static const struct {
	const char *name;
	enum sg_status (*run)(void);
} doings[] = {
#define DO(f)         \
	{             \
#f, f \
	}
	DO(record_create),
	DO(record_find),
	DO(record_find_alias),
	DO(record_find_key),
	DO(record_delete),
	DO(record_slice),
	DO(record_count),
	DO(record_last_id),
	DO(record_select),
	DO(set_key_and_alias),
	DO(fields_and_tags),
	DO(fields_of),
	DO(field_get),
	DO(tags_of),
	DO(tag_has),
	DO(list_create),
	DO(list_delete),
	DO(list_get),
	DO(list_counts),
	DO(member_set),
	DO(member_get),
	DO(history_append),
	DO(history_adopt),
	DO(history_of),
	DO(history_set_effective),
	DO(ledger_append),
	DO(ledger_of),
	DO(ledger_totals),
	DO(ruleset_create),
	DO(rule_add),
	DO(rules_in),
	DO(score_put),
	DO(scores_all),
	DO(checkpoint),
	DO(segment_put),
	DO(suppression_put),
	DO(suppression_select),
	DO(message_add),
	DO(broadcast_create),
	DO(broadcast_get),
	DO(broadcast_set_state),
	DO(recipients_add),
	DO(recipients_next),
	DO(recipients_clear),
	DO(put_counted),
	DO(recipients_put),
	DO(recipients_doubt),
	DO(token_create),
	DO(audit_append),
	DO(position_set),
	DO(external_add),
	DO(timer_set),
	DO(timers_due),
};

enum { N_DOINGS = sizeof(doings) / sizeof(*doings) };

/* --- the tests ---------------------------------------------------------- */

static void
fill(void)
{
	static const char *const setup =
		"INSERT INTO record (record_key, key, created_at) VALUES"
		" (1, 'a@x.org', 5), (2, '', 5), (3, 'c@x.org', 5);"
		"INSERT INTO record_alias VALUES (100, 1);"
		"INSERT INTO field VALUES (1, 'a', '1'), (1, 'b', '1');"
		"INSERT INTO record_tag VALUES (1, 'vip');"
		"INSERT INTO list VALUES ('news', '', 5, NULL);"
		"INSERT INTO list_member VALUES ('news', 1, 1, 5, '');"
		"INSERT INTO history (id, record_id, record_key, happened_at,"
		" received_at, kind, name, ruleset) VALUES"
		" (5, 1, 1, 5, 5, 1, 'a.b', 1), (6, 0, 500, 5, 5, 1, 'a', 1);"
		"INSERT INTO ruleset (id, applied_at, author, swept_to)"
		" VALUES (1, 5, '', NULL);"
		"INSERT INTO rule (name, version, from_ruleset, author,"
		" created_at, source) VALUES ('Opened', 1, 1, '', 5, '');"
		"INSERT INTO broadcast (name, state, template, condition,"
		" sender, author, created_at) VALUES"
		" ('spring', 'draft', 'x', '', '', '', 5);"
		"INSERT INTO broadcast_recipient (broadcast, record_id, state,"
		" changed_at) VALUES ('spring', 1, 'handing-over', 5);";

	assert_int_equal(db_script(store_db(store), setup, &err), SG_OK);
}

static int
set_up(void **state)
{
	scratch_make(&scratch);
	pool = pool_new();
	set = record_set_new();
	assert_int_equal(store_open(scratch_file(&scratch, "store.db"),
				    DB_READ_WRITE, &store, &err),
			 SG_OK);
	fill();
	return 0;
}

static int
tear_down(void **state)
{
	store_close(store);
	record_set_free(set);
	pool_free(pool);
	scratch_remove(&scratch);
	return 0;
}

/* The n-th call in it fails; false: it has no n-th call. */
static bool
fails_at(size_t i, unsigned n, uint64_t before)
{
	enum sg_status status;

	assert_int_equal(store_begin(store, &err), SG_OK);
	db_fail_after(store_db(store), n);
	status = doings[i].run();
	db_fail_after(store_db(store), 0);
	if (status == SG_OK) {
		store_rollback(store);
		return false;
	}
	if (status != SG_FAILED || !strstr(err.text, "made by a test"))
		fail_msg("%s failed at call %u with %d: %s", doings[i].name, n,
			 (int)status, err.text);
	store_rollback(store);
	if (fingerprint() != before)
		fail_msg("%s left something at call %u", doings[i].name, n);
	return true;
}

static void
a_failure_at_any_call_leaves_nothing_half(void **state)
{
	uint64_t before = fingerprint();
	unsigned n;
	size_t i;

	for (i = 0; i < N_DOINGS; i++) {
		for (n = 1; n < CALLS_MOST && fails_at(i, n, before); n++)
			;
		/* Each prepares and steps at least once. */
		if (n < 3 || n == CALLS_MOST)
			fail_msg("%s: %u calls", doings[i].name, n);
	}
}

static void
a_commit_that_fails_leaves_nothing(void **state)
{
	uint64_t before = fingerprint();
	size_t i;

	for (i = 0; i < N_DOINGS; i++) {
		assert_int_equal(store_begin(store, &err), SG_OK);
		assert_int_equal(doings[i].run(), SG_OK);
		db_fail_after(store_db(store), 1);
		assert_int_equal(store_commit(store, &err), SG_FAILED);
		store_rollback(store);
		if (fingerprint() != before)
			fail_msg("%s stayed", doings[i].name);
	}
}

static void
after_a_begin_that_fails_the_next_works(void **state)
{
	db_fail_after(store_db(store), 1);
	assert_int_equal(store_begin(store, &err), SG_FAILED);
	store_rollback(store);
	assert_int_equal(store_begin(store, &err), SG_OK);
	assert_int_equal(record_create(), SG_OK);
	assert_int_equal(store_commit(store, &err), SG_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_failure_at_any_call_leaves_nothing_half, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_commit_that_fails_leaves_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			after_a_begin_that_fails_the_next_works, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
