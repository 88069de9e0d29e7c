/* apply_about_test.c - mail that names ours by its Message-ID: whose it is,
 * a reply or passed on. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "apply_aid.h"
#include "base/clock.h"
#include "signal/record_key.h"
#include "store/store_history.h"
#include "store/store_record.h"

static struct applier applier;

static int
open_applier(void **state)
{
	(void)state;
	applier_init(&applier);
	applier_open(&applier);
	return 0;
}

static int
close_applier(void **state)
{
	(void)state;
	applier_done(&applier);
	return 0;
}

/* From news@shop.test's mail program, in whose header stands who it is. */
static void
send_to(const char *address, const char *rfc_id, uint64_t message_id)
{
	struct signal sent =
		applier_signal("email.sent", address, clock_now() - 60000);

	sent.message_id = message_id;
	applier_set(&sent, "rfc_id", rfc_id);
	applier_set(&sent, "sender", "www-data@shop.test");
	applier_set(&sent, "reply_to", "news@shop.test, help@shop.test");
	applier_set(&sent, "campaign", "spring");
	applier_submit(&applier, &sent);
}

static void
answer(const char *name, const char *from, const char *to, const char *about)
{
	struct signal signal = applier_signal(name, "", clock_now());

	signal.source = "reply";
	applier_set(&signal, "subject", "Re: spring");
	applier_set(&signal, "from", from);
	applier_set(&signal, "to", to);
	applier_set(&signal, "about", about);
	applier_submit(&applier, &signal);
}

/* The record's newest entry of that name; its message id, 0 = none there. */
static uint64_t
last_of(const char *address, const char *name)
{
	struct store_history_rows rows;
	struct pool *pool = pool_new();
	struct sg_err err;
	uint64_t found = 0;
	struct signal signal;

	assert_int_equal(store_history_of(applier_reader(&applier),
					  applier_find(&applier, address), pool,
					  &rows, &err),
			 SG_OK);
	for (size_t i = 0; i < rows.n_rows; i++) {
		assert_int_equal(store_history_signal(&rows.rows[i], pool,
						      &signal, &err),
				 SG_OK);
		if (strcmp(signal.name, name) != 0)
			continue;
		found = signal.message_id;
		assert_string_equal(signal_get(&signal, "subject"),
				    "Re: spring");
		assert_string_equal(signal_get(&signal, "campaign"), "spring");
		assert_null(signal_get(&signal, "from"));
		assert_null(signal_get(&signal, "to"));
		assert_null(signal_get(&signal, "about"));
	}
	pool_free(pool);
	return found;
}

static void
an_answer_to_the_sender_is_a_reply(void **state)
{
	(void)state;
	send_to("ann@far.test", "<1@shop.test>", 71);
	answer("email.replied", "Ann@far.test", "www-data@shop.test",
	       "<x@far.test> <1@shop.test>");
	assert_int_equal(last_of("ann@far.test", "email.replied"), 71);
	/* The same to the address of From or Reply-To. */
	send_to("ben@far.test", "<2@shop.test>", 72);
	answer("email.replied", "ben@far.test", "cat@far.test, Help@shop.test",
	       "<2@shop.test>");
	assert_int_equal(last_of("ben@far.test", "email.replied"), 72);
	assert_int_equal(last_of("ben@far.test", "email.forwarded"), 0);
}

/* People write "Fwd:" by mistake; where it goes to is what counts. */
static void
a_forward_to_the_sender_is_a_reply_too(void **state)
{
	(void)state;
	send_to("ann@far.test", "<1@shop.test>", 71);
	answer("email.forwarded", "ann@far.test", "news@shop.test",
	       "<1@shop.test>");
	assert_int_equal(last_of("ann@far.test", "email.replied"), 71);
}

static void
a_reply_that_goes_to_others_is_a_forward(void **state)
{
	(void)state;
	send_to("ann@far.test", "<1@shop.test>", 71);
	answer("email.replied", "ann@far.test", "bob@local.test",
	       "<1@shop.test>");
	assert_int_equal(last_of("ann@far.test", "email.forwarded"), 71);
	assert_int_equal(last_of("ann@far.test", "email.replied"), 0);
}

