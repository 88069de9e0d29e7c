/* apply_match_test.c - whose signal it is: by unique field, by an id of another
 * system, later, and after the key has changed. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apply_aid.h"
#include "base/clock.h"
#include "signal/field_type.h"
#include "signal/record_key.h"
#include "signal/record_ref.h"
#include "store/store_history.h"
#include "store/store_record.h"
#include "store/store_suppression.h"

#define DAY CLOCK_DAY_MS

static const double tiny = 1e-6;

static const char rules[] =
	"rule \"Called\" { on = \"call.held\" add = 5 score = \"fit\" }\n"
	"rule \"Ours\" { on = \"call.held\" add = 100 score = \"fit\" "
	"when = \"email matches '*@new.example'\" }\n";

static int
setup(void **state)
{
	static const struct field_info phone = {.name = "phone",
						.unique = true,
						.phone = true,
						.country = "49"};
	struct applier *applier = calloc(1, sizeof(*applier));

	assert_int_equal(field_declare(&phone, NULL), SG_OK);
	applier_init(applier);
	applier_open(applier);
	applier_rules(applier, rules, false);
	*state = applier;
	return 0;
}

static int
teardown(void **state)
{
	applier_done(*state);
	free(*state);
	field_forget_declared();
	return 0;
}

static void
call_by(struct applier *applier, const char *field, const char *value,
	int64_t at)
{
	struct signal signal = applier_signal("call.held", "", at);
	struct buf reference = BUF_INIT;

	assert_int_equal(record_ref_write(field, value, &reference, NULL),
			 SG_OK);
	signal.key = buf_text(&reference);
	applier_submit(applier, &signal);
	buf_done(&reference);
}

static void
set_field(struct applier *applier, const char *who, const char *name,
	  const char *value, int64_t at)
{
	struct signal change =
		applier_change(SIGNAL_FIELD_SET, "field.changed", who, at);

	applier_set(&change, "name", name);
	applier_set(&change, "value", value);
	applier_submit(applier, &change);
}

static double
fit(struct applier *applier, const char *who)
{
	double score = applier_score_of(applier, who, 2, clock_now() + DAY);

	return isnan(score) ? 0 : score;
}

static size_t
unmatched(struct applier *applier, char key[64])
{
	struct store_unmatched_rows rows;
	struct pool *pool = pool_new();
	size_t n;

	assert_int_equal(store_unmatched_recent(applier_reader(applier), 0, 10,
						pool, &rows, NULL),
			 SG_OK);
	n = rows.n_rows;
	if (key && n)
		snprintf(key, 64, "%s %s", rows.rows[0].module,
			 rows.rows[0].key);
	pool_free(pool);
	return n;
}

static void
a_unique_field_names_its_record(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 10 * DAY;

	set_field(applier, "ann@example.com", "phone", "+493012345", at);
	set_field(applier, "ann@example.com", "external_id_crm", "4711", at);
	call_by(applier, "phone", "(030) 123-45", at + DAY);
	assert_float_equal(fit(applier, "ann@example.com"), 5, tiny);
	call_by(applier, "external_id_crm", "4711", at + DAY);
	assert_float_equal(fit(applier, "ann@example.com"), 10, tiny);
	assert_int_equal(unmatched(applier, NULL), 0);
	applier_verify(applier);
}

static void
called_by_webhook(struct applier *applier, const char *who, const char *id,
		  int64_t at)
{
	struct signal change =
		applier_change(SIGNAL_FIELD_SET, "field.changed", who, at);

	change.source = "webhook";
	applier_set(&change, "name", "external_id_shop");
	applier_set(&change, "value", id);
	applier_submit(applier, &change);
}

static void
what_a_webhook_called_it_before_names_it_still(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 10 * DAY;

	called_by_webhook(applier, "ann@example.com", "one", at);
	called_by_webhook(applier, "ann@example.com", "two", at + DAY);
	call_by(applier, "external_id_shop", "one", at + 2 * DAY);
	call_by(applier, "external_id_shop", "two", at + 2 * DAY);
	assert_float_equal(fit(applier, "ann@example.com"), 10, tiny);
	applier_close(applier);
	applier_open(applier);
	call_by(applier, "external_id_shop", "one", at + 3 * DAY);
	assert_float_equal(fit(applier, "ann@example.com"), 15, tiny);
	/* Whose it is now goes before whose it was. */
	called_by_webhook(applier, "bob@example.com", "one", at + 4 * DAY);
	call_by(applier, "external_id_shop", "one", at + 5 * DAY);
	assert_float_equal(fit(applier, "ann@example.com"), 15, tiny);
	assert_float_equal(fit(applier, "bob@example.com"), 5, tiny);
	assert_int_equal(unmatched(applier, NULL), 0);
	/* What people set is what they say now. */
	set_field(applier, "cy@example.com", "external_id_crm", "1", at);
	set_field(applier, "cy@example.com", "external_id_crm", "2", at + DAY);
	call_by(applier, "external_id_crm", "1", at + 2 * DAY);
	assert_float_equal(fit(applier, "cy@example.com"), 0, tiny);
	assert_int_equal(unmatched(applier, NULL), 1);
	applier_verify(applier);
}

