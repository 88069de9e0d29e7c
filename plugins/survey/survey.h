/*
 * survey.h - a survey or a quiz, from its section in the configuration
 * (survey_settings.c, survey_question.c) to its pages (survey_page.c), the
 * answers that come (survey_answers.c), what they come to (survey_result.c) and
 * what is kept (survey_emit.c). survey_inspect.c tells the operator; survey.c
 * is the descriptor.
 *
 * Between the steps of a survey nothing is kept here: each page carries the
 * answers of those before it, and all are checked again at the end.
 */
#ifndef PLUGINS_SURVEY_SURVEY_H
#define PLUGINS_SURVEY_SURVEY_H

#include "scoregate_plugin.h"

enum {
	SURVEYS_MOST = 100,
	SURVEY_QUESTIONS_MOST = 50,
	SURVEY_ANSWERS_MOST = 50,
	SURVEY_OUTCOMES_MOST = 30,
	SURVEY_SAME_MS = 60000,
	SURVEY_CLICK_MS = 900000,  /* a link's token, on the first page */
	SURVEY_VISIT_MS = 86400000 /* … and on the pages after it */
};

/* What the click plugin puts into a link to a listed site. */
#define SURVEY_WHO "sgi"

enum survey_type {
	SURVEY_SINGLE,	 /* one of its answers */
	SURVEY_MULTIPLE, /* any of them */
	SURVEY_SCALE,	 /* a number from … to … */
	SURVEY_TEXT	 /* words: no points */
};

enum survey_identify { SURVEY_REQUIRED, SURVEY_OPTIONAL, SURVEY_ANONYMOUS };
enum survey_repeat { SURVEY_LAST, SURVEY_FIRST, SURVEY_BEST };

struct survey_choice {
	const char *value, *label, *signal; /* signal: NULL = none */
	double points;
};

struct survey_question {
	const char *name, *label, *help, *low, *high; /* the last: or NULL */
	const char *record; /* the record's field; "" = none */
	enum survey_type type;
	bool required;
	struct survey_choice *choices; /* of a scale: each number */
	size_t n_choices;
	int64_t longest;
	const struct sg_settings *settings;
};

struct survey_outcome {
	const char *name, *title, *message, *link; /* or NULL */
	bool has_from;
	double from; /* the least score; the highest of these counts */
};

struct survey {
	const char *name, *title, *intro, *button, *honeypot, *score;
	struct survey_question questions[SURVEY_QUESTIONS_MOST];
	size_t n_questions;
	struct survey_outcome outcomes[SURVEY_OUTCOMES_MOST];
	size_t n_outcomes;
	enum survey_identify identify;
	enum survey_repeat repeat;
	bool steps, show_score;
	double least, most; /* that anybody can come to */
	unsigned limit_times;
	int64_t limit_ms;
	const struct sg_settings *settings;
};

struct surveys {
	struct survey surveys[SURVEYS_MOST];
	size_t n_surveys;
};

struct survey_answer {
	const char *typed, *value; /* value: "a;b" of several */
	const char *fault;	   /* key of the message; NULL = right */
	bool chosen[SURVEY_ANSWERS_MOST];
	double points;
};

/* A survey under way. */
struct survey_filled {
	const struct survey *survey;
	const struct sg_form *given; /* NULL: nothing was sent yet */
	struct survey_answer *answers;
	size_t step;	   /* the question that is asked, with steps */
	bool in_steps;	   /* a page for each; a program sends all at once */
	bool asks_email;   /* on this page */
	bool is_last;	   /* page */
	const char *email; /* as typed; then in normal form */
	const char *email_fault, *trouble;
	const char *token;   /* of the link that led here, or "" */
	uint64_t record_key; /* 0 = nobody */
	bool proven;	     /* by a token, not by what was typed */
	double score;
	const struct survey_outcome *outcome; /* NULL = none */
	char submission[17];
};

/* --- settings --- */

enum sg_status survey_start(const struct sg_call *call, void **state_out,
			    struct sg_err *err);
enum sg_status survey_read_questions(const struct sg_call *call,
				     struct survey *survey, struct sg_err *err);
enum sg_status survey_make_sense(const struct sg_call *call,
				 const struct survey *survey,
				 struct sg_err *err);
extern const struct sg_option survey_question_options[];
const char *survey_type_name(enum survey_type type);
const struct survey *survey_find(const struct surveys *surveys,
				 const char *name);

/* --- on the web --- */

sg_answer_fn survey_answer; /* /s/NAME */
/* The page of filled->step. */
void survey_page(const struct sg_call *call, const struct sg_request *request,
		 const struct survey_filled *filled, struct sg_reply *reply);
void survey_page_result(const struct sg_call *call,
			const struct sg_request *request,
			const struct survey_filled *filled,
			struct sg_reply *reply);
void survey_notice(const struct sg_call *call, const struct sg_request *request,
		   const struct survey *survey, int status, const char *key,
		   struct sg_reply *reply);

/* --- survey_answers.c --- */

/* Who it is, by a token in the link or one that the page carried. */
void survey_identify(const struct sg_call *call,
		     const struct sg_request *request,
		     struct survey_filled *filled);
/* Reads question i; with `check`, says what is wrong. */
void survey_read(const struct sg_call *call, struct survey_filled *filled,
		 size_t i, bool check);
void survey_read_email(const struct sg_call *call,
		       struct survey_filled *filled);

/* --- survey_result.c, survey_emit.c --- */

/* Score and outcome of the answers. */
void survey_result(struct survey_filled *filled);
/* SG_BUSY: could not be kept; SG_REFUSED: too much. */
enum sg_status survey_emit(const struct sg_call *call,
			   struct survey_filled *filled, struct sg_err *err);

sg_answer_fn survey_inspect;

#endif
