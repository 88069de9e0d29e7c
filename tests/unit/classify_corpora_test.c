/*
 * classify_corpora_test.c - the classifier on real bounces with labels
 * (bounces/labels.tsv) and on ordinary mail. Only reports in the forms of
 * RFC 3464, 5965 and 8098 are its business so far; the figures are printed.
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

#include "classify/classify.h"
#include "mail/address.h"
#include "mail_sample.h"

enum { COLUMNS = 13 };

struct score {
	unsigned messages, reports;
	unsigned kind_right, kind_of;
	unsigned recipient_right, recipient_of;
	unsigned class_right, class_of;
	unsigned other;		  /* reasons not found */
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
is_report(const struct mail_sample *sample)
{
	size_t i;

	for (i = 0; i < sample->map.n_parts; i++) {
		if (!sample->map.parts[i].inside_message &&
		    (strcmp(sample->map.parts[i].type,
			    "message/delivery-status") == 0 ||
		     strcmp(sample->map.parts[i].type,
			    "message/feedback-report") == 0 ||
		     strcmp(sample->map.parts[i].type,
			    "message/disposition-notification") == 0))
			return true;
	}
	return false;
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
compare(struct score *score, struct pool *pool, char *fields[COLUMNS],
	const struct classify_result *result)
{
	const char *kind = classify_kind_name(result->kind);
	const char *wrong = NULL;

	score->kind_of++;
	if (strcmp(kind, fields[3]) == 0)
		score->kind_right++;
	else
		wrong = "kind";
	if (strcmp(fields[3], "delay") == 0 && result->kind == CLASSIFY_BOUNCE)
		score->delay_as_bounce++;
	if (*fields[4]) {
		score->recipient_of++;
		if (recipients_right(pool, result, fields[4]))
			score->recipient_right++;
		else
			wrong = "recipient";
	}
	if (result->n_recipients == 1 && result->kind == CLASSIFY_BOUNCE &&
	    !strchr(fields[5], ';')) {
		score->class_of++;
		score->other += result->recipients[0].reason == BOUNCE_OTHER;
		score->class_right +=
			strcmp(bounce_class_name(result->recipients[0].class),
			       fields[5]) == 0;
	}
	if (wrong && getenv("VERBOSE"))
		printf("%s: %s: want %s %s, got %s %zu %s\n", fields[0], wrong,
		       fields[3], fields[4], kind, result->n_recipients,
		       result->n_recipients ? result->recipients[0].address
					    : "-");
}

static void
score_line(struct score *score, const char *corpora, char *line)
{
	struct pool *pool = pool_new();
	char *fields[COLUMNS], *text;
	struct mail_sample sample;
	struct classify_result result;
	struct sg_err err;
	size_t len;

	split(line, fields);
	text = sample_read_file(
		pool, pool_printf(pool, "%s/bounces/%s", corpora, fields[0]),
		&len);
	assert_non_null(text);
	score->messages++;
	if (sample_parse(&sample, pool, text, len)) {
		assert_int_equal(classify_message(pool, &sample.headers,
						  sample.body, sample.body_len,
						  &result, &err),
				 SG_OK);
		if (is_report(&sample)) {
			score->reports++;
			compare(score, pool, fields, &result);
		}
		if (strcmp(fields[3], "normal") == 0)
			assert_int_equal(result.kind, CLASSIFY_NORMAL);
	}
	pool_free(pool);
}

static void
labelled_reports_are_understood(void **state)
{
	const char *corpora = sample_corpora("labelled bounces");
	struct pool *pool = pool_new();
	struct score score = {0};
	char *labels, *line, *next;
	size_t len;

	(void)state;
	if (!corpora) {
		pool_free(pool);
		return;
	}
	labels = sample_read_file(
		pool, pool_printf(pool, "%s/bounces/labels.tsv", corpora),
		&len);
	assert_non_null(labels);
	for (line = strchr(labels, '\n') + 1; *line; line = next) {
		next = line + strcspn(line, "\n");
		next += *next == '\n';
		score_line(&score, corpora,
			   pool_memdup(pool, line, (size_t)(next - line)));
	}
	printf("labelled: %u messages, %u are reports; kind right %u of %u, "
	       "recipients right %u of %u, class right %u of %u (reason not "
	       "found %u), delays taken for bounces %u\n",
	       score.messages, score.reports, score.kind_right, score.kind_of,
	       score.recipient_right, score.recipient_of, score.class_right,
	       score.class_of, score.other, score.delay_as_bounce);
	assert_int_equal(score.delay_as_bounce, 0);
	assert_true(score.kind_right * 100 >= score.kind_of * 98);
	assert_true(score.recipient_right * 100 >= score.recipient_of * 97);
	pool_free(pool);
}

static unsigned
count_bounces(struct pool *pool, const glob_t *found)
{
	struct mail_sample sample;
	struct classify_result result;
	struct sg_err err;
	unsigned bounces = 0;
	size_t i, len;
	char *text;

	for (i = 0; i < found->gl_pathc; i++) {
		text = sample_read_file(pool, found->gl_pathv[i], &len);
		assert_non_null(text);
		if (!sample_parse(&sample, pool, text, len) ||
		    is_report(&sample))
			continue;
		assert_int_equal(classify_message(pool, &sample.headers,
						  sample.body, sample.body_len,
						  &result, &err),
				 SG_OK);
		bounces += result.kind != CLASSIFY_NORMAL;
	}
	return bounces;
}

static void
ordinary_mail_is_not_taken_for_a_report(void **state)
{
	const char *corpora = sample_corpora("ordinary mail");
	struct pool *pool = pool_new();
	unsigned bounces;
	glob_t found;

	(void)state;
	if (corpora && glob(pool_printf(pool, "%s/eml/*/*", corpora), 0, NULL,
			    &found) == 0) {
		bounces = count_bounces(pool, &found);
		printf("ordinary: %zu messages, taken for a report: %u\n",
		       found.gl_pathc, bounces);
		assert_int_equal(bounces, 0);
		globfree(&found);
	}
	pool_free(pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labelled_reports_are_understood),
		cmocka_unit_test(ordinary_mail_is_not_taken_for_a_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
