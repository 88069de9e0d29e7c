/* automation_action.c - what an automation does, from its text; automation.h.
 * The words and errors are those of conditions. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "rule/automation_parts.h"
#include "rule/condition_value.h"
#include "score/score.h"
#include "signal/record_key.h"

static const char *const verbs[] = {
	"add",	"subtract", "set",	  "erase",    "tag",	"list",
	"send", "notify",   "webhook",	  "suppress", "delete", "assign",
	"run",	"sequence", "field.NAME", NULL};

enum sg_status
automation_reader_init(struct automation_reader *reader, const char *text,
		       const struct condition_names *names, struct pool *pool,
		       struct sg_err *err)
{
	static const struct condition_names no_names;
	struct condition *memory = pool_alloc(pool, sizeof(*memory));
	struct token *tokens = NULL;
	enum sg_status status;

	memory->pool = pool;
	if (names && names->timezone)
		memory->timezone = pool_strdup(pool, names->timezone);
	*reader = (struct automation_reader){
		.parser = {.text = text,
			   .names = names ? names : &no_names,
			   .condition = memory,
			   .err = err},
		.tokens = pool_new()};
	status = condition_lex(text, memory->timezone, reader->tokens, &tokens,
			       err);
	reader->parser.tokens = tokens;
	if (status != SG_OK)
		automation_reader_done(reader);
	return status;
}

void
automation_reader_done(struct automation_reader *reader)
{
	pool_free(reader->tokens);
	reader->tokens = NULL;
}

bool
automation_reader_ends(struct automation_reader *reader)
{
	if (parser_is(&reader->parser, TOKEN_END))
		return true;
	parser_expected(&reader->parser, "the end");
	return false;
}

/* --- parts -------------------------------------------------------------- */

static void
offer(void *arg, const char *name)
{
	suggest_offer(arg, name);
}

/* 'name' of something that the configuration or the store has. */
static const char *
target(struct automation_reader *reader, enum automation_sort sort,
       const char *what)
{
	const struct automation_names *targets = reader->targets;
	const struct token *token = parser_token(&reader->parser);
	const char *name = parser_name(&reader->parser, what);
	struct suggestion near = {.wanted = name};
	struct sg_err why;

	if (!name || !targets || !targets->known)
		return name;
	if (targets->known(targets->arg, sort, name)) {
		if (!targets->check ||
		    targets->check(targets->arg, sort, name,
				   reader->parser.names, &why) == SG_OK)
			return name;
		return parser_refuse(&reader->parser, token,
				     "'%.64s' cannot be used: %s", name,
				     why.text);
	}
	if (targets->each)
		targets->each(targets->arg, sort, offer, &near);
	return parser_refuse(&reader->parser, token,
			     "expected %s; '%.64s' %s%s%s%s", what, name,
			     sort == AUTOMATION_PLUGIN_ACTIONS
				     ? "is brought by no loaded plugin"
				     : "is not there",
			     near.name[0] ? "; did you mean '" : "", near.name,
			     near.name[0] ? "'?" : "");
}

static bool
because(struct automation_reader *reader, struct automation_action *action)
{
	if (!parser_take_word(&reader->parser, "because"))
		return true;
	action->text = parser_name(&reader->parser, "an explanation in quotes");
	return action->text != NULL;
}

/* [ word [ "score" ] ] [ "score" ] [ 'name' ] */
static bool
score(struct automation_reader *reader, struct automation_action *action,
      const char *word)
{
	struct parser *parser = &reader->parser;
	bool said = word && parser_take_word(parser, word);

	said |= parser_take_word(parser, "score");
	if (said && !parser_is(parser, TOKEN_TEXT) && word)
		return parser_expected(parser, "the name of a score") != NULL;
	action->score = parser_score(parser);
	return action->score != NULL;
}

