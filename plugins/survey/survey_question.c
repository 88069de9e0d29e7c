/* survey_question.c - `question "size" { … }` of a survey. */
#include "survey.h"

#include <stdlib.h>
#include <string.h>

static const char *const types[] = {"single", "multiple", "scale", "text"};

const char *
survey_type_name(enum survey_type type)
{
	return types[type];
}

static const struct sg_option choice_options[] = {
	{.name = "label", .type = SG_OPTION_TEXT, .help = "what people read"},
	{.name = "points",
	 .type = SG_OPTION_NUMBER,
	 .fallback = "0",
	 .help = "for the survey's own score"},
	{.name = "signal",
	 .type = SG_OPTION_TEXT,
	 .help = "emitted when it is chosen: \"need.urgent\""},
	{0},
};

const struct sg_option survey_question_options[] = {
	{.name = "label", .type = SG_OPTION_TEXT, .help = "the question"},
	{.name = "help", .type = SG_OPTION_TEXT, .help = "a line below it"},
	{.name = "type",
	 .type = SG_OPTION_TEXT,
	 .fallback = "single",
	 .help = "single, multiple, scale or text"},
	{.name = "required",
	 .type = SG_OPTION_BOOL,
	 .fallback = "yes",
	 .help = "must be answered"},
	{.name = "to",
	 .type = SG_OPTION_TEXT,
	 .help = "the record's field that gets the answer; none unless set"},
	{.name = "answer",
	 .type = SG_OPTION_TITLED,
	 .options = choice_options,
	 .help = "one answer of single or multiple"},
	{.name = "from",
	 .type = SG_OPTION_INT,
	 .fallback = "1",
	 .least = -100,
	 .most = 100,
	 .help = "the lowest of a scale"},
	{.name = "up_to",
	 .type = SG_OPTION_INT,
	 .fallback = "5",
	 .least = -100,
	 .most = 100,
	 .help = "the highest of a scale"},
	{.name = "weight",
	 .type = SG_OPTION_NUMBER,
	 .fallback = "1",
	 .help = "points are the number chosen times this"},
	{.name = "low",
	 .type = SG_OPTION_TEXT,
	 .help = "what the lowest means"},
	{.name = "high",
	 .type = SG_OPTION_TEXT,
	 .help = "what the highest means"},
	{.name = "longest",
	 .type = SG_OPTION_INT,
	 .fallback = "2000",
	 .least = 1,
	 .most = 16000,
	 .help = "characters of a text"},
	{0},
};

static enum sg_status
read_type(const struct sg_call *call, struct survey_question *question,
	  struct sg_err *err)
{
	const char *name = call->host->setting_text(question->settings, "type");

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i], name) == 0) {
			question->type = (enum survey_type)i;
			return SG_OK;
		}
	return call->host->setting_refuse(question->settings, "type", err,
					  "expected single, multiple, scale "
					  "or text, not `%s`",
					  name);
}

static enum sg_status
declare(const struct sg_call *call, const struct sg_settings *of,
	const char *signal, struct sg_err *err)
{
	struct sg_signal_declaration declaration = {
		.name = signal,
		.properties = "survey, question, answer",
		.summary = "A survey's question was answered so",
	};

	if (!signal)
		return SG_OK;
	if (!strchr(signal, '.') ||
	    signal[strspn(signal, "abcdefghijklmnopqrstuvwxyz0123456789_.-")])
		return call->host->setting_refuse(of, "signal", err,
						  "expected a name like "
						  "source.verb, not `%s`",
						  signal);
	return call->host->declare(call, &declaration, err);
}

static enum sg_status
read_choice(const struct sg_call *call, struct survey_question *question,
	    size_t i, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *of =
		host->setting_section_at(question->settings, "answer", i);
	struct survey_choice *choice =
		&question->choices[question->n_choices++];

	choice->value = host->setting_title(of);
	choice->label = host->setting_text(of, "label");
	if (!choice->label)
		choice->label = choice->value;
	choice->points = host->setting_number(of, "points");
	choice->signal = host->setting_text(of, "signal");
	if (!choice->value[0] || strchr(choice->value, ';'))
		return host->setting_refuse(of, NULL, err,
					    "an answer's name is not empty and "
					    "has no ;");
	return declare(call, of, choice->signal, err);
}

static enum sg_status
read_choices(const struct sg_call *call, struct survey_question *question,
	     struct sg_err *err)
{
	const struct sg_host *host = call->host;
	size_t n = host->setting_section_count(question->settings, "answer");
	enum sg_status status = SG_OK;

