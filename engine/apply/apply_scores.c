/* apply_scores.c - the named scores, and how they degraded while a ruleset was
 * in force: a change of the configuration acts going forward. */
#include <stdio.h>
#include <stdlib.h>

#include "apply/apply_parts.h"
#include "store/store_score.h"

/* --- scores ------------------------------------------------------------- */

static enum sg_status
put_scores(struct apply *apply, struct sg_err *err)
{
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; i < apply->options.n_scores && status == SG_OK; i++) {
		const struct score_settings *from = &apply->options.scores[i];
		struct store_score row = {
			.name = from->name,
			.degrade = from->degrade,
			.degrade_negative = from->degrade_negative,
			.has_default = from->has_default,
			.has_floor = from->has_floor,
			.has_ceiling = from->has_ceiling,
			.default_points = from->default_points,
			.floor = from->floor,
			.ceiling = from->ceiling};
		uint32_t id;

		status = store_score_put(apply->store, &row, &id, err);
	}
	return status;
}

static enum sg_status
take_score(struct apply *apply, const struct store_score *row,
	   struct sg_err *err)
{
	struct score_settings *to;

	if (row->id != apply->world.n_scores + 1 || row->id > SCORES_MOST)
		return err_set(err, SG_FAILED,
			       "score '%s' has id %u: ids must be dense and at "
			       "most %d",
			       row->name, row->id, SCORES_MOST);
	to = &apply->world.scores[apply->world.n_scores++];
	*to = (struct score_settings){.id = row->id,
				      .degrade = row->degrade,
				      .degrade_negative = row->degrade_negative,
				      .has_default = row->has_default,
				      .has_floor = row->has_floor,
				      .has_ceiling = row->has_ceiling,
				      .default_points = row->default_points,
				      .floor = row->floor,
				      .ceiling = row->ceiling};
	snprintf(to->name, sizeof(to->name), "%s", row->name);
	return scoreboard_add_score(apply->board, to, err);
}

enum sg_status
apply_load_scores(struct apply *apply, struct sg_err *err)
{
	struct store_scores scores;
	enum sg_status status;
	size_t i;

	status = store_begin(apply->store, err);
	if (status != SG_OK)
		return status;
	status = put_scores(apply, err);
	if (status == SG_OK)
		status = store_commit(apply->store, err);
	if (status != SG_OK) {
		store_rollback(apply->store);
		return status;
	}
	status = store_scores_all(apply->store, apply->work, &scores, err);
	for (i = 0; status == SG_OK && i < scores.n_rows; i++)
		status = take_score(apply, &scores.rows[i], err);
	scoreboard_rates(apply->board, &apply->world.rates);
	return status;
}

/* --- how scores degraded under a ruleset -------------------------------- */

void
apply_degrade_text(const struct fold_world *world, char text[DEGRADE_TEXT_MOST])
{
	size_t len = 0, i;

	text[0] = '\0';
	for (i = 0; i < world->n_scores; i++) {
		const struct score_settings *score = &world->scores[i];
		int n = snprintf(text + len, DEGRADE_TEXT_MOST - len,
				 "%s%u=%.17g,%d", i ? " " : "", score->id,
				 score->degrade, score->degrade_negative);

		if (n < 0 || (size_t)n >= DEGRADE_TEXT_MOST - len)
			return;
		len += (size_t)n;
	}
}

void
apply_degrade_from_text(struct fold_world *world, const char *text)
{
	while (*text) {
		char *end;
		unsigned long id = strtoul(text, &end, 10);
		double percent = *end == '=' ? strtod(end + 1, &end) : 0;
		long negative = *end == ',' ? strtol(end + 1, &end, 10) : 1;

		if (id >= 1 && id <= world->n_scores) {
			world->scores[id - 1].degrade = percent;
			world->scores[id - 1].degrade_negative = negative;
		}
		while (*end && *end != ' ')
			end++;
		text = *end ? end + 1 : end;
	}
}

void
apply_degrade_name(uint32_t ruleset, char name[DEGRADE_NAME_MOST])
{
	snprintf(name, DEGRADE_NAME_MOST, "degrade.%u", ruleset);
}

enum sg_status
apply_keep_degrade(struct apply *apply, uint32_t ruleset, struct sg_err *err)
{
	char name[DEGRADE_NAME_MOST], text[DEGRADE_TEXT_MOST];

	apply_degrade_name(ruleset, name);
	apply_degrade_text(&apply->world, text);
	return store_meta_set(apply->store, name, text, err);
}
