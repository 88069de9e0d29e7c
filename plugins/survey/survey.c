/* survey.c - the descriptor of `survey`, and the way of a request through the
 * steps. */
#include "survey.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct sg_signal_declaration signals[] = {
	{"survey.answered", "survey, question, answer, points, submission",
	 "A question of a survey was answered"},
	{"survey.completed", "survey, score, outcome, percent, submission",
	 "A survey was answered to its end"},
	{0},
};

static const struct sg_option outcome_options[] = {
	{.name = "from",
	 .type = SG_OPTION_NUMBER,
	 .help = "the least score for it; not set: whoever reaches no other"},
	{.name = "title", .type = SG_OPTION_TEXT, .help = "heading"},
	{.name = "message", .type = SG_OPTION_TEXT, .help = "what they read"},
	{.name = "link",
	 .type = SG_OPTION_TEXT,
	 .help = "where to go on: \"https://example.com/start\""},
	{0},
};

static const struct sg_option survey_options[] = {
	{.name = "title",
	 .type = SG_OPTION_TEXT,
	 .help = "heading; its name unless set"},
	{.name = "intro",
	 .type = SG_OPTION_TEXT,
	 .help = "text over the first question"},
	{.name = "button",
	 .type = SG_OPTION_TEXT,
	 .help = "on the last button; \"Send\" in their language unless set"},
	{.name = "steps",
	 .type = SG_OPTION_BOOL,
	 .fallback = "no",
	 .help = "a page for each question"},
	{.name = "question",
	 .type = SG_OPTION_TITLED,
	 .options = survey_question_options,
	 .help = "one question"},
	{.name = "outcome",
	 .type = SG_OPTION_TITLED,
	 .options = outcome_options,
	 .help = "what a range of scores means"},
	{.name = "show_score",
	 .type = SG_OPTION_BOOL,
	 .fallback = "yes",
	 .help = "people see what they came to"},
	{.name = "identify",
	 .type = SG_OPTION_TEXT,
	 .fallback = "required",
	 .help = "who it is, by a link of ours or an address: required, "
		 "optional, or no"},
	{.name = "repeat",
	 .type = SG_OPTION_TEXT,
	 .fallback = "last",
	 .help = "which answers of one person make the score: last, first or "
		 "best"},
	{.name = "honeypot",
	 .type = SG_OPTION_TEXT,
	 .help = "a field no person sees: filled, nothing is kept"},
	{.name = "per_network",
	 .type = SG_OPTION_TEXT,
	 .fallback = "300/10m",
	 .help = "so many pages sent from one network (a /24, a /48), or off"},
	{0},
};

static const struct sg_option options[] = {
	{.name = "survey",
	 .type = SG_OPTION_TITLED,
	 .options = survey_options,
	 .help = "one survey, at /s/NAME, with the score quiz:NAME"},
	{0},
};

static const struct sg_route routes[] = {
	{"/s/", survey_answer, "a survey's pages"},
	{0},
};

extern const struct sg_asset survey_assets[];

SG_PLUGIN const struct sg_plugin sg_plugin_survey = {
	SG_PLUGIN_HEAD,
	.name = "survey",
	.version = "1.0",
	.summary = "Surveys and quizzes with a score of their own",
	.signals = signals,
	.options = options,
	.routes = routes,
	.start = survey_start,
	.inspect = survey_inspect,
	.assets = survey_assets,
};

struct visit {
	const struct sg_call *call;
	const struct sg_request *request;
	struct sg_reply *reply;
	struct survey_filled filled;
};

/* --- a page -----------------------------------------------------------------
 */

/* Who it is stands at the end: nobody is asked before they have seen what it
 * is about. */
static void
prepare_page(struct survey_filled *filled)
{
	const struct survey *survey = filled->survey;

	filled->is_last =
		!filled->in_steps || filled->step + 1 == survey->n_questions;
	filled->asks_email = filled->is_last && !filled->proven &&
			     survey->identify != SURVEY_ANONYMOUS;
}