static void
what_no_record_has_waits_and_scores_at_its_own_time(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 10 * DAY;
	char key[64];

	call_by(applier, "phone", "+49 30 12345", at);
	assert_int_equal(unmatched(applier, key), 1);
	assert_string_equal(key, "contact field.phone=+493012345");
	set_field(applier, "ann@example.com", "phone", "+493012345", at + DAY);
	assert_int_equal(unmatched(applier, key), 0);
	assert_float_equal(fit(applier, "ann@example.com"), 5, tiny);
	applier_verify(applier);
}

static void
of_who_is_suppressed_only_a_hash_is_kept(void **state)
{
	struct applier *applier = *state;
	struct signal change =
		applier_change(SIGNAL_SUPPRESS, "record.suppressed",
			       "ann@example.com", clock_now() - DAY);
	char key[64];

	change.actor = "eve";
	applier_set(&change, "reason", "manual");
	applier_submit(applier, &change);
	assert_int_equal(unmatched(applier, key), 1);
	assert_string_equal(key, " ");
}

static void
two_records_cannot_have_the_same_of_a_unique_field(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 10 * DAY;

	set_field(applier, "ann@example.com", "phone", "+493012345", at);
	set_field(applier, "bob@example.com", "phone", "+493012345", at + DAY);
	call_by(applier, "phone", "030 12345", at + 2 * DAY);
	assert_float_equal(fit(applier, "ann@example.com"), 5, tiny);
	assert_float_equal(fit(applier, "bob@example.com"), 0, tiny);
	/* Free again. */
	set_field(applier, "ann@example.com", "phone", "", at + 3 * DAY);
	set_field(applier, "bob@example.com", "phone", "+493012345",
		  at + 3 * DAY);
	call_by(applier, "phone", "030 12345", at + 4 * DAY);
	assert_float_equal(fit(applier, "bob@example.com"), 5, tiny);
	applier_verify(applier);
}

/* --- another key -------------------------------------------------------- */

static void
rename_to(struct applier *applier, const char *old, const char *new, int64_t at)
{
	struct signal change =
		applier_change(SIGNAL_RENAME, "record.renamed", old, at);

	applier_set(&change, "old", old);
	applier_set(&change, "new", new);
	applier_submit(applier, &change);
}

static void
call_of(struct applier *applier, const char *who, int64_t at)
{
	struct signal signal = applier_signal("call.held", who, at);

	applier_submit(applier, &signal);
}