	if (n > SURVEY_ANSWERS_MOST || n < 2)
		return host->setting_refuse(question->settings, NULL, err,
					    "question \"%s\" needs 2 to %d "
					    "answers",
					    question->name,
					    SURVEY_ANSWERS_MOST);
	question->choices = host->alloc(call, n * sizeof(*question->choices));
	for (size_t i = 0; status == SG_OK && i < n; i++)
		status = read_choice(call, question, i, err);
	return status;
}

/* Each number is an answer of its own. */
static enum sg_status
read_scale(const struct sg_call *call, struct survey_question *question,
	   struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *of = question->settings;
	int64_t from = host->setting_int(of, "from");
	int64_t up_to = host->setting_int(of, "up_to");
	struct survey_choice *choice;
	struct sg_text *text;

	if (up_to <= from || up_to - from >= SURVEY_ANSWERS_MOST)
		return host->setting_refuse(of, "up_to", err,
					    "a scale has 2 to %d numbers, from "
					    "`from` to `up_to`",
					    SURVEY_ANSWERS_MOST);
	question->choices =
		host->alloc(call, (size_t)(up_to - from + 1) * sizeof(*choice));
	for (int64_t number = from; number <= up_to; number++) {
		choice = &question->choices[question->n_choices++];
		text = host->text(call);
		host->print(text, "%lld", (long long)number);
		choice->value = choice->label = host->text_value(text);
		choice->points =
			(double)number * host->setting_number(of, "weight");
	}
	return SG_OK;
}

static enum sg_status
check_field(const struct sg_call *call, const struct survey_question *question,
	    struct sg_err *err)
{
	const char *record = question->record;

	if (record[strspn(record, "abcdefghijklmnopqrstuvwxyz0123456789_.")])
		return call->host->setting_refuse(
			question->settings, "to", err,
			"a record's field is made of a-z, 0-9, _ and ., not "
			"`%s`",
			record);
	return SG_OK;
}

static enum sg_status
read_question(const struct sg_call *call, struct survey *survey, size_t i,
	      struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct survey_question *question = &survey->questions[i];
	const struct sg_settings *of =
		host->setting_section_at(survey->settings, "question", i);
	enum sg_status status;

	question->settings = of;
	question->name = host->setting_title(of);
	question->label = host->setting_text(of, "label");
	if (!question->label)
		question->label = question->name;
	question->help = host->setting_text(of, "help");
	question->low = host->setting_text(of, "low");
	question->high = host->setting_text(of, "high");
	question->record = host->setting_text(of, "to");
	if (!question->record)
		question->record = "";
	question->required = host->setting_bool(of, "required");
	question->longest = host->setting_int(of, "longest");
	if (!question->name[0] || question->name[0] == '_')
		return host->setting_refuse(of, NULL, err,
					    "a question's name does not begin "
					    "with _");
	status = read_type(call, question, err);
	if (status == SG_OK)
		status = check_field(call, question, err);
	if (status != SG_OK || question->type == SURVEY_TEXT)
		return status;
	return question->type == SURVEY_SCALE
		       ? read_scale(call, question, err)
		       : read_choices(call, question, err);
}

/* What the answers can come to. */
static void
add_range(struct survey *survey, const struct survey_question *question)
{
	double least = question->required ? 1e18 : 0;
	double most = question->required ? -1e18 : 0;
	double sum_least = 0, sum_most = 0;

	if (!question->n_choices)
		return;
	for (size_t i = 0; i < question->n_choices; i++) {
		double points = question->choices[i].points;

		least = points < least ? points : least;
		most = points > most ? points : most;
		sum_least += points < 0 ? points : 0;
		sum_most += points > 0 ? points : 0;
	}
	survey->least += question->type == SURVEY_MULTIPLE ? sum_least : least;
	survey->most += question->type == SURVEY_MULTIPLE ? sum_most : most;
}

enum sg_status
survey_read_questions(const struct sg_call *call, struct survey *survey,
		      struct sg_err *err)
{
	const struct sg_host *host = call->host;
	size_t n = host->setting_section_count(survey->settings, "question");
	enum sg_status status = SG_OK;

	if (n < 1 || n > SURVEY_QUESTIONS_MOST)
		return host->setting_refuse(survey->settings, NULL, err,
					    "survey \"%s\" needs 1 to %d "
					    "questions",
					    survey->name,
					    SURVEY_QUESTIONS_MOST);
	for (size_t i = 0; status == SG_OK && i < n; i++) {
		status = read_question(call, survey, i, err);
		survey->n_questions++;
		if (status == SG_OK)
			add_range(survey, &survey->questions[i]);
	}
	return status;
}
