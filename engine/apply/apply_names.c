/* apply_names.c - which names a condition may use; see apply.h. */
#include <stdlib.h>
#include <string.h>

#include "apply/apply_parts.h"
#include "store/store_segment.h"

static bool
signal_known(void *arg, const char *name, const char **hint_out)
{
	struct apply_names *names = arg;

	if (hint_out)
		*hint_out = NULL;
	if (!names->apply->options.kinds ||
	    signal_kinds_has(names->apply->options.kinds, name))
		return true;
	if (hint_out)
		*hint_out = signal_kinds_who_would(name);
	return false;
}

static bool
score_known(void *arg, const char *name)
{
	struct apply_names *names = arg;

	return scoreboard_find_score(names->apply->board, name, NULL) == SG_OK;
}

static const char *
segment(void *arg, const char *name)
{
	struct apply_names *names = arg;
	struct pool *pool = pool_new();
	struct store_segment row;
	const char *text = NULL;

	if (names->store &&
	    store_segment_get(names->store, name, pool, &row, NULL) == SG_OK &&
	    strlen(row.expression) < sizeof(names->text)) {
		memcpy(names->text, row.expression, strlen(row.expression) + 1);
		text = names->text;
	}
	pool_free(pool);
	return text;
}

static bool
band(void *arg, const char *name, const char **score_out, double *from_out,
     double *to_out)
{
	const struct apply_names *names = arg;
	const struct score_band *found =
		score_bands_find(apply_bands(names->apply), name);

	if (!found)
		return false;
	*score_out = found->score;
	*from_out = found->from;
	*to_out = found->to;
	return true;
}

static void
each_segment(struct apply_names *names, condition_name_fn *fn, void *fn_arg)
{
	struct pool *pool = pool_new();
	struct store_segments all;
	size_t i;

	if (names->store &&
	    store_segments_all(names->store, pool, &all, NULL) == SG_OK)
		for (i = 0; i < all.n_rows; i++)
			fn(fn_arg, all.rows[i].name);
	pool_free(pool);
}

/* For "did you mean …?". */
static void
each_name(void *arg, enum condition_sort sort, condition_name_fn *fn,
	  void *fn_arg)
{
	struct apply_names *names = arg;
	struct signal_kinds *kinds = names->apply->options.kinds;
	struct scoreboard *board = names->apply->board;
	struct score_settings score;
	size_t i;

	if (sort == CONDITION_SCORES)
		for (i = 0; i < scoreboard_n_scores(board); i++)
			if (scoreboard_score_at(board, i, &score) == SG_OK)
				fn(fn_arg, score.name);
	if (sort == CONDITION_SIGNALS && kinds)
		for (i = 0; i < signal_kinds_count(kinds); i++)
			fn(fn_arg, signal_kinds_at(kinds, i).name);
	if (sort == CONDITION_SEGMENTS)
		each_segment(names, fn, fn_arg);
	if (sort == CONDITION_BANDS)
		for (i = 0; i < apply_bands(names->apply)->n; i++)
			fn(fn_arg, apply_bands(names->apply)->bands[i].name);
}

void
apply_names_init(struct apply_names *names, struct apply *apply,
		 struct store *store)
{
	memset(names, 0, sizeof(*names));
	names->apply = apply;
	names->store = store;
	names->names = (struct condition_names){
		.arg = names,
		.signal_known = signal_known,
		.score_known = score_known,
		.segment = segment,
		.band = band,
		.timezone = apply->options.timezone,
		.each = each_name,
	};
}

/* Signals and scores are not looked at: what was right when it was stored
 * stays so without the plugin that declares them. */
struct ruleset *
apply_parse_stored(struct apply *apply, const char *what, const char *text,
		   struct sg_err *err)
{
	struct apply_names checks;
	struct condition_names names = {.arg = &checks,
					.timezone = apply->options.timezone};
	struct rule_context context = {.names = &names};
	struct ruleset *file;

	apply_names_init(&checks, apply, apply->store);
	names.segment = checks.names.segment;
	names.band = checks.names.band;
	return rules_parse(what, text, &context, &file, err) == SG_OK ? file
								      : NULL;
}
