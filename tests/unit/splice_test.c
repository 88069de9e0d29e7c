/*
 * splice_test.c - what the golden messages do not show: bounds, what is left
 * alone, and random edits in every encoding.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "mail/html_tokenizer.h"
#include "mail/part_charset.h"
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

static struct splice_result
splice(struct mail_sample *sample, const char *text,
       const struct splice_wish *wish)
{
	struct splice_result result;
	const char *wrong;

	assert_true(sample_parse(sample, pool, text, strlen(text)));
	assert_int_equal(splice_body(pool, &sample->map, sample->body,
				     sample->body_len, 0, wish, &result, NULL),
			 SG_OK);
	wrong = sample_check_splices(sample, &result);
	if (wrong)
		fail_msg("%s", wrong);
	return result;
}

static const char *
map_to_arg(void *arg, struct pool *in, const char *target)
{
	(void)in;
	(void)target;
	return arg;
}

static void
nothing_wished_changes_nothing(void **state)
{
	static const struct splice_wish NOTHING = {0};
	struct mail_sample sample;
	struct splice_result result = splice(
		&sample, "Content-Type: text/html\n\n<a href=http://x.example>",
		&NOTHING);

	(void)state;
	assert_false(result.changed);
	assert_int_equal(result.n_html_parts, 1);
}

static void
a_new_url_that_is_none_is_not_taken(void **state)
{
	static char BAD[][8] = {"", "a b", "a\r\nb", "\xc3\xa9"};
	struct splice_wish wish = {.map_link = map_to_arg};
	struct mail_sample sample;
	struct splice_result result;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		wish.arg = BAD[i];
		result = splice(&sample,
				"Content-Type: text/html\n\n"
				"<a href=http://x.example>",
				&wish);
		assert_false(result.changed);
		assert_int_equal(result.n_links, 1);
	}
}

static void
an_unquoted_value_gets_quotes_when_it_needs_them(void **state)
{
	static char url[] = "https://t.example/?a=1&b";
	struct splice_wish wish = {.map_link = map_to_arg, .arg = url};
	struct mail_sample sample;
	struct splice_result result = splice(
		&sample, "Content-Type: text/html\n\n<a href=http://x.example>",
		&wish);

	(void)state;
	assert_true(result.changed);
	assert_string_equal(result.body,
			    "<a href=\"https://t.example/?a=1&amp;b\">");
}

static void
html_that_is_not_one_ascii_line_is_not_appended(void **state)
{
	static const char *const BAD[] = {"<img>\r\n", "<p>\xc3\xa9"};
	struct splice_wish wish = {0};
	struct mail_sample sample;
	struct splice_result result;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		wish.append_html = BAD[i];
		result = splice(&sample, "Content-Type: text/html\n\n<p>x",
				&wish);
		assert_false(result.changed);
	}
}

static void
only_the_last_html_part_is_appended_to(void **state)
{
	struct mail_sample sample;
	struct splice_result result =
		splice(&sample,
		       "Content-Type: multipart/mixed; boundary=b\n\n"
		       "--b\nContent-Type: text/html\n\none\n"
		       "--b\nContent-Type: text/html\n\ntwo\n"
		       "--b\nContent-Type: text/html\n\n<!-- three\n"
		       "--b--\n",
		       &SAMPLE_WISH);

	(void)state;
	assert_true(result.appended);
	assert_int_equal(result.n_html_parts, 3);
	assert_int_equal(result.n_splices, 1);
	assert_non_null(strstr(result.body, "\none\n--b"));
	assert_non_null(strstr(result.body, "\ntwo<img "));
}

static void
a_body_past_its_bound_is_refused(void **state)
{
	static const char TEXT[] = "Content-Type: text/html\n\n<p>x";
	struct mail_sample sample;
	struct splice_result result;
	struct sg_err err;

	(void)state;
	assert_true(sample_parse(&sample, pool, TEXT, sizeof(TEXT) - 1));
	assert_int_equal(splice_body(pool, &sample.map, sample.body,
				     sample.body_len, 20, &SAMPLE_WISH, &result,
				     &err),
			 SG_REFUSED);
}

static void
links_past_the_bound_stay(void **state)
{
	struct buf text = BUF_INIT;
	struct mail_sample sample;
	struct splice_result result;
	unsigned i;

	(void)state;
	buf_append_text(&text, "Content-Type: multipart/mixed; boundary=b\n\n");
	for (i = 0; i < HTML_LINKS_MOST + 10; i++)
		buf_printf(&text, "%s<a href=http://x.example/%u>\n",
			   i % 700 ? "" : "--b\nContent-Type: text/html\n\n",
			   i);
	result = splice(&sample, text.data, &SAMPLE_WISH);
	assert_int_equal(result.n_mapped, HTML_LINKS_MOST);
	buf_done(&text);
}

static void
charsets_without_ascii_are_left(void **state)
{
	static const char *const LEFT[] = {
		"utf-16",     "utf-16le", "utf-7", "iso-2022-jp",
		"hz-gb-2312", "ibm037",	  "utf-32"};
	static const char *const TAKEN[] = {
		"",	"utf-8",   "us-ascii",	   "iso-8859-15", "shift_jis",
		"big5", "gb18030", "windows-1251", "euc-kr",	  "x-unknown"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(LEFT) / sizeof(LEFT[0]); i++)
		assert_false(part_charset_has_ascii(LEFT[i]));
	for (i = 0; i < sizeof(TAKEN) / sizeof(TAKEN[0]); i++)
		assert_true(part_charset_has_ascii(TAKEN[i]));
	assert_false(part_text_has_ascii("\033$B", 3));
	assert_false(part_text_has_ascii("<\0a", 3));
}

/* A newsletter made at random, so that values meet line ends and groups of
 * three in every way. */
