/* api_columns.c - see api_columns.h. */
#include "http/api/api_columns.h"

#include <string.h>

#include "http/api/api_call.h"
#include "store/store_consent.h"
#include "store/store_link.h"
#include "store/store_list.h"
#include "store/store_record.h"

enum { LINKS_MOST = 1000 };

static enum sg_status
unknown(const char *text, struct sg_err *err)
{
	return err_set(err, SG_REFUSED,
		       "there is no column `%s`; there are email, id, module, "
		       "created, tags, lists, field.NAME, link:RELATION, "
		       "consent.opens, consent.clicks, and of a score "
		       "score, percent, raw, manual, field_points, automatic, "
		       "positive, negative, touchpoint, positive_touchpoint, "
		       "negative_touchpoint (positive:NAME for another score "
		       "than lead)",
		       text);
}

static enum sg_status
read_score(const struct api_place *place, const char *score,
	   struct api_column *column, struct sg_err *err)
{
	const char *colon = strchr(column->text, ':');
	size_t len =
		colon ? (size_t)(colon - column->text) : strlen(column->text);
	int part = score_part_find(pool_memdup(place->pool, column->text, len));

	if (part < 0)
		return unknown(column->text, err);
	if (colon)
		score = colon + 1;
	column->kind = COLUMN_SCORE;
	column->part = (enum score_part)part;
	if (scoreboard_find_score(place->board, score ? score : "lead",
				  &column->score) != SG_OK)
		return err_set(err, SG_REFUSED,
			       "column `%s`: there is no score `%s`",
			       column->text, score ? score : "lead");
	return SG_OK;
}

enum sg_status
api_column_read(const struct api_place *place, const char *text,
		const char *score, struct api_column *column_out,
		struct sg_err *err)
{
	static const struct {
		const char *name;
		enum api_column_kind kind;
	} plain[] = {
		{"email", COLUMN_EMAIL},     {"key", COLUMN_EMAIL},
		{"id", COLUMN_ID},	     {"module", COLUMN_MODULE},
		{"created", COLUMN_CREATED}, {"created_at", COLUMN_CREATED},
		{"tags", COLUMN_TAGS},	     {"lists", COLUMN_LISTS},
	};

	memset(column_out, 0, sizeof(*column_out));
	column_out->text = pool_strdup(place->pool, text);
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (strcmp(plain[i].name, text) == 0) {
			column_out->kind = plain[i].kind;
			return SG_OK;
		}
	if (strncmp(text, "field.", 6) == 0 && text[6]) {
		column_out->kind = COLUMN_FIELD;
		column_out->field = column_out->text + 6;
		return SG_OK;
	}
	if (strncmp(text, "link:", 5) == 0 && text[5]) {
		column_out->kind = COLUMN_LINK;
		column_out->field = column_out->text + 5;
		return SG_OK;
	}
	if (strncmp(text, "consent.", 8) == 0) {
		column_out->kind = COLUMN_CONSENT;
		return consent_what_parse(text + 8, &column_out->consent, err);
	}
	return read_score(place, score, column_out, err);
}

enum sg_status
api_columns_read(const struct api_place *place, const char *text,
		 const char *score, struct api_columns *out, struct sg_err *err)
{
	enum sg_status status = SG_OK;

	out->n = 0;
	out->columns = pool_alloc(place->pool,
				  API_COLUMNS_MOST * sizeof(*out->columns));
	while (*text && status == SG_OK) {
		size_t blank = strspn(text, " "), len;
		char *one;

		text += blank;
		len = strcspn(text, ",");
		one = pool_memdup(place->pool, text, len);
		while (len > 0 && one[len - 1] == ' ')
			one[--len] = '\0';
		if (out->n == API_COLUMNS_MOST)
			return err_set(err, SG_REFUSED, "more than %d columns",
				       API_COLUMNS_MOST);
		status = api_column_read(place, one, score,
					 &out->columns[out->n], err);
		out->n++;
		text += strcspn(text, ",");
		if (*text == ',')
			text++;
	}
	if (status == SG_OK && out->n == 0)
		return err_set(err, SG_REFUSED, "no columns are named");
	return status;
}

bool
api_column_number(const struct api_place *place,
		  const struct api_column *column, uint32_t record_id,
		  double *value_out)
{
	struct score_summary summary;
	struct score_state state;
	struct score_rates rates;

	if (column->part == SCORE_PERCENT) {
		scoreboard_summary(place->board, record_id, column->score.id,
				   place->now, &summary);
	} else {
		/* Without top and median, which a percentage looks up. */
		scoreboard_rates(place->board, &rates);
		if (!scoreboard_get(place->board, record_id, column->score.id,
				    place->now, &state))
			return false;
		score_summarise(&state, &column->score, &rates, place->now,
				&summary);
	}
	if (!summary.has_score)
		return false;
	*value_out = summary.value[column->part];
	return true;
}

/* --- values -------------------------------------------------------------- */

/* What is read at most once a record. */
struct record_values {
	const struct api_place *place;
	uint32_t id;
	bool has_record, has_fields;
	struct store_record record;
	struct store_fields fields;
};

