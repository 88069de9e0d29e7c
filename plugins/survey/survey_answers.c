/* survey_answers.c - what somebody answered, and who it is. */
#include "survey.h"

#include <stdlib.h>
#include <string.h>

/* --- who --------------------------------------------------------------------
 */

/* A click on a link of a mail to them brought them: "click TIME". */
static int64_t
clicked_at(const struct sg_call *call, const struct sg_token *token)
{
	struct sg_text *text = call->host->text(call);

	if (token->payload_len < 7 || memcmp(token->payload, "click ", 6) != 0)
		return 0;
	call->host->append(text, token->payload + 6, token->payload_len - 6);
	return strtoll(call->host->text_value(text), NULL, 10);
}

static bool
take_token(const struct sg_call *call, struct survey_filled *filled,
	   int64_t good_ms)
{
	struct sg_token token;

	if (call->host->token_read(call, SG_TOKEN_VISITOR, SG_TOKEN_URL,
				   filled->token, strlen(filled->token), &token,
				   NULL) != SG_OK ||
	    !token.record_key || call->now - clicked_at(call, &token) > good_ms)
		return false;
	filled->record_key = token.record_key;
	filled->proven = true;
	return true;
}

void
survey_identify(const struct sg_call *call, const struct sg_request *request,
		struct survey_filled *filled)
{
	const struct sg_host *host = call->host;
	const char *token = NULL;
	int64_t good_ms = SURVEY_VISIT_MS;

	filled->token = "";
	if (filled->survey->identify == SURVEY_ANONYMOUS)
		return;
	if (filled->given)
		token = host->form_get(filled->given, "_who");
	if (!token) {
		token = host->request_param(call, request, SURVEY_WHO);
		good_ms = SURVEY_CLICK_MS;
	}
	filled->token = token ? token : "";
	if (filled->token[0] && !take_token(call, filled, good_ms))
		filled->token = "";
}

void
survey_read_email(const struct sg_call *call, struct survey_filled *filled)
{
	const struct sg_host *host = call->host;
	const char *typed = host->form_get(filled->given, "_email");
	struct sg_text *normal = host->text(call);

	filled->email = typed ? typed : "";
	filled->email += strspn(filled->email, " \t");
	if (!filled->email[0]) {
		if (filled->survey->identify == SURVEY_REQUIRED)
			filled->email_fault = "survey.missing";
		return;
	}
	if (host->record_key(call, "", filled->email, &filled->record_key,
			     normal, NULL) != SG_OK)
		filled->email_fault = "survey.no_email";
	else
		filled->email = host->text_value(normal);
}

/* --- answers ----------------------------------------------------------------
 */

static void
choose(const struct survey_question *question, struct survey_answer *answer,
       const char *value)
{
	if (!value[0])
		return;
	for (size_t i = 0; i < question->n_choices; i++)
		if (strcmp(question->choices[i].value, value) == 0) {
			answer->chosen[i] = true;
			return;
		}
	answer->fault = "survey.no_choice";
}

/* The value in the order of the answers, and what they are worth. */
static void
sum_up(const struct sg_call *call, const struct survey_question *question,
       struct survey_answer *answer)
{
	const struct sg_host *host = call->host;
	struct sg_text *value = host->text(call);
	bool any = false;

	for (size_t i = 0; i < question->n_choices; i++) {
		if (!answer->chosen[i])
			continue;
		host->print(value, "%s%s", any ? ";" : "",
			    question->choices[i].value);
		answer->points += question->choices[i].points;
		any = true;
	}
	answer->value = host->text_value(value);
}

static void
read_choices(const struct sg_call *call, struct survey_filled *filled, size_t i)
{
	const struct sg_host *host = call->host;
	const struct survey_question *question = &filled->survey->questions[i];
	struct survey_answer *answer = &filled->answers[i];
	size_t n = host->form_count(filled->given);

	for (size_t k = 0; k < n; k++) {
		if (strcmp(host->form_name(filled->given, k), question->name) !=
		    0)
			continue;
		choose(question, answer, host->form_value(filled->given, k));
		/* Of one that takes one, the first. */
		if (question->type != SURVEY_MULTIPLE)
			break;
	}
	sum_up(call, question, answer);
}

static int64_t
characters(const char *text)
{
	int64_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

/* Without control characters, and blanks around it. */
static void
read_text(const struct sg_call *call, struct survey_filled *filled, size_t i)
{
	struct survey_answer *answer = &filled->answers[i];
	const char *typed = answer->typed + strspn(answer->typed, " \t\r\n");
	char *copy = call->host->copy(call, typed), *to = copy;
	size_t len;

	for (; *typed; typed++)
		if ((unsigned char)*typed >= ' ' || *typed == '\n')
			*to++ = *typed;
	*to = '\0';
	for (len = strlen(copy); len && strchr(" \n", copy[len - 1]);)
		copy[--len] = '\0';
	answer->value = copy;
	if (characters(copy) > filled->survey->questions[i].longest)
		answer->fault = "survey.too_long";
}

void
survey_read(const struct sg_call *call, struct survey_filled *filled, size_t i,
	    bool check)
{
	const struct survey_question *question = &filled->survey->questions[i];
	struct survey_answer *answer = &filled->answers[i];
	const char *typed = call->host->form_get(filled->given, question->name);

	answer->typed = typed ? typed : "";
	if (question->type == SURVEY_TEXT)
		read_text(call, filled, i);
	else
		read_choices(call, filled, i);
	if (check && question->required && !answer->value[0] && !answer->fault)
		answer->fault = "survey.missing";
	if (!check)
		answer->fault = NULL;
}
