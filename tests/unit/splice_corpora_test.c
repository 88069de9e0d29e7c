/*
 * splice_corpora_test.c - real HTML with labelled links (html/links.tsv) in
 * every transfer encoding: each labelled target is rewritten once, no other is,
 * and nothing else changes. Signed and encrypted mail (eml/protected.tsv) is
 * left alone, and no message of the corpora breaks a promise of splice.h.
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
#include <strings.h>

#include "base/encode.h"
#include "mail/html_tokenizer.h"
#include "mail/protect.h"
#include "mail_sample.h"

static const char OWN[] = "https://t.example/c/";

enum { LABELS_MOST = 2000 };

struct label {
	char *file;
	size_t start, end;
	bool is_link;
};

struct labels {
	struct label all[LABELS_MOST];
	size_t n;
};

struct count {
	unsigned files, labelled, rewritten, left_by_line;
};

/* file context tag attr value_start value_end quote value */
static void
read_labels(struct labels *labels, char *text)
{
	char *line, *next, *fields[8];
	size_t i;

	for (line = strchr(text, '\n') + 1; *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		for (i = 0; i < 8; i++) {
			fields[i] = line;
			line += strcspn(line, "\t");
			if (*line)
				*line++ = '\0';
		}
		assert_true(labels->n < LABELS_MOST);
		labels->all[labels->n++] = (struct label){
			.file = fields[0],
			.start = strtoul(fields[4], NULL, 10),
			.end = strtoul(fields[5], NULL, 10),
			.is_link = strcmp(fields[3], "href") == 0,
		};
	}
}

/* What has to be rewritten by its look: plain enough to judge without the
 * code under test. */
static bool
is_web_target(const char *value, size_t len)
{
	size_t i;

	if (!(len > 7 && strncasecmp(value, "http://", 7) == 0) &&
	    !(len > 8 && strncasecmp(value, "https://", 8) == 0))
		return false;
	for (i = 0; i + 1 < len; i++) {
		if ((unsigned char)value[i] >= 0x80 ||
		    memcmp(value + i, "{{", 2) == 0 ||
		    memcmp(value + i, "%%", 2) == 0 ||
		    memcmp(value + i, "*|", 2) == 0 ||
		    memcmp(value + i, "[[", 2) == 0)
			return false;
	}
	return true;
}

static void
append_quoted(struct buf *to, const char *text, size_t len)
{
	size_t i, column = 0;
	bool literal;

	for (i = 0; i < len; i++) {
		if (text[i] == '\n') {
			buf_append_text(to, "\r\n");
			column = 0;
			continue;
		}
		if (text[i] == '\r' && i + 1 < len && text[i + 1] == '\n')
			continue;
		literal = text[i] > ' ' && text[i] < 0x7f && text[i] != '=';
		literal =
			literal || (text[i] == ' ' && i + 1 < len &&
				    text[i + 1] != '\n' && text[i + 1] != '\r');
		if (column + (literal ? 1 : 3) > 75) {
			buf_append_text(to, "=\r\n");
			column = 0;
		}
		if (literal)
			buf_append_char(to, text[i]);
		else
			buf_printf(to, "=%02X", (unsigned char)text[i]);
		column += literal ? 1 : 3;
	}
}

static void
append_base64(struct buf *to, const char *text, size_t len)
{
	struct buf flat = BUF_INIT;
	size_t at, n;

	encode_base64(&flat, text, len);
	for (at = 0; at < flat.len; at += n) {
		n = flat.len - at < 76 ? flat.len - at : 76;
		buf_append(to, flat.data + at, n);
		buf_append_text(to, "\r\n");
	}
	buf_done(&flat);
}

/* All labelled links of the old text against those of the new one. */
static void
check_links(struct pool *pool, const char *old, size_t old_len,
	    const struct buf *new_text, const struct labels *labels,
	    const char *file, const struct splice_result *result,
	    struct count *count)
{
	struct html_map before, after;
	size_t i, k = 0;
	unsigned rewritten = 0, wanted = 0;
	const struct html_link *link;
	bool is_own;

