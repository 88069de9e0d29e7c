/* consent_test.c - what a person said about being tracked: as history, as the
 * row of today, and in the set that the milter asks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "apply_aid.h"
#include "base/clock.h"
#include "signal/record_key.h"
#include "store/store_consent.h"
#include "store/store_history.h"

#define DAY CLOCK_DAY_MS

static uint64_t
key_of(const char *address)
{
	return record_key_hash(applier_secret, "contact", address);
}

static void
say(struct applier *applier, const char *address, const char *what,
    const char *state, int64_t at)
{
	struct signal signal =
		applier_change(SIGNAL_CONSENT, "consent.changed", address, at);
	struct sg_err err = {0};

	assert_int_equal(
		consent_fill(&signal, what, state, "a form", "I agree", &err),
		SG_OK);
	applier_submit(applier, &signal);
}

static void
happen(struct applier *applier, const char *name, const char *address,
       int64_t at)
{
	struct signal signal = applier_signal(name, address, at);

	applier_submit(applier, &signal);
}

static size_t
n_kept(struct applier *applier, const char *name)
{
	struct pool *pool = pool_new();
	struct store_history_rows rows;
	struct sg_err err = {0};
	size_t n = 0;

	assert_int_equal(
		store_history_of(applier_reader(applier),
				 applier_find(applier, "ann@example.com"), pool,
				 &rows, &err),
		SG_OK);
	for (size_t i = 0; i < rows.n_rows; i++)
		n += strcmp(rows.rows[i].name, name) == 0;
	pool_free(pool);
	return n;
}

static void
assert_row(struct applier *applier, const char *address, const char *want)
{
	struct pool *pool = pool_new();
	struct store_consents rows;
	struct sg_err err = {0};
	char text[200] = "";

	assert_int_equal(store_consent_of(applier_reader(applier),
					  key_of(address), pool, &rows, &err),
			 SG_OK);
	for (size_t i = 0; i < rows.n_rows; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "%s %s (%s: %s) ",
			 consent_what_name(rows.rows[i].what),
			 consent_state_name(rows.rows[i].state),
			 rows.rows[i].source, rows.rows[i].wording);
	assert_string_equal(text, want);
	pool_free(pool);
}

static int64_t
days_ago(int days)
{
	return clock_now() - days * DAY;
}

static void
whoever_was_never_asked_is_unknown(void **state)
{
	struct consent_set *set = consent_set_new();

	(void)state;
	assert_int_equal(consent_set_get(set, 7, CONSENT_OPENS),
			 CONSENT_UNKNOWN);
	assert_int_equal(consent_set_get(set, 0, CONSENT_OPENS),
			 CONSENT_UNKNOWN);
	assert_int_equal(consent_set_get(NULL, 7, CONSENT_OPENS),
			 CONSENT_UNKNOWN);
	consent_set_free(set);
}

static void
the_set_keeps_both_kinds_apart_while_it_grows(void **state)
{
	struct consent_set *set = consent_set_new();
	uint64_t key = 1;

	(void)state;
	for (int i = 0; i < 20000; i++, key = key * 6364136223846793005u + 1) {
		consent_set_put(set, key, CONSENT_OPENS,
				i % 2 ? CONSENT_GRANTED : CONSENT_DENIED);
		consent_set_put(set, key, CONSENT_CLICKS, CONSENT_DENIED);
		if (i % 3 == 0)
			consent_set_put(set, key, CONSENT_CLICKS,
					CONSENT_UNKNOWN);
	}
	key = 1;
	for (int i = 0; i < 20000; i++, key = key * 6364136223846793005u + 1) {
		assert_int_equal(consent_set_get(set, key, CONSENT_OPENS),
				 i % 2 ? CONSENT_GRANTED : CONSENT_DENIED);
		assert_int_equal(consent_set_get(set, key, CONSENT_CLICKS),
				 i % 3 ? CONSENT_DENIED : CONSENT_UNKNOWN);
	}
	consent_set_free(set);
}

static void
the_last_word_holds_with_time_source_and_wording(void **state)
{
	struct applier *applier = *state;

	happen(applier, "email.sent", "ann@example.com", days_ago(9));
	say(applier, "ann@example.com", "opens", "denied", days_ago(5));
	say(applier, "ann@example.com", "clicks", "granted", days_ago(4));
	assert_row(applier, "ann@example.com",
		   "opens denied (a form: I agree) "
		   "clicks granted (a form: I agree) ");
	assert_int_equal(consent_set_get(applier->consents,
					 key_of("ann@example.com"),
					 CONSENT_OPENS),
			 CONSENT_DENIED);
	/* older than the last word: history, but not today's state */
	say(applier, "ann@example.com", "opens", "granted", days_ago(7));
	assert_int_equal(consent_set_get(applier->consents,
					 key_of("ann@example.com"),
					 CONSENT_OPENS),
			 CONSENT_DENIED);
	assert_int_equal(n_kept(applier, "consent.changed"), 3);
	applier_verify(applier);
}

