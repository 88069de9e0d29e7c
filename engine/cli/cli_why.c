/* cli_why.c - see cli_why.h. */
#include "cli/cli_why.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define NOTHING 1e-6
#define FADED	0.005 /* and less shows as 0 */

enum { FADED_SHOWN = 5 };

/* The lines of the sum: each entry's points today, and how they are shown. Many
 * that have faded to nothing are one line, the last. */
struct sum {
	size_t n;
	const struct json **entries; /* NULL: the faded */
	size_t n_faded;
	double *left;
	long long *shown; /* in units of the last place */
	double unit;	  /* 1, or 0.01 when something has a fraction */
	bool exact;
};

/* One that shows: what degraded for a minute is still 50. */
static bool
has_fraction(double value)
{
	return fabs(value - round(value)) >= 0.005;
}

/*
 * Rounded so that the lines add up to the rounded total: all are rounded down,
 * and the units that are missing go to those that lost most by it (largest
 * remainder). Whole numbers lose nothing and stay.
 */
static void
round_lines(struct sum *sum)
{
	double total = 0;
	long long missing;
	size_t i;

	for (i = 0; i < sum->n; i++)
		total += sum->left[i];
	missing = llround(total / sum->unit);
	for (i = 0; i < sum->n; i++) {
		/* 5 is not to become 4.99 for want of a bit. */
		sum->shown[i] =
			(long long)floor(sum->left[i] / sum->unit + NOTHING);
		missing -= sum->shown[i];
	}
	while (missing > 0) {
		size_t most = 0;
		double lost, best = -1;

		for (i = 0; i < sum->n; i++) {
			lost = sum->left[i] / sum->unit - (double)sum->shown[i];
			if (lost > best) {
				best = lost;
				most = i;
			}
		}
		if (best < 0)
			break;
		sum->shown[most]++;
		missing--;
	}
}

static double
left_of(const struct json *entry)
{
	double left;

	return json_get_number(entry, "left", &left) ? left : 0;
}

/* How many of them are faded, if these are not to be shown. */
static size_t
count_faded(const struct sum *sum, const struct json *entries)
{
	size_t n = 0, i;

	for (i = 0; i < json_count(entries) && !sum->exact; i++)
		n += fabs(left_of(json_at(entries, i))) < FADED;
	return n > FADED_SHOWN ? n : 0;
}

static bool
read_lines(struct sum *sum, const struct json *entries)
{
	size_t n = json_count(entries), i;
	double faded = 0;

	sum->unit = 1;
	sum->left = calloc(n + 1, sizeof(*sum->left));
	sum->shown = calloc(n + 1, sizeof(*sum->shown));
	sum->entries = calloc(n + 1, sizeof(*sum->entries));
	if (!sum->left || !sum->shown || !sum->entries)
		return false;
	sum->n_faded = count_faded(sum, entries);
	for (i = 0; i < n; i++) {
		double left = left_of(json_at(entries, i));

		if (sum->n_faded && fabs(left) < FADED) {
			faded += left;
			continue;
		}
		if (has_fraction(left))
			sum->unit = 0.01;
		sum->entries[sum->n] = json_at(entries, i);
		sum->left[sum->n++] = left;
	}
	if (sum->n_faded)
		sum->left[sum->n++] = faded;
	round_lines(sum);
	return true;
}

/* ---- rows --------------------------------------------------------------- */

static void
add_points(struct json *row, const char *name, const struct sum *sum,
	   double value)
{
	struct buf text = BUF_INIT;

	if (sum->exact)
		text_append_number(&text, value);
	else if (sum->unit < 1)
		buf_printf(&text, "%.2f", value);
	else
		text_append_rounded(&text, value);
	json_add_text(row, name,
		      strcmp(buf_text(&text), "-0.00") ? buf_text(&text)
						       : "0.00");
	buf_done(&text);
}

static void
add_row(struct json *rows, const struct sum *sum, const char *title,
	double value)
{
	struct json *row = json_new_object();

	json_add_text(row, "explanation", title);
	add_points(row, "left", sum, value);
	json_push(rows, row);
}

