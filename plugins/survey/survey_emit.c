/*
 * survey_emit.c - what is kept of a survey that is complete, in one write: a
 * signal for each answer, the fields, the score of the survey's own, and
 * survey.completed last. The contact's own score changes by rules on these
 * signals, and by nothing else.
 *
 * Who only typed an address has not shown that it is theirs: a field is set
 * only where it is empty. A token of a link that was mailed to them shows it.
 */
#include "survey.h"

#include <inttypes.h>
#include <string.h>

enum { SIGNALS_MOST = 256 };

struct emission {
	const struct sg_call *call;
	const struct survey_filled *filled;
	const char *once;
	struct sg_signal *signals;
	size_t n_signals;
	bool too_many;
};

/* All answers, and whose: sent twice within a minute, they are one. */
static const char *
write_once(const struct sg_call *call, const struct survey_filled *filled)
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

static const char *
external_id(const struct emission *emission)
{
	const struct sg_host *host = emission->call->host;
	struct sg_text *text = host->text(emission->call);

	host->print(text, "%" PRId64 " %zu %s",
		    emission->call->now / SURVEY_SAME_MS, emission->n_signals,
		    emission->once);
	return host->text_value(text);
}

static struct sg_signal *
add(struct emission *emission, enum sg_signal_kind kind,
    const struct sg_prop *props, size_t n_props)
{
	const struct sg_host *host = emission->call->host;
	struct sg_signal *signal;
	struct sg_prop *copy =
		host->alloc(emission->call, n_props * sizeof(*copy));

	if (emission->n_signals == SIGNALS_MOST) {
		emission->too_many = true;
		emission->n_signals--;
	}
	signal = &emission->signals[emission->n_signals];
	memcpy(copy, props, n_props * sizeof(*copy));
	memset(signal, 0, sizeof(*signal));
	signal->size = sizeof(*signal);
	signal->kind = kind;
	signal->record_key = emission->filled->record_key;
	/* A token has no address, and needs none. */
	if (!emission->filled->proven && signal->record_key)
		signal->key = emission->filled->email;
	signal->props = copy;
	signal->n_props = n_props;
	signal->external_id = external_id(emission);
	emission->n_signals++;
	return signal;
}

static const char *
number(const struct emission *emission, double value)
{
	struct sg_text *text = emission->call->host->text(emission->call);

	emission->call->host->print(text, "%.12g", value);
	return emission->call->host->text_value(text);
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
		{"points", number(emission, answer->points)},
		{"submission", emission->filled->submission}};

	if (question->record[0] && emission->filled->record_key)
		add(emission, SG_FIELD_SET,
		    (const struct sg_prop[]){{"name", question->record},
					     {"value", answer->value},
					     {"only_if", "empty"}},
		    emission->filled->proven ? 2 : 3);
	add(emission, SG_SIGNAL_HAPPENED, props, 5)->name = "survey.answered";
	for (size_t k = 0; k < question->n_choices; k++)
		if (answer->chosen[k] && question->choices[k].signal)
			add(emission, SG_SIGNAL_HAPPENED, props, 3)->name =
				question->choices[k].signal;
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
		{"points", number(emission, filled->score)},
		{"only_if", survey->repeat == SURVEY_LAST
				    ? ""
				    : conditions[survey->repeat]}};
	struct sg_text *because = emission->call->host->text(emission->call);

	emission->call->host->print(because, "survey %s%s%s", survey->name,
				    filled->outcome ? ": " : "",
				    filled->outcome ? filled->outcome->title
						    : "");
	add(emission, SG_SCORE_SET, props,
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
		{"score", number(emission, filled->score)},
		{"outcome", filled->outcome ? filled->outcome->name : ""},
		{"percent", number(emission, percent)},
		{"submission", filled->submission}};

	add(emission, SG_SIGNAL_HAPPENED, props, 5)->name = "survey.completed";
}

static enum sg_status
emit(struct emission *emission, struct sg_err *err)
{
	const struct sg_host *host = emission->call->host;
	const struct survey *survey = emission->filled->survey;

	emission->signals = host->alloc(
		emission->call, SIGNALS_MOST * sizeof(struct sg_signal));
	for (size_t i = 0; i < survey->n_questions; i++)
		if (emission->filled->answers[i].value[0])
			add_answer(emission, i);
	if (emission->filled->record_key)
		add_score(emission);
	add_completed(emission);
	if (emission->too_many)
		return host->fail(err, SG_REFUSED,
				  "this survey says too much at once");
	return host->emit(emission->call, emission->signals,
			  emission->n_signals, SG_SYNCED, err);
}

enum sg_status
survey_emit(const struct sg_call *call, struct survey_filled *filled,
	    struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct emission emission = {.call = call,
				    .filled = filled,
				    .once = write_once(call, filled)};
	enum sg_status status =
		host->once_begin(call, emission.once, SURVEY_SAME_MS, err);

	if (status == SG_NONE)
		return SG_OK; /* it is kept already */
	if (status != SG_OK)
		return status;
	status = emit(&emission, err);
	host->once_end(call, emission.once, status == SG_OK);
	return status;
}