	html_scan(pool, old, old_len, &before);
	html_scan(pool, new_text->data, new_text->len, &after);
	assert_int_equal(before.n_links, after.n_links);
	for (i = 0; i < labels->n; i++) {
		if (strcmp(labels->all[i].file, file) != 0 ||
		    !labels->all[i].is_link ||
		    labels->all[i].start == labels->all[i].end)
			continue;
		assert_true(k < before.n_links);
		assert_int_equal(before.links[k].start, labels->all[i].start);
		assert_int_equal(before.links[k].end, labels->all[i].end);
		link = &after.links[k++];
		is_own = link->end - link->start > sizeof(OWN) &&
			 memcmp(new_text->data + link->start, OWN,
				sizeof(OWN) - 1) == 0;
		rewritten += is_own;
		wanted += is_web_target(old + labels->all[i].start,
					labels->all[i].end -
						labels->all[i].start);
		if (is_own)
			assert_true(is_web_target(
				old + labels->all[i].start,
				labels->all[i].end - labels->all[i].start));
	}
	assert_int_equal(k, before.n_links);
	assert_int_equal(rewritten, result->n_mapped);
	assert_int_equal(rewritten + result->n_left_by_line, wanted);
	count->labelled += wanted;
	count->rewritten += rewritten;
	count->left_by_line += result->n_left_by_line;
}

static void
check_encoding(const char *encoding, const char *html, size_t html_len,
	       const struct labels *labels, const char *file,
	       struct count *count)
{
	struct pool *pool = pool_new();
	struct buf message = BUF_INIT, old = BUF_INIT, new_text = BUF_INIT;
	struct mail_sample sample, again;
	struct splice_result result, second;
	struct sg_err err;
	const char *wrong;

	buf_printf(&message,
		   "Content-Type: text/html\r\n"
		   "Content-Transfer-Encoding: %s\r\n\r\n",
		   encoding);
	if (strcmp(encoding, "base64") == 0)
		append_base64(&message, html, html_len);
	else if (strcmp(encoding, "quoted-printable") == 0)
		append_quoted(&message, html, html_len);
	else
		buf_append(&message, html, html_len);
	assert_true(sample_parse(&sample, pool, message.data, message.len));
	assert_int_equal(splice_body(pool, &sample.map, sample.body,
				     sample.body_len, 0, &SAMPLE_WISH, &result,
				     &err),
			 SG_OK);
	wrong = sample_check_splices(&sample, &result);
	if (wrong)
		fail_msg("%s in %s: %s", file, encoding, wrong);
	if (result.changed) {
		again = sample;
		again.body = result.body;
		again.body_len = result.body_len;
		assert_int_equal(part_map_build(pool, &sample.headers,
						again.body, again.body_len,
						&again.map, &err),
				 SG_OK);
		assert_int_equal(part_decode(&sample.map.parts[0], sample.body,
					     &old, &err),
				 SG_OK);
		assert_int_equal(part_decode(&again.map.parts[0], again.body,
					     &new_text, &err),
				 SG_OK);
		/* The label's offsets are those of the file's own line ends. */
		if (strcmp(encoding, "quoted-printable") != 0)
			check_links(pool, old.data, old.len, &new_text, labels,
				    file, &result, count);
		/* A second time there is no link left to rewrite, but what
		 * did not fit before the breaks of the first time. */
		assert_int_equal(splice_body(pool, &again.map, again.body,
					     again.body_len, 0, &SAMPLE_WISH,
					     &second, &err),
				 SG_OK);
		assert_true(second.n_mapped <= result.n_left_by_line);
	}
	buf_done(&message);
	buf_done(&old);
	buf_done(&new_text);
	pool_free(pool);
}

static void
check_html(struct pool *pool, const char *corpora, const char *file,
	   const struct labels *labels, struct count *count)
{
	static const char *const ENCODINGS[] = {"8bit", "quoted-printable",
						"base64"};
	size_t i, len;
	char *html = sample_read_file(
		pool, pool_printf(pool, "%s/%s", corpora, file), &len);

	assert_non_null(html);
	count->files++;
	for (i = 0; i < 3; i++)
		check_encoding(ENCODINGS[i], html, len, labels, file, count);
}

static void
every_labelled_link_is_rewritten_once_and_nothing_else(void **state)
{
	const char *corpora = sample_corpora("labelled links");
	struct pool *pool = pool_new();
	struct labels *labels = pool_alloc(pool, sizeof(*labels));
	struct count count = {0};
	const char *last = "";
	char *text;
	size_t i, len;

	(void)state;
	if (corpora) {
		text = sample_read_file(
			pool, pool_printf(pool, "%s/html/links.tsv", corpora),
			&len);
		assert_non_null(text);
		read_labels(labels, text);
		for (i = 0; i < labels->n; i++) {
			if (strcmp(labels->all[i].file, last) == 0)
				continue;
			last = labels->all[i].file;
			check_html(pool, corpora, last, labels, &count);
		}
		printf("html: %u files, web targets %u (twice each), rewritten "
		       "%u, left for a long line %u\n",
		       count.files, count.labelled, count.rewritten,
		       count.left_by_line);
		assert_true(count.rewritten > 0);
	}
	pool_free(pool);
}

