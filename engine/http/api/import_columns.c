/* import_columns.c - see import_columns.h. */
#include "http/api/import_columns.h"

#include <string.h>

#include "signal/consent.h"

/* "First Name" means first_name. */
static char *
field_name(struct pool *pool, const char *title)
{
	char *name;
	size_t len;

	title += strspn(title, " ");
	name = pool_strdup(pool, title);
	len = strlen(name);
	while (len > 0 && name[len - 1] == ' ')
		name[--len] = '\0';
	for (char *c = name; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + ('a' - 'A'));
		else if (*c == ' ' || *c == '-')
			*c = '_';
	}
	return name;
}

static enum sg_status
read_score(struct import_columns *columns, const char *name,
	   struct import_column *column, struct sg_err *err)
{
	struct score_settings settings;
	enum sg_status status = api_score(columns->call, name, &settings, err);

	column->kind = IMPORT_SCORE;
	column->name = pool_strdup(columns->call->pool, settings.name);
	return status == SG_NONE ? SG_REFUSED : status;
}

static enum sg_status
read_field(struct import_columns *columns, const char *name,
	   struct import_column *column, struct sg_err *err)
{
	column->kind = IMPORT_FIELD;
	column->name = field_name(columns->call->pool, name);
	return api_check_field(column->name, err);
}

static enum sg_status
read_consent(const char *name, struct import_column *column, struct sg_err *err)
{
	enum consent_what what;
	enum sg_status status = consent_what_parse(name, &what, err);

	if (status != SG_OK)
		return status;
	column->kind = IMPORT_CONSENT;
	column->name = consent_what_name(what);
	return SG_OK;
}

/* The words that mean something by themselves. */
static bool
find_word(struct import_column *column, const char *name, bool signals)
{
	static const struct {
		const char *name;
		enum import_kind kind;
		bool record, signal;
	} words[] = {
		{"email", IMPORT_EMAIL, true, true},
		{"e_mail", IMPORT_EMAIL, true, true},
		{"email_address", IMPORT_EMAIL, true, true},
		{"key", IMPORT_EMAIL, true, true},
		{"module", IMPORT_MODULE, true, true},
		{"tags", IMPORT_TAGS, true, false},
		{"lists", IMPORT_LISTS, true, false},
		{"created", IMPORT_CREATED, true, false},
		{"created_at", IMPORT_CREATED, true, false},
		{"name", IMPORT_NAME, false, true},
		{"signal", IMPORT_NAME, false, true},
		{"time", IMPORT_TIME, false, true},
		{"happened_at", IMPORT_TIME, false, true},
		{"id", IMPORT_ID, false, true},
		{"message", IMPORT_MESSAGE, false, true},
		{"because", IMPORT_BECAUSE, false, true},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].name, name) == 0 &&
		    (signals ? words[i].signal : words[i].record)) {
			column->kind = words[i].kind;
			return true;
		}
	return false;
}

static enum sg_status
read_property(struct import_columns *columns, const char *name,
	      struct import_column *column, struct sg_err *err)
{
	size_t len;

	if (strncmp(name, "property.", 9) == 0)
		name += 9;
	column->kind = IMPORT_PROPERTY;
	column->name = field_name(columns->call->pool, name);
	len = strlen(column->name);
	if (len > 0 && len <= SIGNAL_NAME_MOST &&
	    strspn(column->name, "abcdefghijklmnopqrstuvwxyz0123456789_.") ==
		    len)
		return SG_OK;
	return err_set(err, SG_REFUSED,
		       "column `%s` cannot name a property: expected a-z, 0-9, "
		       "_ and .",
		       name);
}

static enum sg_status
read_meaning(struct import_columns *columns, const char *text,
	     struct import_column *column, struct sg_err *err)
{
	char *name = field_name(columns->call->pool, text);

	column->name = name;
	if (strcmp(text, "-") == 0) {
		column->kind = IMPORT_IGNORED;
		return SG_OK;
	}
	/* field.email is a field, as it was when it went out. */
	if (!columns->signals && strncmp(text, "field.", 6) == 0)
		return read_field(columns, text + 6, column, err);
	if (!columns->signals && (strncmp(text, "consent.", 8) == 0 ||
				  strncmp(text, "consent:", 8) == 0))
		return read_consent(text + 8, column, err);
	if (find_word(column, name, columns->signals))
		return SG_OK;
	if (columns->signals)
		return read_property(columns, text, column, err);
	if (strncmp(text, "score:", 6) == 0)
		return read_score(columns, text + 6, column, err);
	if (strncmp(text, "link:", 5) == 0) {
		column->kind = IMPORT_LINK;
		column->name = pool_strdup(columns->call->pool, text + 5);
		return api_check_name("relation", column->name, err);
	}
	if (score_part_find(text) >= 0)
		return err_set(err, SG_REFUSED,
			       "column `%s`: name it score:lead to change the "
			       "score, field.%s to fill a field, or remove it "
			       "(--map \"%s=-\")",
			       text, text, text);
	return read_field(columns, text, column, err);
}

