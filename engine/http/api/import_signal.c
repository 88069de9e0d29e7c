/* import_signal.c - a line that is a signal of some time, or a dated change by
 * the engine's own name: so that a history can be brought along. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/text.h"
#include "http/api/import_lines.h"

/* The changes that have a name; all else is a signal like any other. */
static const struct change {
	const char *name;
	enum signal_kind kind;
	const char *needs; /* a property */
} changes[] = {
	{"record.created", SIGNAL_RECORD_CREATE, NULL},
	{"field.changed", SIGNAL_FIELD_SET, "name"},
	{"tag.added", SIGNAL_TAG_ADD, "tag"},
	{"tag.removed", SIGNAL_TAG_REMOVE, "tag"},
	{"list.joined", SIGNAL_LIST_JOIN, "list"},
	{"list.confirmed", SIGNAL_LIST_CONFIRM, "list"},
	{"list.left", SIGNAL_LIST_LEAVE, "list"},
	{"score.added", SIGNAL_SCORE_ADD, "points"},
	{"score.set", SIGNAL_SCORE_SET, "points"},
	{"score.erased", SIGNAL_SCORE_ERASE, NULL},
};

static const struct change *
find_change(const char *name)
{
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		if (strcmp(changes[i].name, name) == 0)
			return &changes[i];
	return NULL;
}

static enum sg_status
check_points(const struct signal *signal, struct sg_err *err)
{
	const char *text = signal_get(signal, "points");
	double points;

	if (!text_to_number(text, &points) || fabs(points) > SCORE_POINTS_MOST)
		return err_set(err, SG_REFUSED,
			       "`points`: `%s` is not a number up to %.0f",
			       text, SCORE_POINTS_MOST);
	return SG_OK;
}

static enum sg_status
check_score(struct import_lines *lines, const struct signal *signal,
	    struct sg_err *err)
{
	const char *name = signal_get(signal, "score");
	struct score_settings settings;
	enum sg_status status;

	if (!name || !*name)
		return SG_OK;
	status = api_score(lines->call, name, &settings, err);
	return status == SG_NONE ? SG_REFUSED : status;
}

static enum sg_status
check_change(struct import_lines *lines, struct signal *signal,
	     const struct change *change, struct sg_err *err)
{
	const char *needed =
		change->needs ? signal_get(signal, change->needs) : "";

	if (!needed || (change->needs && !*needed))
		return err_set(err, SG_REFUSED, "%s needs the property `%s`",
			       change->name, change->needs);
	switch (change->kind) {
	case SIGNAL_FIELD_SET:
		if (!signal_get(signal, "value"))
			return err_set(err, SG_REFUSED,
				       "field.changed needs the property "
				       "`value` (empty removes)");
		return api_check_field(needed, err);
	case SIGNAL_TAG_ADD:
	case SIGNAL_TAG_REMOVE:
		return api_check_name("tag", needed, err);
	case SIGNAL_LIST_JOIN:
	case SIGNAL_LIST_CONFIRM:
	case SIGNAL_LIST_LEAVE:
		return import_list_exists(lines, needed, err);
	case SIGNAL_SCORE_ADD:
	case SIGNAL_SCORE_SET:
		if (check_points(signal, err) != SG_OK)
			return SG_REFUSED;
		return check_score(lines, signal, err);
	default:
		return check_score(lines, signal, err);
	}
}

static enum sg_status
take_time(struct import_lines *lines, const char *text, struct signal *signal,
	  struct sg_err *err)
{
	int64_t at;
	enum sg_status status =
		clock_parse(text, lines->call->api->options.timezone, &at, err);

	/* Later than its receipt becomes its receipt (scoring §1). */
	if (status == SG_OK && at < signal->happened_at)
		signal->happened_at = at;
	return status;
}

static uint64_t
id_of(struct import_lines *lines, const char *space, const char *text)
{
	text = pool_printf(lines->pool, "%s\n%s", space, text);
	return crypto_hash64(text, strlen(text));
}

static enum sg_status
take_value(struct import_lines *lines, const struct import_value *value,
	   struct signal *signal, struct sg_err *err)
{
	const char *text = value->text;

	lines->column = value->column->title;
	switch (value->column->kind) {
	case IMPORT_NAME:
		signal->name = text;
		return SG_OK;
	case IMPORT_TIME:
		return *text ? take_time(lines, text, signal, err) : SG_OK;
	case IMPORT_ID:
		if (*text)
			signal->external_id = id_of(lines, "api", text);
		return SG_OK;
	case IMPORT_MESSAGE:
		if (*text)
			signal->message_id = id_of(lines, "message", text);
		return SG_OK;
	case IMPORT_BECAUSE:
		signal->because = text;
		return SG_OK;
	case IMPORT_PROPERTY:
		/* A change may say that it empties a field. */
		if (!*text && strcmp(value->column->name, "value") != 0)
			return SG_OK;
		return signal_set(signal, value->column->name, text, err);
	default:
		return SG_OK;
	}
}

enum sg_status
import_signal_row(struct import_lines *lines, const struct import_row *row,
		  struct sg_err *err)
{
	const struct change *change;
	struct signal signal;
	enum sg_status status;

	signal_init(&signal, "", lines->call->now);
	signal.source = "import";
	signal.actor = lines->call->principal.name;
	status = import_subject(lines, row, &signal, err);
	for (size_t i = 0; i < row->n && status == SG_OK; i++)
		status = take_value(lines, &row->values[i], &signal, err);
	if (status != SG_OK)
		return status;
	lines->column = "";
	change = find_change(signal.name);
	if (change) {
		signal.kind = change->kind;
		status = check_change(lines, &signal, change, err);
	} else {
		status = api_check_signal_name(lines->call, signal.name, err);
	}
	return status == SG_OK ? import_add(lines, &signal, err) : status;
}
