/* apply_link_test.c - links between records, and points that go along them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apply/generation.h"
#include "apply_aid.h"
#include "base/clock.h"
#include "seed_more.h"
#include "signal/record_key.h"
#include "store/store_history.h"
#include "store/store_link.h"
#include "store/store_record.h"

#define DAY CLOCK_DAY_MS

static const double tiny = 1e-6;

static const char rules[] =
	"rule \"Clicked\" { on = \"email.clicked\" add = 5 score = \"fit\" "
	"also = \"account\" }\n"
	"rule \"Opened\" { on = \"email.opened\" add = 1 score = \"fit\" }\n";

static int
setup(void **state)
{
	struct applier *applier = calloc(1, sizeof(*applier));

	applier_init(applier);
	applier_open(applier);
	*state = applier;
	return 0;
}

static int
teardown(void **state)
{
	applier_done(*state);
	free(*state);
	return 0;
}

static uint32_t
find(struct applier *applier, const char *module, const char *key)
{
	struct pool *pool = pool_new();
	struct store_record record = {0};
	enum sg_status status = store_record_find_key(
		applier_reader(applier), module, key, pool, &record, NULL);

	assert_true(status == SG_OK || status == SG_NONE);
	pool_free(pool);
	return status == SG_OK ? record.id : 0;
}

/* Of "fit", which does not degrade; 0 = none. */
static double
fit(struct applier *applier, const char *module, const char *key)
{
	struct score_summary summary;

	scoreboard_summary(applier->board, find(applier, module, key), 2,
			   clock_now() + DAY, &summary);
	return summary.has_score ? summary.value[SCORE_SCORE] : 0;
}

static void
submit_link(struct applier *applier, enum signal_kind kind, const char *who,
	    const char *account, int64_t at)
{
	struct signal link = applier_change(
		kind, kind == SIGNAL_LINK ? "record.linked" : "record.unlinked",
		who, at);

	applier_set(&link, "relation", "account");
	applier_set(&link, "module", "account");
	applier_set(&link, "key", account);
	applier_submit(applier, &link);
}

static void
submit(struct applier *applier, const char *name, const char *who, int64_t at)
{
	struct signal signal = applier_signal(name, who, at);

	applier_submit(applier, &signal);
}

static size_t
links_of(struct applier *applier, const char *who)
{
	struct pool *pool = pool_new();
	struct store_links links;
	size_t n;

	assert_int_equal(store_links_of(applier_reader(applier),
					find(applier, "contact", who), 10, pool,
					&links, NULL),
			 SG_OK);
	n = links.n_rows;
	pool_free(pool);
	return n;
}

static void
a_contact_has_one_account_at_a_time(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 10 * DAY;
	struct pool *pool = pool_new();
	struct store_links links;

	submit_link(applier, SIGNAL_LINK, "ann@example.com", "ACME", at);
	submit_link(applier, SIGNAL_LINK, "ann@example.com", "Initech",
		    at + DAY);
	submit_link(applier, SIGNAL_LINK, "bob@example.com", "Initech", at);
	assert_int_not_equal(find(applier, "account", "ACME"), 0);
	assert_int_equal(
		store_links_of(applier_reader(applier),
			       find(applier, "contact", "ann@example.com"), 10,
			       pool, &links, NULL),
		SG_OK);
	assert_int_equal(links.n_rows, 1);
	assert_string_equal(links.rows[0].key, "Initech");
	assert_string_equal(links.rows[0].module, "account");
	assert_int_equal(links.rows[0].since, at + DAY);
	assert_int_equal(store_links_to(applier_reader(applier),
					find(applier, "account", "Initech"), 10,
					pool, &links, NULL),
			 SG_OK);
	assert_int_equal(links.n_rows, 2);
	submit_link(applier, SIGNAL_UNLINK, "bob@example.com", "Initech",
		    at + 2 * DAY);
	assert_int_equal(links_of(applier, "bob@example.com"), 0);
	/* Unlinking from who is not there ends nothing else. */
	submit_link(applier, SIGNAL_UNLINK, "ann@example.com", "Nobody",
		    at + 2 * DAY);
	assert_int_equal(links_of(applier, "ann@example.com"), 1);
	assert_int_equal(find(applier, "account", "Nobody"), 0);
	applier_verify(applier);
	pool_free(pool);
}