static void
both_addresses_lead_to_a_renamed_record(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 10 * DAY;
	struct signal by_token;
	uint32_t id;

	call_of(applier, "ann@old.example", at);
	id = applier_find(applier, "ann@old.example");
	rename_to(applier, "ann@old.example", "ann@new.example", at + DAY);
	assert_int_equal(applier_find(applier, "ann@new.example"), id);
	assert_int_equal(applier_find(applier, "ann@old.example"), id);
	by_token = applier_signal("call.held", "", at + 2 * DAY);
	by_token.record_key =
		record_key_hash(applier_secret, "contact", "ann@old.example");
	applier_submit(applier, &by_token);
	call_of(applier, "ann@new.example", at + 2 * DAY);
	/* Conditions see the address of then: 5, then twice 105. */
	assert_float_equal(fit(applier, "ann@new.example"), 215, tiny);
	applier_verify(applier);
	/* Late, when the address was the old one; folded anew. */
	call_of(applier, "ann@old.example", at + 1000);
	assert_float_equal(fit(applier, "ann@new.example"), 220, tiny);
	applier_verify(applier);
	applier_close(applier);
	applier_open(applier);
	call_of(applier, "ann@old.example", at + 3 * DAY);
	assert_float_equal(fit(applier, "ann@new.example"), 325, tiny);
	rename_to(applier, "ann@new.example", "ann@old.example", at + 4 * DAY);
	call_of(applier, "ann@new.example", at + 5 * DAY);
	assert_float_equal(fit(applier, "ann@old.example"), 330, tiny);
	applier_verify(applier);
}

static void
what_waited_for_the_new_address_is_the_records(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 10 * DAY;
	struct signal by_token = applier_signal("call.held", "", at);

	by_token.record_key =
		record_key_hash(applier_secret, "contact", "ann@new.example");
	applier_submit(applier, &by_token);
	call_of(applier, "ann@old.example", at);
	rename_to(applier, "ann@old.example", "ann@new.example", at + DAY);
	assert_float_equal(fit(applier, "ann@new.example"), 10, tiny);
	assert_int_equal(unmatched(applier, NULL), 0);
	applier_verify(applier);
}

static void
an_address_that_is_taken_is_not_taken_over(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 10 * DAY;

	call_of(applier, "ann@old.example", at);
	call_of(applier, "bob@new.example", at);
	rename_to(applier, "ann@old.example", "bob@new.example", at + DAY);
	assert_int_not_equal(applier_find(applier, "ann@old.example"),
			     applier_find(applier, "bob@new.example"));
	call_of(applier, "ann@old.example", at + 2 * DAY);
	assert_float_equal(fit(applier, "ann@old.example"), 10, tiny);
	applier_verify(applier);
}

static bool
is_suppressed(struct applier *applier, const char *address)
{
	struct store_suppression row;
	struct pool *pool = pool_new();
	enum sg_status status = store_suppression_get(
		applier_reader(applier),
		record_key_hash(applier_secret, "contact", address),
		clock_now(), pool, &row, NULL);

	pool_free(pool);
	return status == SG_OK;
}

static void
a_suppression_holds_for_both_addresses(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 10 * DAY;
	struct signal change = applier_change(
		SIGNAL_SUPPRESS, "record.suppressed", "ann@old.example", at);

	call_of(applier, "ann@old.example", at);
	change.actor = "eve";
	applier_set(&change, "reason", "manual");
	applier_submit(applier, &change);
	rename_to(applier, "ann@old.example", "ann@new.example", at + DAY);
	assert_true(is_suppressed(applier, "ann@new.example"));
	assert_true(is_suppressed(applier, "ann@old.example"));
	change.kind = SIGNAL_UNSUPPRESS;
	change.name = "record.unsuppressed";
	change.key = "ann@new.example";
	change.happened_at = at + 2 * DAY;
	applier_submit(applier, &change);
	assert_false(is_suppressed(applier, "ann@new.example"));
	assert_false(is_suppressed(applier, "ann@old.example"));
	change.kind = SIGNAL_SUPPRESS;
	change.name = "record.suppressed";
	change.happened_at = at + 3 * DAY;
	applier_submit(applier, &change);
	assert_true(is_suppressed(applier, "ann@new.example"));
	assert_true(is_suppressed(applier, "ann@old.example"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_unique_field_names_its_record),
		TEST(what_a_webhook_called_it_before_names_it_still),
		TEST(what_no_record_has_waits_and_scores_at_its_own_time),
		TEST(of_who_is_suppressed_only_a_hash_is_kept),
		TEST(two_records_cannot_have_the_same_of_a_unique_field),
		TEST(both_addresses_lead_to_a_renamed_record),
		TEST(what_waited_for_the_new_address_is_the_records),
		TEST(an_address_that_is_taken_is_not_taken_over),
		TEST(a_suppression_holds_for_both_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
