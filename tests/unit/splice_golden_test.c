/*
 * splice_golden_test.c - golden/mail/x.eml through the splicer is x.want, byte
 * for byte. UPDATE_GOLDEN=1 writes the .want files anew: read the difference.
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

#include "mail/protect.h"
#include "mail_sample.h"

static const char PATTERN[] = "tests/unit/golden/mail/*.eml";

/* The message as it would leave, appended. */
static void
instrument(const struct mail_sample *sample, struct buf *to)
{
	struct splice_result result;
	struct sg_err err;
	const char *wrong;

	buf_append(to, sample->text, sample->body_start);
	if (protect_message(&sample->headers, &sample->map, sample->body,
			    true) != PROTECT_NONE) {
		buf_append(to, sample->body, sample->body_len);
		return;
	}
	assert_int_equal(splice_body(sample->pool, &sample->map, sample->body,
				     sample->body_len, 0, &SAMPLE_WISH, &result,
				     &err),
			 SG_OK);
	wrong = sample_check_splices(sample, &result);
	if (wrong)
		fail_msg("%s", wrong);
	if (result.changed)
		buf_append(to, result.body, result.body_len);
	else
		buf_append(to, sample->body, sample->body_len);
}

static void
check_file(const char *path)
{
	struct pool *pool = pool_new();
	struct mail_sample sample;
	struct buf got = BUF_INIT;
	size_t len = 0, want_len = 0;
	char *text = sample_read_file(pool, path, &len);
	char *want_path, *want;
	FILE *file;

	assert_non_null(text);
	assert_true(sample_parse(&sample, pool, text, len));
	instrument(&sample, &got);
	want_path = pool_printf(pool, "%.*s.want", (int)strlen(path) - 4, path);
	if (getenv("UPDATE_GOLDEN")) {
		file = fopen(want_path, "wb");
		assert_non_null(file);
		fwrite(got.data, 1, got.len, file);
		fclose(file);
	}
	want = sample_read_file(pool, want_path, &want_len);
	if (!want || want_len != got.len ||
	    memcmp(want, got.data, got.len) != 0)
		fail_msg("%s: not as in %s; got:\n%s", path, want_path,
			 buf_text(&got));
	buf_done(&got);
	pool_free(pool);
}

static void
every_golden_message_is_instrumented_as_wanted(void **state)
{
	glob_t found;
	size_t i;

	(void)state;
	assert_int_equal(glob(PATTERN, 0, NULL, &found), 0);
	for (i = 0; i < found.gl_pathc; i++)
		check_file(found.gl_pathv[i]);
	assert_true(found.gl_pathc >= 15);
	globfree(&found);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_golden_message_is_instrumented_as_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
