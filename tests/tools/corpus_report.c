/*
 * corpus_report.c - the classifier on a folder of labelled mail (labels.tsv,
 * tab separated, its first line names the columns): a table of what was taken
 * for what, the figures, and each miss. `--half 1` or `--half 2` takes every
 * other file of a mail system only; `--quiet` leaves the misses out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "classify/classify.h"
#include "mail/part_map.h"

enum { COLUMNS_MOST = 20, KINDS = CLASSIFY_FORWARD + 1, LINE_MOST = 65536 };
enum column { FILE_NAME, VENDOR, KIND, RECIPIENTS, CLASS, ORIGIN, N_COLUMNS };

static const char *const NAMES[N_COLUMNS] = {
	"file", "vendor", "kind", "recipients", "class", "recipient_origin"};

struct tally {
	unsigned right, of;
};

struct report {
	const char *folder;
	unsigned half;
	bool quiet;
	int column[N_COLUMNS];
	char vendor[64];
	unsigned n_of_vendor;
	unsigned table[KINDS + 1][KINDS]; /* the last row: unknown label */
	struct tally kind, recipients, facts, class, ordinary;
};

static void
count(struct tally *tally, bool right)
{
	tally->of++;
	tally->right += right;
}

static size_t
split(char *line, char *fields[COLUMNS_MOST])
{
	size_t n = 0;

	line[strcspn(line, "\r\n")] = '\0';
	while (line && n < COLUMNS_MOST) {
		fields[n++] = line;
		line = strchr(line, '\t');
		if (line)
			*line++ = '\0';
	}
	return n;
}

static char *
read_file(struct pool *pool, const char *path, size_t *len_out)
{
	FILE *file = fopen(path, "rb");
	struct buf text = BUF_INIT;
	char block[65536], *copy;
	size_t n;

	if (!file)
		return NULL;
	while ((n = fread(block, 1, sizeof(block), file)) > 0)
		buf_append(&text, block, n);
	fclose(file);
	copy = pool_memdup(pool, buf_text(&text), text.len);
	*len_out = text.len;
	buf_done(&text);
	return copy;
}

static bool
has_recipient(const struct classify_result *result, const char *address)
{
	for (size_t i = 0; i < result->n_recipients; i++)
		if (strcasecmp(result->recipients[i].address, address) == 0 ||
		    strcasecmp(result->recipients[i].final, address) == 0)
			return true;
	return false;
}

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

static unsigned
kind_of(const char *label)
{
	unsigned i;

	for (i = 0; i < KINDS; i++)
		if (strcmp(classify_kind_name(i), label) == 0)
			break;
	return i;
}

static void
say_miss(const struct report *report, const char *const *want, const char *what,
	 const struct classify_result *result)
{
	if (report->quiet)
		return;
	printf("miss %s: %s: want %s %s, got %s", what, want[FILE_NAME],
	       want[KIND], want[RECIPIENTS], classify_kind_name(result->kind));
	for (size_t i = 0; i < result->n_recipients && i < 10; i++)
		printf("%c%s", i ? ';' : ' ', result->recipients[i].address);
	printf(" (%s)\n", result->evidence);
}

static void
score(struct report *report, struct pool *pool, const char *const *want,
      const struct classify_result *result)
{
	unsigned label = kind_of(want[KIND]);
	bool right = label == result->kind;

	report->table[label][result->kind]++;
	if (strcmp(want[KIND], "normal") == 0)
		count(&report->ordinary, result->kind != CLASSIFY_BOUNCE);
	if (label == CLASSIFY_BOUNCE || label == CLASSIFY_DELAY)
		count(&report->kind, right);
	if (!right)
		say_miss(report, want, "kind", result);
	if (*want[RECIPIENTS]) {
		right = recipients_right(pool, result, want[RECIPIENTS]);
		count(&report->recipients, right);
		if (strcmp(want[ORIGIN], "engine") != 0)
			count(&report->facts, right);
		if (!right)
			say_miss(report, want, "recipient", result);
	}
	if (result->n_recipients == 1 && result->kind == CLASSIFY_BOUNCE &&
	    *want[CLASS] && !strchr(want[CLASS], ';')) {
		right = strcmp(bounce_class_name(result->recipients[0].class),
			       want[CLASS]) == 0;
		count(&report->class, right);
		if (!right && getenv("CLASSES"))
			printf("miss class: %s: want %s, got %s: %s\n",
			       want[FILE_NAME], want[CLASS],
			       bounce_reason_name(result->recipients[0].reason),
			       result->recipients[0].diagnostic);
	}
}

