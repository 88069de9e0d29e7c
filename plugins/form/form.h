/*
 * form.h - a form, from its section in the configuration (form_settings.c) to
 * the page that shows it (form_page.c), the POST that fills it (form_post.c)
 * and what is kept of it (form_emit.c); form.c is the descriptor.
 */
#ifndef PLUGINS_FORM_FORM_H
#define PLUGINS_FORM_FORM_H

#include "scoregate_plugin.h"

enum { FORM_FORMS_MOST = 200, FORM_FIELDS_MOST = 50, FORM_LISTS_MOST = 20 };

/* "organisation = company": the record's field and the form's. */
struct form_field {
	const char *record, *name;
};

/* `form "contact" { … }`, read once at start. */
struct form {
	const char *name, *title, *email; /* email: the form's field */
	struct form_field fields[FORM_FIELDS_MOST];
	size_t n_fields;
	const char *lists[FORM_LISTS_MOST], *tags[FORM_LISTS_MOST];
	size_t n_lists, n_tags;
	const char *redirect, *honeypot; /* NULL = none */
	const struct sg_settings *settings;
};

struct forms {
	struct form forms[FORM_FORMS_MOST];
	size_t n_forms;
};

/* A sg_plugin start(): reads the sections. */
enum sg_status form_start(const struct sg_call *call, void **state_out,
			  struct sg_err *err);
sg_answer_fn form_answer; /* /f/NAME */
void form_page(const struct sg_call *call, const struct form *form,
	       struct sg_reply *reply);
enum sg_status form_post(const struct sg_call *call, const struct form *form,
			 const struct sg_request *request,
			 struct sg_reply *reply, struct sg_err *err);
/* SG_REFUSED: no address; SG_BUSY: could not be kept. */
enum sg_status form_emit(const struct sg_call *call, const struct form *form,
			 const struct sg_form *given, const char *email,
			 struct sg_err *err);

#endif