static void
what_is_denied_is_not_kept_from_then_on(void **state)
{
	struct applier *applier = *state;

	happen(applier, "email.opened", "ann@example.com", days_ago(9));
	say(applier, "ann@example.com", "opens", "denied", days_ago(5));
	happen(applier, "email.opened", "ann@example.com", days_ago(4));
	happen(applier, "email.clicked", "ann@example.com", days_ago(4));
	/* arrives late, from before the word */
	happen(applier, "email.opened", "ann@example.com", days_ago(8));
	assert_int_equal(n_kept(applier, "email.opened"), 2);
	assert_int_equal(n_kept(applier, "email.clicked"), 1);
	say(applier, "ann@example.com", "opens", "granted", days_ago(3));
	happen(applier, "email.opened", "ann@example.com", days_ago(2));
	assert_int_equal(n_kept(applier, "email.opened"), 3);
	applier_verify(applier);
}

static void
it_holds_for_who_is_no_contact_yet_and_after_a_restart(void **state)
{
	struct applier *applier = *state;

	say(applier, "new@example.com", "clicks", "denied", days_ago(5));
	assert_int_equal(applier_find(applier, "new@example.com"), 0);
	applier_close(applier);
	applier_open(applier);
	assert_int_equal(consent_set_get(applier->consents,
					 key_of("new@example.com"),
					 CONSENT_CLICKS),
			 CONSENT_DENIED);
	happen(applier, "email.sent", "new@example.com", days_ago(4));
	assert_row(applier, "new@example.com",
		   "clicks denied (a form: I agree) ");
}

static void
a_rule_can_name_it(void **state)
{
	struct applier *applier = *state;

	applier_rules(applier,
		      "rule \"Agreed\" { on = \"consent.changed\" when = "
		      "\"signal.state = 'granted'\" add = 5 }",
		      false);
	happen(applier, "email.sent", "ann@example.com", clock_now());
	say(applier, "ann@example.com", "opens", "granted", clock_now());
	say(applier, "ann@example.com", "opens", "granted", clock_now());
	assert_float_equal(
		applier_score(applier, "ann@example.com", clock_now()), 5,
		0.01);
}

static void
forgetting_keeps_a_denial_without_its_words(void **state)
{
	struct applier *applier = *state;
	struct store *store;
	struct sg_err err = {0};

	say(applier, "ann@example.com", "opens", "denied", days_ago(5));
	say(applier, "ann@example.com", "clicks", "granted", days_ago(5));
	applier_close(applier);
	assert_int_equal(
		store_open(applier->store_path, DB_READ_WRITE, &store, &err),
		SG_OK);
	assert_int_equal(
		store_consent_forget(store, key_of("ann@example.com"), &err),
		SG_OK);
	store_close(store);
	applier_open(applier);
	assert_row(applier, "ann@example.com", "opens denied (: ) ");
}

static void
other_words_are_refused_with_what_was_expected(void **state)
{
	struct signal signal;
	struct sg_err err = {0};

	(void)state;
	signal_init(&signal, "", 1);
	assert_int_equal(
		consent_fill(&signal, "reads", "denied", NULL, NULL, &err),
		SG_REFUSED);
	assert_non_null(strstr(err.text, "opens or clicks"));
	assert_int_equal(consent_fill(&signal, "opens", "no", NULL, NULL, &err),
			 SG_REFUSED);
	assert_non_null(strstr(err.text, "granted, denied or unknown"));
}

static int
open_applier(void **state)
{
	static struct applier applier;

	applier_init(&applier);
	applier_open(&applier);
	*state = &applier;
	return 0;
}

static int
done_applier(void **state)
{
	struct applier *applier = *state;

	applier_close(applier);
	applier_done(applier);
	return 0;
}

#define APPLIED(test) \
	cmocka_unit_test_setup_teardown(test, open_applier, done_applier)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whoever_was_never_asked_is_unknown),
		cmocka_unit_test(the_set_keeps_both_kinds_apart_while_it_grows),
		APPLIED(the_last_word_holds_with_time_source_and_wording),
		APPLIED(what_is_denied_is_not_kept_from_then_on),
		APPLIED(it_holds_for_who_is_no_contact_yet_and_after_a_restart),
		APPLIED(a_rule_can_name_it),
		APPLIED(forgetting_keeps_a_denial_without_its_words),
		cmocka_unit_test(
			other_words_are_refused_with_what_was_expected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
