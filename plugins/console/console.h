/*
 * console.h - what the pages of the console share. A page is a function that
 * is given a `struct page`, asks the API as the person who is signed in, and
 * writes HTML; README.md says how one is added. Memory: the call's.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stdbool.h>

#include "html.h"
#include "scoregate_plugin.h"

enum { PAGE_ARGS_MOST = 3 };

enum console_role { ROLE_READER = 1, ROLE_OPERATOR, ROLE_MANAGER };

/* One request under way. */
struct page {
	const struct sg_call *call;
	const struct sg_host *host;
	const struct sg_request *request;
	struct sg_reply *reply;
	struct sg_err *err;
	struct sg_text *html;	    /* what page_begin() began */
	const struct sg_user *user; /* NULL: nobody is signed in */
	/* Of a POST whose token is right, one of them: the host's, of forms
	 * with files; else what was sent, of any length. form_text() knows. */
	const struct sg_form *form;
	const char *body;
	const char *path;		  /* below /console, "/contacts" */
	const char *args[PAGE_ARGS_MOST]; /* each {} of the path, decoded */
	const struct console_page *of;
};

typedef enum sg_status page_fn(struct page *page);

/* console_pages.c: one table of all. Ends with {0}. */
struct console_page {
	const char *method; /* "GET" changes nothing, "POST" may */
	const char *path;   /* "/contacts/{}": {} takes one segment */
	page_fn *fn;
	enum console_role role; /* the least; the API checks it again */
};
extern const struct console_page console_pages[];

/* console.c: is there a page to go to at this path? */
bool page_is_there(struct page *page, const char *path);

/* --- console_session.c: who is it ----------------------------------------- */

/* Fills page->user; SG_NONE: nobody is signed in. */
enum sg_status session_find(struct page *page);
/* Is the POST from one of our own forms? false: answered with 403. Fills
 * page->form. */
bool session_check_form(struct page *page);
/* Before anybody is signed in. */
enum sg_status session_sign_in_page(struct page *page);
enum sg_status session_sign_in(struct page *page);
page_fn session_sign_out;
/* "/console/…" of ours, or the start page when it is another. */
const char *session_way_back(struct page *page, const char *to);
bool page_may(const struct page *page, enum console_role role);

/* --- console_layout.c: around each page ----------------------------------- */

/* Writes into the page, text by what it stands in: html.h. */
#define html(page, ...) html_to((page)->host, (page)->html, __VA_ARGS__)

void page_begin(struct page *page, const char *title);
enum sg_status page_end(struct page *page, int status);
/* "Go on there": after each POST that did something. `say` is a word of the
 * table in console_layout.c, shown on the page that comes; NULL = nothing. */
enum sg_status page_go(struct page *page, const char *to, const char *say);
/* A page that says what is wrong. */
enum sg_status page_problem(struct page *page, int status, const char *title,
			    const char *detail);
/* The same from what the API said. */
struct sg_told;
enum sg_status page_told(struct page *page, const struct sg_told *told);
/* The box with a problem's detail, where a page shows it itself; nothing when
 * all is well. */
void page_trouble(struct page *page, const struct sg_told *told);
/* <form method="post" action="…"> with the token; end it with </form>. */
void form_begin(struct page *page, const char *action, const char *class);
/* A link to the next page of a list; `next` NULL or "": nothing. */
void page_next(struct page *page, const char *next);

/* The same for a form with a file in it. */
void form_begin_files(struct page *page, const char *action, const char *class);
/* Of lists that are empty: what to do next. */
void page_empty(struct page *page, const char *text);

/* --- console_sections.c: how to get about --------------------------------- */

struct tab {
	const char *path, *title;
};
void sections_navigation(struct page *page);
/* Beside and above the page: between the navigation and its heading. */
void sections_above(struct page *page, const char *title);
const char *sections_title(struct page *page);
void sections_search(struct page *page);

/* --- console_ask.c: the API and what it says ------------------------------ */

/* "/contacts/%u?limit=%d", by text_write()'s directives. */
#define text_of(page, ...) page_text((page), "" __VA_ARGS__)
const char *page_text(struct page *page, const char *format, ...);
const char *page_slice(struct page *page, const char *from, size_t len);
/* %xx, and + where it is a form's; NULL: it becomes no UTF-8. */
const char *page_decode(struct page *page, const char *from, size_t len,
			bool plus);

bool ask_get(struct page *page, const char *path, struct sg_told *told);
/* `json` NULL: no body. true: 2xx. */
bool ask(struct page *page, const char *method, const char *path,
	 const char *json, struct sg_told *told);
/* Bodies and answers that are no JSON; `more` says types and versions, its
 * user and request are filled in. */
bool ask_with(struct page *page, struct sg_ask *more, struct sg_told *told);
const char *told_detail(struct page *page, const struct sg_told *told);

/* Members by name or pointer ("/summary/top"), of NULL too. Never NULL: "". */
const char *text_at(struct page *page, const struct sg_json *json,
		    const char *name);
bool is_at(struct page *page, const struct sg_json *json, const char *name);
double number_at(struct page *page, const struct sg_json *json,
		 const char *name);