static bool
points(struct automation_reader *reader, struct automation_action *action)
{
	const struct token *token = parser_token(&reader->parser);

	if (!parser_number(&reader->parser, &action->points))
		return false;
	if (fabs(action->points) <= SCORE_POINTS_MOST)
		return true;
	return parser_refuse(&reader->parser, token,
			     "expected at most " SCORE_POINTS_MOST_TEXT
			     " points") != NULL;
}

/* --- verbs -------------------------------------------------------------- */

static bool
read_add(struct automation_reader *reader, struct automation_action *action)
{
	action->verb = AUTOMATION_ADD;
	return points(reader, action) && score(reader, action, "to") &&
	       because(reader, action);
}

static bool
read_subtract(struct automation_reader *reader,
	      struct automation_action *action)
{
	action->verb = AUTOMATION_ADD;
	if (!points(reader, action) || !score(reader, action, "from"))
		return false;
	action->points = 0 - action->points;
	return because(reader, action);
}

static bool
read_set(struct automation_reader *reader, struct automation_action *action)
{
	action->verb = AUTOMATION_SET;
	if (!score(reader, action, NULL))
		return false;
	if (!parser_take(&reader->parser, TOKEN_EQUAL))
		(void)parser_take_word(&reader->parser, "to");
	return points(reader, action) && because(reader, action);
}

static bool
read_erase(struct automation_reader *reader, struct automation_action *action)
{
	action->verb = AUTOMATION_ERASE;
	return score(reader, action, NULL) && because(reader, action);
}

static bool
add_or_remove(struct automation_reader *reader,
	      struct automation_action *action, enum automation_verb add,
	      const char *what)
{
	static const char *const words[] = {"add", "remove", NULL};
	struct parser *parser = &reader->parser;

	if (parser_take_word(parser, "add"))
		action->verb = add;
	else if (parser_take_word(parser, "remove"))
		action->verb = add + 1;
	else
		return parser_expected_word(parser, "add or remove", words) !=
		       NULL;
	action->name = parser_name(parser, what);
	return action->name != NULL;
}

static bool
read_tag(struct automation_reader *reader, struct automation_action *action)
{
	return add_or_remove(reader, action, AUTOMATION_TAG_ADD,
			     "a tag in quotes");
}

static bool
read_list(struct automation_reader *reader, struct automation_action *action)
{
	return add_or_remove(reader, action, AUTOMATION_LIST_ADD,
			     "the name of a list in quotes");
}

static bool
read_sequence(struct automation_reader *reader,
	      struct automation_action *action)
{
	static const char *const words[] = {"start", "stop", NULL};
	struct parser *parser = &reader->parser;

	if (parser_take_word(parser, "start"))
		action->verb = AUTOMATION_SEQUENCE_START;
	else if (parser_take_word(parser, "stop"))
		action->verb = AUTOMATION_SEQUENCE_STOP;
	else
		return parser_expected_word(parser, "start or stop", words) !=
		       NULL;
	action->name = target(reader, AUTOMATION_SEQUENCES,
			      "the name of a sequence in quotes");
	return action->name != NULL;
}

static bool
read_send(struct automation_reader *reader, struct automation_action *action)
{
	action->verb = AUTOMATION_SEND;
	(void)parser_take_word(&reader->parser, "template");
	action->name = target(reader, AUTOMATION_TEMPLATES,
			      "the name of a template in quotes");
	return action->name != NULL;
}

static bool
read_notify(struct automation_reader *reader, struct automation_action *action)
{
	const struct token *token = parser_token(&reader->parser);
	struct buf normal = BUF_INIT;
	bool is_address;

	action->verb = AUTOMATION_NOTIFY;
	action->name = parser_name(&reader->parser, "an address in quotes");
	if (!action->name)
		return false;
	is_address = record_key_normalise("contact", action->name, &normal,
					  NULL) == SG_OK;
	buf_done(&normal);
	if (!is_address)
		return parser_refuse(&reader->parser, token,
				     "expected an address in quotes") != NULL;
	if (parser_is(&reader->parser, TOKEN_TEXT))
		action->text = parser_name(&reader->parser, "a text in quotes");
	return true;
}

