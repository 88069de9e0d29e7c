/*
 * splice_property_test.c - what is promised of the splicer, over messages that
 * were mutated at random (seeded), and over forms that are known to be odd:
 *
 *   bytes outside the reported splices are as they were;
 *   each link that was mapped is there once and leads to its target;
 *   the second time changes nothing;
 *   the parts are where they were, and no line grows past its bound.
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

#include "mail/part_charset.h"
#include "mail_sample.h"

static const char OWN[] = "https://t.example/c/";
static const char MARK[] = "https://t.example/o/";

static const struct splice_wish WISH = {
	.map_link = sample_map_link,
	.append_html = "<img src=\"https://t.example/o/a=b.gif\" alt=\"\">",
	.append_mark = MARK,
};

/* --- what is promised ---------------------------------------------------- */

static unsigned
count_in(const char *text, size_t len, const char *part)
{
	size_t size = strlen(part);
	unsigned n = 0;

	for (size_t i = 0; i + size <= len; i++)
		n += memcmp(text + i, part, size) == 0;
	return n;
}

/* In all html parts, decoded. */
static unsigned
count_decoded(const struct mail_sample *sample, const char *part_text)
{
	unsigned n = 0;

	for (size_t i = 0; i < sample->map.n_parts; i++) {
		const struct part *part = &sample->map.parts[i];
		struct buf text = BUF_INIT;

		if (strcmp(part->type, "text/html") == 0 &&
		    part_decode(part, sample->body, &text, NULL) == SG_OK)
			n += count_in(buf_text(&text), text.len, part_text);
		buf_done(&text);
	}
	return n;
}

static size_t
line_around(const char *text, size_t len, size_t at)
{
	size_t from = at, to = at;

	while (from > 0 && text[from - 1] != '\n')
		from--;
	while (to < len && text[to] != '\n')
		to++;
	return to - from - (to > from && text[to - 1] == '\r');
}

static size_t
longest_line(const char *text, size_t len, size_t from, size_t to)
{
	size_t most = 0;

	for (size_t at = from; at <= to && at <= len; at++) {
		size_t line = line_around(text, len, at);

		most = line > most ? line : most;
	}
	return most;
}

static size_t
line_bound(const struct mail_sample *after, const struct splice *splice)
{
	for (size_t i = 0; i < after->map.n_parts; i++) {
		const struct part *part = &after->map.parts[i];

		if (splice->new_start < part->start ||
		    splice->new_end > part->end)
			continue;
		return part->encoding == PART_QUOTED_PRINTABLE ||
				       part->encoding == PART_BASE64
			       ? SPLICE_ENCODED_LINE_MOST
			       : SPLICE_LINE_MOST;
	}
	return 0;
}

/* One that was too long before is none of our doing. */
static const char *
check_lines(const struct mail_sample *before, const struct mail_sample *after,
	    const struct splice_result *result)
{
	for (size_t i = 0; i < result->n_splices; i++) {
		const struct splice *splice = &result->splices[i];
		size_t most = line_bound(after, splice);

		if (!most)
			return "a splice is in no part";
		if (longest_line(result->body, result->body_len,
				 splice->new_start, splice->new_end) > most &&
		    longest_line(before->body, before->body_len, splice->start,
				 splice->end) <= most)
			return "a line grew too long";
	}
	return NULL;
}

static const char *
check_again(struct pool *pool, const struct mail_sample *after)
{
	struct splice_result again;

	if (splice_body(pool, &after->map, after->body, after->body_len, 0,
			&WISH, &again, NULL) != SG_OK)
		return NULL;
	return again.n_mapped || again.appended || again.changed
		       ? "the second time changed something"
		       : NULL;
}

/* As text of a message: its header, and the new body. */
static bool
parse_after(struct pool *pool, const struct mail_sample *before,
	    const struct splice_result *result, struct mail_sample *after)
{
	struct buf text = BUF_INIT;
	bool good;
	char *copy;

	buf_append(&text, before->text, before->body_start);
	buf_append(&text, result->body, result->body_len);
	copy = pool_memdup(pool, buf_text(&text), text.len);
	good = sample_parse(after, pool, copy, text.len);
	buf_done(&text);
	return good;
}

static const char *
check(struct pool *pool, const char *text, size_t len,
      struct splice_result *result)
{
	struct mail_sample before, after;
	const char *broken;
	unsigned own_before, own_after;

