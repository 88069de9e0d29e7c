/*
 * apply_bands.c - rules that name a band mean the range it is today. The
 * ranges are kept with each ruleset, so that a refold sees a band as it was;
 * a band that changed begins a ruleset of its own.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/apply_parts.h"
#include "base/text.h"

enum { NAME_MOST = 32, LINE_MOST = 2 * SCORE_NAME_MOST + 64 };

#define TEXT_MOST ((size_t)SCORE_BANDS_MOST * LINE_MOST)

static void
meta_name(uint32_t ruleset, char name[NAME_MOST])
{
	snprintf(name, NAME_MOST, "bands.%u", ruleset);
}

/* A line each: name, score, from, to. None of them has a blank in it. */
static void
write_bands(const struct score_bands *bands, char *text)
{
	size_t len = 0, i;

	text[0] = '\0';
	for (i = 0; i < bands->n; i++) {
		const struct score_band *band = &bands->bands[i];
		int n = snprintf(text + len, TEXT_MOST - len,
				 "%s %s %.17g %.17g\n", band->name, band->score,
				 band->from, band->to);

		if (n < 0 || (size_t)n >= TEXT_MOST - len)
			return;
		len += (size_t)n;
	}
}

static bool
take_word(const char **at, char word[SCORE_NAME_MOST])
{
	size_t len = strcspn(*at, " \n");

	if (!len || len >= SCORE_NAME_MOST || (*at)[len] != ' ')
		return false;
	memcpy(word, *at, len);
	word[len] = '\0';
	*at += len + 1;
	return true;
}

static void
read_bands(const char *text, struct score_bands *bands)
{
	bands->n = 0;
	while (*text && bands->n < SCORE_BANDS_MOST) {
		struct score_band *band = &bands->bands[bands->n];
		char *end;

		if (!take_word(&text, band->name) ||
		    !take_word(&text, band->score))
			return;
		band->from = strtod(text, &end);
		band->to = strtod(end, &end);
		if (*end != '\n')
			return;
		text = end + 1;
		bands->n++;
	}
}

enum sg_status
apply_bands_keep(struct apply *apply, uint32_t ruleset, struct sg_err *err)
{
	char *text = pool_alloc(apply->work, TEXT_MOST);
	char name[NAME_MOST];

	if (!apply->options.bands || !apply->options.bands->n)
		return SG_OK;
	write_bands(apply->options.bands, text);
	meta_name(ruleset, name);
	return store_meta_set(apply->store, name, text, err);
}

void
apply_bands_of(struct apply *apply, uint32_t ruleset,
	       struct score_bands *bands_out)
{
	char *text = pool_alloc(apply->work, TEXT_MOST);
	char name[NAME_MOST];

	bands_out->n = 0;
	meta_name(ruleset, name);
	if (store_meta_get(apply->store, name, text, TEXT_MOST, NULL) == SG_OK)
		read_bands(text, bands_out);
}

bool
apply_bands_changed(struct apply *apply, uint32_t ruleset)
{
	struct pool *pool = pool_new();
	char *before = pool_alloc(pool, TEXT_MOST);
	char *now = pool_alloc(pool, TEXT_MOST);
	char name[NAME_MOST];
	bool changed;

	meta_name(ruleset, name);
	if (store_meta_get(apply->store, name, before, TEXT_MOST, NULL) !=
	    SG_OK)
		before[0] = '\0';
	now[0] = '\0';
	if (apply->options.bands)
		write_bands(apply->options.bands, now);
	changed = strcmp(before, now) != 0;
	pool_free(pool);
	return changed;
}

const struct score_bands *
apply_bands(const struct apply *apply)
{
	static const struct score_bands none;

	return apply->options.bands ? apply->options.bands : &none;
}
