/* api_surveys.c - the surveys, and what was answered: how often each answer and
 * each outcome, and how the scores are spread. */
#include <stdlib.h>
#include <string.h>

#include "base/record_set.h"
#include "base/text.h"
#include "http/api/api_forms.h"

enum { COUNTS_MOST = 5000, BINS = 10, TEXTS_MOST = 20 };

/* How often `question` was answered `answer`. */
struct count {
	const char *question, *answer;
	uint64_t n;
};

struct results {
	struct api_call *call;
	struct json *survey; /* as the plugin describes it */
	struct count *counts;
	size_t n_counts;
	struct json *texts; /* question to its newest texts */
	uint64_t completed, anonymous;
	struct record_set *people;
	double sum, least, most;
	double from, width; /* of the bins */
	uint64_t bins[BINS];
};

enum sg_status
api_surveys_all(struct api_call *call, struct sg_err *err)
{
	return api_inspect_all(call, "survey", "surveys", err);
}

enum sg_status
api_surveys_show(struct api_call *call, struct sg_err *err)
{
	return api_inspect(call, "survey",
			   pool_printf(call->pool, "surveys/%s", call->args[0]),
			   &call->answer, err);
}

/* --- counting
 * ----------------------------------------------------------------- */

static void
count_one(struct results *results, const char *question, const char *answer,
	  size_t len)
{
	struct pool *pool = results->call->pool;
	struct count *count;

	for (size_t i = 0; i < results->n_counts; i++) {
		count = &results->counts[i];
		if (strcmp(count->question, question) == 0 &&
		    strlen(count->answer) == len &&
		    strncmp(count->answer, answer, len) == 0) {
			count->n++;
			return;
		}
	}
	if (results->n_counts == COUNTS_MOST)
		return;
	count = &results->counts[results->n_counts++];
	*count = (struct count){pool_strdup(pool, question),
				pool_memdup(pool, answer, len), 1};
}

static struct json *
find_question(const struct results *results, const char *name)
{
	struct json *questions = json_get(results->survey, "questions");

	for (size_t i = 0; questions && i < json_count(questions); i++) {
		struct json *question = json_at(questions, i);
		const char *own = json_get_text(question, "name");

		if (own && strcmp(own, name) == 0)
			return question;
	}
	return NULL;
}

/* Words are not counted: the newest are shown. */
static void
keep_text(struct results *results, const char *question, const char *text)
{
	struct json *texts = json_get(results->texts, question);

	if (!texts) {
		texts = json_new_array();
		json_add(results->texts, question, texts);
	}
	if (json_count(texts) < TEXTS_MOST)
		json_push(texts, json_text(text));
}

static enum sg_status
take_answer(void *arg, const struct store_history *row,
	    const struct signal *signal, struct sg_err *err)
{
	struct results *results = arg;
	const char *question = signal_get(signal, "question");
	const char *answer = signal_get(signal, "answer"), *type;
	struct json *known = question ? find_question(results, question) : NULL;

	(void)row;
	(void)err;
	if (!question || !answer)
		return SG_OK;
	type = known ? json_get_text(known, "type") : NULL;
	if (type && strcmp(type, "text") == 0) {
		keep_text(results, question, answer);
		return SG_OK;
	}
	while (*answer) {
		size_t len = strcspn(answer, ";");

		count_one(results, question, answer, len);
		answer += len + (answer[len] == ';');
	}
	return SG_OK;
}

static void
count_score(struct results *results, double score)
{
	double at = results->width > 0
			    ? (score - results->from) / results->width
			    : 0;
	size_t bin = at < 0 ? 0 : at >= BINS ? BINS - 1 : (size_t)at;

	results->bins[bin]++;
	results->sum += score;
	if (results->completed == 0 || score < results->least)
		results->least = score;
	if (results->completed == 0 || score > results->most)
		results->most = score;
}

static enum sg_status
take_completed(void *arg, const struct store_history *row,
	       const struct signal *signal, struct sg_err *err)
{
	struct results *results = arg;
	const char *outcome = signal_get(signal, "outcome");
	const char *score = signal_get(signal, "score");
	double number;

	(void)err;
	if (!score || !text_to_number(score, &number))
		return SG_OK;
	count_score(results, number);
	count_one(results, "", outcome ? outcome : "",
		  outcome ? strlen(outcome) : 0);
	results->completed++;
	if (row->record_id)
		record_set_add(results->people, row->record_id);
	else
		results->anonymous++;
	return SG_OK;
}

/* --- the answer
 * --------------------------------------------------------------- */