	memset(result, 0, sizeof(*result));
	if (!sample_parse(&before, pool, text, len) ||
	    splice_body(pool, &before.map, before.body, before.body_len, 0,
			&WISH, result, NULL) != SG_OK)
		return NULL;
	broken = sample_check_splices(&before, result);
	if (broken || !result->changed)
		return broken;
	if (!parse_after(pool, &before, result, &after) ||
	    after.map.n_parts != before.map.n_parts)
		return "the parts are not where they were";
	own_before = count_decoded(&before, OWN);
	own_after = count_decoded(&after, OWN);
	if (own_after != own_before + result->n_mapped)
		return "a link was not replaced exactly once";
	if (count_decoded(&after, MARK) !=
	    count_decoded(&before, MARK) + (result->appended ? 1 : 0))
		return "the image is not there exactly once";
	broken = check_lines(&before, &after, result);
	return broken ? broken : check_again(pool, &after);
}

/* --- mutated messages ---------------------------------------------------- */

static const char *const pieces[] = {
	"\n",
	"\r\n",
	"=\r\n",
	"=\n",
	"=3D",
	"=",
	"\"",
	"'",
	"<",
	">",
	"</body>",
	"</html>",
	"<a href=\"http://x.example/?q=1&amp;r=2\">",
	"<a href=http://x.example/>",
	"<area href='https://x.example/\n'>",
	"<!--[if mso]>",
	"<![endif]-->",
	"<base href=\"http://b.example/d/\">",
	"<a href=\"/rel\">",
	"{{x}}",
	"<script>",
	"</script>",
	"<title>",
	"\x1b$B",
	"\0",
	" ",
	"PGEgaHJlZj0iaHR0cDovL3guZXhhbXBsZSI+",
	"--b\n",
	"Content-Transfer-Encoding: base64\n",
	"Content-Transfer-Encoding: quoted-printable\n",
	"Content-Type: text/html\n\n",
	"&#104;ttp://x.example",
	"\t",
};

static void
mutate(struct buf *to, const char *text, size_t len, unsigned *seed)
{
	unsigned n = 1 + (unsigned)rand_r(seed) % 6;
	struct buf from = BUF_INIT;

	buf_append(&from, text, len);
	while (n--) {
		size_t at = from.len ? (size_t)rand_r(seed) % from.len : 0;
		size_t cut = (unsigned)rand_r(seed) % 3
				     ? 0
				     : (size_t)rand_r(seed) % 40;
		const char *piece =
			pieces[(unsigned)rand_r(seed) %
			       (sizeof(pieces) / sizeof(pieces[0]))];

		if (cut > from.len - at)
			cut = from.len - at;
		buf_reset(to);
		buf_append(to, from.data, at);
		buf_append(to, piece, *piece ? strlen(piece) : 1);
		buf_append(to, from.data + at + cut, from.len - at - cut);
		buf_reset(&from);
		buf_append(&from, to->data, to->len);
	}
	buf_done(&from);
}

static void
mutated_messages_keep_every_promise(void **state)
{
	struct pool *pool = pool_new(), *work = pool_new();
	struct buf text = BUF_INIT;
	unsigned n = 0, n_changed = 0;
	glob_t found;

	(void)state;
	assert_int_equal(glob("tests/unit/golden/mail/*.eml", 0, NULL, &found),
			 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		size_t len;
		char *eml = sample_read_file(pool, found.gl_pathv[i], &len);

		for (unsigned s = 1; s <= 150; s++) {
			unsigned seed = s * 1000 + (unsigned)i;
			struct splice_result result;
			const char *broken;

			mutate(&text, eml, len, &seed);
			broken = check(work, text.data, text.len, &result);
			if (broken)
				fail_msg("%s, seed %u: %s:\n%.*s",
					 found.gl_pathv[i], s, broken,
					 (int)text.len, text.data);
			n++;
			n_changed += result.changed;
			pool_clear(work);
		}
	}
	assert_true(n_changed > n / 4);
	globfree(&found);
	buf_done(&text);
	pool_free(work);
	pool_free(pool);
}

/* --- forms that are known to be odd -------------------------------------- */

#define LINK "<a href=\"http://x.example/?a=1&amp;b=2\">x</a>"