/* What the other end's record.created gives does not hang on which of the two
 * arrived first. */
static void
whom_a_link_leads_to_is_there_since_then(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 10 * DAY;
	struct pool *pool = pool_new();
	struct store_record record;
	struct signal signal =
		applier_signal("order.paid", "ACME", at + 2 * DAY);

	signal.module = "account";
	applier_submit(applier, &signal);
	submit_link(applier, SIGNAL_LINK, "ann@example.com", "ACME", at);
	assert_int_equal(store_record_get(applier_reader(applier),
					  find(applier, "account", "ACME"),
					  pool, &record, NULL),
			 SG_OK);
	assert_int_equal(record.created_at, at);
	applier_verify(applier);
	pool_free(pool);
}

static void
points_go_along_the_link_as_it_was_then(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 10 * DAY;

	applier_rules(applier, rules, false);
	submit(applier, "email.clicked", "ann@example.com", at);
	submit_link(applier, SIGNAL_LINK, "ann@example.com", "ACME", at + DAY);
	submit(applier, "email.clicked", "ann@example.com", at + 2 * DAY);
	submit(applier, "email.opened", "ann@example.com", at + 2 * DAY);
	submit_link(applier, SIGNAL_LINK, "ann@example.com", "Initech",
		    at + 3 * DAY);
	submit(applier, "email.clicked", "ann@example.com", at + 4 * DAY);
	submit_link(applier, SIGNAL_UNLINK, "ann@example.com", "Initech",
		    at + 5 * DAY);
	submit(applier, "email.clicked", "ann@example.com", at + 6 * DAY);
	assert_float_equal(fit(applier, "contact", "ann@example.com"), 21,
			   tiny);
	assert_float_equal(fit(applier, "account", "ACME"), 5, tiny);
	assert_float_equal(fit(applier, "account", "Initech"), 5, tiny);
	applier_verify(applier);
	/* Late, between: it goes to who was linked then. */
	submit(applier, "email.clicked", "ann@example.com",
	       at + 2 * DAY + 1000);
	assert_float_equal(fit(applier, "account", "ACME"), 10, tiny);
	assert_float_equal(fit(applier, "account", "Initech"), 5, tiny);
	applier_verify(applier);
}

static void
a_link_that_comes_late_moves_the_points(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 10 * DAY;

	applier_rules(applier, rules, false);
	submit(applier, "email.clicked", "ann@example.com", at + DAY);
	submit(applier, "email.clicked", "ann@example.com", at + 3 * DAY);
	submit_link(applier, SIGNAL_LINK, "ann@example.com", "ACME", at);
	assert_float_equal(fit(applier, "account", "ACME"), 10, tiny);
	submit_link(applier, SIGNAL_LINK, "ann@example.com", "Initech",
		    at + 2 * DAY);
	assert_float_equal(fit(applier, "account", "ACME"), 5, tiny);
	assert_float_equal(fit(applier, "account", "Initech"), 5, tiny);
	/* Taken back, and given again. */
	submit_link(applier, SIGNAL_UNLINK, "ann@example.com", "ACME",
		    at + DAY / 2);
	assert_float_equal(fit(applier, "account", "ACME"), 0, tiny);
	submit_link(applier, SIGNAL_LINK, "ann@example.com", "ACME",
		    at + DAY * 3 / 4);
	assert_float_equal(fit(applier, "account", "ACME"), 5, tiny);
	assert_float_equal(fit(applier, "contact", "ann@example.com"), 10,
			   tiny);
	applier_verify(applier);
}