static bool
read_webhook(struct automation_reader *reader, struct automation_action *action)
{
	action->verb = AUTOMATION_WEBHOOK;
	action->name = target(reader, AUTOMATION_WEBHOOKS,
			      "the name of a webhook of the configuration");
	return action->name != NULL;
}

static bool
read_suppress(struct automation_reader *reader,
	      struct automation_action *action)
{
	action->verb = AUTOMATION_SUPPRESS;
	return because(reader, action);
}

static bool
read_delete(struct automation_reader *reader, struct automation_action *action)
{
	action->verb = AUTOMATION_DELETE;
	return true;
}

static bool
read_assign(struct automation_reader *reader, struct automation_action *action)
{
	action->verb = AUTOMATION_ASSIGN;
	(void)parser_take_word(&reader->parser, "to");
	action->name = target(reader, AUTOMATION_TEAMS,
			      "the name of a team of the configuration");
	return action->name != NULL;
}

/* name = 'text' | number | true | false */
static bool
setting(struct automation_reader *reader, struct automation_setting *setting)
{
	struct parser *parser = &reader->parser;
	struct pool *pool = parser->condition->pool;
	const struct token *name = parser_token(parser);
	const struct token *value;
	bool minus;

	if (!parser_take(parser, TOKEN_WORD))
		return parser_expected(parser, "the name of a setting") != NULL;
	if (!parser_take(parser, TOKEN_EQUAL))
		return parser_expected(parser, "'='") != NULL;
	minus = parser_take(parser, TOKEN_MINUS);
	value = parser_token(parser);
	if (value->kind != TOKEN_NUMBER &&
	    (minus || (value->kind != TOKEN_TEXT && value->kind != TOKEN_WORD &&
		       value->kind != TOKEN_DURATION)))
		return parser_expected(parser, "a value") != NULL;
	parser->i++;
	setting->name = pool_strdup(pool, name->text);
	if (value->kind == TOKEN_TEXT || value->kind == TOKEN_WORD)
		setting->value = pool_strdup(pool, value->text);
	else
		setting->value = pool_printf(pool, "%s%.*s", minus ? "-" : "",
					     (int)value->len,
					     parser->text + value->start);
	return true;
}

static bool
read_run(struct automation_reader *reader, struct automation_action *action)
{
	struct parser *parser = &reader->parser;

	action->verb = AUTOMATION_RUN;
	action->name = target(reader, AUTOMATION_PLUGIN_ACTIONS,
			      "an action of a plugin, as 'plugin.action'");
	if (!action->name)
		return false;
	action->settings = pool_alloc(parser->condition->pool,
				      AUTOMATION_SETTINGS_MOST *
					      sizeof(*action->settings));
	if (!parser_take_word(parser, "with"))
		return true;
	do {
		if (action->n_settings == AUTOMATION_SETTINGS_MOST)
			return parser_refuse(parser, parser_token(parser),
					     "expected at most %d settings",
					     AUTOMATION_SETTINGS_MOST) != NULL;
		if (!setting(reader, &action->settings[action->n_settings++]))
			return false;
	} while (parser_take(parser, TOKEN_COMMA));
	return true;
}

static const char *
field_name(const struct token *token)
{
	if (token->kind == TOKEN_NAMED && token->number <= 0)
		return token->text;
	if (token->kind == TOKEN_WORD &&
	    text_starts_ascii(token->text, "field.") && token->text[6])
		return token->text + 6;
	return NULL;
}

static bool
read_field(struct automation_reader *reader, struct automation_action *action)
{
	struct parser *parser = &reader->parser;

	action->verb = AUTOMATION_FIELD;
	action->name = pool_strdup(parser->condition->pool,
				   field_name(parser_token(parser)));
	parser->i++;
	if (!parser_take(parser, TOKEN_EQUAL))
		return parser_expected(parser, "'='") != NULL;
	action->value = parser_operand(parser);
	return action->value != NULL;
}

