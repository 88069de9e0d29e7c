/*
 * apply_sequence_new_test.c - who is new starts the sequences whose condition
 * it meets with all that came with it (rules.conf(5) "SEQUENCES").
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "sequence_aid.h"

#define BOB "bob@example.com"

#define STARTS(start, more)                              \
	"sequence \"New\" { start = \"" start "\" " more \
	"  step \"Hello\" { template = \"hello\" }\n"    \
	"  step \"Later\" { after = \"90d\" template = \"later\" } }\n"

static const char *const nothing[] = {NULL};
static const char *const customer[] = {"tag", "customer", NULL};

static void
apply_both(struct applier *applier, enum signal_kind kind,
	   const char *const props[])
{
	struct signal both[] = {
		sequence_signal(applier, SIGNAL_RECORD_CREATE, ANN, nothing),
		sequence_signal(applier, kind, ANN, props)};
	bool kept;

	assert_int_equal(
		apply_submit(applier->apply, both, 2, 30000, &kept, NULL),
		SG_OK);
}

static void
everybody_new_without_the_tag_starts(void **unused)
{
	struct applier applier;

	sequence_begin(&applier, STARTS("not tag 'customer'", ""));
	sequence_change(&applier, SIGNAL_RECORD_CREATE, ANN, nothing);
	sequence_pass(&applier, 1000);
	sequence_sent_is(&applier, "hello");
	sequence_tag(&applier, "other");
	sequence_join(&applier, BOB); /* seen for the first time by that */
	sequence_pass(&applier, 1000);
	sequence_sent_is(&applier, "hello hello");
	sequence_end(&applier);
}

static void
who_comes_with_the_tag_does_not_and_does_when_it_is_gone(void **unused)
{
	struct applier applier;

	sequence_begin(&applier, STARTS("not tag 'customer'", ""));
	apply_both(&applier, SIGNAL_TAG_ADD, customer);
	sequence_pass(&applier, 1000);
	sequence_sent_is(&applier, "");
	sequence_change(&applier, SIGNAL_TAG_REMOVE, ANN, customer);
	sequence_pass(&applier, 1000);
	sequence_sent_is(&applier, "hello");
	sequence_end(&applier);
}

static void
what_is_known_from_the_beginning_counts(void **unused)
{
	static const char *const starts[] = {
		STARTS("email matches '*@example.com'", ""),
		STARTS("created within 1d", ""),
		STARTS("created within 1d and not tag 'other'", ""),
		STARTS("field.plan is empty", ""), STARTS("not has score", "")};
	struct applier applier;
	size_t i;

	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		sequence_begin(&applier, starts[i]);
		apply_both(&applier, SIGNAL_TAG_ADD, customer);
		sequence_pass(&applier, 1000);
		sequence_sent_is(&applier, "hello");
		sequence_end(&applier);
	}
}

static void
no_start_is_between_what_comes_together(void **unused)
{
	const char *const berlin[] = {"name", "city", "value", "Berlin", NULL};
	struct applier applier;

	sequence_begin(
		&applier,
		STARTS("field.city = 'Berlin' and not tag 'customer'", ""));
	{
		struct signal all[] = {
			sequence_signal(&applier, SIGNAL_FIELD_SET, ANN,
					berlin),
			sequence_signal(&applier, SIGNAL_TAG_ADD, ANN,
					customer),
			sequence_signal(&applier, SIGNAL_FIELD_SET, BOB,
					berlin)};
		bool kept;

		assert_int_equal(
			apply_submit(applier.apply, all, 3, 30000, &kept, NULL),
			SG_OK);
	}
	sequence_pass(&applier, 1000);
	sequence_sent_is(&applier, "hello"); /* Bob */
	sequence_end(&applier);
}

static void
who_was_there_before_the_sequence_is_left_alone(void **unused)
{
	struct applier applier;

	sequence_begin(&applier, "rule \"R\" { on = \"email.clicked\" "
				 "add = 1 }");
	sequence_change(&applier, SIGNAL_RECORD_CREATE, ANN, nothing);
	applier_rules(&applier, STARTS("not tag 'customer'", ""), false);
	sequence_tag(&applier, "other");
	sequence_pass(&applier, 1000);
	sequence_sent_is(&applier, "");
	sequence_end(&applier);
}

static void
one_sequence_leads_into_the_next_for_the_new_too(void **unused)
{
	struct applier applier;

	sequence_begin(&applier,
		       STARTS("not tag 'customer'",
			      "restart = yes") "automation \"A\" { on = "
					       "\"sequence.started\" "
					       "if = \"sequence 'New' active\" "
					       "do = { \"tag add 'led'\" } }\n"
					       "sequence \"Next\" { start = "
					       "\"tag 'led'\" "
					       "step \"One\" { template = "
					       "\"next\" } }\n");
	sequence_change(&applier, SIGNAL_RECORD_CREATE, ANN, nothing);
	sequence_pass(&applier, 1000);
	sequence_sent_is(&applier, "hello next");
	sequence_end(&applier);
}

static void
who_is_deleted_and_comes_again_is_new(void **unused)
{
	struct applier applier;

	sequence_begin(&applier, STARTS("not tag 'customer'", ""));
	sequence_change(&applier, SIGNAL_RECORD_CREATE, ANN, nothing);
	sequence_pass(&applier, 1000);
	sequence_change(&applier, SIGNAL_RECORD_DELETE, ANN, nothing);
	sequence_change(&applier, SIGNAL_RECORD_CREATE, ANN, nothing);
	sequence_pass(&applier, 1000);
	sequence_sent_is(&applier, "hello hello");
	sequence_end(&applier);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everybody_new_without_the_tag_starts),
		cmocka_unit_test(
			who_comes_with_the_tag_does_not_and_does_when_it_is_gone),
		cmocka_unit_test(what_is_known_from_the_beginning_counts),
		cmocka_unit_test(no_start_is_between_what_comes_together),
		cmocka_unit_test(
			who_was_there_before_the_sequence_is_left_alone),
		cmocka_unit_test(
			one_sequence_leads_into_the_next_for_the_new_too),
		cmocka_unit_test(who_is_deleted_and_comes_again_is_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