static void
a_removed_rule_takes_back_at_both_ends(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 10 * DAY;

	applier_rules(applier, rules, false);
	submit_link(applier, SIGNAL_LINK, "ann@example.com", "ACME", at);
	submit(applier, "email.clicked", "ann@example.com", at + DAY);
	assert_float_equal(fit(applier, "account", "ACME"), 5, tiny);
	applier_rules(applier, "", true);
	assert_float_equal(fit(applier, "contact", "ann@example.com"), 0, tiny);
	assert_float_equal(fit(applier, "account", "ACME"), 0, tiny);
	applier_verify(applier);
}

static void
what_came_by_a_link_goes_no_further(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 10 * DAY;
	struct signal link;

	applier_rules(applier,
		      "rule \"Clicked\" { on = \"email.clicked\" add = 5 "
		      "score = \"fit\" also = \"account\" }\n"
		      "rule \"Grew\" { on = \"score.changed\" add = 1 "
		      "module = \"account\" score = \"drift\" degrade = none "
		      "when = \"signal.score = 'fit'\" also = \"contact\" }\n"
		      "rule \"Rolled\" { on = \"record.rolled_up\" add = 100 "
		      "module = \"account\" score = \"drift\" degrade = none "
		      "also = \"contact\" }\n",
		      false);
	submit_link(applier, SIGNAL_LINK, "ann@example.com", "ACME", at);
	link = applier_change(SIGNAL_LINK, "record.linked", "ACME", at);
	link.module = "account";
	applier_set(&link, "relation", "contact");
	applier_set(&link, "module", "contact");
	applier_set(&link, "key", "ann@example.com");
	applier_submit(applier, &link);
	submit(applier, "email.clicked", "ann@example.com", at + DAY);
	assert_float_equal(fit(applier, "account", "ACME"), 5, tiny);
	assert_float_equal(fit(applier, "contact", "ann@example.com"), 5, tiny);
	assert_true(isnan(applier_score_of(applier, "ann@example.com", 3,
					   clock_now() + DAY)));
	applier_verify(applier);
}

static void
a_deleted_end_ends_the_link(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 10 * DAY;
	struct signal deletion = applier_change(
		SIGNAL_RECORD_DELETE, "record.deleted", "ACME", at + 2 * DAY);

	applier_rules(applier, rules, false);
	submit_link(applier, SIGNAL_LINK, "ann@example.com", "ACME", at);
	submit(applier, "email.clicked", "ann@example.com", at + DAY);
	deletion.module = "account";
	applier_submit(applier, &deletion);
	assert_int_equal(links_of(applier, "ann@example.com"), 0);
	submit(applier, "email.clicked", "ann@example.com", at + 3 * DAY);
	/* Late: folded anew, the link stays gone. */
	submit(applier, "email.clicked", "ann@example.com", at + DAY + 1);
	assert_int_equal(links_of(applier, "ann@example.com"), 0);
	assert_float_equal(fit(applier, "contact", "ann@example.com"), 15,
			   tiny);
	/* Another of that name is another. */
	submit_link(applier, SIGNAL_LINK, "bob@example.com", "ACME",
		    at + 4 * DAY);
	assert_float_equal(fit(applier, "account", "ACME"), 0, tiny);
	deletion.module = "";
	deletion.key = "bob@example.com";
	deletion.happened_at = at + 5 * DAY;
	submit(applier, "email.clicked", "bob@example.com", at + 4 * DAY + 1);
	applier_submit(applier, &deletion);
	assert_float_equal(fit(applier, "account", "ACME"), 5, tiny);
	applier_verify(applier);
}

