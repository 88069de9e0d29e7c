/* webhook_event.c - `event "order.paid" { … }`, read and checked at start. */
#include "webhook.h"

#include <string.h>

/* What is read, for complaints with a line. */
struct reader {
	const struct sg_call *call;
	const struct webhook *hook;
	const struct sg_settings *settings;
	struct webhook_event *event;
	struct sg_err *err;
};

static enum sg_status
complain(const struct reader *reader, const char *option)
{
	const struct sg_host *host = reader->call->host;
	const char *why = host->copy(reader->call, host->reason(reader->err));

	return host->setting_refuse(reader->settings, option, reader->err, "%s",
				    why);
}

static enum sg_status
check_path(void *arg, const char *path, struct sg_err *err)
{
	const struct reader *reader = arg;

	return webhook_path_check(reader->call, reader->hook->format,
				  &reader->hook->namespaces, path, err);
}

static enum sg_status
parse(struct reader *reader, const char *option, const char *text,
      const char **rest_out, struct webhook_expr **expr_out)
{
	enum sg_status status = webhook_expr_parse(reader->call, text, rest_out,
						   expr_out, reader->err);

	if (status == SG_OK)
		status = webhook_expr_paths(*expr_out, check_path, reader,
					    reader->err);
	return status == SG_OK ? SG_OK : complain(reader, option);
}

/* --- conditions ---------------------------------------------------------- */

static const char *
skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

static char *
trimmed(const struct sg_call *call, const char *text, size_t len)
{
	char *copy;

	while (len && strchr(" \t", text[len - 1]))
		len--;
	copy = call->host->alloc(call, len + 1);
	memcpy(copy, text, len);
	return copy;
}

static struct webhook_expr *
new_text(const struct sg_call *call, const char *text, size_t len)
{
	struct webhook_expr *expr = call->host->alloc(call, sizeof(*expr));

	expr->kind = EXPR_TEXT;
	expr->text = trimmed(call, text, len);
	return expr;
}

/* What a value is held against: a text as it stands, 'a text' with blanks at
 * its ends, or an expression in ( ). */
static enum sg_status
read_choice(struct reader *reader, struct webhook_condition *condition,
	    const char *text, size_t len)
{
	struct webhook_expr **to = &condition->choices[condition->n_choices];
	const char *copy;

	if (condition->n_choices == WEBHOOK_CHOICES_MOST)
		return reader->call->host->setting_refuse(
			reader->settings, "when", reader->err,
			"more than %d values", WEBHOOK_CHOICES_MOST);
	condition->n_choices++;
	copy = trimmed(reader->call, text, len);
	if (copy[0] == '(' || copy[0] == '\'')
		return parse(reader, "when", copy, NULL, to);
	*to = new_text(reader->call, copy, strlen(copy));
	return SG_OK;
}

/* The first that is not in 'a text' or in ( ). */
static const char *
comma_in(const char *at)
{
	bool quoted = false;
	int depth = 0;

	for (; *at; at++) {
		if (*at == '\'')
			quoted = !quoted;
		else if (!quoted && (*at == '(' || *at == ')'))
			depth += *at == '(' ? 1 : -1;
		else if (*at == ',' && !quoted && depth <= 0)
			return at;
	}
	return NULL;
}

static enum sg_status
read_choices(struct reader *reader, struct webhook_condition *condition,
	     const char *at)
{
	enum sg_status status = SG_OK;

	while (status == SG_OK) {
		const char *comma = comma_in(at);

		status = read_choice(reader, condition, skip_blanks(at),
				     comma ? (size_t)(comma - skip_blanks(at))
					   : strlen(skip_blanks(at)));
		if (!comma)
			return status;
		at = comma + 1;
	}
	return status;
}

static const struct {
	const char *word;
	enum webhook_test test;
	bool is_not, is_word;
} tests[] = {
	{"!=", TEST_IN, true, false},	 {">=", TEST_LESS, true, false},
	{"<=", TEST_MORE, true, false},	 {"=", TEST_IN, false, false},
	{"<", TEST_LESS, false, false},	 {">", TEST_MORE, false, false},
	{"in", TEST_IN, false, true},	 {"like", TEST_LIKE, false, true},
	{"not in", TEST_IN, true, true}, {"not like", TEST_LIKE, true, true},
};