static void
show(struct visit *visit, int status)
{
	prepare_page(&visit->filled);
	survey_page(visit->call, visit->request, &visit->filled, visit->reply);
	visit->call->host->reply_status(visit->reply, status);
}

/* --- what came ---------------------------------------------------------------
 */

static size_t
step_of(const struct visit *visit)
{
	const struct survey *survey = visit->filled.survey;
	const char *text =
		visit->call->host->form_get(visit->filled.given, "_step");
	unsigned long step = text ? strtoul(text, NULL, 10) : 0;

	if (!visit->filled.in_steps)
		return 0;
	return step < survey->n_questions ? step : survey->n_questions - 1;
}

/* One of ours, or a new one: the pages of one visit have the same. */
static void
take_submission(struct visit *visit)
{
	const struct sg_host *host = visit->call->host;
	struct survey_filled *filled = &visit->filled;
	const char *text =
		filled->given ? host->form_get(filled->given, "_submission")
			      : NULL;

	if (text && strlen(text) == 16 &&
	    strspn(text, "0123456789abcdef") == 16)
		memcpy(filled->submission, text, 17);
	else
		snprintf(filled->submission, sizeof(filled->submission),
			 "%016" PRIx64, host->new_id(visit->call));
}

/* Only what this page asks is held against them; what the others ask, when it
 * is their turn. */
static bool
read_page(struct visit *visit)
{
	struct survey_filled *filled = &visit->filled;
	const struct survey *survey = filled->survey;
	bool right = true;

	for (size_t i = 0; i < survey->n_questions; i++) {
		survey_read(visit->call, filled, i,
			    !filled->in_steps || i == filled->step);
		right &= !filled->answers[i].fault;
	}
	prepare_page(filled);
	if (filled->asks_email)
		survey_read_email(visit->call, filled);
	else
		filled->email =
			visit->call->host->form_get(filled->given, "_email");
	return right && !filled->email_fault;
}

/* The first question that is not answered as it must be, of those before; or
 * n_questions. */
static size_t
first_wrong(struct visit *visit)
{
	struct survey_filled *filled = &visit->filled;
	size_t i;

	for (i = 0; i < filled->survey->n_questions; i++) {
		memset(&filled->answers[i], 0, sizeof(filled->answers[i]));
		survey_read(visit->call, filled, i, true);
		if (filled->answers[i].fault)
			break;
	}
	return i;
}

/* --- the end -----------------------------------------------------------------
 */

static bool
is_json(const struct visit *visit, const char *header)
{
	const char *type = visit->call->host->request_header(
		visit->call, visit->request, header);

	return type && strncasecmp(type, "application/json", 16) == 0;
}

static bool
wants_json(const struct visit *visit)
{
	return is_json(visit, "Content-Type") || is_json(visit, "Accept");
}

static void
answer_result(struct visit *visit)
{
	const struct sg_host *host = visit->call->host;
	const struct survey_filled *filled = &visit->filled;
	struct sg_text *to;

	if (!wants_json(visit)) {
		survey_page_result(visit->call, visit->request, filled,
				   visit->reply);
		return;
	}
	to = host->text(visit->call);
	host->print(to, "{\"ok\":true,\"outcome\":");
	host->append_json(to, filled->outcome ? filled->outcome->name : "");
	if (filled->survey->show_score)
		host->print(to, ",\"score\":%.12g", filled->score);
	host->print(to, "}\n");
	host->reply_header(visit->reply, "Content-Type", "application/json");
	host->reply_body(visit->reply, host->text_value(to),
			 host->text_len(to));
}

static bool
is_trapped(const struct visit *visit)
{
	const char *honeypot = visit->filled.survey->honeypot;
	const char *value = honeypot ? visit->call->host->form_get(
					       visit->filled.given, honeypot)
				     : NULL;

	return value && value[0];
}