static void
what_expires_or_was_no_absence_goes_at_both_ends(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 10 * DAY;
	struct signal sent =
		applier_signal("email.sent", "ann@example.com", at + DAY);

	applier_rules(applier,
		      "rule \"Short\" { on = \"email.clicked\" add = 5 "
		      "score = \"fit\" also = \"account\" expires = \"2d\" "
		      "}\n"
		      "rule \"Capped\" { on = \"email.opened\" add = 4 "
		      "score = \"fit\" also = \"account\" cap = 6 }\n"
		      "rule \"Silent\" { on = \"email.sent\" subtract = 3 "
		      "score = \"fit\" also = \"account\" "
		      "unless = \"email.clicked within 1d\" }\n",
		      false);
	submit_link(applier, SIGNAL_LINK, "ann@example.com", "ACME", at);
	submit(applier, "email.opened", "ann@example.com", at + 1);
	submit(applier, "email.opened", "ann@example.com", at + 2);
	assert_float_equal(fit(applier, "account", "ACME"), 6, tiny);
	sent.message_id = 7;
	applier_submit(applier, &sent);
	submit(applier, "email.opened", "bob@example.com", at + 3 * DAY);
	submit(applier, "email.forwarded", "ann@example.com", at + 4 * DAY);
	assert_float_equal(fit(applier, "contact", "ann@example.com"), 3, tiny);
	assert_float_equal(fit(applier, "account", "ACME"), 3, tiny);
	applier_verify(applier);
	/* Late: it was no silence, and what it gave has expired since. */
	sent = applier_signal("email.clicked", "ann@example.com",
			      at + DAY + DAY / 2);
	sent.message_id = 7;
	applier_submit(applier, &sent);
	assert_float_equal(fit(applier, "contact", "ann@example.com"), 6, tiny);
	assert_float_equal(fit(applier, "account", "ACME"), 6, tiny);
	applier_verify(applier);
}

/* Neither contact comes near the cap: the account does, with both. */
static void
a_cap_holds_for_the_linked_record_by_itself(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 10 * DAY;

	applier_rules(applier,
		      "rule \"Capped\" { on = \"email.opened\" add = 4 "
		      "score = \"fit\" also = \"account\" cap = 6 }\n",
		      false);
	submit_link(applier, SIGNAL_LINK, "ann@example.com", "ACME", at);
	submit_link(applier, SIGNAL_LINK, "bob@example.com", "ACME", at);
	submit(applier, "email.opened", "ann@example.com", at + 1);
	submit(applier, "email.opened", "bob@example.com", at + DAY);
	assert_float_equal(fit(applier, "contact", "ann@example.com"), 4, tiny);
	assert_float_equal(fit(applier, "contact", "bob@example.com"), 4, tiny);
	assert_float_equal(fit(applier, "account", "ACME"), 6, tiny);
	/* And each of them has room for what is left of its own. */
	submit(applier, "email.opened", "ann@example.com", at + 2 * DAY);
	assert_float_equal(fit(applier, "contact", "ann@example.com"), 6, tiny);
	assert_float_equal(fit(applier, "account", "ACME"), 6, tiny);
	applier_verify(applier);
}

static void
a_later_verdict_takes_back_at_both_ends(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 10 * DAY;
	struct store_history_rows rows;
	struct pool *pool = pool_new();
	struct signal judge;
	char id[32];
	size_t i;

	applier_rules(applier, rules, false);
	submit_link(applier, SIGNAL_LINK, "ann@example.com", "ACME", at);
	submit(applier, "email.clicked", "ann@example.com", at + DAY);
	assert_float_equal(fit(applier, "account", "ACME"), 5, tiny);
	assert_int_equal(
		store_history_of(applier_reader(applier),
				 find(applier, "contact", "ann@example.com"),
				 pool, &rows, NULL),
		SG_OK);
	for (i = 0; i < rows.n_rows; i++)
		if (strcmp(rows.rows[i].name, "email.clicked") == 0)
			break;
	judge = applier_change(SIGNAL_JUDGE, "signal.judged", "ann@example.com",
			       clock_now());
	snprintf(id, sizeof(id), "%lld", (long long)rows.rows[i].id);
	applier_set(&judge, "history", id);
	judge.verdict = VERDICT_MACHINE;
	applier_submit(applier, &judge);
	assert_float_equal(fit(applier, "contact", "ann@example.com"), 0, tiny);
	assert_float_equal(fit(applier, "account", "ACME"), 0, tiny);
	applier_verify(applier);
	pool_free(pool);
}

