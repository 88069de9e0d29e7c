/* part_map_test.c - where parts lie, what is protected, and the bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "mail/protect.h"
#include "mail_sample.h"

static struct pool *pool;

static int
setup(void **state)
{
	(void)state;
	pool = pool_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	pool_free(pool);
	return 0;
}

static struct mail_sample
parse(const char *text)
{
	struct mail_sample sample;

	assert_true(sample_parse(&sample, pool, text, strlen(text)));
	return sample;
}

static void
assert_part(const struct mail_sample *sample, size_t i, const char *type,
	    const char *content)
{
	const struct part *part = &sample->map.parts[i];

	assert_true(i < sample->map.n_parts);
	assert_string_equal(part->type, type);
	assert_string_equal(pool_memdup(pool, sample->body + part->start,
					part->end - part->start),
			    content);
}

static void
a_body_without_mime_is_one_text_part(void **state)
{
	struct mail_sample sample = parse("Subject: x\r\n\r\nline\r\nend\r\n");

	(void)state;
	assert_int_equal(sample.map.n_parts, 1);
	assert_part(&sample, 0, "text/plain", "line\r\nend\r\n");
	assert_int_equal(sample.map.parts[0].encoding, PART_PLAIN);
	assert_string_equal(sample.map.parts[0].charset, "");
}

static void
parts_have_type_charset_encoding_and_place(void **state)
{
	struct mail_sample sample =
		parse("Content-Type: Multipart/Mixed; boundary=\"a b\"\n\n"
		      "preamble\n--a b\n"
		      "Content-Type: TEXT/HTML;\n charset=\"ISO-8859-1\"\n"
		      "Content-Transfer-Encoding: Quoted-Printable\n\n"
		      "<p>=E9</p>\n\n--a b\n"
		      "Content-Type: text/html\n"
		      "Content-Disposition: ATTACHMENT; filename=x\n"
		      "Content-Transfer-Encoding: x-uuencode\n\n"
		      "two\n--a b  \n"
		      "Content-Type: message/rfc822\n\n"
		      "Subject: inner\nContent-Type: text/html\n\ninner\n"
		      "--a b--\nepilogue\n");
	const struct part *parts = sample.map.parts;

	(void)state;
	assert_int_equal(sample.map.n_parts, 4);
	assert_part(&sample, 0, "text/html", "<p>=E9</p>\n");
	assert_string_equal(parts[0].charset, "iso-8859-1");
	assert_int_equal(parts[0].encoding, PART_QUOTED_PRINTABLE);
	assert_int_equal(parts[0].depth, 1);
	assert_false(parts[0].is_attachment);
	assert_part(&sample, 1, "text/html", "two");
	assert_true(parts[1].is_attachment);
	assert_int_equal(parts[1].encoding, PART_UNKNOWN);
	assert_part(&sample, 2, "message/rfc822",
		    "Subject: inner\nContent-Type: text/html\n");
	assert_true(parts[2].is_message);
	assert_part(&sample, 3, "text/html", "inner");
	assert_true(parts[3].inside_message);
}

static void
nesting_past_the_bound_is_refused(void **state)
{
	struct buf text = BUF_INIT;
	struct mail_sample sample;
	unsigned i, depth;

	(void)state;
	for (depth = PART_DEPTH_MOST; depth <= PART_DEPTH_MOST + 1; depth++) {
		buf_reset(&text);
		for (i = 0; i < depth; i++)
			buf_printf(&text,
				   "Content-Type: multipart/mixed; "
				   "boundary=b%u\n\n--b%u\n",
				   i, i);
		buf_append_text(&text, "\nx\n");
		assert_int_equal(
			sample_parse(&sample, pool, text.data, text.len),
			depth == PART_DEPTH_MOST);
	}
	buf_done(&text);
}

static void
parts_past_the_bound_are_refused(void **state)
{
	struct buf text = BUF_INIT;
	struct mail_sample sample;
	unsigned i, n;

	(void)state;
	for (n = PARTS_MOST; n <= PARTS_MOST + 1; n++) {
		buf_reset(&text);
		buf_append_text(&text, "Content-Type: multipart/mixed; "
				       "boundary=b\n\n");
		for (i = 0; i < n; i++)
			buf_append_text(&text, "--b\n\nx\n");
		assert_int_equal(
			sample_parse(&sample, pool, text.data, text.len),
			n == PARTS_MOST);
	}
	buf_done(&text);
}

struct protection {
	const char *text;
	enum protect_reason reason;
	bool by_headers;
};

static void
what_somebody_signed_or_sealed_is_protected(void **state)
{
	static const struct protection ROWS[] = {
		{"Content-Type: text/plain\n\nx", PROTECT_NONE, false},
		{"Content-Type: multipart/signed; boundary=b\n\n--b\n\nx\n"
		 "--b--\n",
		 PROTECT_SIGNED, true},
		{"Content-Type: Multipart/Encrypted; boundary=b\n\n--b\n\nx\n"
		 "--b--\n",
		 PROTECT_ENCRYPTED, true},
		{"Content-Type: application/pkcs7-mime\n\nx", PROTECT_PKCS7,
		 true},
		{"Content-Type: application/x-pkcs7-mime\n\nx", PROTECT_PKCS7,
		 true},
		{"Content-Type: application/octet-stream; name=smime.p7m\n\nx",
		 PROTECT_PKCS7, false},
		{"Content-Type: multipart/mixed; boundary=a\n\n--a\n"
		 "Content-Type: multipart/signed; boundary=b\n\n--b\n\nx\n"
		 "--b--\n--a--\n",
		 PROTECT_SIGNED, false},
		{"Content-Type: multipart/mixed; boundary=a\n\n--a\n"
		 "Content-Type: application/pgp-encrypted\n\nVersion: "
		 "1\n--a--\n",
		 PROTECT_ENCRYPTED, false},
		{"Subject: x\n\n-----BEGIN PGP SIGNED MESSAGE-----\n\nx\n",
		 PROTECT_INLINE_PGP, false},
		{"Content-Transfer-Encoding: base64\n\n"
		 "LS0tLS1CRUdJTiBQR1AgTUVTU0FHRS0tLS0tCg==\n",
		 PROTECT_INLINE_PGP, false},
		{"Content-Transfer-Encoding: quoted-printable\n\n"
		 "=2D----BEGIN PGP =\nMESSAGE-----\n",
		 PROTECT_INLINE_PGP, false},
		{"Subject: x\n\nHow to BEGIN PGP\n", PROTECT_NONE, false},
		{"ARC-Seal: i=1\n\nx", PROTECT_ARC, true},
		{"DKIM-Signature: v=1\n\nx", PROTECT_DKIM, true},
	};
	struct mail_sample sample;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		sample = parse(ROWS[i].text);
		assert_int_equal(protect_message(&sample.headers, &sample.map,
						 sample.body, true),
				 ROWS[i].reason);
		assert_int_equal(protect_by_headers(&sample.headers, true),
				 ROWS[i].by_headers ? ROWS[i].reason
						    : PROTECT_NONE);
	}
	assert_string_equal(protect_name(PROTECT_INLINE_PGP), "inline-pgp");
}

static void
a_dkim_signature_may_be_broken_by_setting(void **state)
{
	struct mail_sample sample = parse("DKIM-Signature: v=1\n\nx");

	(void)state;
	assert_int_equal(protect_message(&sample.headers, &sample.map,
					 sample.body, false),
			 PROTECT_NONE);
}

static void
parts_decode(void **state)
{
	struct part part = {.type = "text/plain", .charset = ""};
	struct buf out = BUF_INIT;
	static const char QUOTED[] = "a=\r\nb=20=C3=A9=  \r\n=3d=ZZ=";
	static const char BASE64[] = "aGVs\r\nbG8*=\r\nxx";

	(void)state;
	part.encoding = PART_QUOTED_PRINTABLE;
	part.end = sizeof(QUOTED) - 1;
	assert_int_equal(part_decode(&part, QUOTED, &out, NULL), SG_OK);
	assert_string_equal(out.data, "ab \xc3\xa9==ZZ");
	buf_reset(&out);
	part.encoding = PART_BASE64;
	part.end = sizeof(BASE64) - 1;
	assert_int_equal(part_decode(&part, BASE64, &out, NULL), SG_OK);
	assert_string_equal(out.data, "hello");
	part.encoding = PART_UNKNOWN;
	assert_int_equal(part_decode(&part, BASE64, &out, NULL), SG_REFUSED);
	buf_done(&out);
	buf_init(&out, 2);
	part.encoding = PART_PLAIN;
	assert_int_equal(part_decode(&part, BASE64, &out, NULL), SG_REFUSED);
	buf_done(&out);
}

#define WITH_POOL(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_POOL(a_body_without_mime_is_one_text_part),
		WITH_POOL(parts_have_type_charset_encoding_and_place),
		WITH_POOL(nesting_past_the_bound_is_refused),
		WITH_POOL(parts_past_the_bound_are_refused),
		WITH_POOL(what_somebody_signed_or_sealed_is_protected),
		WITH_POOL(a_dkim_signature_may_be_broken_by_setting),
		WITH_POOL(parts_decode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