/* Whether the half of the mail system's files asked for has this one. */
static bool
is_asked(struct report *report, const char *vendor)
{
	if (strcmp(report->vendor, vendor) != 0) {
		snprintf(report->vendor, sizeof(report->vendor), "%s", vendor);
		report->n_of_vendor = 0;
	}
	report->n_of_vendor++;
	return !report->half || report->n_of_vendor % 2 == report->half % 2;
}

static void
read_line(struct report *report, char *line)
{
	char *fields[COLUMNS_MOST], *text;
	const char *want[N_COLUMNS];
	size_t n = split(line, fields), len = 0;
	struct classify_result result;
	struct pool *pool;

	for (size_t i = 0; i < N_COLUMNS; i++)
		want[i] =
			report->column[i] >= 0 && (size_t)report->column[i] < n
				? fields[report->column[i]]
				: "";
	if (!is_asked(report, want[VENDOR]))
		return;
	pool = pool_new();
	text = read_file(
		pool,
		pool_printf(pool, "%s/%s", report->folder, want[FILE_NAME]),
		&len);
	if (text && classify_text(pool, text, len, &result, NULL) == SG_OK)
		score(report, pool, want, &result);
	else
		printf("miss file: %s: cannot be read\n", want[FILE_NAME]);
	pool_free(pool);
}

static void
say_tally(const char *what, const struct tally *tally)
{
	printf("%-44s %5u of %5u", what, tally->right, tally->of);
	if (tally->of)
		printf("  %5.1f %%", 100.0 * tally->right / tally->of);
	putchar('\n');
}

static void
say_table(const struct report *report)
{
	printf("\n%-12s", "label");
	for (unsigned i = 0; i < KINDS; i++)
		printf(" %7.7s", classify_kind_name(i));
	putchar('\n');
	for (unsigned row = 0; row <= KINDS; row++) {
		unsigned sum = 0;

		for (unsigned i = 0; i < KINDS; i++)
			sum += report->table[row][i];
		if (!sum)
			continue;
		printf("%-12s", row < KINDS ? classify_kind_name(row) : "?");
		for (unsigned i = 0; i < KINDS; i++)
			printf(" %7u", report->table[row][i]);
		putchar('\n');
	}
	putchar('\n');
	say_tally("kind right on bounces and delays", &report->kind);
	say_tally("recipients right", &report->recipients);
	say_tally("recipients right where a fact labels them", &report->facts);
	say_tally("class right (one recipient)", &report->class);
	say_tally("ordinary mail not taken for a bounce", &report->ordinary);
	printf("%-44s %5u\n", "delays taken for bounces",
	       report->table[CLASSIFY_DELAY][CLASSIFY_BOUNCE]);
}

static int
read_labels(struct report *report)
{
	static char line[LINE_MOST];
	char path[4096], *fields[COLUMNS_MOST];
	FILE *labels;
	size_t n;

	snprintf(path, sizeof(path), "%s/labels.tsv", report->folder);
	labels = fopen(path, "r");
	if (!labels || !fgets(line, sizeof(line), labels)) {
		fprintf(stderr, "%s: cannot be read\n", path);
		return 2;
	}
	n = split(line, fields);
	for (size_t i = 0; i < N_COLUMNS; i++) {
		report->column[i] = -1;
		for (size_t k = 0; k < n; k++)
			if (strcmp(fields[k], NAMES[i]) == 0)
				report->column[i] = (int)k;
	}
	while (fgets(line, sizeof(line), labels))
		read_line(report, line);
	fclose(labels);
	say_table(report);
	return 0;
}

int
main(int argc, char **argv)
{
	struct report report = {.folder = NULL};
	int i;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--half") == 0 && i + 1 < argc)
			report.half = argv[++i][0] == '1' ? 1 : 2;
		else if (strcmp(argv[i], "--quiet") == 0)
			report.quiet = true;
		else
			report.folder = argv[i];
	}
	if (!report.folder) {
		fprintf(stderr, "usage: %s [--half 1|2] [--quiet] FOLDER\n",
			argv[0]);
		return 2;
	}
	mail_start();
	return read_labels(&report);
}
