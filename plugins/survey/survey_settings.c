/* survey_settings.c - the surveys of the configuration, read and checked
 * once. */
#include "survey.h"

#include <string.h>

static enum sg_status
read_word(const struct sg_call *call, const struct sg_settings *of,
	  const char *option, const char *const words[3], int *out,
	  struct sg_err *err)
{
	const char *text = call->host->setting_text(of, option);

	for (int i = 0; i < 3; i++)
		if (strcmp(words[i], text) == 0) {
			*out = i;
			return SG_OK;
		}
	return call->host->setting_refuse(of, option, err,
					  "expected %s, %s or %s, not `%s`",
					  words[0], words[1], words[2], text);
}

static enum sg_status
read_policies(const struct sg_call *call, struct survey *survey,
	      struct sg_err *err)
{
	static const char *const identify[] = {"required", "optional", "no"};
	static const char *const repeat[] = {"last", "first", "best"};
	const struct sg_host *host = call->host;
	const struct sg_settings *of = survey->settings;
	int who = 0, again = 0;
	enum sg_status status =
		read_word(call, of, "identify", identify, &who, err);

	if (status == SG_OK)
		status = read_word(call, of, "repeat", repeat, &again, err);
	if (status != SG_OK)
		return status;
	survey->identify = (enum survey_identify)who;
	survey->repeat = (enum survey_repeat)again;
	if (host->rate_read(host->setting_text(of, "per_network"),
			    &survey->limit_times, &survey->limit_ms,
			    err) == SG_OK)
		return SG_OK;
	return host->setting_refuse(of, "per_network", err, "%s",
				    host->copy(call, host->reason(err)));
}

static enum sg_status
read_outcome(const struct sg_call *call, struct survey *survey, size_t i,
	     struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *of =
		host->setting_section_at(survey->settings, "outcome", i);
	struct survey_outcome *outcome = &survey->outcomes[i];

	outcome->name = host->setting_title(of);
	outcome->title = host->setting_text(of, "title");
	if (!outcome->title)
		outcome->title = outcome->name;
	outcome->message = host->setting_text(of, "message");
	outcome->link = host->setting_text(of, "link");
	outcome->has_from = host->setting_is_set(of, "from");
	if (outcome->has_from)
		outcome->from = host->setting_number(of, "from");
	if (outcome->link && strncmp(outcome->link, "https://", 8) != 0 &&
	    strncmp(outcome->link, "http://", 7) != 0)
		return host->setting_refuse(of, "link", err,
					    "not an http(s) address: %s",
					    outcome->link);
	return SG_OK;
}

static enum sg_status
read_outcomes(const struct sg_call *call, struct survey *survey,
	      struct sg_err *err)
{
	const struct sg_host *host = call->host;
	size_t n = host->setting_section_count(survey->settings, "outcome");
	enum sg_status status = SG_OK;

	if (n > SURVEY_OUTCOMES_MOST)
		return host->setting_refuse(survey->settings, NULL, err,
					    "more than %d outcomes",
					    SURVEY_OUTCOMES_MOST);
	for (size_t i = 0; status == SG_OK && i < n; i++)
		status = read_outcome(call, survey, i, err);
	survey->n_outcomes = n;
	return status;
}

static void
read_words(const struct sg_call *call, struct survey *survey)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *of = survey->settings;

	survey->title = host->setting_text(of, "title");
	if (!survey->title)
		survey->title = survey->name;
	survey->intro = host->setting_text(of, "intro");
	survey->button = host->setting_text(of, "button");
	survey->honeypot = host->setting_text(of, "honeypot");
	survey->steps = host->setting_bool(of, "steps");
	survey->show_score = host->setting_bool(of, "show_score");
}

/* Apart from every other score: rules alone carry it over. */
static enum sg_status
declare_score(const struct sg_call *call, struct survey *survey,
	      struct sg_err *err)
{
	struct sg_text *name = call->host->text(call);

	call->host->print(name, "quiz:%s", survey->name);
	survey->score = call->host->text_value(name);
	return call->host->declare_score(call, survey->score, err);
}

static enum sg_status
read_survey(const struct sg_call *call, struct survey *survey,
	    struct sg_err *err)
{
	const struct sg_host *host = call->host;
	enum sg_status status;

	survey->name = host->setting_title(survey->settings);
	if (!survey->name[0] || strlen(survey->name) > 50 ||
	    survey->name[strspn(survey->name, "abcdefghijklmnopqrstuvwxyz"
					      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					      "0123456789-_")])
		return host->setting_refuse(survey->settings, NULL, err,
					    "survey \"%s\": a name is made of "
					    "a-z, A-Z, 0-9, - and _",
					    survey->name);
	read_words(call, survey);
	status = read_policies(call, survey, err);
	if (status == SG_OK)
		status = survey_read_questions(call, survey, err);
	if (status == SG_OK)
		status = read_outcomes(call, survey, err);
	if (status == SG_OK)
		status = survey_make_sense(call, survey, err);
	return status == SG_OK ? declare_score(call, survey, err) : status;
}

enum sg_status
survey_start(const struct sg_call *call, void **state_out, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *settings = host->settings(call);
	size_t n = host->setting_section_count(settings, "survey");
	struct surveys *surveys = host->alloc(call, sizeof(*surveys));
	enum sg_status status = SG_OK;

	if (n > SURVEYS_MOST)
		return host->setting_refuse(settings, NULL, err,
					    "more than %d surveys",
					    SURVEYS_MOST);
	for (size_t i = 0; status == SG_OK && i < n; i++) {
		surveys->surveys[i].settings =
			host->setting_section_at(settings, "survey", i);
		status = read_survey(call, &surveys->surveys[i], err);
	}
	surveys->n_surveys = n;
	*state_out = surveys;
	return status;
}

const struct survey *
survey_find(const struct surveys *surveys, const char *name)
{
	for (size_t i = 0; i < surveys->n_surveys; i++)
		if (strcmp(surveys->surveys[i].name, name) == 0)
			return &surveys->surveys[i];
	return NULL;
}
