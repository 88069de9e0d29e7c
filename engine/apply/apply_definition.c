/* apply_definition.c - see apply_definition.h. */
#include "apply/apply_definition.h"

#include "base/log.h"

static const char *const names[] = {
	[STORE_AUTOMATION] = "automation", [STORE_SEQUENCE] = "sequence"};

static struct ruleset *
parse(struct apply *apply, enum store_defined what,
      const struct store_definitions *rows, struct sg_err *err)
{
	static const char *const all[] = {
		[STORE_AUTOMATION] = "stored automations",
		[STORE_SEQUENCE] = "stored sequences"};
	struct buf text = BUF_INIT;
	struct ruleset *file;
	size_t i;

	for (i = 0; i < rows->n_rows; i++)
		buf_append_text(&text, rows->rows[i].source);
	file = apply_parse_stored(apply, all[what], buf_text(&text), err);
	buf_done(&text);
	return file;
}

static void
keep_readable(struct apply *apply, enum store_defined what,
	      struct store_definitions *rows)
{
	size_t n = 0, i;

	for (i = 0; i < rows->n_rows; i++) {
		struct store_definitions one = {&rows->rows[i], 1};
		struct sg_err err = {0};
		struct ruleset *file = parse(apply, what, &one, &err);

		if (file)
			rows->rows[n++] = rows->rows[i];
		else
			log_error("a stored %s cannot be read and does "
				  "nothing: %s",
				  names[what], err.text);
		ruleset_free(file);
	}
	rows->n_rows = n;
}

enum sg_status
definitions_read(struct apply *apply, enum store_defined what,
		 struct pool *pool, struct definitions *out, struct sg_err *err)
{
	enum sg_status status = store_definitions_in_force(
		apply->store, what, pool, &out->rows, err);

	if (status != SG_OK)
		return status;
	out->file = parse(apply, what, &out->rows, err);
	if (out->file)
		return SG_OK;
	keep_readable(apply, what, &out->rows);
	out->file = parse(apply, what, &out->rows, err);
	return out->file ? SG_OK : SG_FAILED;
}

enum sg_status
definition_end(struct apply *apply, enum store_defined what, uint32_t id,
	       const char *by, struct sg_err *err)
{
	const struct store_definition ended = {
		.id = id, .ended_at = apply->now, .ended_by = by};

	return store_definition_end(apply->store, what, &ended, err);
}