static void
make_html(struct buf *html, unsigned *seed)
{
	static const char *const PIECES[] = {
		"<a href=\"https://example.com/",
		"\">x</a>",
		"\r\n",
		"<a href='http://example.com/?a=1&amp;b=",
		"'>",
		" text = ",
		"<a\r\nhref=http://example.com/",
		">",
		"<p>",
		"\xc3\xa9",
		"<!--[if mso]>",
		"<![endif]-->",
		"</body>",
		"longer words here",
	};
	unsigned i, n = 5 + rand_r(seed) % 40;

	for (i = 0; i < n; i++)
		buf_append_text(html,
				PIECES[(unsigned)rand_r(seed) %
				       (sizeof(PIECES) / sizeof(PIECES[0]))]);
}

static void
encode(struct buf *to, const struct buf *html, unsigned kind, unsigned *seed)
{
	static const char *const NAMES[] = {"8bit", "quoted-printable",
					    "base64"};
	struct buf flat = BUF_INIT;
	unsigned width = 4 * (1 + (unsigned)rand_r(seed) % 19);
	size_t i, column = 0;

	buf_printf(to,
		   "Content-Type: text/html; charset=utf-8\r\n"
		   "Content-Transfer-Encoding: %s\r\n\r\n",
		   NAMES[kind]);
	if (kind == 0)
		buf_append(to, html->data, html->len);
	for (i = 0; kind == 1 && i < html->len; i++) {
		if (html->data[i] == '\n')
			column = 0;
		if (column + 3 > width && html->data[i] != '\r' &&
		    html->data[i] != '\n') {
			buf_append_text(to, "=\r\n");
			column = 0;
		}
		if (html->data[i] == '=' || html->data[i] & 0x80)
			buf_printf(to, "=%02X", (unsigned char)html->data[i]);
		else
			buf_append_char(to, html->data[i]);
		column += html->data[i] == '=' || html->data[i] & 0x80 ? 3 : 1;
	}
	if (kind == 2) {
		encode_base64(&flat, html->data, html->len);
		for (i = 0; i < flat.len; i += width) {
			buf_append(to, flat.data + i,
				   flat.len - i < width ? flat.len - i : width);
			buf_append_text(to, "\r\n");
		}
	}
	buf_done(&flat);
}

static size_t
longest_line(const char *text, size_t len)
{
	size_t i, column = 0, most = 0;

	for (i = 0; i < len; i++) {
		column = text[i] == '\n' ? 0 : column + (text[i] != '\r');
		most = column > most ? column : most;
	}
	return most;
}

/* Without the blanks that fill up base64. */
static void
decode_without_fill(const struct part_map *map, const char *body,
		    struct buf *out)
{
	size_t i, n = 0;

	assert_int_equal(part_decode(&map->parts[0], body, out, NULL), SG_OK);
	for (i = 0; i < out->len; i++) {
		if (out->data[i] != ' ' && out->data[i] != '\r' &&
		    out->data[i] != '\n')
			out->data[n++] = out->data[i];
	}
	out->len = n;
}

/* The texts of all three encodings after the splicer. */
static void
splice_all(unsigned seed, struct buf got[3])
{
	struct buf html = BUF_INIT, text;
	struct mail_sample sample;
	struct splice_result result;
	struct part_map map;
	unsigned kind, state = seed;

	make_html(&html, &state);
	for (kind = 0; kind < 3; kind++) {
		buf_init(&text, 0);
		encode(&text, &html, kind, &state);
		result = splice(&sample, buf_text(&text), &SAMPLE_WISH);
		if (!result.changed) {
			result.body = sample.body;
			result.body_len = sample.body_len;
		}
		if (kind && longest_line(result.body, result.body_len) > 76)
			fail_msg("seed %u: a line over 76:\n%s", seed,
				 result.body);
		assert_int_equal(part_map_build(pool, &sample.headers,
						result.body, result.body_len,
						&map, NULL),
				 SG_OK);
		decode_without_fill(&map, result.body, &got[kind]);
		buf_done(&text);
	}
	buf_done(&html);
}