static void
run_rules(struct applier *applier)
{
	struct generation_status status;
	struct sg_err err = {0};
	int tries = 1000;

	if (generation_begin(applier->apply, "test", &err) != SG_OK)
		fail_msg("%s", err.text);
	do {
		clock_sleep_ms(10);
		generation_get_status(applier->apply, &status);
	} while (status.running && --tries);
	assert_false(status.running);
}

/* Also where no rule gave anything along a link before. */
static void
rules_run_gives_and_takes_along_links(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 10 * DAY;

	applier_rules(applier,
		      "rule \"Clicked\" { on = \"email.clicked\" add = 5 "
		      "score = \"fit\" }\n",
		      false);
	submit_link(applier, SIGNAL_LINK, "ann@example.com", "ACME", at);
	submit(applier, "email.clicked", "ann@example.com", at + DAY);
	applier_rules(applier, rules, false);
	run_rules(applier);
	assert_float_equal(fit(applier, "account", "ACME"), 5, tiny);
	applier_verify(applier);
	applier_rules(applier,
		      "rule \"Other\" { on = \"email.clicked\" add = 7 "
		      "score = \"fit\" }\n",
		      false);
	run_rules(applier);
	assert_float_equal(fit(applier, "contact", "ann@example.com"), 7, tiny);
	assert_true(isnan(fit(applier, "account", "ACME")) ||
		    fabs(fit(applier, "account", "ACME")) < tiny);
	applier_verify(applier);
}

static void
rules_run_values_anew_what_came_by_links(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 10 * DAY;

	applier_rules(applier, rules, false);
	submit_link(applier, SIGNAL_LINK, "ann@example.com", "ACME", at);
	submit(applier, "email.clicked", "ann@example.com", at + DAY);
	run_rules(applier);
	assert_float_equal(fit(applier, "account", "ACME"), 5, tiny);
	applier_verify(applier);
	applier_rules(applier,
		      "rule \"Clicked\" { on = \"email.clicked\" add = 8 "
		      "score = \"fit\" also = \"account\" }\n",
		      false);
	run_rules(applier);
	assert_float_equal(fit(applier, "contact", "ann@example.com"), 8, tiny);
	assert_float_equal(fit(applier, "account", "ACME"), 8, tiny);
	applier_verify(applier);
	/* And goes on so, also when the source is folded anew. */
	submit(applier, "email.clicked", "ann@example.com", at + DAY - 1);
	assert_float_equal(fit(applier, "account", "ACME"), 16, tiny);
	applier_verify(applier);
	applier_rules(applier, "", false);
	run_rules(applier);
	assert_float_equal(fit(applier, "account", "ACME"), 0, tiny);
	applier_verify(applier);
}

/* --- any order ---------------------------------------------------------- */

enum { PEOPLE = 3, ACCOUNTS = 2, EVENTS = 40 };

static uint64_t seed = 0x9e3779b97f4a7c15ull;

