/*
 * form.h - a form, from its section in the configuration (form_settings.c,
 * form_field.c, form_sense.c) to the page that shows it (form_page.c), the POST
 * that fills it (form_post.c): held off (form_guard.c), checked (form_check.c),
 * kept (form_emit.c), confirmed by mail (form_confirm.c). form_snippet.c writes
 * it for other sites, form_inspect.c tells the operator; form.c is the
 * descriptor.
 */
#ifndef PLUGINS_FORM_FORM_H
#define PLUGINS_FORM_FORM_H

#include "scoregate_plugin.h"

enum {
	FORM_FORMS_MOST = 200,
	FORM_FIELDS_MOST = 50,
	FORM_OPTIONS_MOST = 200,
	FORM_LISTS_MOST = 20,
	FORM_FILES_BYTES_MOST = 50 << 20,
	FORM_SAME_MS = 60000,	  /* the same form twice is one */
	FORM_STAMP_MS = 86400000, /* a page's stamp is good for a day */
	FORM_SUBMISSION_SIZE = 17
};

enum form_type {
	FORM_TEXT,
	FORM_MULTILINE,
	FORM_EMAIL,
	FORM_NUMBER,
	FORM_DATE,
	FORM_PHONE,
	FORM_URL,
	FORM_CHOICE,   /* one of its options */
	FORM_CHOICES,  /* any of them */
	FORM_CHECKBOX, /* "true" or nothing */
	FORM_HIDDEN,
	FORM_FILE
};

/* `times` in `per_ms`; times 0 = no limit. */
struct form_limit {
	unsigned times;
	int64_t per_ms;
};

struct form_option {
	const char *value, *label;
	const char *signal; /* NULL = none */
	double points;
	const struct sg_settings *settings; /* NULL: of `choices` */
};

/* "organisation = company": the record's field and the form's. */
struct form_field {
	const char *name;
	const char *record; /* "" = no field of the record */
	const char *label;  /* NULL: ours, of the address */
	const char *help, *autocomplete, *country, *fallback; /* may be NULL */
	enum form_type type;
	bool required, has_least, has_most;
	double least, most;
	int64_t shortest, longest; /* characters */
	int64_t largest;	   /* of a file, bytes */
	const char *signal;	   /* when it is filled; NULL = none */
	double points;
	struct form_option *options;
	size_t n_options;
	const struct sg_settings *settings; /* NULL: of `fields` */
};

/* `form "contact" { … }`, read once at start. */
struct form {
	const char *name, *title, *email; /* email: the form's field */
	struct form_field fields[FORM_FIELDS_MOST];
	size_t n_fields;
	const char *lists[FORM_LISTS_MOST], *tags[FORM_LISTS_MOST];
	const char *consent[FORM_LISTS_MOST];
	const char *redirects[FORM_LISTS_MOST];
	size_t n_lists, n_tags, n_consent, n_redirects;
	const char *intro, *wording, *button, *thanks; /* NULL = none, ours */
	const char *redirect, *honeypot;	       /* NULL = none */
	const char *score; /* that points are added to */
	const char *template;
	bool confirm, takes_files;
	int64_t confirm_ms, minimum_ms;
	struct form_limit per_address, per_network;
	const struct sg_settings *settings;
};

struct forms {
	struct form forms[FORM_FORMS_MOST];
	size_t n_forms;
};

/* One field as it was filled. */
struct form_answer {
	const char *typed; /* as it came; "" = nothing */
	const char *value; /* in normal form; of FORM_CHOICES "a;b" */
	const char *fault; /* key of the message; NULL = it is right */
	bool chosen[FORM_OPTIONS_MOST];
	const struct sg_file *file; /* NULL = none */
};

/* A form under way: what came, and what is wrong with it. */
struct form_filled {
	const struct form *form;
	const struct sg_form *given; /* NULL: a page that is only shown */
	struct form_answer *answers; /* one a field */
	size_t n_faults;
	const char *trouble; /* key of the message over all; NULL = none */
	const char *email;   /* in normal form */
	uint64_t record_key;
	char submission[FORM_SUBMISSION_SIZE];
	const char *language;
};