static void
random_html_reads_the_same_in_every_encoding(void **state)
{
	struct buf got[3] = {BUF_INIT, BUF_INIT, BUF_INIT};
	unsigned seed, kind;

	(void)state;
	for (seed = 1; seed <= 500; seed++) {
		for (kind = 0; kind < 3; kind++)
			buf_reset(&got[kind]);
		splice_all(seed, got);
		for (kind = 1; kind < 3; kind++) {
			if (got[0].len != got[kind].len ||
			    memcmp(got[0].data, got[kind].data, got[0].len))
				fail_msg("seed %u, encoding %u:\n%s\n%s", seed,
					 kind, got[0].data, got[kind].data);
		}
		pool_clear(pool);
	}
	for (kind = 0; kind < 3; kind++)
		buf_done(&got[kind]);
}

#define WITH_POOL(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

/* Of one text part: how it comes out, with the links that stand in it. */
static struct splice_result
splice_text(struct mail_sample *sample, const char *header, const char *body)
{
	static char url[] = "https://t.example/c/TOKEN?a&b";
	struct splice_wish wish = {.map_text = map_to_arg, .arg = url};
	char *text = pool_printf(pool, "Content-Type: text/plain%s\n\n%s",
				 header, body);

	return splice(sample, text, &wish);
}

static const char *
decoded(const struct mail_sample *sample, const struct splice_result *result)
{
	struct part part = sample->map.parts[0];
	struct buf text = BUF_INIT;
	const char *copy;

	part.end = result->body_len;
	assert_int_equal(part_decode(&part, result->body, &text, NULL), SG_OK);
	copy = pool_strdup(pool, buf_text(&text));
	buf_done(&text);
	return copy;
}

static void
links_of_plain_text_are_mapped_where_that_is_wished(void **state)
{
	static const struct splice_wish ONLY_TAGS = {.map_link = map_to_arg};
	struct mail_sample sample;
	struct splice_result result;

	(void)state;
	result = splice(&sample, "Subject: x\n\nhttp://a.example/ .\n",
			&ONLY_TAGS);
	assert_false(result.changed);
	result =
		splice_text(&sample, "", "http://a.example/?x&amp=1, and so\n");
	assert_string_equal(result.body,
			    "https://t.example/c/TOKEN?a&b, and so\n");
	assert_int_equal(result.n_mapped, 1);
	assert_int_equal(result.n_html_parts, 0);
	result = splice_text(&sample, "", "See <http://a.example/> http://b.c");
	assert_string_equal(result.body, "See <https://t.example/c/TOKEN?a&b> "
					 "https://t.example/c/TOKEN?a&b");
	result = splice_text(
		&sample, "\nContent-Transfer-Encoding: quoted-printable",
		"Gr=C3=BC=C3=9Fe, go on to http://www.a.example/a?b=3D1 and so "
		"on, line b=\ny line.\n");
	assert_string_equal(decoded(&sample, &result),
			    "Gr\xc3\xbc\xc3\x9f"
			    "e, go on to https://t.example/c/TOKEN?a&b and so "
			    "on, line by line.\n");
	for (const char *line = result.body; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		assert_true(strcspn(line, "\n") <= SPLICE_ENCODED_LINE_MOST);
	}
}

static void
base64_text_is_filled_with_blanks_unless_its_lines_flow(void **state)
{
	/* "See http://a.example/x now.\n" */
	static const char BODY[] = "U2VlIGh0dHA6Ly9hLmV4YW1wbGUveCBub3cuCg==\n";
	struct mail_sample sample;
	struct splice_result result = splice_text(
		&sample, "\nContent-Transfer-Encoding: base64", BODY);
	const char *text = decoded(&sample, &result);

	(void)state;
	assert_memory_equal(text, "See https://t.example/c/TOKEN?a&b", 33);
	text += 33;
	text += strspn(text, " ");
	assert_string_equal(text, "now.\n");
	result = splice_text(
		&sample, "; format=flowed\nContent-Transfer-Encoding: base64",
		BODY);
	assert_false(result.changed);
}

static void
a_line_of_text_is_not_made_too_long(void **state)
{
	char body[SPLICE_LINE_MOST + 2] = "http://a.example/";
	struct mail_sample sample;
	struct splice_result result;

	(void)state;
	memset(body + 17, ' ', sizeof(body) - 18);
	result = splice_text(&sample, "", body);
	assert_false(result.changed);
	assert_int_equal(result.n_left_by_line, 1);
	assert_int_equal(result.n_mapped, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_POOL(nothing_wished_changes_nothing),
		WITH_POOL(a_new_url_that_is_none_is_not_taken),
		WITH_POOL(an_unquoted_value_gets_quotes_when_it_needs_them),
		WITH_POOL(html_that_is_not_one_ascii_line_is_not_appended),
		WITH_POOL(only_the_last_html_part_is_appended_to),
		WITH_POOL(a_body_past_its_bound_is_refused),
		WITH_POOL(links_past_the_bound_stay),
		WITH_POOL(links_of_plain_text_are_mapped_where_that_is_wished),
		WITH_POOL(
			base64_text_is_filled_with_blanks_unless_its_lines_flow),
		WITH_POOL(a_line_of_text_is_not_made_too_long),
		WITH_POOL(charsets_without_ascii_are_left),
		WITH_POOL(random_html_reads_the_same_in_every_encoding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
