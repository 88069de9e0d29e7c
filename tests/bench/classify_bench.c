/*
 * classify_bench.c - the classifier on real mail: each message of a folder of
 * labelled bounces (its first argument, else ../shared/corpora/bounces) from
 * its bytes to its kind, against GMime, which only parses it.
 */
#include <glob.h>
#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "classify/classify.h"
#include "mail/part_map.h"

/* Rounds of A and B in turn; the median of each counts. */
enum { ROUNDS = 7, FILES_MOST = 5000 };

struct corpus {
	struct buf files[FILES_MOST];
	size_t n, bytes;
	struct pool *pool;
};

typedef void (*work_fn)(struct corpus *corpus, const struct buf *file);

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
read_file(struct corpus *corpus, const char *path)
{
	struct buf *text = &corpus->files[corpus->n];
	char block[65536];
	size_t n;
	FILE *file = fopen(path, "rb");

	if (!file || corpus->n == FILES_MOST)
		return;
	while ((n = fread(block, 1, sizeof(block), file)) > 0)
		buf_append(text, block, n);
	fclose(file);
	corpus->bytes += text->len;
	corpus->n += text->len > 0;
}

static void
classify_one(struct corpus *corpus, const struct buf *file)
{
	struct classify_result result;

	pool_clear(corpus->pool);
	if (classify_text(corpus->pool, file->data, file->len, &result, NULL) !=
	    SG_OK)
		abort();
}

static void
parse_one(struct corpus *corpus, const struct buf *file)
{
	GMimeStream *in =
		g_mime_stream_mem_new_with_buffer(file->data, file->len);
	GMimeParser *parser = g_mime_parser_new_with_stream(in);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);

	(void)corpus;
	if (message)
		g_object_unref(message);
	g_object_unref(parser);
	g_object_unref(in);
}

static double
cpu_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_utime.tv_sec +
	       (double)usage.ru_utime.tv_usec / 1e6 +
	       (double)usage.ru_stime.tv_sec +
	       (double)usage.ru_stime.tv_usec / 1e6;
}

/* Messages a second of one core's time, in one round over all. */
static double
rate(struct corpus *corpus, work_fn work)
{
	double start = cpu_seconds(), spent;
	size_t i;

	for (i = 0; i < corpus->n; i++)
		work(corpus, &corpus->files[i]);
	spent = cpu_seconds() - start;
	return (double)corpus->n / (spent > 0 ? spent : 1e-6);
}

int
main(int argc, char **argv)
{
	static struct corpus corpus;
	const char *folder = argc > 1 ? argv[1] : "../shared/corpora/bounces";
	double ours[ROUNDS], theirs[ROUNDS];
	char pattern[4096];
	glob_t found;
	size_t i;

	snprintf(pattern, sizeof(pattern), "%s/raw/*/*", folder);
	if (glob(pattern, 0, NULL, &found) != 0) {
		fprintf(stderr, "skipped: no labelled mail in %s\n", folder);
		return 0;
	}
	mail_start();
	corpus.pool = pool_new();
	for (i = 0; i < found.gl_pathc; i++)
		read_file(&corpus, found.gl_pathv[i]);
	globfree(&found);
	for (i = 0; i < ROUNDS; i++) {
		ours[i] = rate(&corpus, classify_one);
		theirs[i] = rate(&corpus, parse_one);
	}
	qsort(ours, ROUNDS, sizeof(*ours), compare_doubles);
	qsort(theirs, ROUNDS, sizeof(*theirs), compare_doubles);
	printf("RESULT\tclassify %zu real messages, mean %zu bytes\tGMime, "
	       "parse\t%.0f messages/s\t%.0f messages/s\t%.2f\t-\n",
	       corpus.n, corpus.bytes / corpus.n, ours[ROUNDS / 2],
	       theirs[ROUNDS / 2], ours[ROUNDS / 2] / theirs[ROUNDS / 2]);
	for (i = 0; i < corpus.n; i++)
		buf_done(&corpus.files[i]);
	pool_free(corpus.pool);
	return 0;
}
