/* survey_page.c - the pages of a survey (survey.html): all questions, or those
 * of one step with the answers of the steps before it carried along. */
#include "survey.h"

#include <stdio.h>
#include <string.h>

struct showing {
	const struct sg_call *call;
	const struct survey_filled *filled;
	struct sg_page *page;
};

/* What something is wrong with. */
struct fault {
	const char *id, *name, *label;
};

static bool
is_shown(const struct survey_filled *filled, size_t i)
{
	return !filled->in_steps || i == filled->step;
}

/* What a reader who does not see it hears with it. */
static const char *
described_by(const struct showing *showing, const char *id, const char *help,
	     const char *fault)
{
	const struct sg_host *host = showing->call->host;
	struct sg_text *ids = host->text(showing->call);

	if (help)
		host->print(ids, "%s-help", id);
	if (fault)
		host->print(ids, "%s%s-fault", help ? " " : "", id);
	return host->text_value(ids);
}

/* `name` and the key are for programs (gate/gate_problem.h). */
static void
add_fault(const struct showing *showing, struct sg_page *row,
	  const struct fault *of, const char *key)
{
	const struct sg_host *host = showing->call->host;
	struct sg_page *fault;
	const char *text = key ? host->page_say(row, key) : "";

	host->page_set(row, "fault", text);
	if (!key)
		return;
	fault = host->page_row(showing->page, "faults");
	host->page_set(fault, "fault_id", of->id);
	host->page_set(fault, "fault_name", of->name);
	host->page_set(fault, "fault_code", key + strlen("survey."));
	host->page_set(fault, "fault_label", of->label);
	host->page_set(fault, "fault_text", text);
}

static void
add_choices(const struct showing *showing, struct sg_page *row, size_t i)
{
	const struct sg_host *host = showing->call->host;
	const struct survey_question *question =
		&showing->filled->survey->questions[i];
	const struct survey_answer *answer =
		showing->filled->given ? &showing->filled->answers[i] : NULL;
	char id[64];

	for (size_t k = 0; k < question->n_choices; k++) {
		const struct survey_choice *choice = &question->choices[k];
		struct sg_page *one = host->page_row(row, "choices");

		if (k)
			snprintf(id, sizeof(id), "question-%zu-%zu", i, k);
		else
			snprintf(id, sizeof(id), "question-%zu", i);
		host->page_set(one, "choice_id", id);
		host->page_set(one, "choice_value", choice->value);
		host->page_set(one, "choice_label", choice->label);
		host->page_set(one, "checked",
			       answer && answer->chosen[k] ? "yes" : "");
	}
}

static void
show_question(const struct showing *showing, size_t i)
{
	static const char *const shapes[] = {"is_single", "is_multiple",
					     "is_scale", "is_text"};
	const struct sg_host *host = showing->call->host;
	const struct survey_filled *filled = showing->filled;
	const struct survey_question *question = &filled->survey->questions[i];
	struct sg_page *row = host->page_row(showing->page, "questions");
	char id[64], longest[24];
	const char *fault;

	snprintf(id, sizeof(id), "question-%zu", i);
	snprintf(longest, sizeof(longest), "%lld",
		 (long long)question->longest);
	host->page_set(row, shapes[question->type], "yes");
	host->page_set(row, "id", id);
	host->page_set(row, "name", question->name);
	host->page_set(row, "label", question->label);
	host->page_set(row, "help", question->help ? question->help : "");
	host->page_set(row, "low", question->low ? question->low : "");
	host->page_set(row, "high", question->high ? question->high : "");
	host->page_set(row, "longest", longest);
	if (question->n_choices) {
		host->page_set(row, "lowest", question->choices[0].label);
		host->page_set(
			row, "highest",
			question->choices[question->n_choices - 1].label);
	}
	host->page_set(row, "required", question->required ? "yes" : "");
	host->page_set(row, "value",
		       filled->given ? filled->answers[i].typed : "");
	add_choices(showing, row, i);
	fault = filled->given ? filled->answers[i].fault : NULL;
	host->page_set(row, "described_by",
		       described_by(showing, id, question->help, fault));
	add_fault(showing, row,
		  &(struct fault){id, question->name, question->label}, fault);
}

static void
carry(const struct showing *showing, const char *name, const char *value)
{
	const struct sg_host *host = showing->call->host;
	struct sg_page *row;

	if (!value[0])
		return;
	row = host->page_row(showing->page, "hidden");
	host->page_set(row, "hidden_name", name);
	host->page_set(row, "hidden_value", value);
}

