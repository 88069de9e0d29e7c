/*
 * apply_segments.c - rules that name a segment mean what it says today. The
 * texts are kept with each ruleset, so that a refold sees the segment as it
 * was; and a segment that changes makes a ruleset of its own.
 */
#include <stdio.h>
#include <string.h>

#include "apply/apply_parts.h"
#include "base/json.h"
#include "store/store_segment.h"

enum { NAME_MOST = 32, TEXT_MOST = 1 << 20 };

static void
meta_name(uint32_t ruleset, char name[NAME_MOST])
{
	snprintf(name, NAME_MOST, "segments.%u", ruleset);
}

/* All there are, as one JSON object; "" = none. In `pool`. */
static enum sg_status
read_all(struct apply *apply, struct pool *pool, const char **text_out,
	 struct sg_err *err)
{
	struct store_segments all;
	struct json *object;
	struct buf text;
	enum sg_status status =
		store_segments_all(apply->store, pool, &all, err);
	size_t i;

	*text_out = "";
	if (status != SG_OK || !all.n_rows)
		return status;
	buf_init(&text, TEXT_MOST - 1);
	object = json_new_object();
	for (i = 0; i < all.n_rows; i++)
		json_add_text(object, all.rows[i].name, all.rows[i].expression);
	json_write(object, &text);
	json_free(object);
	if (buf_ok(&text))
		*text_out = pool_strdup(pool, buf_text(&text));
	else
		status = err_set(err, SG_REFUSED,
				 "the segments together are over %d bytes",
				 TEXT_MOST);
	buf_done(&text);
	return status;
}

enum sg_status
apply_segments_keep(struct apply *apply, uint32_t ruleset, struct sg_err *err)
{
	char name[NAME_MOST];
	const char *text;
	enum sg_status status = read_all(apply, apply->work, &text, err);

	if (status != SG_OK || !*text)
		return status;
	meta_name(ruleset, name);
	return store_meta_set(apply->store, name, text, err);
}

struct json *
apply_segments_of(struct apply *apply, uint32_t ruleset)
{
	char *text = pool_alloc(apply->work, TEXT_MOST);
	char name[NAME_MOST];
	struct json *object = NULL;

	meta_name(ruleset, name);
	if (store_meta_get(apply->store, name, text, TEXT_MOST, NULL) !=
		    SG_OK ||
	    json_parse(text, strlen(text), &object, NULL) != SG_OK)
		return NULL;
	return object;
}

bool
apply_segments_changed(struct apply *apply)
{
	struct pool *pool = pool_new();
	const struct fold_world *world = &apply->world;
	char *before = pool_alloc(pool, TEXT_MOST);
	char name[NAME_MOST];
	const char *now;
	bool changed = false;

	meta_name(world->rulesets[world->n_rulesets - 1]->id, name);
	if (store_meta_get(apply->store, name, before, TEXT_MOST, NULL) !=
	    SG_OK)
		before[0] = '\0';
	if (read_all(apply, pool, &now, NULL) == SG_OK)
		changed = strcmp(before, now) != 0;
	pool_free(pool);
	return changed;
}
