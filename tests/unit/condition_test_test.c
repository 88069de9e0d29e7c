/* condition_test_test.c - conditions asked about one record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "condition_aid.h"

#define HOUR ((int64_t)3600000)

/* 2026-02-15T12:00Z */
#define NOW ((int64_t)1771156800000)

static const struct aid_pair ann_fields[] = {{"job_title", "ceo"},
					     {"age", "42"},
					     {"zip", "042"},
					     {"country", "de"},
					     {"city", "STRASSE"},
					     {"vip", "Yes"},
					     {"renewal", "2026-03-01"},
					     {"expired", "2026-02-01T09:00"},
					     {"colours", "red; green"},
					     {"low", "1.50"},
					     {"Job Title", "x"},
					     {"größe", "L"},
					     {"zero", "0"},
					     {"changed", "no"},
					     {"word", "hello"},
					     {NULL, NULL}};
static const char *const ann_tags[] = {"vip", NULL};
static const char *const ann_lists[] = {"news", NULL};
static const char *const ann_broadcasts[] = {
	"spring any", "spring sent", "spring opened", "autumn any", NULL};
static const struct aid_score ann_scores[] = {
	{"lead", 99.6, 100}, {"fit", 15, 40}, {NULL, 0, 0}};
static const struct aid_hit ann_hits[] = {
	{"email.clicked",
	 NOW - HOUR,
	 {{"url", "https://x/Pricing"}, {"campaign", "spring"}}},
	{"email.clicked",
	 NOW - 5 * CLOCK_DAY_MS,
	 {{"url", "https://x/home"}, {"campaign", "CEO"}}},
	{"email.clicked", NOW - 30 * CLOCK_DAY_MS, {{"url", "https://x/"}}},
	{"email.opened", NOW - 40 * CLOCK_DAY_MS, {{"campaign", "winter"}}},
	{"form.submitted", NOW - 2 * CLOCK_DAY_MS, {{"due", "2026-02-16"}}},
	{"field.changed", NOW - 3 * CLOCK_DAY_MS, {{"name", "job_title"}}},
	{NULL, 0, {{NULL, NULL}}}};

static const struct aid_record ann = {.email = "ann@example.com",
				      .created_at = NOW - 10 * CLOCK_DAY_MS,
				      .fields = ann_fields,
				      .tags = ann_tags,
				      .lists = ann_lists,
				      .broadcasts = ann_broadcasts,
				      .scores = ann_scores,
				      .hits = ann_hits};
/* Nothing is known of it: no address, no score, no history. */
static const struct aid_record nobody = {.module = "deal", .created_at = NOW};

static struct condition *
parse(const char *text)
{
	struct condition *condition = NULL;
	struct sg_err err;

	if (condition_parse(text, aid_names(), &condition, &err) != SG_OK)
		fail_msg("%s\n%s", text, err.text);
	return condition;
}

static bool
holds(const char *text, const struct aid_record *record)
{
	struct record_view view = aid_view(record);
	struct condition *condition = parse(text);
	struct signal signal;
	struct sg_err err;
	bool answer;

	signal_init(&signal, "page.visited", NOW);
	assert_int_equal(
		signal_set(&signal, "url", "https://x/Pricing/a", &err), SG_OK);
	assert_int_equal(signal_set(&signal, "amount", "12.5", &err), SG_OK);
	answer = condition_test(condition, &view, &signal, NOW);
	condition_free(condition);
	return answer;
}

struct question {
	const char *text;
	bool answer;
};