/* As it would be sent: one of a name for each that was chosen. */
static void
carry_question(const struct showing *showing, size_t i)
{
	const struct survey_question *question =
		&showing->filled->survey->questions[i];
	const struct survey_answer *answer = &showing->filled->answers[i];

	if (question->type == SURVEY_TEXT)
		carry(showing, question->name, answer->typed);
	for (size_t k = 0; k < question->n_choices; k++)
		if (answer->chosen[k])
			carry(showing, question->name,
			      question->choices[k].value);
}

static void
show_email(const struct showing *showing)
{
	const struct sg_host *host = showing->call->host;
	const struct survey_filled *filled = showing->filled;
	struct sg_page *row = host->page_row(showing->page, "emails");

	host->page_set(row, "email",
		       filled->given && filled->email ? filled->email : "");
	host->page_set(row, "email_required",
		       filled->survey->identify == SURVEY_REQUIRED ? "yes"
								   : "");
	add_fault(
		showing, row,
		&(struct fault){"email", "_email",
				host->page_say(showing->page, "survey.email")},
		filled->email_fault);
}

static void
set_whole(const struct showing *showing)
{
	const struct sg_host *host = showing->call->host;
	const struct survey_filled *filled = showing->filled;
	const struct survey *survey = filled->survey;
	struct sg_page *page = showing->page;
	char step[24], steps[24];

	snprintf(step, sizeof(step), "%zu", filled->step + 1);
	snprintf(steps, sizeof(steps), "%zu", survey->n_questions);
	host->page_set(page, "heading", survey->title);
	host->page_set(page, "intro",
		       survey->intro && !filled->step ? survey->intro : "");
	host->page_set(page, "action", survey->name);
	host->page_set(page, "step", step);
	host->page_set(page, "steps", steps);
	host->page_set(page, "in_steps",
		       filled->in_steps && survey->n_questions > 1 ? "yes"
								   : "");
	host->page_set(page, "can_go_back",
		       filled->in_steps && filled->step ? "yes" : "");
	host->page_set(page, "honeypot",
		       survey->honeypot ? survey->honeypot : "");
	host->page_set(page, "button",
		       !filled->is_last ? host->page_say(page, "survey.next")
		       : survey->button ? survey->button
					: host->page_say(page, "survey.send"));
	host->page_set(page, "trouble",
		       filled->trouble ? host->page_say(page, filled->trouble)
				       : "");
}

void
survey_page(const struct sg_call *call, const struct sg_request *request,
	    const struct survey_filled *filled, struct sg_reply *reply)
{
	const struct sg_host *host = call->host;
	struct showing showing = {call, filled,
				  host->page(call, request, "survey")};
	char step[24];

	set_whole(&showing);
	for (size_t i = 0; i < filled->survey->n_questions; i++)
		if (is_shown(filled, i))
			show_question(&showing, i);
		else if (filled->given)
			carry_question(&showing, i);
	if (filled->asks_email)
		show_email(&showing);
	else if (filled->given && filled->email)
		carry(&showing, "_email", filled->email);
	if (filled->in_steps) {
		snprintf(step, sizeof(step), "%zu", filled->step);
		carry(&showing, "_step", step);
	}
	carry(&showing, "_who", filled->token);
	carry(&showing, "_submission", filled->submission);
	host->reply_with(reply, 200, showing.page);
}

void
survey_page_result(const struct sg_call *call, const struct sg_request *request,
		   const struct survey_filled *filled, struct sg_reply *reply)
{
	const struct sg_host *host = call->host;
	const struct survey *survey = filled->survey;
	const struct survey_outcome *outcome = filled->outcome;
	struct sg_page *page = host->page(call, request, "survey-result");
	char score[32], most[32];

	snprintf(score, sizeof(score), "%.6g", filled->score);
	snprintf(most, sizeof(most), "%.6g", survey->most);
	host->page_set(page, "survey", survey->title);
	host->page_set(page, "score", score);
	host->page_set(page, "most", most);
	host->page_set(page, "show_score", survey->show_score ? "yes" : "");
	host->page_set(page, "heading",
		       outcome ? outcome->title
			       : host->page_say(page, "survey.thanks"));
	host->page_set(page, "text",
		       outcome && outcome->message
			       ? outcome->message
			       : host->page_say(page, "survey.thanks_text"));
	host->page_set(page, "link",
		       outcome && outcome->link ? outcome->link : "");
	host->reply_with(reply, 200, page);
}

void
survey_notice(const struct sg_call *call, const struct sg_request *request,
	      const struct survey *survey, int status, const char *key,
	      struct sg_reply *reply)
{
	const struct sg_host *host = call->host;
	struct sg_page *page = host->page(call, request, "survey-result");
	struct sg_text *text = host->text(call);

	host->print(text, "%s_text", key);
	host->page_set(page, "survey", survey->title);
	host->page_set(page, "heading", host->page_say(page, key));
	host->page_set(page, "text",
		       host->page_say(page, host->text_value(text)));
	host->reply_with(reply, status, page);
}