static void
check_message(const char *path, unsigned *changed, unsigned *touched_protected)
{
	struct pool *pool = pool_new();
	struct mail_sample sample;
	struct splice_result result;
	struct sg_err err;
	const char *wrong;
	size_t len;
	char *text = sample_read_file(pool, path, &len);

	assert_non_null(text);
	if (sample_parse(&sample, pool, text, len)) {
		assert_int_equal(splice_body(pool, &sample.map, sample.body,
					     sample.body_len, 0, &SAMPLE_WISH,
					     &result, &err),
				 SG_OK);
		wrong = sample_check_splices(&sample, &result);
		if (wrong)
			fail_msg("%s: %s", path, wrong);
		*changed += result.changed;
		*touched_protected +=
			result.changed &&
			protect_message(&sample.headers, &sample.map,
					sample.body, true) == PROTECT_NONE;
	}
	pool_free(pool);
}

static void
protected_mail_is_never_changed(void **state)
{
	const char *corpora = sample_corpora("protected mail");
	struct pool *pool = pool_new();
	unsigned changed = 0, touched = 0, n = 0;
	char *line, *next;
	size_t len;

	(void)state;
	if (corpora) {
		line = sample_read_file(
			pool,
			pool_printf(pool, "%s/eml/protected.tsv", corpora),
			&len);
		assert_non_null(line);
		for (line = strchr(line, '\n') + 1; *line; line = next) {
			next = strchr(line, '\n') + 1;
			line[strcspn(line, "\t")] = '\0';
			check_message(pool_printf(pool, "%s/%s", corpora, line),
				      &changed, &touched);
			n++;
		}
		printf("protected: %u messages, changed: %u\n", n, touched);
		assert_int_equal(touched, 0);
	}
	pool_free(pool);
}

static void
no_real_message_breaks_a_promise(void **state)
{
	const char *corpora = sample_corpora("real messages");
	struct pool *pool = pool_new();
	unsigned changed = 0, touched = 0;
	glob_t found;
	size_t i;

	(void)state;
	if (corpora && glob(pool_printf(pool, "%s/eml/*/*", corpora), 0, NULL,
			    &found) == 0) {
		for (i = 0; i < found.gl_pathc; i++)
			check_message(found.gl_pathv[i], &changed, &touched);
		printf("messages: %zu, changed: %u\n", found.gl_pathc, touched);
		assert_true(touched > 0);
		globfree(&found);
	}
	pool_free(pool);
}

/* eml/parts.tsv: file part inside_rfc822 type charset cte start end */
static void
parts_lie_where_the_labels_say(void **state)
{
	const char *corpora = sample_corpora("labelled parts");
	struct pool *pool = pool_new();
	struct mail_sample sample;
	char *line, *next, *fields[8], *text = NULL;
	const char *last = "";
	size_t len, i, k = 0, n = 0, want;
	const struct part *part;

	(void)state;
	if (!corpora) {
		pool_free(pool);
		return;
	}
	line = sample_read_file(
		pool, pool_printf(pool, "%s/eml/parts.tsv", corpora), &len);
	assert_non_null(line);
	for (line = strchr(line, '\n') + 1; *line; line = next) {
		next = strchr(line, '\n');
		*next++ = '\0';
		for (i = 0; i < 8; i++) {
			fields[i] = line;
			line += strcspn(line, "\t");
			if (*line)
				*line++ = '\0';
		}
		if (strcmp(fields[0], last) != 0) {
			last = fields[0];
			k = 0;
			text = sample_read_file(
				pool, pool_printf(pool, "%s/%s", corpora, last),
				&len);
			assert_non_null(text);
			assert_true(sample_parse(&sample, pool, text, len));
		}
		while (k < sample.map.n_parts && sample.map.parts[k].is_message)
			k++;
		assert_true(k < sample.map.n_parts);
		assert_non_null(text);
		part = &sample.map.parts[k++];
		assert_int_equal(strcasecmp(part->type, fields[3]), 0);
		assert_int_equal(part->inside_message, *fields[2] == '1');
		assert_int_equal(part->start + sample.body_start,
				 strtoul(fields[6], NULL, 10));
		want = strtoul(fields[7], NULL, 10);
		/* The labels count a CR before a boundary to the content
		 * where the boundary is the last line and has no end. */
		if (part->end + sample.body_start + 1 == want)
			want -= text[want - 1] == '\r';
		assert_int_equal(part->end + sample.body_start, want);
		n++;
	}
	printf("parts: %zu in place\n", n);
	pool_free(pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_labelled_link_is_rewritten_once_and_nothing_else),
		cmocka_unit_test(protected_mail_is_never_changed),
		cmocka_unit_test(no_real_message_breaks_a_promise),
		cmocka_unit_test(parts_lie_where_the_labels_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
