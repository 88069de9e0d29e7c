/*
 * classify_golden_test.c - messages of our own writing, a file each form, and
 * beside it what they are: golden/classify/NAME.eml and NAME.want. With
 * GOLDEN_WRITE=1 the second is written, to be read before it is kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classify/classify.h"
#include "mail/part_map.h"
#include "mail_sample.h"

static const char FOLDER[] = "tests/unit/golden/classify";

static void
describe(struct buf *to, const struct classify_result *result)
{
	const struct classify_recipient *one;
	size_t i;

	buf_printf(to, "kind %s\nevidence %s\n",
		   classify_kind_name(result->kind), result->evidence);
	if (*result->message_id)
		buf_printf(to, "message %s\n", result->message_id);
	for (i = 0; i < result->n_recipients; i++) {
		one = &result->recipients[i];
		buf_printf(to, "recipient %s %s\n", one->address,
			   classify_kind_name(one->kind));
		if (one->kind != CLASSIFY_BOUNCE && one->kind != CLASSIFY_DELAY)
			continue;
		buf_printf(to,
			   "  class %s\n  reason %s\n  status %s\n"
			   "  diagnostic %s\n",
			   bounce_class_name(one->class),
			   bounce_reason_name(one->reason), one->status,
			   one->diagnostic);
	}
}

static void
write_want(const char *path, const struct buf *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(buf_text(text), file);
	fclose(file);
}

static void
check(struct pool *pool, const char *path, bool crlf)
{
	struct classify_result result;
	struct buf got = BUF_INIT, mail = BUF_INIT;
	size_t len, i;
	char *text = sample_read_file(pool, path, &len);
	char *want_path = pool_strdup(pool, path), *want;

	assert_non_null(text);
	for (i = 0; i < len; i++) {
		if (crlf && text[i] == '\n')
			buf_append_char(&mail, '\r');
		buf_append_char(&mail, text[i]);
	}
	assert_int_equal(
		classify_text(pool, buf_text(&mail), mail.len, &result, NULL),
		SG_OK);
	describe(&got, &result);
	memcpy(want_path + strlen(want_path) - 3, "wan", 3);
	want_path = pool_printf(pool, "%st", want_path);
	if (getenv("GOLDEN_WRITE"))
		write_want(want_path, &got);
	want = sample_read_file(pool, want_path, &len);
	if (!want || strcmp(want, buf_text(&got)) != 0)
		fail_msg("%s:\n%s--- wanted\n%s", path, buf_text(&got),
			 want ? want : "(no such file)");
	buf_done(&got);
	buf_done(&mail);
}

static void
each_form_is_what_stands_beside_it(void **state)
{
	struct pool *pool = pool_new();
	glob_t found;
	size_t i;

	(void)state;
	mail_start();
	assert_int_equal(
		glob(pool_printf(pool, "%s/*.eml", FOLDER), 0, NULL, &found),
		0);
	for (i = 0; i < found.gl_pathc; i++) {
		check(pool, found.gl_pathv[i], false);
		check(pool, found.gl_pathv[i], true);
	}
	assert_true(found.gl_pathc > 20);
	globfree(&found);
	pool_free(pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_is_what_stands_beside_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