static enum sg_status
need_record(struct record_values *values, struct sg_err *err)
{
	const struct api_place *place = values->place;
	enum sg_status status;

	if (values->has_record)
		return SG_OK;
	status = store_record_get(place->store, values->id, place->pool,
				  &values->record, err);
	values->has_record = status == SG_OK;
	/* Deleted between the selection and now. */
	if (status == SG_NONE) {
		memset(&values->record, 0, sizeof(values->record));
		values->record.key = values->record.module = "";
		status = SG_OK;
	}
	return status;
}

static enum sg_status
add_field(struct record_values *values, const struct api_column *column,
	  struct json *to, struct sg_err *err)
{
	const struct api_place *place = values->place;
	enum sg_status status = SG_OK;

	if (!values->has_fields)
		status = store_fields_of(place->store, values->id, place->pool,
					 &values->fields, err);
	if (status != SG_OK)
		return status;
	values->has_fields = true;
	json_add_null(to, column->text);
	for (size_t i = 0; i < values->fields.n_rows; i++)
		if (strcmp(values->fields.rows[i].name, column->field) == 0)
			api_add_field(to, column->text, column->field,
				      values->fields.rows[i].value);
	return SG_OK;
}

static enum sg_status
add_tags(const struct record_values *values, const struct api_column *column,
	 struct json *to, struct sg_err *err)
{
	const struct api_place *place = values->place;
	struct store_names tags;
	struct json *array = json_new_array();
	enum sg_status status = store_tags_of(place->store, values->id,
					      place->pool, &tags, err);

	json_add(to, column->text, array);
	for (size_t i = 0; status == SG_OK && i < tags.n_names; i++)
		json_push(array, json_text(tags.names[i]));
	return status;
}

static enum sg_status
add_lists(const struct record_values *values, const struct api_column *column,
	  struct json *to, struct sg_err *err)
{
	const struct api_place *place = values->place;
	struct store_members members;
	struct json *array = json_new_array();
	enum sg_status status = store_members_of(place->store, values->id,
						 place->pool, &members, err);

	json_add(to, column->text, array);
	for (size_t i = 0; status == SG_OK && i < members.n_rows; i++)
		if (members.rows[i].state == LIST_JOINED)
			json_push(array, json_text(members.rows[i].list));
	return status;
}

static enum sg_status
add_links(const struct record_values *values, const struct api_column *column,
	  struct json *to, struct sg_err *err)
{
	const struct api_place *place = values->place;
	struct store_links links;
	struct json *array = json_new_array();
	enum sg_status status = store_links_of(
		place->store, values->id, LINKS_MOST, place->pool, &links, err);

	json_add(to, column->text, array);
	for (size_t i = 0; status == SG_OK && i < links.n_rows; i++)
		if (strcmp(links.rows[i].relation, column->field) == 0)
			json_push(array, json_text(links.rows[i].key));
	return status;
}

/* Nothing where nobody was asked. */
static enum sg_status
add_consent(const struct record_values *values, const struct api_column *column,
	    struct json *to, struct sg_err *err)
{
	const struct api_place *place = values->place;
	struct store_consents rows = {NULL, 0};
	enum sg_status status = SG_OK;

	json_add_null(to, column->text);
	if (values->record.record_key)
		status = store_consent_of(place->store,
					  values->record.record_key,
					  place->pool, &rows, err);
	for (size_t i = 0; status == SG_OK && i < rows.n_rows; i++)
		if (rows.rows[i].what == column->consent &&
		    rows.rows[i].state != CONSENT_UNKNOWN)
			json_add_text(to, column->text,
				      consent_state_name(rows.rows[i].state));
	return status;
}

static void
add_score(const struct record_values *values, const struct api_column *column,
	  struct json *to)
{
	double value;

	if (api_column_number(values->place, column, values->id, &value))
		json_add_number(to, column->text, value);
	else
		json_add_null(to, column->text);
}

static enum sg_status
add_value(struct record_values *values, const struct api_column *column,
	  struct json *to, struct sg_err *err)
{
	enum sg_status status = need_record(values, err);

	if (status != SG_OK)
		return status;
	switch (column->kind) {
	case COLUMN_EMAIL:
		json_add_text(to, column->text, values->record.key);
		return SG_OK;
	case COLUMN_ID:
		json_add_int(to, column->text, values->id);
		return SG_OK;
	case COLUMN_MODULE:
		json_add_text(to, column->text, values->record.module);
		return SG_OK;
	case COLUMN_CREATED:
		json_add_time(to, column->text, values->record.created_at);
		return SG_OK;
	case COLUMN_TAGS:
		return add_tags(values, column, to, err);
	case COLUMN_LISTS:
		return add_lists(values, column, to, err);
	case COLUMN_FIELD:
		return add_field(values, column, to, err);
	case COLUMN_LINK:
		return add_links(values, column, to, err);
	case COLUMN_CONSENT:
		return add_consent(values, column, to, err);
	case COLUMN_SCORE:
		add_score(values, column, to);
		return SG_OK;
	}
	return SG_OK;
}

enum sg_status
api_columns_json(const struct api_place *place,
		 const struct api_columns *columns, uint32_t record_id,
		 struct json *to, struct sg_err *err)
{
	struct record_values values = {.place = place, .id = record_id};
	enum sg_status status = SG_OK;

	for (size_t i = 0; i < columns->n && status == SG_OK; i++)
		status = add_value(&values, &columns->columns[i], to, err);
	return status;
}
