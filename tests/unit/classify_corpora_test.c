/*
 * classify_corpora_test.c - the classifier on real bounces with labels
 * (bounces/labels.tsv) and on ordinary mail. The figures are printed, those of
 * two halves also: the forms were written with the odd files of each mail
 * system in view, so the even ones say how they do on others.
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

#include "base/text.h"
#include "classify/classify.h"
#include "mail/part_map.h"
#include "mail_sample.h"

enum { COLUMNS = 13 };

struct score {
	unsigned messages;
	unsigned kind_right, kind_of; /* bounces and delays */
	unsigned recipient_right, recipient_of;
	unsigned fact_right, fact_of; /* not one engine's opinion */
	unsigned class_right, class_of;
	unsigned ordinary_wrong, ordinary_of;
	unsigned delay_as_bounce; /* the worst mistake */
};

/* Cut a line at its tabs. */
static void
split(char *line, char *fields[COLUMNS])
{
	size_t i;

	for (i = 0; i < COLUMNS; i++) {
		fields[i] = line;
		line += strcspn(line, "\t\n");
		if (*line)
			*line++ = '\0';
	}
}

static bool
has_recipient(const struct classify_result *result, const char *address)
{
	size_t i;

	for (i = 0; i < result->n_recipients; i++) {
		/* Some labels say whom it was for, some where it failed. */
		if (strcasecmp(result->recipients[i].address, address) == 0 ||
		    strcasecmp(result->recipients[i].final, address) == 0)
			return true;
	}
	return false;
}

/* "a;b" all among the recipients, and as many. */
static bool
recipients_right(struct pool *pool, const struct classify_result *result,
		 const char *labels)
{
	char *copy = pool_strdup(pool, labels), *next;
	size_t n = 0;

	for (; copy; copy = next, n++) {
		next = strchr(copy, ';');
		if (next)
			*next++ = '\0';
		if (!has_recipient(result, copy))
			return false;
	}
	return n == result->n_recipients;
}

static void
compare_recipients(struct score *score, struct pool *pool,
		   char *fields[COLUMNS], const struct classify_result *result)
{
	bool right;

	if (!*fields[4])
		return;
	right = recipients_right(pool, result, fields[4]);
	score->recipient_of++;
	score->recipient_right += right;
	if (strcmp(fields[10], "engine") != 0) {
		score->fact_of++;
		score->fact_right += right;
	}
	if (!right && getenv("VERBOSE"))
		printf("%s: recipient: want %s, got %zu %s\n", fields[0],
		       fields[4], result->n_recipients,
		       result->n_recipients ? result->recipients[0].address
					    : "-");
}

static void
compare(struct score *score, struct pool *pool, char *fields[COLUMNS],
	const struct classify_result *result)
{
	const char *kind = classify_kind_name(result->kind);
	bool is_delay = strcmp(fields[3], "delay") == 0;

	score->messages++;
	if (strcmp(fields[3], "normal") == 0) {
		score->ordinary_of++;
		score->ordinary_wrong += result->kind == CLASSIFY_BOUNCE;
	}
	if (is_delay || strcmp(fields[3], "bounce") == 0) {
		score->kind_of++;
		score->kind_right += strcmp(kind, fields[3]) == 0;
	}
	if (strcmp(kind, fields[3]) != 0 && getenv("VERBOSE"))
		printf("%s: kind: want %s, got %s\n", fields[0], fields[3],
		       kind);
	score->delay_as_bounce += is_delay && result->kind == CLASSIFY_BOUNCE;
	compare_recipients(score, pool, fields, result);
	if (result->n_recipients == 1 && result->kind == CLASSIFY_BOUNCE &&
	    !strchr(fields[5], ';')) {
		score->class_of++;
		score->class_right +=
			strcmp(bounce_class_name(result->recipients[0].class),
			       fields[5]) == 0;
	}
}

struct labels {
	const char *corpora;
	char vendor[64];
	unsigned n_of_vendor;
	struct score all, half[2];
};

