/*
 * condition_fuzz.c - any bytes as a condition: refused with a place, or right:
 * its canonical text parses to the same, and it can be asked.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rule/condition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *
field(void *arg, const char *name)
{
	static const char *const values[] = {NULL, "42", "2026-02-01", "Größe",
					     "yes"};

	return values[strlen(name) % 5];
}

static bool
member(void *arg, const char *name)
{
	return strlen(name) % 2;
}

static bool
score(void *arg, const char *name, enum score_part part, double *value_out)
{
	*value_out = 42.5;
	return part == SCORE_PERCENT || strlen(name) % 2 == 0;
}

static const char *
text(void *arg)
{
	return "ann@example.com";
}

static int64_t
created_at(void *arg)
{
	return 1770000000000;
}

static void
occurrences(void *arg, const char *name, occurrence_fn *fn, void *fn_arg)
{
	struct occurrence occurrence = {name, 1771000000000, NULL};
	struct signal signal;
	struct sg_err err;

	signal_init(&signal, name, occurrence.happened_at);
	occurrence.signal = &signal;
	if (signal_set(&signal, "url", "https://x/2026-02-01", &err) == SG_OK &&
	    fn(fn_arg, &occurrence)) {
		occurrence.happened_at -= 86400000;
		fn(fn_arg, &occurrence);
	}
}

static bool
broadcast(void *arg, const char *name, const char *state)
{
	return state != NULL;
}

static const char *
segment(void *arg, const char *name)
{
	static const char *const texts[] = {NULL, "tag 'x'",
					    "segment 'a' and has score > 1",
					    "segment 'abc'", "tag"};

	return texts[strlen(name) % 5];
}

static bool
band(void *arg, const char *name, const char **score_out, double *from_out,
     double *to_out)
{
	*score_out = "lead";
	*from_out = 10;
	*to_out = INFINITY;
	return true;
}

static const struct condition_names names = {
	.segment = segment, .band = band, .timezone = "Europe/Berlin"};
static const struct record_view view = {
	NULL, field,	  member,      member,	  score,    text,
	text, created_at, occurrences, broadcast, broadcast};

static void
ask(const struct condition *condition)
{
	static const int64_t now = 1771156800000;
	struct condition_uses uses;
	int64_t next = condition_next_change(condition, &view, now);

	condition_test(condition, &view, NULL, now);
	condition_get_uses(condition, &uses);
	if (next <= now || (!uses.now && next != INT64_MAX))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct condition *first = NULL, *second = NULL;
	struct buf canonical = BUF_INIT, again = BUF_INIT;
	char *copy = malloc(size + 1);
	struct sg_err err = {SG_OK, ""};

	if (!copy)
		return 0;
	if (size)
		memcpy(copy, data, size);
	copy[size] = '\0';
	if (condition_parse(copy, &names, &first, &err) != SG_OK) {
		if (strncmp(err.text, "line ", 5) != 0 || first)
			abort();
		free(copy);
		return 0;
	}
	ask(first);
	condition_write(first, &canonical);
	if (strlen(buf_text(&canonical)) <= CONDITION_TEXT_MOST) {
		if (condition_parse(buf_text(&canonical), &names, &second,
				    &err) != SG_OK)
			abort();
		condition_write(second, &again);
		if (strcmp(buf_text(&canonical), buf_text(&again)) != 0)
			abort();
	}
	condition_free(first);
	condition_free(second);
	buf_done(&canonical);
	buf_done(&again);
	free(copy);
	return 0;
}