static enum sg_status
read_test(struct reader *reader, struct webhook_condition *condition,
	  const char *at)
{
	const char *value;
	size_t len;

	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		len = strlen(tests[i].word);
		if (strncmp(at, tests[i].word, len) != 0 ||
		    (tests[i].is_word && at[len] != ' '))
			continue;
		condition->test = tests[i].test;
		condition->is_not ^= tests[i].is_not;
		value = skip_blanks(at + len);
		if (tests[i].is_word && condition->test == TEST_IN)
			return read_choices(reader, condition, value);
		return read_choice(reader, condition, value, strlen(value));
	}
	return reader->call->host->setting_refuse(
		reader->settings, "when", reader->err,
		"`%.200s`: after the path =, !=, <, <=, >, >=, in or like was "
		"expected",
		condition->text);
}

static enum sg_status
read_condition(struct reader *reader, struct webhook_condition *condition,
	       const char *text)
{
	const char *rest;
	enum sg_status status;

	condition->text = text;
	text = skip_blanks(text);
	if (strncmp(text, "not ", 4) == 0) {
		condition->is_not = true;
		text = skip_blanks(text + 4);
	}
	status = parse(reader, "when", text, &rest, &condition->left);
	if (status != SG_OK || !*rest)
		return status;
	return read_test(reader, condition, rest);
}

static enum sg_status
read_when(struct reader *reader)
{
	const struct sg_host *host = reader->call->host;
	struct webhook_event *event = reader->event;
	size_t n = host->setting_list_count(reader->settings, "when");
	enum sg_status status = SG_OK;

	if (n > WEBHOOK_PAIRS_MOST)
		return host->setting_refuse(reader->settings, "when",
					    reader->err, "more than %d",
					    WEBHOOK_PAIRS_MOST);
	event->when = host->alloc(reader->call, (n + 1) * sizeof(*event->when));
	for (; status == SG_OK && event->n_when < n; event->n_when++)
		status = read_condition(reader, &event->when[event->n_when],
					host->setting_list_at(reader->settings,
							      "when",
							      event->n_when));
	return status;
}

/* --- "name = value" ------------------------------------------------------ */

static bool
is_name(const char *name, const char *more)
{
	for (const char *c = name; *c; c++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_", *c) &&
		    !strchr(more, *c))
			return false;
	return *name;
}

static enum sg_status
read_pair(struct reader *reader, const char *option, const char *text,
	  struct webhook_pair *pair)
{
	const char *equals = strchr(text, '=');

	if (equals)
		pair->name = trimmed(reader->call, skip_blanks(text),
				     (size_t)(equals - skip_blanks(text)));
	if (!equals || !is_name(pair->name, "."))
		return reader->call->host->setting_refuse(
			reader->settings, option, reader->err,
			"`%.100s`: \"name = /path\" was expected, a name of "
			"a-z, 0-9, _ and .",
			text);
	pair->from = skip_blanks(equals + 1);
	return parse(reader, option, pair->from, NULL, &pair->expr);
}

static enum sg_status
read_pairs(struct reader *reader, const char *option,
	   struct webhook_pair **pairs, size_t *n_pairs)
{
	const struct sg_host *host = reader->call->host;
	size_t n = host->setting_list_count(reader->settings, option);
	enum sg_status status = SG_OK;

	if (n > WEBHOOK_PAIRS_MOST)
		return host->setting_refuse(reader->settings, option,
					    reader->err, "more than %d",
					    WEBHOOK_PAIRS_MOST);
	/* One more: `email` may come to it. */
	*pairs = host->alloc(reader->call, (n + 1) * sizeof(**pairs));
	for (; status == SG_OK && *n_pairs < n; (*n_pairs)++)
		status = read_pair(reader, option,
				   host->setting_list_at(reader->settings,
							 option, *n_pairs),
				   &(*pairs)[*n_pairs]);
	return status;
}

/* --- whose it is --------------------------------------------------------- */

static bool
is_record_name(const char *name)
{
	return strcmp(name, "email") == 0 || strcmp(name, "key") == 0 ||
	       (strncmp(name, "field.", 6) == 0 && is_name(name + 6, ""));
}

/* email = "/a" alone, or with match = "field.phone". */
static enum sg_status
read_short(struct reader *reader)
{
	const struct sg_host *host = reader->call->host;
	const struct sg_settings *settings = reader->settings;
	struct webhook_event *event = reader->event;
	struct webhook_pair *pair = &event->record[event->n_record];
	const char *match = host->setting_text(settings, "match");

	pair->from = host->setting_text(settings, "email");
	if (!pair->from && match)
		return host->setting_refuse(settings, "match", reader->err,
					    "needs `email`, or use `record`");
	if (!pair->from)
		return SG_OK;
	pair->name = match ? match : "email";
	if (match &&
	    (strncmp(match, "field.", 6) != 0 || !is_name(match + 6, "")))
		return host->setting_refuse(settings, "match", reader->err,
					    "field.NAME was expected, as "
					    "field.phone");
	event->n_record++;
	return parse(reader, "email", pair->from, NULL, &pair->expr);
}

