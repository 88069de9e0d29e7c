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
		.timezone = apply->options.timezone,
	};
}