static enum sg_status
read_column(struct import_columns *columns, const char *title,
	    struct import_column *column_out, struct sg_err *err)
{
	const char *meaning =
		columns->map ? json_get_text(columns->map, title) : NULL;
	enum sg_status status;

	*column_out = (struct import_column){
		.title = pool_strdup(columns->call->pool, title)};
	status = read_meaning(columns, meaning ? meaning : title, column_out,
			      err);
	if (status != SG_OK && meaning)
		err_prefix(err, "the map of `%s`", title);
	return status;
}

/* --- the header ---------------------------------------------------------- */

struct missing {
	const struct import_columns *columns;
	const char *name;
};

static bool
is_there(void *arg, const char *name, struct json *value)
{
	struct missing *missing = arg;

	(void)value;
	missing->name = name;
	for (size_t i = 0; i < missing->columns->n; i++)
		if (strcmp(missing->columns->columns[i].title, name) == 0)
			missing->name = NULL;
	return missing->name == NULL;
}

static enum sg_status
check_map(const struct import_columns *columns, struct sg_err *err)
{
	struct missing missing = {columns, NULL};

	if (columns->map)
		json_each(columns->map, is_there, &missing);
	if (!missing.name)
		return SG_OK;
	return err_set(err, SG_REFUSED,
		       "the map names a column `%s` and the header has none",
		       missing.name);
}

static size_t
count_of(const struct import_columns *columns, enum import_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < columns->n; i++)
		n += columns->columns[i].kind == kind;
	return n;
}

enum sg_status
import_columns_header(struct import_columns *columns,
		      const struct csv_row *header, struct sg_err *err)
{
	enum sg_status status = SG_OK;

	for (size_t i = 0; i < header->n_cells && status == SG_OK; i++)
		status = read_column(columns, header->cells[i],
				     &columns->columns[i], err);
	columns->n = header->n_cells;
	if (status == SG_OK)
		status = check_map(columns, err);
	if (status == SG_OK && count_of(columns, IMPORT_EMAIL) != 1)
		status = err_set(err, SG_REFUSED,
				 "the header must name one column `email`, and "
				 "has %zu",
				 count_of(columns, IMPORT_EMAIL));
	if (status == SG_OK && columns->signals &&
	    count_of(columns, IMPORT_NAME) != 1)
		status = err_set(err, SG_REFUSED,
				 "the header must name one column `name`, the "
				 "signal's, and has %zu",
				 count_of(columns, IMPORT_NAME));
	if (status != SG_OK)
		err_prefix(err, "line %u", header->line);
	return status;
}

/* --- members of a JSON line --------------------------------------------- */

enum sg_status
import_columns_find(struct import_columns *columns, const char *title,
		    const struct import_column **column_out, struct sg_err *err)
{
	enum sg_status status;

	for (size_t i = 0; i < columns->n; i++)
		if (strcmp(columns->columns[i].title, title) == 0) {
			*column_out = &columns->columns[i];
			return SG_OK;
		}
	if (columns->n == CSV_CELLS_MOST)
		return err_set(err, SG_REFUSED, "more than %d different names",
			       CSV_CELLS_MOST);
	status =
		read_column(columns, title, &columns->columns[columns->n], err);
	if (status == SG_OK)
		*column_out = &columns->columns[columns->n++];
	return status;
}

const char *
import_column_means(const struct import_column *column, struct pool *pool)
{
	static const char *const words[] = {
		[IMPORT_IGNORED] = "-",	      [IMPORT_EMAIL] = "email",
		[IMPORT_MODULE] = "module",   [IMPORT_TAGS] = "tags",
		[IMPORT_LISTS] = "lists",     [IMPORT_CREATED] = "created",
		[IMPORT_NAME] = "name",	      [IMPORT_TIME] = "time",
		[IMPORT_ID] = "id",	      [IMPORT_MESSAGE] = "message",
		[IMPORT_BECAUSE] = "because",
	};

	switch (column->kind) {
	case IMPORT_FIELD:
		return pool_printf(pool, "field.%s", column->name);
	case IMPORT_CONSENT:
		return pool_printf(pool, "consent.%s", column->name);
	case IMPORT_SCORE:
		return pool_printf(pool, "score:%s", column->name);
	case IMPORT_LINK:
		return pool_printf(pool, "link:%s", column->name);
	case IMPORT_PROPERTY:
		return pool_printf(pool, "property.%s", column->name);
	default:
		return words[column->kind];
	}
}
