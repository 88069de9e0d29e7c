/* template_parts_test.c - a template out of subject, text and HTML. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "broadcast/template_parts.h"
#include "mail/mail_shown.h"
#include "mail/part_map.h"

static struct mail_shown
shown(struct pool *pool, const struct template_parts *parts)
{
	struct mail_shown shown;
	struct buf mail = BUF_INIT;
	struct sg_err err;

	assert_int_equal(template_from_parts(parts, &mail, &err), SG_OK);
	assert_int_equal(
		mail_shown_read(pool, buf_text(&mail), mail.len, &shown, &err),
		SG_OK);
	buf_done(&mail);
	return shown;
}

static void
each_part_is_what_was_given(void **unused)
{
	static const char text[] = "Gr\303\274\303\237e,\n--scoregate_parts--\n"
				   "{{field.first_name | default: 'friend'}}\n";
	static const char html[] = "<p title=\"a long one, so that there are "
				   "several lines of base64\">{{score}}</p>";
	struct template_parts parts = {"Hello \303\244", text, html};
	struct pool *pool = pool_new();
	struct mail_shown mail;

	mail_start();
	mail = shown(pool, &parts);
	assert_string_equal(mail.subject, "Hello \303\244");
	assert_string_equal(mail.text, text);
	assert_string_equal(mail.html, html);
	parts.text = NULL;
	mail = shown(pool, &parts);
	assert_null(mail.text);
	assert_string_equal(mail.html, html);
	parts = (struct template_parts){"", "", NULL};
	mail = shown(pool, &parts);
	assert_string_equal(mail.text, "");
	assert_null(mail.html);
	pool_free(pool);
}

static void
refused(const char *subject, const char *text, const char *words)
{
	struct template_parts parts = {subject, text, NULL};
	struct buf mail = BUF_INIT;
	struct sg_err err;

	assert_int_equal(template_from_parts(&parts, &mail, &err), SG_REFUSED);
	assert_non_null(strstr(err.text, words));
	buf_done(&mail);
}

static void
what_would_be_another_header_is_refused(void **unused)
{
	refused("a\nBcc: all@x.test", "b", "one line");
	refused("a\r\n\r\nb", "b", "one line");
	refused(NULL, "b", "one line");
	refused("a", NULL, "text or HTML");
	refused("a\xff", "b", "UTF-8");
	refused("a", "b\xff", "UTF-8");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_part_is_what_was_given),
		cmocka_unit_test(what_would_be_another_header_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