static void
a_copy_from_somebody_else_is_a_forward_of_the_record(void **state)
{
	(void)state;
	send_to("ann@far.test", "<1@shop.test>", 71);
	answer("email.forwarded", "eve@other.test", "bob@local.test",
	       "<1@shop.test>");
	assert_int_equal(last_of("ann@far.test", "email.forwarded"), 71);
	assert_int_equal(applier_find(&applier, "eve@other.test"), 0);
}

static void
an_answer_from_somebody_else_is_nothing(void **state)
{
	(void)state;
	send_to("ann@far.test", "<1@shop.test>", 71);
	answer("email.replied", "eve@other.test", "news@shop.test",
	       "<1@shop.test>");
	assert_int_equal(last_of("ann@far.test", "email.replied"), 0);
	assert_int_equal(last_of("ann@far.test", "email.forwarded"), 0);
}

static void
what_names_nothing_of_ours_makes_no_record(void **state)
{
	(void)state;
	answer("email.replied", "eve@other.test", "bob@local.test",
	       "<else@where.test>");
	answer("email.forwarded", "eve@other.test", "bob@local.test", "");
	assert_int_equal(applier_find(&applier, "eve@other.test"), 0);
}

/* One Message-ID to several: who passed it on cannot be told. */
static void
a_copy_of_what_several_got_is_nobodys(void **state)
{
	(void)state;
	send_to("ann@far.test", "<1@shop.test>", 71);
	send_to("ben@far.test", "<1@shop.test>", 72);
	answer("email.forwarded", "eve@other.test", "bob@local.test",
	       "<1@shop.test>");
	assert_int_equal(last_of("ann@far.test", "email.forwarded"), 0);
	assert_int_equal(last_of("ben@far.test", "email.forwarded"), 0);
	answer("email.replied", "ben@far.test", "news@shop.test",
	       "<1@shop.test>");
	assert_int_equal(last_of("ben@far.test", "email.replied"), 72);
	assert_int_equal(last_of("ann@far.test", "email.replied"), 0);
}

static void
a_quoted_token_says_it_without_a_message_id(void **state)
{
	struct signal signal =
		applier_signal("email.forwarded", "", clock_now());
	struct buf normal = BUF_INIT;
	struct sg_err err;

	(void)state;
	send_to("ann@far.test", "<1@shop.test>", 71);
	assert_int_equal(
		record_key_normalise("contact", "ann@far.test", &normal, &err),
		SG_OK);
	signal.message_id = 71;
	signal.record_key =
		record_key_hash(applier_secret, "contact", buf_text(&normal));
	buf_done(&normal);
	applier_set(&signal, "subject", "Re: spring");
	applier_set(&signal, "from", "eve@other.test");
	applier_set(&signal, "to", "bob@local.test");
	applier_submit(&applier, &signal);
	assert_int_equal(last_of("ann@far.test", "email.forwarded"), 71);
}

static void
any_signal_may_name_its_message_by_message_id(void **state)
{
	struct signal signal =
		applier_signal("email.delivered", "ann@far.test", clock_now());

	(void)state;
	send_to("ann@far.test", "<1@shop.test>", 71);
	applier_set(&signal, "subject", "Re: spring");
	applier_set(&signal, "about", "<1@shop.test>");
	applier_submit(&applier, &signal);
	assert_int_equal(last_of("ann@far.test", "email.delivered"), 71);
	/* Of nothing that was sent to that record: dropped. */
	signal = applier_signal("email.delivered", "ben@far.test", clock_now());
	applier_set(&signal, "about", "<1@shop.test>");
	applier_submit(&applier, &signal);
	assert_int_equal(applier_find(&applier, "ben@far.test"), 0);
}

int
main(void)
{
#define ABOUT(f) cmocka_unit_test_setup_teardown(f, open_applier, close_applier)
	const struct CMUnitTest tests[] = {
		ABOUT(an_answer_to_the_sender_is_a_reply),
		ABOUT(a_forward_to_the_sender_is_a_reply_too),
		ABOUT(a_reply_that_goes_to_others_is_a_forward),
		ABOUT(a_copy_from_somebody_else_is_a_forward_of_the_record),
		ABOUT(an_answer_from_somebody_else_is_nothing),
		ABOUT(what_names_nothing_of_ours_makes_no_record),
		ABOUT(a_copy_of_what_several_got_is_nobodys),
		ABOUT(a_quoted_token_says_it_without_a_message_id),
		ABOUT(any_signal_may_name_its_message_by_message_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
