/* verdict_test.c - what one request says of who fetched it. */
#include "gate/verdict.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

/* A hit with one header. */
struct hit {
	const char *header, *value;
};

static const char *
header_of(const void *handle, const char *name)
{
	const struct hit *hit = handle;

	return hit->header && strcmp(hit->header, name) == 0 ? hit->value
							     : NULL;
}

#define CHROME                                                          \
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 " \
	"(KHTML, "                                                      \
	"like Gecko) Chrome/120.0.0.0 Safari/537.36"

static void
a_hit_is_judged_by_what_it_declares(void **state)
{
	static const struct {
		struct hit hit;
		enum verdict verdict;
	} rows[] = {
		{{"User-Agent", CHROME}, VERDICT_HUMAN},
		{{NULL, NULL}, VERDICT_HUMAN},
		{{"User-Agent", "curl/7.88.1"}, VERDICT_HUMAN},
		{{"User-Agent", "Mozilla/5.0"}, VERDICT_PROXY},
		{{"User-Agent", "Mozilla/5.0 "}, VERDICT_HUMAN},
		{{"User-Agent", "Mozilla/5.0 (Linux; CUBOT X18) Chrome"},
		 VERDICT_HUMAN},
		{{"User-Agent", "Robotics/1"}, VERDICT_HUMAN},
		{{"User-Agent", "my_bot (+http)"}, VERDICT_MACHINE},
		{{"User-Agent", "Mozilla/5.0 (compatible; bingbot/2.0; +http)"},
		 VERDICT_MACHINE},
		{{"User-Agent", "WhatsApp/2.2"}, VERDICT_MACHINE},
		{{"User-Agent", "SomeCRAWLER"}, VERDICT_MACHINE},
		{{"User-Agent", "TwitterBot"}, VERDICT_MACHINE},
		{{"User-Agent",
		  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) "
		  "AppleWebKit/537.36 (KHTML, like Gecko) "
		  "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 "
		  "Mozilla/5.0"},
		 VERDICT_MACHINE},
		{{"Sec-Purpose", "prefetch;prerender"}, VERDICT_MACHINE},
		{{"Purpose", "Prefetch"}, VERDICT_MACHINE},
		{{"X-Moz", "prefetch"}, VERDICT_MACHINE},
		{{"X-Purpose", "preview"}, VERDICT_MACHINE},
		{{"Purpose", "reading"}, VERDICT_HUMAN},
	};
	enum verdict verdict;
	const char *reason;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(verdict_judge("GET", header_of, &rows[i].hit,
					  &verdict, &reason));
		if (verdict != rows[i].verdict)
			fail_msg("row %zu: %s", i, verdict_name(verdict));
		assert_int_equal(reason[0] == '\0', verdict == VERDICT_HUMAN);
	}
}

static void
head_and_options_are_no_signal(void **state)
{
	static const struct hit hit = {"User-Agent", CHROME};
	enum verdict verdict;
	const char *reason;

	(void)state;
	assert_false(verdict_judge("HEAD", header_of, &hit, &verdict, &reason));
	assert_false(
		verdict_judge("OPTIONS", header_of, &hit, &verdict, &reason));
	assert_true(verdict_judge("POST", header_of, &hit, &verdict, &reason));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hit_is_judged_by_what_it_declares),
		cmocka_unit_test(head_and_options_are_no_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