/* Without a rule it was a person, an import or the API. */
static const char *
rule_of(const struct json *entry)
{
	const char *rule = json_get_text(entry, "rule");
	const char *class = json_get_text(entry, "class");

	if (rule)
		return rule;
	return class && !strcmp(class, "manual") ? "(by hand)" : "";
}

static const char *
explanation_of(const struct json *entry)
{
	const char *text = json_get_text(entry, "explanation");

	/* The engine's own name for it, or the rule's, when nobody said why. */
	if (!text || !strcmp(text, rule_of(entry)) ||
	    !strcmp(text, "score.added") || !strcmp(text, "score.set"))
		return "";
	return text;
}

/* What came by a link says from whom. */
static void
add_explanation(struct json *row, const struct json *entry)
{
	const char *from = json_get_text(json_get(entry, "from"), "key");
	struct buf text = BUF_INIT;

	buf_append_text(&text, explanation_of(entry));
	if (from && *from)
		buf_printf(&text, ": %s", from);
	json_add_text(row, "explanation", buf_text(&text));
	buf_done(&text);
}

static void
add_faded(struct json *rows, const struct sum *sum, size_t line)
{
	struct buf title = BUF_INIT;

	buf_printf(&title, "%zu more that have faded", sum->n_faded);
	add_row(rows, sum, buf_text(&title),
		(double)sum->shown[line] * sum->unit);
	buf_done(&title);
}

static void
add_entries(struct json *rows, const struct sum *sum)
{
	struct buf given = BUF_INIT;
	double points;
	size_t i;

	for (i = 0; i < sum->n; i++) {
		const struct json *entry = sum->entries[i];
		struct json *row;

		if (!entry) {
			add_faded(rows, sum, i);
			continue;
		}
		row = json_new_object();
		json_add_text(row, "at", json_get_text(entry, "at"));
		json_add_text(row, "rule", rule_of(entry));
		add_explanation(row, entry);
		if (!json_get_number(entry, "given", &points))
			points = 0;
		buf_reset(&given);
		text_append_number(&given, sum->exact
						   ? points
						   : round(points * 100) / 100);
		json_add_text(row, "given", buf_text(&given));
		if (json_get_text(entry, "expires_at"))
			json_add_text(row, "expires_at",
				      json_get_text(entry, "expires_at"));
		add_points(row, "left", sum,
			   sum->exact ? sum->left[i]
				      : (double)sum->shown[i] * sum->unit);
		json_push(rows, row);
	}
	buf_done(&given);
}

/* What stands between the sum of the lines and the score. */
static void
add_total(struct json *rows, const struct sum *sum, const struct json *why)
{
	const struct json *summary = json_get(why, "summary");
	double total = 0, score;
	size_t i;

	for (i = 0; i < sum->n; i++)
		total += sum->left[i];
	if (!json_get_number(summary, "score", &score))
		return;
	if (fabs(score - total) > NOTHING) {
		add_row(rows, sum, "together", total);
		add_row(rows, sum,
			sum->n == 0	? "the default"
			: score < total ? "limited by ceiling"
					: "raised by floor",
			score - total);
	}
	add_row(rows, sum, "= the score", score);
}

static bool
anything_expires(const struct json *entries)
{
	size_t i;

	for (i = 0; i < json_count(entries); i++)
		if (json_get_text(json_at(entries, i), "expires_at"))
			return true;
	return false;
}