bool
automation_read_action(struct automation_reader *reader,
		       struct automation_action *action)
{
	static const struct {
		const char *word;
		bool (*read)(struct automation_reader *reader,
			     struct automation_action *action);
	} table[] = {{"add", read_add},		{"subtract", read_subtract},
		     {"set", read_set},		{"erase", read_erase},
		     {"tag", read_tag},		{"list", read_list},
		     {"send", read_send},	{"notify", read_notify},
		     {"webhook", read_webhook}, {"suppress", read_suppress},
		     {"delete", read_delete},	{"assign", read_assign},
		     {"run", read_run},		{"sequence", read_sequence}};
	struct parser *parser = &reader->parser;
	size_t i;

	action->source = pool_strdup(parser->condition->pool, parser->text);
	if (field_name(parser_token(parser)))
		return read_field(reader, action) &&
		       automation_reader_ends(reader);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (parser_take_word(parser, table[i].word))
			return table[i].read(reader, action) &&
			       automation_reader_ends(reader);
	return parser_expected_word(
		       parser, "an action (tag add 'hot', webhook 'crm', …)",
		       verbs) != NULL;
}

enum sg_status
automation_action_parse(const char *text, const struct condition_names *names,
			const struct automation_names *targets,
			struct pool *pool, struct automation_action *action_out,
			struct sg_err *err)
{
	struct automation_action action = {0};
	struct automation_reader reader;
	struct sg_err unused;
	bool read;
	enum sg_status status = automation_reader_init(
		&reader, text, names, pool, err ? err : &unused);

	if (status != SG_OK)
		return status;
	reader.targets = targets;
	read = automation_read_action(&reader, &action);
	automation_reader_done(&reader);
	if (!read)
		return SG_REFUSED;
	*action_out = action;
	return SG_OK;
}

/* --- what they are ------------------------------------------------------ */

bool
automation_is_internal(enum automation_verb verb)
{
	return verb < AUTOMATION_SEND;
}

const char *
automation_verb_name(enum automation_verb verb)
{
	static const char *const names[] = {
		[AUTOMATION_ADD] = "add",
		[AUTOMATION_SET] = "set",
		[AUTOMATION_ERASE] = "erase",
		[AUTOMATION_TAG_ADD] = "tag add",
		[AUTOMATION_TAG_REMOVE] = "tag remove",
		[AUTOMATION_LIST_ADD] = "list add",
		[AUTOMATION_LIST_REMOVE] = "list remove",
		[AUTOMATION_FIELD] = "field",
		[AUTOMATION_SUPPRESS] = "suppress",
		[AUTOMATION_DELETE] = "delete",
		[AUTOMATION_ASSIGN] = "assign",
		[AUTOMATION_SEQUENCE_START] = "sequence start",
		[AUTOMATION_SEQUENCE_STOP] = "sequence stop",
		[AUTOMATION_SEND] = "send",
		[AUTOMATION_NOTIFY] = "notify",
		[AUTOMATION_WEBHOOK] = "webhook",
		[AUTOMATION_RUN] = "run",
	};

	return names[verb];
}

bool
automation_value(const struct automation_action *action,
		 const struct record_view *view, const struct signal *signal,
		 const char *timezone, struct buf *to)
{
	struct value_source source = {view, signal, timezone};
	struct value value = condition_value(action->value, &source);
	char date[CLOCK_TEXT_SIZE];

	switch (value.kind) {
	case VALUE_NUMBER:
		text_append_number(to, value.number);
		return true;
	case VALUE_TEXT:
	case VALUE_LOOSE:
		buf_append_text(to, value.text);
		return true;
	case VALUE_DATE:
		clock_format(value.at, date);
		buf_append_text(to, date);
		return true;
	case VALUE_BOOL:
		buf_append_text(to, value.truth ? "true" : "false");
		return true;
	default:
		return false;
	}
}