static enum sg_status
complete(struct visit *visit, struct sg_err *err)
{
	const struct sg_host *host = visit->call->host;
	struct survey_filled *filled = &visit->filled;
	size_t wrong = first_wrong(visit);
	enum sg_status status;

	if (wrong < filled->survey->n_questions) {
		filled->step = wrong;
		filled->trouble = "survey.look_again";
		show(visit, 422);
		return SG_OK;
	}
	survey_result(filled);
	status = is_trapped(visit) ? SG_OK
				   : survey_emit(visit->call, filled, err);
	if (status == SG_OK) {
		answer_result(visit);
	} else if (status == SG_REFUSED) {
		filled->trouble = "survey.too_much";
		show(visit, 422);
		return SG_OK;
	} else {
		host->reply_header(visit->reply, "Retry-After", "60");
		filled->trouble = "survey.not_now";
		show(visit, 503);
	}
	return status;
}

static enum sg_status
take_page(struct visit *visit, struct sg_err *err)
{
	struct survey_filled *filled = &visit->filled;
	bool right;

	filled->step = step_of(visit);
	right = read_page(visit);
	if (visit->call->host->form_get(filled->given, "_back") &&
	    filled->step) {
		for (size_t i = 0; i < filled->survey->n_questions; i++)
			filled->answers[i].fault = NULL;
		filled->email_fault = NULL;
		filled->step--;
		show(visit, 200);
		return SG_OK;
	}
	if (!right) {
		filled->trouble = "survey.look_again";
		show(visit, 422);
		return SG_OK;
	}
	if (filled->is_last)
		return complete(visit, err);
	filled->step++;
	show(visit, 200);
	return SG_OK;
}

static enum sg_status
post(struct visit *visit, struct sg_err *err)
{
	const struct sg_host *host = visit->call->host;
	const struct survey *survey = visit->filled.survey;
	struct sg_text *who = host->text(visit->call);
	struct sg_form *given;

	host->print(who, "%s ", survey->name);
	host->network(visit->call, visit->request, who);
	if (!host->rate(visit->call, "network", host->text_value(who),
			survey->limit_times, survey->limit_ms)) {
		host->reply_header(visit->reply, "Retry-After", "600");
		survey_notice(visit->call, visit->request, survey, 429,
			      "survey.too_often", visit->reply);
		return SG_OK;
	}
	if (host->form_parse(visit->call, visit->request, &given, err) !=
	    SG_OK) {
		survey_notice(visit->call, visit->request, survey, 400,
			      "survey.unreadable", visit->reply);
		return SG_OK;
	}
	visit->filled.given = given;
	if (wants_json(visit))
		visit->filled.in_steps = false;
	survey_identify(visit->call, visit->request, &visit->filled);
	take_submission(visit);
	return take_page(visit, err);
}

enum sg_status
survey_answer(const struct sg_call *call, const struct sg_request *request,
	      struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct visit visit = {.call = call,
			      .request = request,
			      .reply = reply,
			      .filled.survey =
				      survey_find(call->state, request->path)};

	if (!visit.filled.survey) {
		host->reply_text(reply, 404, "no such survey\n");
		return SG_OK;
	}
	host->reply_header(reply, "Cache-Control", "no-store");
	visit.filled.in_steps = visit.filled.survey->steps;
	visit.filled.answers =
		host->alloc(call, visit.filled.survey->n_questions *
					  sizeof(struct survey_answer));
	if (strcmp(request->method, "POST") == 0)
		return post(&visit, err);
	if (strcmp(request->method, "GET") != 0 &&
	    strcmp(request->method, "HEAD") != 0) {
		host->reply_header(reply, "Allow", "GET, HEAD, POST");
		host->reply_text(reply, 405,
				 "GET and POST are answered here\n");
		return SG_OK;
	}
	survey_identify(call, request, &visit.filled);
	take_submission(&visit);
	show(&visit, 200);
	return SG_OK;
}