/* Of one that is not unique nobody could be found. Where the mapping is a ready
 * one, the line of the webhook that names it says more. */
static enum sg_status
check_record(struct reader *reader, const struct webhook_pair *pair)
{
	const struct sg_host *host = reader->call->host;
	const char *field;

	if (!is_record_name(pair->name))
		return host->setting_refuse(
			reader->settings, "record", reader->err,
			"`%.60s` is not email, key or field.NAME", pair->name);
	field = strncmp(pair->name, "field.", 6) == 0 ? pair->name + 6 : NULL;
	if (!field ||
	    host->is_named(reader->call, SG_NAMED_UNIQUE_FIELD, field))
		return SG_OK;
	return host->setting_refuse(
		reader->hook->own, NULL, reader->err,
		"webhook \"%s\": event \"%s\" finds its record by the field "
		"%s, which has to be declared: field \"%s\" { unique = yes }",
		reader->hook->name, reader->event->title, field, field);
}

static enum sg_status
read_record(struct reader *reader)
{
	const struct sg_host *host = reader->call->host;
	struct webhook_event *event = reader->event;
	enum sg_status status =
		read_pairs(reader, "record", &event->record, &event->n_record);

	if (status == SG_OK)
		status = read_short(reader);
	for (size_t i = 0; status == SG_OK && i < event->n_record; i++)
		status = check_record(reader, &event->record[i]);
	if (status == SG_OK && event->n_record == 0)
		status = host->setting_refuse(
			reader->settings, "email", reader->err,
			"or `record` is needed: whose it is "
			"(\"/customer/email\")");
	return status;
}

/* --- the rest ------------------------------------------------------------ */

static enum sg_status
read_one(struct reader *reader, const char *option, struct webhook_expr **out)
{
	const char *text =
		reader->call->host->setting_text(reader->settings, option);

	return text ? parse(reader, option, text, NULL, out) : SG_OK;
}

static enum sg_status
read_each(struct reader *reader)
{
	const struct sg_host *host = reader->call->host;
	const char *each = host->setting_text(reader->settings, "each");

	reader->event->each = each;
	if (!each)
		return SG_OK;
	if (check_path(reader, each, reader->err) != SG_OK)
		return complain(reader, "each");
	if (reader->hook->format == FORMAT_FORM)
		return host->setting_refuse(reader->settings, "each",
					    reader->err, "a form has no items");
	return SG_OK;
}

static enum sg_status
declare(struct reader *reader)
{
	const struct sg_host *host = reader->call->host;
	struct sg_text *names = host->text(reader->call);
	struct sg_text *summary = host->text(reader->call);
	struct sg_signal_declaration signal = {.name = reader->event->signal};

	for (size_t i = 0; i < reader->event->n_props; i++)
		host->print(names, "%s%s", i ? ", " : "",
			    reader->event->props[i].name);
	host->print(summary, "From the webhook %s", reader->hook->name);
	signal.properties = host->text_value(names);
	signal.summary = host->text_value(summary);
	return host->declare(reader->call, &signal, reader->err);
}

enum sg_status
webhook_event_read(const struct sg_call *call, const struct webhook *hook,
		   const struct sg_settings *settings,
		   struct webhook_event *event, struct sg_err *err)
{
	struct reader reader = {.call = call,
				.hook = hook,
				.settings = settings,
				.event = event,
				.err = err};
	const char *signal = call->host->setting_text(settings, "signal");
	enum sg_status status;

	event->settings = settings;
	event->title = call->host->setting_title(settings);
	event->signal = signal ? signal : event->title;
	event->module = call->host->setting_text(settings, "module");
	status = read_each(&reader);
	if (status == SG_OK)
		status = read_when(&reader);
	if (status == SG_OK)
		status = read_record(&reader);
	if (status == SG_OK)
		status = read_pairs(&reader, "properties", &event->props,
				    &event->n_props);
	if (status == SG_OK)
		status = read_pairs(&reader, "fields", &event->fields,
				    &event->n_fields);
	if (status == SG_OK)
		status = read_one(&reader, "id", &event->id);
	if (status == SG_OK)
		status = read_one(&reader, "at", &event->at);
	if (status == SG_OK)
		status = read_one(&reader, "verdict", &event->verdict);
	return status == SG_OK ? declare(&reader) : status;
}