static uint64_t
counted(const struct results *results, const char *question, const char *answer)
{
	for (size_t i = 0; i < results->n_counts; i++)
		if (strcmp(results->counts[i].question, question) == 0 &&
		    strcmp(results->counts[i].answer, answer) == 0)
			return results->counts[i].n;
	return 0;
}

static void
push_count(const struct results *results, struct json *to, const char *question,
	   const struct json *known, const char *value_name,
	   const char *label_name)
{
	const char *value = json_get_text(known, value_name);
	const char *label = json_get_text(known, label_name);
	struct json *item = json_new_object();

	json_add_text(item, "value", value ? value : "");
	json_add_text(item, "label", label ? label : "");
	json_add_int(item, "n",
		     (int64_t)counted(results, question, value ? value : ""));
	json_push(to, item);
}

static void
add_question(const struct results *results, const struct json *known,
	     struct json *to)
{
	const char *name = json_get_text(known, "name");
	const char *label = json_get_text(known, "label");
	const char *type = json_get_text(known, "type");
	struct json *answers = json_get(known, "answers");
	struct json *item = json_new_object(), *counts = json_new_array();
	struct json *texts = json_get(results->texts, name);

	json_add_text(item, "name", name);
	json_add_text(item, "label", label ? label : name);
	json_add_text(item, "type", type ? type : "");
	for (size_t i = 0; answers && i < json_count(answers); i++)
		push_count(results, counts, name, json_at(answers, i), "value",
			   "label");
	json_add(item, "answers", counts);
	if (texts) {
		struct json *copy = json_new_array();

		for (size_t i = 0; i < json_count(texts); i++) {
			struct buf text = BUF_INIT;

			json_scalar(json_at(texts, i), &text);
			json_push(copy, json_text(buf_text(&text)));
			buf_done(&text);
		}
		json_add(item, "texts", copy);
	}
	json_push(to, item);
}

static void
add_histogram(const struct results *results, struct json *to)
{
	struct json *bins = json_new_array();

	for (size_t i = 0; results->width > 0 && i < BINS; i++) {
		struct json *bin = json_new_object();

		json_add_number(bin, "from",
				results->from + (double)i * results->width);
		json_add_int(bin, "n", (int64_t)results->bins[i]);
		json_push(bins, bin);
	}
	json_add(to, "histogram", bins);
}

static void
write_results(const struct results *results, struct json *to)
{
	struct json *known = json_get(results->survey, "outcomes");
	struct json *questions = json_get(results->survey, "questions");
	struct json *outcomes = json_new_array(), *list = json_new_array();

	json_add_text(to, "survey", results->call->args[0]);
	json_add_int(to, "completed", (int64_t)results->completed);
	json_add_int(to, "people", (int64_t)record_set_count(results->people));
	json_add_int(to, "anonymous", (int64_t)results->anonymous);
	if (results->completed) {
		json_add_number(to, "mean",
				results->sum / (double)results->completed);
		json_add_number(to, "lowest", results->least);
		json_add_number(to, "highest", results->most);
	}
	for (size_t i = 0; known && i < json_count(known); i++)
		push_count(results, outcomes, "", json_at(known, i), "name",
			   "title");
	json_add(to, "outcomes", outcomes);
	for (size_t i = 0; questions && i < json_count(questions); i++)
		add_question(results, json_at(questions, i), list);
	json_add(to, "questions", list);
	add_histogram(results, to);
}

static enum sg_status
gather(struct results *results, struct sg_err *err)
{
	struct api_form_scan scan = {.signal = "survey.completed",
				     .property = "survey",
				     .name = results->call->args[0],
				     .fn = take_completed,
				     .arg = results};
	enum sg_status status = api_each_of_form(results->call, &scan, err);

	scan.signal = "survey.answered";
	scan.fn = take_answer;
	return status == SG_OK ? api_each_of_form(results->call, &scan, err)
			       : status;
}

enum sg_status
api_surveys_results(struct api_call *call, struct sg_err *err)
{
	struct results results = {.call = call};
	double most = 0;
	enum sg_status status = api_inspect(
		call, "survey",
		pool_printf(call->pool, "surveys/%s", call->args[0]),
		&results.survey, err);

	if (status == SG_OK)
		status = api_store(call, err);
	if (status == SG_OK) {
		json_get_number(results.survey, "least", &results.from);
		json_get_number(results.survey, "most", &most);
		results.width = (most - results.from) / BINS;
		results.counts = pool_alloc(
			call->pool, COUNTS_MOST * sizeof(*results.counts));
		results.texts = json_new_object();
		results.people = record_set_new();
		status = gather(&results, err);
	}
	if (status == SG_OK)
		write_results(&results, api_answer(call));
	record_set_free(results.people);
	json_free(results.texts);
	json_free(results.survey);
	return status;
}