/* --- form_settings.c, form_field.c, form_sense.c --- */

/* A sg_plugin start(): reads the sections. */
enum sg_status form_start(const struct sg_call *call, void **state_out,
			  struct sg_err *err);
enum sg_status form_read_fields(const struct sg_call *call, struct form *form,
				struct sg_err *err);
extern const struct sg_option form_field_options[];
const char *form_type_name(enum form_type type);
bool form_is_address(const char *url); /* http(s) */
enum sg_status form_make_sense(const struct sg_call *call,
			       const struct form *form, struct sg_err *err);
const struct form *form_find(const struct forms *forms, const char *name,
			     size_t len);

/* --- on the web --- */

sg_answer_fn form_answer; /* /f/NAME */
/* The page: empty, or as it was filled. */
void form_page(const struct sg_call *call, const struct sg_request *request,
	       const struct form_filled *filled, struct sg_reply *reply);
/* A page with a heading and a text of the messages KEY and KEY_text; of thanks,
 * the configuration's. */
void form_notice(const struct sg_call *call, const struct sg_request *request,
		 const struct form *form, int status, const char *key,
		 struct sg_reply *reply);
/* What is wrong, in the words of the page's language. */
const char *form_fault_text(const struct sg_call *call, struct sg_page *page,
			    const struct form_field *field,
			    const struct form_answer *answer);
/* "text", for <input type>. */
const char *form_input_type(const struct form_field *field);
const char *form_label(const struct sg_call *call, struct sg_page *page,
		       const struct form_field *field);

enum sg_status form_post(const struct sg_call *call, const struct form *form,
			 const struct sg_request *request,
			 struct sg_reply *reply, struct sg_err *err);
/* /f/NAME/TOKEN */
enum sg_status form_confirm(const struct sg_call *call, const struct form *form,
			    const struct sg_request *request, const char *token,
			    struct sg_reply *reply, struct sg_err *err);

/* --- form_check.c --- */

/* Fills `filled` from `given`. */
void form_check(const struct sg_call *call, struct form_filled *filled);

/* --- form_guard.c --- */

/* Which sites' scripts may read the answer, and whether this one may send at
 * all; false: no. */
bool form_allow_origin(const struct sg_call *call, const struct form *form,
		       const struct sg_request *request,
		       struct sg_reply *reply);
/* A token for a page that is made now; "" = none could be made. */
const char *form_stamp(const struct sg_call *call, const struct form *form);
/* A program that fills every field gives itself away. */
bool form_is_trapped(const struct sg_call *call,
		     const struct form_filled *filled);
/* Was the page there long enough? Always when the form does not ask. */
bool form_took_time(const struct sg_call *call,
		    const struct form_filled *filled);
bool form_network_may(const struct sg_call *call, const struct form *form,
		      const struct sg_request *request);
bool form_address_may(const struct sg_call *call,
		      const struct form_filled *filled);
/* "5/1h" */
enum sg_status form_read_limit(const struct sg_call *call,
			       const struct sg_settings *settings,
			       const char *name, struct form_limit *limit_out,
			       struct sg_err *err);

/* --- form_emit.c --- */

/* The same within a minute is kept already. SG_NONE: that address sends too
 * often; SG_REFUSED: says what is wrong; SG_BUSY: could not be kept. */
enum sg_status form_emit(const struct sg_call *call, struct form_filled *filled,
			 struct sg_err *err);

/* --- for the operator --- */

sg_answer_fn form_inspect;
void form_snippet(const struct sg_call *call, struct sg_page *page,
		  const struct form *form, struct sg_text *to);
/* /f/NAME.js: puts a stamp into the forms of a page. */
void form_script(const struct sg_call *call, const struct form *form,
		 struct sg_reply *reply);
void form_describe(const struct sg_call *call, struct sg_page *page,
		   const struct form *form, struct sg_text *to);

#endif
