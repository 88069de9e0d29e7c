/* survey_sense.c - what can be read and cannot be meant: answers that nobody
 * is shown, outcomes that nobody reaches, a trap that every person falls into.
 * Said at start, with its line. */
#include "survey.h"

#include <string.h>

static enum sg_status
check_types(const struct sg_call *call, const struct survey_question *question,
	    struct sg_err *err)
{
	static const struct {
		const char *option;
		enum survey_type type;
	} rows[] = {
		{"from", SURVEY_SCALE},	  {"up_to", SURVEY_SCALE},
		{"weight", SURVEY_SCALE}, {"low", SURVEY_SCALE},
		{"high", SURVEY_SCALE},	  {"longest", SURVEY_TEXT},
	};
	const struct sg_settings *of = question->settings;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].type != question->type &&
		    call->host->setting_is_set(of, rows[i].option))
			return call->host->setting_refuse(
				of, rows[i].option, err,
				"is of a question with type = %s, and `%s` is "
				"%s",
				survey_type_name(rows[i].type), question->name,
				survey_type_name(question->type));
	if ((question->type == SURVEY_TEXT || question->type == SURVEY_SCALE) &&
	    call->host->setting_section_count(of, "answer"))
		return call->host->setting_refuse(
			of, NULL, err,
			"question \"%s\": only single and multiple have "
			"answers",
			question->name);
	return SG_OK;
}

static enum sg_status
check_record(const struct sg_call *call, const struct survey *survey, size_t i,
	     struct sg_err *err)
{
	const struct survey_question *question = &survey->questions[i];

	for (size_t k = 0; question->record[0] && k < i; k++)
		if (strcmp(survey->questions[k].record, question->record) == 0)
			return call->host->setting_refuse(
				question->settings, "to", err,
				"`%s` and `%s` are both kept as %s",
				survey->questions[k].name, question->name,
				question->record);
	return SG_OK;
}

static enum sg_status
check_outcome(const struct sg_call *call, const struct survey *survey, size_t i,
	      struct sg_err *err)
{
	const struct survey_outcome *outcome = &survey->outcomes[i];
	const struct sg_settings *of =
		call->host->setting_section_at(survey->settings, "outcome", i);

	if (outcome->has_from && outcome->from > survey->most)
		return call->host->setting_refuse(
			of, "from", err,
			"nobody reaches %g: the answers come to %g at most",
			outcome->from, survey->most);
	for (size_t k = 0; k < i; k++) {
		const struct survey_outcome *other = &survey->outcomes[k];

		if (other->has_from == outcome->has_from &&
		    other->from <= outcome->from &&
		    other->from >= outcome->from)
			return call->host->setting_refuse(
				of, outcome->has_from ? "from" : NULL, err,
				"outcome \"%s\" begins where \"%s\" does",
				outcome->name, other->name);
	}
	return SG_OK;
}

static enum sg_status
check_honeypot(const struct sg_call *call, const struct survey *survey,
	       struct sg_err *err)
{
	const char *name = survey->honeypot;

	if (!name)
		return SG_OK;
	if (!name[0] || name[0] == '_')
		return call->host->setting_refuse(
			survey->settings, "honeypot", err,
			"expected a name that does not begin with _");
	for (size_t i = 0; i < survey->n_questions; i++)
		if (strcmp(survey->questions[i].name, name) == 0)
			return call->host->setting_refuse(
				survey->settings, "honeypot", err,
				"`%s` is a question that people answer", name);
	return SG_OK;
}

enum sg_status
survey_make_sense(const struct sg_call *call, const struct survey *survey,
		  struct sg_err *err)
{
	enum sg_status status = check_honeypot(call, survey, err);

	for (size_t i = 0; status == SG_OK && i < survey->n_questions; i++) {
		status = check_types(call, &survey->questions[i], err);
		if (status == SG_OK)
			status = check_record(call, survey, i, err);
	}
	for (size_t i = 0; status == SG_OK && i < survey->n_outcomes; i++)
		status = check_outcome(call, survey, i, err);
	return status;
}