static void
print_rows(const struct cli *cli, const struct json *why, const struct sum *sum)
{
	static const struct cli_column columns[] = {
		{"when", "at", CLI_TIME},
		{"rule", "rule", CLI_TEXT},
		{"because", "explanation", CLI_TEXT},
		{"given", "given", CLI_NUMBER},
		{"left", "left", CLI_NUMBER},
		{0},
	};
	static const struct cli_column with_expiry[] = {
		{"when", "at", CLI_TIME},
		{"rule", "rule", CLI_TEXT},
		{"because", "explanation", CLI_TEXT},
		{"given", "given", CLI_NUMBER},
		{"left", "left", CLI_NUMBER},
		{"expires", "expires_at", CLI_TIME},
		{0},
	};
	const struct json *entries = json_get(why, "entries");
	struct json *rows = json_new_array();

	add_entries(rows, sum);
	add_total(rows, sum, why);
	putchar('\n');
	cli_table(cli, rows, anything_expires(entries) ? with_expiry : columns);
	json_free(rows);
}

static void
print_future(const struct json *why, bool exact)
{
	enum cli_form form = exact ? CLI_NUMBER : CLI_POINTS;
	struct buf week = BUF_INIT, month = BUF_INIT;

	cli_format(&week, json_get(why, "in_7_days"), form);
	cli_format(&month, json_get(why, "in_30_days"), form);
	if (week.len && month.len)
		printf("\nIf nothing happens: %s in 7 days, %s in 30 days.\n",
		       buf_text(&week), buf_text(&month));
	buf_done(&month);
	buf_done(&week);
}

/* In the unit that says it best. */
static void
append_span(struct buf *to, double days)
{
	double hours = days * 24, minutes = hours * 60;

	if (days >= 1)
		buf_printf(to, "%.1f days", days);
	else if (hours >= 1)
		buf_printf(to, "%.1f hours", hours);
	else if (minutes >= 1)
		buf_printf(to, "%.1f minutes", minutes);
	else
		buf_printf(to, "%.0f seconds", minutes * 60);
}

/* "Falls below 50 on 2026-02-07 13:53:29 UTC, in 6.6 days." */
static void
print_crossings(const struct json *crossings)
{
	struct buf at = BUF_INIT, threshold = BUF_INIT, span = BUF_INIT;
	double days;
	size_t i;

	for (i = 0; i < json_count(crossings); i++) {
		const struct json *crossing = json_at(crossings, i);
		const char *how = json_get_text(crossing, "how");

		if (!how || !json_get_number(crossing, "in_days", &days))
			continue;
		buf_reset(&at);
		buf_reset(&threshold);
		buf_reset(&span);
		append_span(&span, days);
		cli_format(&at, json_get(crossing, "at"), CLI_TIME);
		cli_format(&threshold, json_get(crossing, "threshold"),
			   CLI_NUMBER);
		printf("It %s %s on %s UTC, in %s.\n", how,
		       buf_text(&threshold), buf_text(&at), buf_text(&span));
	}
	buf_done(&span);
	buf_done(&threshold);
	buf_done(&at);
}

/* Who has just clicked and looks why nothing came of it. */
static void
print_settling(const struct json *settling)
{
	struct buf until = BUF_INIT;
	int64_t n;

	if (!json_get_int(settling, "signals", &n))
		return;
	cli_format(&until, json_get(settling, "until"), CLI_TIME);
	printf("\n%lld more %s settling: what people did counts from %s UTC.\n",
	       (long long)n, n == 1 ? "signal is" : "signals are",
	       buf_text(&until));
	buf_done(&until);
}

void
cli_why(const struct cli *cli, const struct json *why, bool exact)
{
	const char *note = json_get_text(why, "note");
	struct sum sum = {.exact = exact};
	double score = 0;

	if (!json_get_number(json_get(why, "summary"), "score", &score))
		puts("  no score");
	else if (read_lines(&sum, json_get(why, "entries")))
		print_rows(cli, why, &sum);
	/* Limits and defaults have their line in the table. */
	if (note && strstr(note, "is shown as") &&
	    (exact || has_fraction(score)))
		printf("\nShown as %.0f; conditions compare the exact "
		       "value%s.\n",
		       round(score), exact ? "" : " (--exact)");
	print_settling(json_get(why, "settling"));
	print_future(why, exact);
	print_crossings(json_get(why, "crossings"));
	free(sum.left);
	free(sum.shown);
	free(sum.entries);
}
