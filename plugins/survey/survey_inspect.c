/* survey_inspect.c - what the operator is told: `surveys`, `surveys/NAME`. */
#include "survey.h"

#include <string.h>

static void
member(const struct sg_call *call, struct sg_text *to, const char *name,
       const char *value)
{
	call->host->print(to, ",\"%s\":", name);
	call->host->append_json(to, value ? value : "");
}

static void
begin(const struct sg_call *call, const struct survey *survey,
      struct sg_text *to)
{
	const struct sg_host *host = call->host;
	struct sg_text *url = host->text(call);

	host->print(url, "%s/s/%s", host->site(call, SG_SITE_PUBLIC_URL),
		    survey->name);
	host->print(to, "{\"name\":");
	host->append_json(to, survey->name);
	member(call, to, "title", survey->title);
	member(call, to, "url", host->text_value(url));
	member(call, to, "score", survey->score);
	host->print(to, ",\"least\":%.12g,\"most\":%.12g", survey->least,
		    survey->most);
}

static void
describe_question(const struct sg_call *call,
		  const struct survey_question *question, struct sg_text *to)
{
	const struct sg_host *host = call->host;

	host->print(to, "{\"name\":");
	host->append_json(to, question->name);
	member(call, to, "label", question->label);
	member(call, to, "type", survey_type_name(question->type));
	member(call, to, "field", question->record);
	host->print(to, ",\"required\":%s,\"answers\":[",
		    question->required ? "true" : "false");
	for (size_t i = 0; i < question->n_choices; i++) {
		host->print(to, "%s{\"value\":", i ? "," : "");
		host->append_json(to, question->choices[i].value);
		member(call, to, "label", question->choices[i].label);
		host->print(to, ",\"points\":%.12g}",
			    question->choices[i].points);
	}
	host->print(to, "]}");
}

static void
describe(const struct sg_call *call, const struct survey *survey,
	 struct sg_text *to)
{
	static const char *const repeat[] = {"last", "first", "best"};
	static const char *const identify[] = {"required", "optional", "no"};
	const struct sg_host *host = call->host;

	begin(call, survey, to);
	member(call, to, "repeat", repeat[survey->repeat]);
	member(call, to, "identify", identify[survey->identify]);
	host->print(to, ",\"questions\":[");
	for (size_t i = 0; i < survey->n_questions; i++) {
		if (i)
			host->print(to, ",");
		describe_question(call, &survey->questions[i], to);
	}
	host->print(to, "],\"outcomes\":[");
	for (size_t i = 0; i < survey->n_outcomes; i++) {
		const struct survey_outcome *outcome = &survey->outcomes[i];

		host->print(to, "%s{\"name\":", i ? "," : "");
		host->append_json(to, outcome->name);
		member(call, to, "title", outcome->title);
		if (outcome->has_from)
			host->print(to, ",\"from\":%.12g", outcome->from);
		host->print(to, "}");
	}
	host->print(to, "]}");
}

static void
describe_list(const struct sg_call *call, const struct surveys *surveys,
	      struct sg_text *to)
{
	const struct sg_host *host = call->host;

	host->print(to, "{\"items\":[");
	for (size_t i = 0; i < surveys->n_surveys; i++) {
		const struct survey *survey = &surveys->surveys[i];

		if (i)
			host->print(to, ",");
		begin(call, survey, to);
		host->print(to, ",\"n_questions\":%zu}", survey->n_questions);
	}
	host->print(to, "],\"next\":null}");
}

enum sg_status
survey_inspect(const struct sg_call *call, const struct sg_request *request,
	       struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct sg_text *to = host->text(call);
	const struct survey *survey;

	if (strcmp(request->path, "surveys") == 0) {
		describe_list(call, call->state, to);
	} else {
		survey = strncmp(request->path, "surveys/", 8) == 0
				 ? survey_find(call->state, request->path + 8)
				 : NULL;
		if (!survey)
			return host->fail(err, SG_NONE, "no such survey");
		describe(call, survey, to);
	}
	host->reply_body(reply, host->text_value(to), host->text_len(to));
	return SG_OK;
}