static void
score_line(struct labels *labels, char *line)
{
	struct pool *pool = pool_new();
	char *fields[COLUMNS], *text;
	struct classify_result result;
	struct sg_err err;
	size_t len;

	split(line, fields);
	text = sample_read_file(
		pool,
		pool_printf(pool, "%s/bounces/%s", labels->corpora, fields[0]),
		&len);
	assert_non_null(text);
	assert_int_equal(classify_text(pool, text, len, &result, &err), SG_OK);
	if (strcmp(labels->vendor, fields[2]) != 0) {
		snprintf(labels->vendor, sizeof(labels->vendor), "%s",
			 fields[2]);
		labels->n_of_vendor = 0;
	}
	compare(&labels->all, pool, fields, &result);
	compare(&labels->half[labels->n_of_vendor++ % 2], pool, fields,
		&result);
	pool_free(pool);
}

static void
say(const char *what, const struct score *score)
{
	printf("%s: %u messages; kind right %u of %u, recipients right %u of "
	       "%u, by facts %u of %u, class right %u of %u, ordinary taken "
	       "for a bounce %u of %u, delays taken for bounces %u\n",
	       what, score->messages, score->kind_right, score->kind_of,
	       score->recipient_right, score->recipient_of, score->fact_right,
	       score->fact_of, score->class_right, score->class_of,
	       score->ordinary_wrong, score->ordinary_of,
	       score->delay_as_bounce);
}

static void
labelled_bounces_are_understood(void **state)
{
	struct labels labels = {.corpora = sample_corpora("labelled bounces")};
	struct pool *pool = pool_new();
	char *text, *line, *next;
	size_t len;

	(void)state;
	if (!labels.corpora) {
		pool_free(pool);
		return;
	}
	mail_start();
	text = sample_read_file(
		pool,
		pool_printf(pool, "%s/bounces/labels.tsv", labels.corpora),
		&len);
	assert_non_null(text);
	for (line = strchr(text, '\n') + 1; *line; line = next) {
		next = line + strcspn(line, "\n");
		next += *next == '\n';
		score_line(&labels,
			   pool_memdup(pool, line, (size_t)(next - line)));
	}
	say("labelled", &labels.all);
	say("odd files", &labels.half[0]);
	say("even files", &labels.half[1]);
	assert_int_equal(labels.all.delay_as_bounce, 0);
	assert_true(labels.all.kind_right * 100 >= labels.all.kind_of * 98);
	assert_true(labels.all.fact_right * 100 >= labels.all.fact_of * 97);
	pool_free(pool);
}

/* Some of it is bounces: what a mail system's address stands in. */
static bool
may_be_notice(const char *text)
{
	static const char *const SIGNS[] = {"delivery-status", "mailer-daemon@",
					    "postmaster@"};
	size_t i;

	for (i = 0; i < sizeof(SIGNS) / sizeof(SIGNS[0]); i++) {
		if (text_contains_fold(text, SIGNS[i]))
			return true;
	}
	return false;
}

struct ordinary {
	unsigned n, bounces;
};

static void
count(struct ordinary *ordinary, struct pool *pool, const char *path)
{
	struct classify_result result;
	size_t len;
	char *text = sample_read_file(pool, path, &len);

	assert_non_null(text);
	if (may_be_notice(text) ||
	    classify_text(pool, text, len, &result, NULL) != SG_OK)
		return;
	ordinary->n++;
	if (result.kind != CLASSIFY_BOUNCE && result.kind != CLASSIFY_DELAY)
		return;
	ordinary->bounces++;
	printf("%s: %s %s\n", path, classify_kind_name(result.kind),
	       result.evidence);
}

static void
ordinary_mail_is_not_taken_for_a_bounce(void **state)
{
	const char *corpora = sample_corpora("ordinary mail");
	struct pool *pool = pool_new();
	struct ordinary ordinary = {0};
	glob_t found;
	size_t i;

	(void)state;
	mail_start();
	if (corpora && glob(pool_printf(pool, "%s/eml/*/*", corpora), 0, NULL,
			    &found) == 0) {
		for (i = 0; i < found.gl_pathc; i++)
			count(&ordinary, pool, found.gl_pathv[i]);
		globfree(&found);
		printf("ordinary: %u messages, taken for a bounce: %u\n",
		       ordinary.n, ordinary.bounces);
		assert_int_equal(ordinary.bounces, 0);
	}
	pool_free(pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labelled_bounces_are_understood),
		cmocka_unit_test(ordinary_mail_is_not_taken_for_a_bounce),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
