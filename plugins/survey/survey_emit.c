/*
 * survey_emit.c - what is kept of a survey that is complete, in one write: a
 * signal for each answer, the fields, the score of the survey's own, and
 * survey.completed last. The contact's own score changes by rules on these
 * signals, and by nothing else.
 *
 * Who only typed an address has not shown that it is theirs: a field is set
 * only where it is empty. A token of a link that was mailed to them shows it.
 */
#include <inttypes.h>

#include "../write_once.h"
#include "survey.h"

struct emission {
	const struct sg_call *call;
	const struct survey_filled *filled;
	struct write_once write;
};

/* All answers, and whose: sent twice within a minute, they are one. */
static const char *
all_of(const struct sg_call *call, const struct survey_filled *filled)
{
	const struct sg_host *host = call->host;
	struct sg_text *text = host->text(call);

	host->print(text, "%s %016" PRIx64, filled->survey->name,
		    filled->record_key);
	/* Nobody's: two may answer the same. */
	if (!filled->record_key)
		host->print(text, " %s", filled->submission);
	for (size_t i = 0; i < filled->survey->n_questions; i++) {
		host->print(text, "\n");
		host->append_url(text, filled->answers[i].value);
	}
	return host->text_value(text);
}

static void
add_answer(struct emission *emission, size_t i)
{
	const struct survey *survey = emission->filled->survey;
	const struct survey_question *question = &survey->questions[i];
	const struct survey_answer *answer = &emission->filled->answers[i];
	const struct sg_prop props[] = {
		{"survey", survey->name},
		{"question", question->name},
		{"answer", answer->value},
		{"points", write_once_number(&emission->write, answer->points)},
		{"submission", emission->filled->submission}};

	if (question->record[0] && emission->filled->record_key)
		write_once_add(
			&emission->write, SG_FIELD_SET,
			(const struct sg_prop[]){{"name", question->record},
						 {"value", answer->value},
						 {"only_if", "empty"}},
			emission->filled->proven ? 2 : 3);
	write_once_add(&emission->write, SG_SIGNAL_HAPPENED, props, 5)->name =
		"survey.answered";
	for (size_t k = 0; k < question->n_choices; k++)
		if (answer->chosen[k] && question->choices[k].signal)
			write_once_add(&emission->write, SG_SIGNAL_HAPPENED,
				       props, 3)
				->name = question->choices[k].signal;
}

static void
add_score(struct emission *emission)
{
	static const char *const conditions[] = {
		[SURVEY_FIRST] = "empty", [SURVEY_BEST] = "higher"};
	const struct survey_filled *filled = emission->filled;
	const struct survey *survey = filled->survey;
	const struct sg_prop props[] = {
		{"score", survey->score},
		{"points", write_once_number(&emission->write, filled->score)},
		{"only_if", survey->repeat == SURVEY_LAST
				    ? ""
				    : conditions[survey->repeat]}};
	struct sg_text *because = emission->call->host->text(emission->call);

	emission->call->host->print(because, "survey %s%s%s", survey->name,
				    filled->outcome ? ": " : "",
				    filled->outcome ? filled->outcome->title
						    : "");
	write_once_add(&emission->write, SG_SCORE_SET, props,
		       survey->repeat == SURVEY_LAST ? 2 : 3)
		->because = emission->call->host->text_value(because);
}

static void
add_completed(struct emission *emission)
{
	const struct survey_filled *filled = emission->filled;
	const struct survey *survey = filled->survey;
	double range = survey->most - survey->least;
	double percent =
		range > 0 ? 100 * (filled->score - survey->least) / range : 0;
	const struct sg_prop props[] = {
		{"survey", survey->name},
		{"score", write_once_number(&emission->write, filled->score)},
		{"outcome", filled->outcome ? filled->outcome->name : ""},
		{"percent", write_once_number(&emission->write, percent)},
		{"submission", filled->submission}};

	write_once_add(&emission->write, SG_SIGNAL_HAPPENED, props, 5)->name =
		"survey.completed";
}

static enum sg_status
emit(struct emission *emission, struct sg_err *err)
{
	const struct survey *survey = emission->filled->survey;

	for (size_t i = 0; i < survey->n_questions; i++)
		if (emission->filled->answers[i].value[0])
			add_answer(emission, i);
	if (emission->filled->record_key)
		add_score(emission);
	add_completed(emission);
	return write_once_emit(&emission->write, err);
}

enum sg_status
survey_emit(const struct sg_call *call, struct survey_filled *filled,
	    struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct emission emission = {
		.call = call,
		.filled = filled,
		.write = {.call = call,
			  .text = all_of(call, filled),
			  .same_ms = SURVEY_SAME_MS,
			  .record_key = filled->record_key,
			  /* A token has no address, and needs none. */
			  .key = !filled->proven && filled->record_key
					 ? filled->email
					 : NULL},
	};
	enum sg_status status = host->once_begin(call, emission.write.text,
						 SURVEY_SAME_MS, err);

	if (status == SG_NONE)
		return SG_OK; /* it is kept already */
	if (status != SG_OK)
		return status;
	status = emit(&emission, err);
	host->once_end(call, emission.write.text, status == SG_OK);
	return status;
}