static void
ask(const struct question *questions, size_t n, const struct aid_record *record)
{
	size_t i, wrong = 0;

	for (i = 0; i < n; i++) {
		if (holds(questions[i].text, record) == questions[i].answer)
			continue;
		print_error("%s is not %s\n", questions[i].text,
			    questions[i].answer ? "true" : "false");
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

#define ASK(questions, record) \
	ask(questions, sizeof(questions) / sizeof((questions)[0]), record)

static void
scores_are_compared_exactly(void **state)
{
	static const struct question questions[] = {
		{"has score", true},
		{"has score 'fit'", true},
		{"has score 'quiz:onboarding'", false},
		{"has score >= 50", true},
		{"has score >= 100", false}, /* 99.6 is shown as 100 */
		{"has score = 99.6", true},
		{"has score != 99.6", false},
		{"has score 'fit' between 10 and 20", true},
		{"has score 'fit' between 15 and 15", true},
		{"has score 'fit' between -5 and 14.9", false},
		{"list 'news' and has score >= 50 and not tag 'customer'",
		 true},
		{"percent >= 90", true},
		{"percent 'fit' >= 90", false},
		{"score - 99 > 0.5", true},
		{"score 'fit' * 2 = 30", true},
		{"manual = 99.6 and raw = 99.6 and negative = 99.6", true},
		{"band 'hot'", true},
		{"band 'mild'", false},
		{"segment 'good' and segment 'deep'", true},
	};

	ASK(questions, &ann);
}

static void
no_score_is_not_zero(void **state)
{
	static const struct question questions[] = {
		{"has score", false},	     {"has score >= 0", false},
		{"has score < 1000", false}, {"has score != 5", false},
		{"score >= 0", false},	     {"score != 5", true},
		{"score is empty", true},    {"not (score >= 0)", true},
		{"percent >= 0", true},	     {"percent = 0", true},
		{"band 'hot'", false},
	};

	ASK(questions, &nobody);
}

static void
text_compares_without_regard_to_case(void **state)
{
	static const struct question questions[] = {
		{"field.job_title in ('CEO', 'CTO', 'founder')", true},
		{"field.job_title not in ('CEO', 'CTO', 'founder')", false},
		{"field.job_title = 'CEO'", true},
		{"field.job_title != 'CEO'", false},
		{"field.job_title < 'CFO'", true},
		{"field.city = 'Straße'", true},
		{"field.city contains 'aß'", true},
		{"field.city matches 's?r*E'", true},
		{"field.city matches 's?r'", false},
		{"signal.url matches '*/pricing*'", true},
		{"signal.url contains 'pricing'", true},
		{"field.colours contains 'GREEN'", true},
		{"field.colours contains ''", true},
		{"email = 'ANN@example.com'", true},
		{"email matches '*@Example.*'", true},
		{"module = 'Contact'", true},
		{"field.'Job Title' = 'X'", true},
		{"field.größe = 'l'", true},
		{"field.'changed' = 'no'", true},
		{"'A' = 'a'", true},
	};

	ASK(questions, &ann);
}

static void
a_field_takes_the_type_of_the_other_side(void **state)
{
	static const struct question questions[] = {
		{"field.age = 42", true},
		{"field.age >= 9", true}, /* as text it would be less */
		{"field.age = '42'", true},
		{"field.age = '42.0'", false},
		{"field.zip = '42'", false},
		{"field.zip = 42", true},
		{"field.zip = field.age", true},
		{"field.low = 1.5", true},
		{"field.low = '1.5'", false},
		{"field.age in (41, 42)", true},
		{"field.age in ('x', 2026-01-01, 42)", true},
		{"field.vip = true", true},
		{"field.vip != false", true},
		{"field.zero = false", true},
		{"true = true", true},
		{"field.renewal = 2026-03-01", true},
		{"field.renewal > 2026-02-28", true},
		{"field.expired < field.renewal", true},
		{"signal.amount > 12", true},
		{"field.age + 1 = 43", true},
		{"-field.age < 0", true},
		{"field.age / 2 - 1 = 20", true},
	};

	ASK(questions, &ann);
}

static void
a_mismatch_or_a_division_by_0_is_false(void **state)
{
	static const struct question questions[] = {
		{"field.word > 5", false},
		{"field.word = 5", false},
		{"field.word != 5", false},
		{"not (field.word = 5)", true},
		{"field.word in (5)", false},
		{"field.word not in (5)", true},
		{"field.word = true", false},
		{"field.word != 2026-01-01", false},
		{"field.word within 1000d", false},
		{"field.age within 1000d", false},
		{"field.word + 1 = 1", false},
		{"field.word + 1 != 1", false},
		{"field.word + 1 is empty", false},
		{"field.word + 1 is not empty", false},
		{"field.word + 1 in (1)", false},
		{"field.word + 1 not in (1)", false},
		{"score matches '9*'", false},
		{"created contains '2'", false},
		{"email > 5", false},
		{"'5' = 5", false},
		{"created > 5", false},
		{"true > false", false},
		{"true >= true", false},
		{"1 / 0 = 1", false},
		{"1 / 0 != 1", false},
		{"0 / 0 = 0 / 0", false},
		{"field.age / field.zero > 1", false},
		{"field.age / field.zero <= 1", false},
		{"1e308 * 10 > 1", false},
		{"not (1 / 0 = 1)", true},
	};

	ASK(questions, &ann);
}

static void
what_is_missing_makes_a_comparison_false(void **state)
{
	static const struct question questions[] = {
		{"field.x = 5", false},
		{"field.x > 5", false},
		{"field.x <= 5", false},
		{"field.x = ''", false},
		{"field.x != 5", true},
		{"5 != field.x", true},
		{"field.x != field.y", true},
		{"field.x = field.y", false},
		{"not (field.x > 5)", true},
		{"field.x in (5)", false},
		{"field.x not in (5)", true},
		{"field.x is empty", true},
		{"field.x is not empty", false},
		{"'' is empty", true},
		{"field.x matches '*'", false},
		{"field.x contains ''", false},
		{"not (field.x contains '')", true},
		{"field.x within 10d", false},
		{"field.x + 1 = 1", false},
		{"field.x + 1 != 1", true},
		{"field.x + 1 is empty", true},
		{"1 / 0 + field.x != 1", false},
		{"signal.none != 'x'", true},
		{"email is empty", true},
		{"email != 'x'", true},
		{"email = 'x'", false},
		{"module = 'deal'", true},
	};

	ASK(questions, &nobody);
}

static void
membership_is_by_exact_name(void **state)
{
	static const struct question questions[] = {
		{"list 'news'", true},
		{"list 'News'", false},
		{"tag 'vip'", true},
		{"tag 'customer'", false},
		{"broadcast 'spring'", true},
		{"broadcast 'spring' sent", true},
		{"broadcast 'spring' opened", true},
		{"broadcast 'spring' clicked", false},
		{"broadcast 'autumn'", true},
		{"broadcast 'autumn' sent", false},
		{"sequence 'x'", false},
		{"sequence 'x' active", false},
		{"not sequence 'x' finished", true},
	};

	ASK(questions, &ann);
}

static void
signals_are_counted_in_their_span(void **state)
{
	static const struct question questions[] = {
		{"email.clicked", true},
		{"email.bounced", false},
		{"email.clicked at least 3 times", true},
		{"email.clicked at least 4 times", false},
		{"email.clicked within 1h", true},
		{"email.clicked within 3599s", false},
		{"email.clicked within 30d at least 3 times", true},
		{"email.clicked within 719h at least 3 times", false},
		{"email.opened within 7d", false},
		{"email.clicked where (signal.url contains 'pricing')", true},
		{"email.clicked where (signal.url contains 'pricing') at least "
		 "2 times",
		 false},
		{"email.clicked where (signal.campaign = field.job_title)",
		 true},
		{"email.clicked where (signal.campaign is empty) within 29d",
		 false},
		{"email.clicked where (tag 'vip') at least 3 times", true},
		{"email.clicked where (email.opened where (signal.campaign = "
		 "'winter')) at least 3 times",
		 true},
		{"email.clicked where (not email.opened) at least 1 times",
		 false},
		{"field.changed within 7d", true},
		{"field.changed where (signal.name = 'job_title')", true},
		{"field.changed where (signal.name = 'age')", false},
	};

	ASK(questions, &ann);
}

static void
dates_are_of_the_installations_timezone(void **state)
{
	static const struct question questions[] = {
		{"field.renewal within 30d", true},
		{"field.expired within 30d", true}, /* either way */
		{"field.renewal within 13d", false},
		/* 2026-03-01T00:00+01:00 is 13 days and 11 hours away */
		{"field.renewal within 323h", true},
		{"field.renewal within 322h", false},
		{"created < 2026-02-06", true},
		{"created within 10d", true},
		{"created within 239h", false},
		{"field.expired = 2026-02-01T09:00+01:00", true},
		{"field.expired = 2026-02-01T08:00Z", true},
		{"2026-02-16 within 12h", true},
	};

	ASK(questions, &ann);
}

static void
without_a_signal_its_properties_are_missing(void **state)
{
	struct condition *condition = parse("signal.url is empty");
	struct record_view view = aid_view(&ann);

	assert_true(condition_test(condition, &view, NULL, NOW));
	condition_free(condition);
}

static void
the_next_change_by_time_is_found(void **state)
{
	static const int64_t renewal = 1772319600000; /* 2026-03-01 in Berlin */
	static const struct {
		const char *text;
		int64_t next;
	} table[] = {
		{"tag 'x' and created < 2027-01-01", INT64_MAX},
		{"email.clicked", INT64_MAX},
		{"field.none within 5d", INT64_MAX},
		{"field.word within 5d", INT64_MAX},
		{"field.renewal within 5d", renewal - 5 * CLOCK_DAY_MS},
		{"field.renewal within 30d", renewal + 30 * CLOCK_DAY_MS + 1},
		{"not (tag 'x' or field.renewal within 5d)",
		 renewal - 5 * CLOCK_DAY_MS},
		{"email.clicked within 2d", NOW - HOUR + 2 * CLOCK_DAY_MS + 1},
		{"email.clicked within 9d at least 2 times",
		 NOW + 4 * CLOCK_DAY_MS + 1},
		{"email.clicked within 9d at least 3 times", INT64_MAX},
		{"email.clicked where (signal.url contains 'home') within 9d",
		 NOW + 4 * CLOCK_DAY_MS + 1},
		{"form.submitted where (signal.due within 1h)",
		 1771196400000 - HOUR}, /* 2026-02-16 in Berlin */
		{"email.clicked where (email.opened within 41d)",
		 NOW + CLOCK_DAY_MS + 1},
	};
	struct record_view view = aid_view(&ann);
	struct condition *condition;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		condition = parse(table[i].text);
		assert_int_equal(condition_next_change(condition, &view, NOW),
				 table[i].next);
		condition_free(condition);
	}
}

/* Between now and the next change the answer stays; at it a `within` flips. */
static void
before_the_next_change_nothing_changes(void **state)
{
	uint64_t seed = 4711;
	struct record_view view = aid_view(&ann);
	struct buf text = BUF_INIT;
	struct condition *condition;
	int64_t next, last, at;
	bool answer;
	int i, j;

	print_message("seed %llu\n", (unsigned long long)seed);
	for (i = 0; i < 2000; i++) {
		buf_reset(&text);
		aid_expression(&seed, 2, &text);
		condition = parse(buf_text(&text));
		next = condition_next_change(condition, &view, NOW);
		assert_true(next > NOW);
		last = next == INT64_MAX ? NOW + 400 * CLOCK_DAY_MS : next - 1;
		answer = condition_test(condition, &view, NULL, NOW);
		for (j = 0; j < 8; j++) {
			at = NOW + (last - NOW) / 8 * (j + 1);
			assert_int_equal(
				condition_test(condition, &view, NULL, at),
				answer);
		}
		condition_free(condition);
	}
	buf_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scores_are_compared_exactly),
		cmocka_unit_test(no_score_is_not_zero),
		cmocka_unit_test(text_compares_without_regard_to_case),
		cmocka_unit_test(a_field_takes_the_type_of_the_other_side),
		cmocka_unit_test(a_mismatch_or_a_division_by_0_is_false),
		cmocka_unit_test(what_is_missing_makes_a_comparison_false),
		cmocka_unit_test(membership_is_by_exact_name),
		cmocka_unit_test(signals_are_counted_in_their_span),
		cmocka_unit_test(dates_are_of_the_installations_timezone),
		cmocka_unit_test(without_a_signal_its_properties_are_missing),
		cmocka_unit_test(the_next_change_by_time_is_found),
		cmocka_unit_test(before_the_next_change_nothing_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
