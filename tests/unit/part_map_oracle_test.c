/*
 * part_map_oracle_test.c - our map of parts against GMime's on real mail:
 * broken MIME, reports of sixty mail systems, and our golden messages.
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

#include "mail_sample.h"
#include "part_map_gmime.h"

static bool
same_part(const struct mail_sample *sample, const struct part *a,
	  const struct part *b)
{
	size_t end = b->end;

	/* GMime leaves the CR of the last boundary without a line end. */
	if (a->end + 1 == end && sample->body[end - 1] == '\r')
		end--;
	if (a->is_message != b->is_message || strcmp(a->type, b->type) != 0 ||
	    a->inside_message != b->inside_message ||
	    a->encoding != b->encoding || a->is_protected != b->is_protected)
		return false;
	if (a->is_message)
		return true;
	return a->start == b->start && a->end == end && a->depth == b->depth &&
	       strcmp(a->charset, b->charset) == 0;
}

/* Whether both maps are the same; says where not. */
static bool
compare(const char *path, const struct mail_sample *sample,
	const struct part_map *theirs)
{
	const struct part_map *ours = &sample->map;
	size_t i, n = ours->n_parts;

	/* A message cut off after its empty header has a part for us. */
	if (n > theirs->n_parts && ours->parts[n - 1].start == sample->body_len)
		n--;
	for (i = 0; i < n && i < theirs->n_parts; i++) {
		if (!same_part(sample, &ours->parts[i], &theirs->parts[i]))
			break;
	}
	if (i == n && i == theirs->n_parts)
		return true;
	printf("%s: part %zu of %zu, %zu differs", path, i, ours->n_parts,
	       theirs->n_parts);
	if (i < n && i < theirs->n_parts)
		printf(": %s %s %zu-%zu, %s %s %zu-%zu", ours->parts[i].type,
		       ours->parts[i].charset, ours->parts[i].start,
		       ours->parts[i].end, theirs->parts[i].type,
		       theirs->parts[i].charset, theirs->parts[i].start,
		       theirs->parts[i].end);
	printf("\n");
	return false;
}

static void
compare_all(const char *pattern, unsigned most_different)
{
	struct pool *pool = pool_new();
	struct mail_sample sample;
	struct part_map theirs;
	unsigned n = 0, different = 0;
	glob_t found;
	size_t i, len;
	char *text;

	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (i = 0; i < found.gl_pathc; i++) {
		text = sample_read_file(pool, found.gl_pathv[i], &len);
		assert_non_null(text);
		if (sample_parse(&sample, pool, text, len)) {
			assert_int_equal(
				part_map_by_gmime(pool, &sample.headers,
						  sample.body, sample.body_len,
						  &theirs, NULL),
				SG_OK);
			different +=
				!compare(found.gl_pathv[i], &sample, &theirs);
			n++;
		}
		pool_clear(pool);
	}
	printf("%s: %u messages, %u mapped otherwise\n", pattern, n, different);
	assert_true(different <= most_different);
	globfree(&found);
	pool_free(pool);
}

static void
golden_messages_map_as_with_gmime(void **state)
{
	(void)state;
	compare_all("tests/unit/golden/mail/*.eml", 0);
}

static void
real_messages_map_as_with_gmime(void **state)
{
	const char *corpora = sample_corpora("real messages");
	struct pool *pool = pool_new();

	(void)state;
	if (corpora)
		compare_all(pool_printf(pool, "%s/eml/*/*", corpora), 0);
	pool_free(pool);
}

static void
real_reports_map_as_with_gmime(void **state)
{
	const char *corpora = sample_corpora("real reports");
	struct pool *pool = pool_new();

	(void)state;
	if (corpora)
		compare_all(
			pool_printf(pool, "%s/bounces/raw/sisimai/*", corpora),
			0);
	pool_free(pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_messages_map_as_with_gmime),
		cmocka_unit_test(real_messages_map_as_with_gmime),
		cmocka_unit_test(real_reports_map_as_with_gmime),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
