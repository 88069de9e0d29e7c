/* hit_judge_test.c - what the hits of one message, and those of one source,
 * say together. */
#include "apply/hit_judge.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "apply/sweep_find.h"

static const struct verdict_windows windows = {.burst_links = 2,
					       .burst_ms = 3000,
					       .sweep_recipients = 4,
					       .sweep_ms = 10000,
					       .before_delivery = true};

enum { A = 11, B = 22, C = 33, OPEN = 0 };

static void
links_within_the_window_are_a_burst(void **state)
{
	static const struct {
		const char *what;
		struct hit_seen hits[6];
		unsigned want[6]; /* in order of time */
	} rows[] = {
		{"one link", {{1, 0, A, 0}}, {0}},
		{"two at once", {{1, 0, A, 0}, {2, 0, B, 0}}, {2, 2}},
		{"the same twice", {{1, 0, A, 0}, {2, 100, A, 0}}, {0, 0}},
		{"at the end of the window",
		 {{1, 0, A, 0}, {2, 3000, B, 0}},
		 {2, 2}},
		{"behind it", {{1, 0, A, 0}, {2, 3001, B, 0}}, {0, 0}},
		{"three",
		 {{1, 0, A, 0}, {2, 1000, B, 0}, {3, 2000, C, 0}},
		 {3, 3, 3}},
		{"a chain",
		 {{1, 0, A, 0}, {2, 2500, B, 0}, {3, 5000, A, 0}},
		 {2, 2, 2}},
		{"the same link in it, too",
		 {{1, 0, A, 0}, {2, 500, A, 0}, {3, 1000, B, 0}},
		 {2, 2, 2}},
		{"the image just before",
		 {{1, 0, OPEN, 0}, {2, 3000, A, 0}, {3, 3500, B, 0}},
		 {2, 2, 2}},
		{"an image long before",
		 {{1, 0, OPEN, 0}, {2, 3001, A, 0}, {3, 3500, B, 0}},
		 {0, 2, 2}},
		{"an image and a link",
		 {{1, 0, OPEN, 0}, {2, 0, A, 0}},
		 {0, 0}},
		{"a person afterwards",
		 {{1, 0, A, 0}, {2, 100, B, 0}, {3, 60000, C, 0}},
		 {2, 2, 0}},
		{"in any order",
		 {{3, 2000, C, 0}, {1, 0, A, 0}, {2, 1000, B, 0}},
		 {3, 3, 3}},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hit_seen hits[6];
		size_t n = 0;

		memcpy(hits, rows[i].hits, sizeof(hits));
		while (n < 6 && hits[n].id)
			n++;
		hit_judge_burst(hits, n, &windows);
		for (size_t k = 0; k < n; k++)
			if (hits[k].links != rows[i].want[k])
				fail_msg("%s: hit %zu has %u", rows[i].what, k,
					 hits[k].links);
	}
}

static void
more_links_can_be_asked_for(void **state)
{
	struct verdict_windows three = windows;
	struct hit_seen hits[] = {
		{1, 0, A, 0}, {2, 1000, B, 0}, {3, 2000, A, 0}};
	char reason[HIT_REASON_SIZE];

	three.burst_links = 3;
	hit_judge_burst(hits, 3, &three);
	assert_int_equal(hits[0].links, 0);
	hits[2].link = C;
	hit_judge_burst(hits, 3, &three);
	assert_int_equal(hits[0].links, 3);
	hit_burst_reason(3, &three, reason);
	assert_string_equal(reason, "burst: 3 links of one message within 3 s");
	three.burst_ms = 250;
	hit_burst_reason(3, &three, reason);
	assert_string_equal(reason,
			    "burst: 3 links of one message within 250 ms");
	three.burst_links = 0;
	hit_judge_burst(hits, 3, &three);
	assert_int_equal(hits[0].links, 0);
}

static void
what_comes_before_the_mail_is_no_reader(void **state)
{
	struct verdict_windows other = windows;

	assert_true(hit_before_delivery(999, 1000, &windows));
	assert_false(hit_before_delivery(1000, 1000, &windows));
	other.delivery_margin_ms = 500;
	assert_true(hit_before_delivery(1499, 1000, &other));
	assert_false(hit_before_delivery(1500, 1000, &other));
	other.before_delivery = false;
	assert_false(hit_before_delivery(0, 1000, &other));
}

static struct sweep_find *find;
static struct sweep_found found;

static unsigned
sees(uint64_t source, const char *domain, uint64_t who, int64_t at)
{
	struct sweep_hit hit = {.at = at, .record_key = who, .message_id = 1};
	struct sweep_key key = {source, 0, domain};

	*sweep_find_see(find, &windows, &key, &hit, &found) =
		(int64_t)who * 100;
	return found.recipients;
}

static void
one_source_and_many_recipients_are_a_sweep(void **state)
{
	find = sweep_find_new();
	assert_int_equal(sees(5, "@a.test", 1, 0), 0);
	assert_int_equal(sees(5, "@a.test", 2, 1000), 0);
	assert_int_equal(sees(5, "@a.test", 2, 1100), 0); /* again */
	assert_int_equal(sees(6, "@a.test", 3, 1200), 0); /* another source */
	assert_int_equal(sees(5, "@b.test", 3, 1300), 0); /* another domain */
	assert_int_equal(sees(5, "@a.test", 3, 2000), 0);
	assert_int_equal(sees(5, "@a.test", 4, 3000), 4);
	assert_int_equal(found.n, 4); /* all before it, told once */
	assert_int_equal(found.earlier[0].history_id, 100);
	assert_int_equal(sees(5, "@a.test", 5, 4000), 5);
	assert_int_equal(found.n, 0);
	/* And it ends when it pauses. */
	assert_int_equal(sees(5, "@a.test", 6, 20000), 0);
	sweep_find_free(find);
}

static void
people_one_after_the_other_are_none(void **state)
{
	find = sweep_find_new();
	for (int i = 0; i < 100; i++)
		assert_int_equal(
			sees(5, "@a.test", (uint64_t)i + 1, i * (int64_t)4000),
			0);
	sweep_find_free(find);
}

/* It may forget, and must not grow. */
static void
very_many_sources_and_hits_have_a_most(void **state)
{
	find = sweep_find_new();
	for (uint64_t i = 1; i < 20000; i++)
		sees(i * 7919, "@a.test", i, (int64_t)i);
	for (uint64_t i = 1; i < 1000; i++)
		sees(5, "@a.test", i, 20000);
	assert_int_equal(sees(5, "@a.test", 5000, 20000), SWEEP_HITS_MOST);
	sweep_find_free(find);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_within_the_window_are_a_burst),
		cmocka_unit_test(more_links_can_be_asked_for),
		cmocka_unit_test(what_comes_before_the_mail_is_no_reader),
		cmocka_unit_test(one_source_and_many_recipients_are_a_sweep),
		cmocka_unit_test(people_one_after_the_other_are_none),
		cmocka_unit_test(very_many_sources_and_hits_have_a_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