bool has_number(struct page *page, const struct sg_json *json,
		const char *name);
const struct sg_json *json_of(struct page *page, const struct sg_json *json,
			      const char *name);
/* The items of what was told. */
const struct sg_json *items_of(struct page *page, const struct sg_told *told);

/* What the form has of that name, "" when not. */
const char *form_text(struct page *page, const char *name);
/* The i-th value of a name that may come several times; NULL: no more. */
const char *form_each(struct page *page, const char *name, size_t i);
/* The names it has, in order; NULL: no more, or none that could be one. */
const char *form_name(struct page *page, size_t i);
/* What somebody typed into a <textarea>, with LF at line ends. */
const char *form_lines(struct page *page, const char *name);
const char *query_text(struct page *page, const char *name);
/* The i-th value of a parameter that may come several times; NULL: no more. */
const char *query_each(struct page *page, const char *name, size_t i);

/* --- console_show.c: values for people ------------------------------------ */

/* A whole number, half away from zero; the exact one as a tooltip. */
void show_points(struct page *page, double points);
/* With two places; `exact` as a tooltip. */
void show_cents(struct page *page, double exact, double shown);
/* As points with its sign, for what was given. */
void show_given(struct page *page, double points);
void show_count(struct page *page, double count); /* 12,345 */
/* "2026-01-31 09:00" in the installation's time zone, of an ISO 8601; nothing
 * of "". */
void show_time(struct page *page, const char *iso);
/* What somebody typed there, as the API takes it. */
const char *time_typed(struct page *page, const char *text);
/* "12.3 kB" */
void show_bytes(struct page *page, double bytes);
/* A scalar, or an array with commas. */
void show_value(struct page *page, const struct sg_json *value);
/* A bar of `part` in `whole`, with its label for those who do not see it. */
void show_meter(struct page *page, double part, double whole,
		const char *label);
/* <option>s; `chosen` is marked. */
void show_option(struct page *page, const char *value, const char *label,
		 const char *chosen);
/* A choice of the module, called `label`, where there is more than one; `shown`
 * of each is its "name" or its "title". chosen "": contact. */
void show_modules(struct page *page, const char *label, const char *shown,
		  const char *chosen);

/* --- console_chart.c: pictures ---------------------------------------------
 */

enum { CHART_SERIES_MOST = 2 };

/* Bars of one or two series side by side, as SVG; the numbers stand in the
 * titles of the bars, and in a table beside it that the page writes. */
struct chart {
	const char *label; /* what it shows, for those who do not see it */
	size_t n;
	double from, step; /* of the first bar, to the next */
	const double *values[CHART_SERIES_MOST];
	const char *names[CHART_SERIES_MOST]; /* NULL: no more */
};
void chart_bars(struct page *page, const struct chart *chart);
/* A value over time, as a line; what is to come is dashed. In order. */
struct chart_point {
	double at, value;
	bool ahead;
};
struct chart_line {
	const char *label;
	const struct chart_point *points;
	size_t n_points;
	const char *from, *to; /* at the ends of the axis */
	const double *guides;  /* levels that matter */
	size_t n_guides;
};
void chart_line(struct page *page, const struct chart_line *chart);
/* An array of numbers, or of objects with a number of that name. */
const double *chart_values(struct page *page, const struct sg_json *array,
			   const char *name);

/* --- console_static.c ------------------------------------------------------
 */

enum sg_status static_answer(struct page *page, const char *name);
const char *static_version(void); /* in the names of links to them */
void static_start(const struct sg_call *call);

/* --- the pages --------------------------------------------------------------
 */

page_fn start_page, password_page, password_change;
page_fn contacts_page, contacts_export, contact_new, contact_make;
page_fn contact_page, contact_history, contact_why, contact_points;
page_fn contact_change, contact_data;
page_fn search_page, suppressions_page, suppressions_change;
page_fn import_page, import_begin, import_one_page, import_change;
page_fn export_page, bulk_page, bulk_begin, bulk_one_page;
page_fn lists_page, list_make, list_change;
page_fn segments_page, segment_make, segment_change;
page_fn broadcasts_page, broadcasts_compare, broadcast_new, broadcast_make;
page_fn broadcast_page, broadcast_change, broadcast_preview, broadcast_mail;
page_fn broadcast_clicks, broadcast_recipients;
page_fn sequences_page, sequence_page, sequence_change;

page_fn rules_page, rule_page, rules_history_page, rules_edit_page;
page_fn rules_difference_page, rules_apply, rules_simulate_page;
page_fn rules_run_page, rules_run;
page_fn scores_page, compare_page;
page_fn automations_page, firings_page, outbox_page, delivery_page;
page_fn outbox_change, verdicts_page;
page_fn forms_page, form_page, surveys_page, survey_page;
page_fn webhooks_page, webhook_page, webhook_change;
page_fn unmatched_page, kinds_page;
page_fn system_page, plugins_page, audit_page;
page_fn split_page, split_change, backup_page, backup_make;
page_fn verify_page, verify_run;
page_fn keys_page, keys_rotate, key_page, key_retire;
page_fn users_page, users_change, tokens_page, tokens_change;

#endif