static const struct {
	const char *name, *text;
	unsigned n_mapped;
	bool appended;
} odd[] = {
	{"a boundary that ends in =",
	 "Content-Type: multipart/alternative; boundary=\"=_b==\"\n\n"
	 "--=_b==\nContent-Type: text/html\n"
	 "Content-Transfer-Encoding: quoted-printable\n\n"
	 "<a href=3D\"http://x.example/\">x</a></body>\n--=_b==--\n",
	 1, true},
	{"RFC 2231: boundary*",
	 "Content-Type: multipart/mixed; boundary*=us-ascii'en'b%3D1\n\n"
	 "--b=1\nContent-Type: text/html\n\n" LINK "\n--b=1--\n",
	 1, true},
	{"RFC 2231: a boundary in sections",
	 "Content-Type: multipart/mixed; boundary*0=\"long\";\n"
	 " boundary*1*=%2Dboundary; boundary*2=x\n\n"
	 "--long-boundaryx\nContent-Type: text/html\n\n" LINK
	 "\n--long-boundaryx--\n",
	 1, true},
	{"Django: one html part in base64",
	 "Content-Type: text/html; charset=\"utf-8\"\nMIME-Version: 1.0\n"
	 "Content-Transfer-Encoding: base64\n\n"
	 "PGh0bWw+PGJvZHk+PHA+"
	 "SGVsbG8gPGEgaHJlZj0iaHR0cDovL3guZXhhbXBsZS8iPng8L2E+PC9w\n"
	 "PjwvYm9keT48L2h0bWw+\n",
	 1, true},
	{"Outlook's comments",
	 "Content-Type: text/html\n\n<!--[if mso]>" LINK
	 "<![endif]--><!--[if !mso]><!-->" LINK "<!--<![endif]--></body>\n",
	 2, true},
	{"<base>",
	 "Content-Type: text/html\n\n<base href=\"https://b.example/d/\">"
	 "<a href=\"e\">x</a><a href=\"#f\">y</a>\n",
	 1, true},
	{"ISO-2022-JP with shifts",
	 "Content-Type: text/html; charset=iso-2022-jp\n\n\033$B$\"\033(B" LINK
	 "\n",
	 0, false},
	{"HZ",
	 "Content-Type: text/html; charset=hz-gb-2312\n\n~{VPND~}" LINK "\n", 0,
	 false},
	{"UTF-7", "Content-Type: text/html; charset=utf-7\n\n+AOk-" LINK "\n",
	 0, false},
	{"several html parts: links in all, the image in the last",
	 "Content-Type: multipart/mixed; boundary=b\n\n"
	 "--b\nContent-Type: text/html\n\n" LINK "\n"
	 "--b\nContent-Type: text/html; charset=utf-7\n\n" LINK "\n"
	 "--b\nContent-Type: text/html\n\n" LINK LINK "\n--b--\n",
	 3, true},
	{"an attachment is nobody's page",
	 "Content-Type: multipart/mixed; boundary=b\n\n"
	 "--b\nContent-Type: text/html\nContent-Disposition: "
	 "attachment\n\n" LINK "\n--b--\n",
	 0, false},
	{"a forwarded message is somebody else's",
	 "Content-Type: multipart/mixed; boundary=b\n\n"
	 "--b\nContent-Type: message/rfc822\n\nContent-Type: text/html\n\n" LINK
	 "\n--b--\n",
	 0, false},
};

static void
odd_forms_are_rewritten_once_or_left_alone(void **state)
{
	struct pool *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct splice_result result;
		const char *broken =
			check(pool, odd[i].text, strlen(odd[i].text), &result);

		if (broken || result.n_mapped != odd[i].n_mapped ||
		    result.appended != odd[i].appended)
			fail_msg("%s: %s, %u mapped, image %d", odd[i].name,
				 broken ? broken : "whole", result.n_mapped,
				 result.appended);
	}
	pool_free(pool);
}

/* Lines near 998: a link is tracked if its line keeps the bound, with breaks
 * at blanks of the tag if need be, and stays as it was otherwise. */
static void
no_plain_line_grows_over_998(void **state)
{
	struct pool *pool = pool_new();
	unsigned n_mapped = 0, n_left = 0;

	(void)state;
	for (int before = 0; before < 1000; before += 9) {
		struct splice_result result;
		char *text =
			pool_printf(pool,
				    "Content-Type: text/html\n\n%0*d<a "
				    "href=\"http://x.example/%0200d\">%0*d\n",
				    before, 0, 0, before % 300, 0);
		const char *broken = check(pool, text, strlen(text), &result);

		if (broken)
			fail_msg("%d before: %s", before, broken);
		n_mapped += result.n_mapped;
		n_left += result.n_left_by_line;
	}
	assert_true(n_mapped > 20);
	(void)n_left;
	pool_free(pool);
}

static int
start(void **state)
{
	(void)state;
	mail_start();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mutated_messages_keep_every_promise),
		cmocka_unit_test(odd_forms_are_rewritten_once_or_left_alone),
		cmocka_unit_test(no_plain_line_grows_over_998),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
