/* mail_shown_test.c - what a reader sees of a mail. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "mail/mail_shown.h"
#include "mail/part_map.h"

static struct pool *pool;

static int
set_up(void **unused)
{
	mail_start();
	pool = pool_new();
	return 0;
}

static int
tear_down(void **unused)
{
	pool_free(pool);
	return 0;
}

static struct mail_shown
show(const char *mail)
{
	struct mail_shown shown;
	struct sg_err err;

	assert_int_equal(
		mail_shown_read(pool, mail, strlen(mail), &shown, &err), SG_OK);
	return shown;
}

static void
text_and_html_are_decoded(void **unused)
{
	struct mail_shown shown = show(
		"From: A <a@x.test>\r\nTo: b@x.test\r\n"
		"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMIME-Version: 1.0\r\n"
		"Content-Type: multipart/alternative; boundary=b\r\n\r\n"
		"--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
		"Gr=FC=DFe=\r\n!\r\nline\r\n"
		"--b\r\nContent-Type: text/html; charset=utf-8\r\n"
		"Content-Transfer-Encoding: base64\r\n\r\n"
		"PHA+aGk8L3A+\r\n--b--\r\n");

	assert_string_equal(shown.from, "A <a@x.test>");
	assert_string_equal(shown.to, "b@x.test");
	assert_string_equal(shown.subject, "Gr\303\274\303\237e");
	assert_string_equal(shown.text, "Gr\303\274\303\237e!\nline");
	assert_string_equal(shown.html, "<p>hi</p>");
}

static void
attachments_and_mails_in_it_are_not_what_it_says(void **unused)
{
	struct mail_shown shown =
		show("Content-Type: multipart/mixed; boundary=b\r\n\r\n"
		     "--b\r\nContent-Type: text/plain\r\n"
		     "Content-Disposition: attachment\r\n\r\nno\r\n"
		     "--b\r\nContent-Type: message/rfc822\r\n\r\n"
		     "Content-Type: text/html\r\n\r\nno\r\n"
		     "--b\r\nContent-Type: text/plain\r\n\r\nyes\r\n--b--\r\n");

	assert_string_equal(shown.subject, "");
	assert_string_equal(shown.text, "yes");
	assert_null(shown.html);
}

static void
what_is_not_of_its_charset_is_shown_as_such(void **unused)
{
	struct mail_shown shown = show("Content-Type: text/plain; "
				       "charset=utf-8\r\n\r\na\xff"
				       "b\r\n");

	assert_string_equal(shown.text, "a\357\277\275b\n");
	shown = show("Content-Type: text/plain; charset=nonsense\r\n\r\nab");
	assert_string_equal(shown.text, "ab");
	assert_string_equal(show("Subject: x\r\n\r\n").text, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_and_html_are_decoded),
		cmocka_unit_test(
			attachments_and_mails_in_it_are_not_what_it_says),
		cmocka_unit_test(what_is_not_of_its_charset_is_shown_as_such),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