static uint64_t
chance(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

struct event {
	int what, who, account;
	int64_t at;
};

static const char *const people[PEOPLE] = {"ann@example.com", "bob@example.com",
					   "cy@example.com"};
static const char *const accounts[ACCOUNTS] = {"ACME", "Initech"};

static void
send(struct applier *applier, const struct event *event)
{
	if (event->what == 0)
		submit(applier, "email.clicked", people[event->who], event->at);
	else
		submit_link(applier,
			    event->what == 1 ? SIGNAL_LINK : SIGNAL_UNLINK,
			    people[event->who], accounts[event->account],
			    event->at);
}

/* Plain, slow, obviously right. Events are in order of time. */
static void
model(const struct event *events, double points[ACCOUNTS])
{
	int linked[PEOPLE];
	int i;

	for (i = 0; i < PEOPLE; i++)
		linked[i] = -1;
	memset(points, 0, ACCOUNTS * sizeof(*points));
	for (i = 0; i < EVENTS; i++) {
		const struct event *event = &events[i];
		int *now = &linked[event->who];

		if (event->what == 0 && *now >= 0)
			points[*now] += 5;
		else if (event->what == 1)
			*now = event->account;
		else if (event->what == 2 && *now == event->account)
			*now = -1;
	}
}

static void
whatever_the_order_of_arrival_accounts_get_the_same(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 100 * DAY;
	double want[ACCOUNTS];
	struct event events[EVENTS], swap;
	int i;

	print_message("seed %llu\n", (unsigned long long)seed);
	applier_rules(applier, rules, false);
	for (i = 0; i < EVENTS; i++)
		events[i] = (struct event){(int)chance(3), (int)chance(PEOPLE),
					   (int)chance(ACCOUNTS), at + i * DAY};
	model(events, want);
	for (i = EVENTS - 1; i > 0; i--) {
		int other = (int)chance((uint64_t)i + 1);

		swap = events[i];
		events[i] = events[other];
		events[other] = swap;
	}
	for (i = 0; i < EVENTS; i++)
		send(applier, &events[i]);
	for (i = 0; i < ACCOUNTS; i++)
		assert_float_equal(fit(applier, "account", accounts[i]),
				   want[i], tiny);
	applier_verify(applier);
}

/* --- kill -9 ------------------------------------------------------------ */

static void
work(struct applier *applier, int round)
{
	int64_t at = clock_now();
	int i;

	applier_open(applier);
	for (i = 0;; i++) {
		struct signal signal =
			applier_signal("email.clicked", people[i % PEOPLE],
				       at + i - (i % 61 == round ? 3000 : 0));

		if (spool_append(applier->spool, &signal, SPOOL_WRITTEN, NULL,
				 NULL) != SG_OK)
			_exit(1);
		usleep(300);
	}
}

static uint64_t
clicks(struct applier *applier, const char *who)
{
	struct pool *pool = pool_new();
	struct store_history_rows rows;
	uint64_t n = 0;
	size_t i;

	assert_int_equal(store_history_of(applier_reader(applier),
					  find(applier, "contact", who), pool,
					  &rows, NULL),
			 SG_OK);
	for (i = 0; i < rows.n_rows; i++)
		n += strcmp(rows.rows[i].name, "email.clicked") == 0;
	pool_free(pool);
	return n;
}

static void
killed_at_any_moment_each_point_goes_along_once(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() - 10 * DAY;
	uint64_t want = 0;
	int round, i;

	applier_rules(applier, rules, false);
	for (i = 0; i < PEOPLE; i++)
		submit_link(applier, SIGNAL_LINK, people[i], "ACME", at);
	applier_close(applier);
	for (round = 0; round < 6; round++) {
		pid_t child = fork();

		if (child == 0)
			work(applier, round);
		assert_true(child > 0);
		usleep((useconds_t)(60000 + chance(120000)));
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	applier_open(applier);
	submit(applier, "email.opened", people[0], clock_now());
	for (i = 0; i < PEOPLE; i++)
		want += clicks(applier, people[i]);
	assert_int_not_equal(want, 0);
	print_message("%llu clicks\n", (unsigned long long)want);
	assert_float_equal(fit(applier, "account", "ACME"), 5.0 * (double)want,
			   tiny);
	applier_verify(applier);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_contact_has_one_account_at_a_time),
		TEST(whom_a_link_leads_to_is_there_since_then),
		TEST(points_go_along_the_link_as_it_was_then),
		TEST(a_link_that_comes_late_moves_the_points),
		TEST(a_removed_rule_takes_back_at_both_ends),
		TEST(what_came_by_a_link_goes_no_further),
		TEST(a_deleted_end_ends_the_link),
		TEST(what_expires_or_was_no_absence_goes_at_both_ends),
		TEST(a_cap_holds_for_the_linked_record_by_itself),
		TEST(a_later_verdict_takes_back_at_both_ends),
		TEST(rules_run_gives_and_takes_along_links),
		TEST(rules_run_values_anew_what_came_by_links),
		TEST(whatever_the_order_of_arrival_accounts_get_the_same),
		TEST(killed_at_any_moment_each_point_goes_along_once),
	};

	seed += seed_more();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
