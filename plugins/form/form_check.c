/*
 * form_check.c - is what was filled in right? Every field is looked at, so that
 * all that is wrong can be said at once, each beside its field. Faults are keys
 * of messages: `form.missing`.
 */
#include "form.h"

#include <stdlib.h>
#include <string.h>

struct checker {
	const struct sg_call *call;
	struct form_filled *filled;
	const struct form_field *field;
	struct form_answer *answer;
};

/* The first fault of a field is the one that is said. */
static void
fault(struct checker *checker, const char *key)
{
	if (!checker->answer->fault)
		checker->answer->fault = key;
}

/* --- text ----------------------------------------------------------------- */

static int64_t
characters(const char *text)
{
	int64_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

/* Without blanks around it; on one line, unless it may have several; without
 * control characters, which no form asks for. */
static const char *
tidied(const struct checker *checker, const char *typed)
{
	bool lines = checker->field->type == FORM_MULTILINE;
	char *copy = checker->call->host->copy(checker->call, typed);
	char *to = copy;
	size_t len;

	typed += strspn(typed, " \t\r\n");
	for (; *typed; typed++) {
		unsigned char c = (unsigned char)*typed;

		if (c == '\r' && typed[1] == '\n')
			continue;
		if (c == '\r' || c == '\n')
			*to++ = lines ? '\n' : ' ';
		else if (c == '\t')
			*to++ = lines ? '\t' : ' ';
		else if (c >= ' ' && c != 127)
			*to++ = (char)c;
	}
	*to = '\0';
	for (len = strlen(copy); len && strchr(" \t\n", copy[len - 1]);)
		copy[--len] = '\0';
	return copy;
}

static void
check_length(struct checker *checker)
{
	int64_t n = characters(checker->answer->value);

	if (n > checker->field->longest)
		fault(checker, "form.too_long");
	else if (n < checker->field->shortest)
		fault(checker, "form.too_short");
}

/* --- typed ---------------------------------------------------------------- */

static void
check_value(struct checker *checker, enum sg_value type, const char *key)
{
	const struct sg_host *host = checker->call->host;
	struct sg_text *normal = host->text(checker->call);

	if (host->value(checker->call, type, checker->field->country,
			checker->answer->value, normal, NULL) == SG_OK)
		checker->answer->value = host->text_value(normal);
	else
		fault(checker, key);
}

static void
check_number(struct checker *checker)
{
	const struct form_field *field = checker->field;
	double number;

	check_value(checker, SG_VALUE_NUMBER, "form.no_number");
	if (checker->answer->fault)
		return;
	number = strtod(checker->answer->value, NULL);
	if (field->has_least && number < field->least)
		fault(checker, "form.too_small");
	else if (field->has_most && number > field->most)
		fault(checker, "form.too_large");
}

/* As a date input sends it; a form of somebody's own may have a time. */
static void
check_date(struct checker *checker)
{
	check_value(checker, SG_VALUE_DATE, "form.no_date");
}

static void
check_email(struct checker *checker)
{
	check_value(checker, SG_VALUE_EMAIL, "form.no_email");
}

static void
check_phone(struct checker *checker)
{
	check_value(checker, SG_VALUE_PHONE, "form.no_phone");
}

static void
check_url(struct checker *checker)
{
	check_value(checker, SG_VALUE_URL, "form.no_url");
}

static void
check_checkbox(struct checker *checker)
{
	static const char *const yes[] = {"true", "on", "yes", "1"};
	static const char *const no[] = {"false", "off", "no", "0"};
	const char *value = checker->answer->value;

	for (size_t i = 0; i < 4; i++)
		if (strcmp(value, yes[i]) == 0) {
			checker->answer->value = "true";
			return;
		}
	for (size_t i = 0; i < 4; i++)
		if (strcmp(value, no[i]) == 0)
			checker->answer->value = "";
	if (checker->answer->value[0])
		fault(checker, "form.no_choice");
}

/* --- choices -------------------------------------------------------------- */

static void
choose(struct checker *checker, const char *value)
{
	const struct form_field *field = checker->field;

	if (!value[0])
		return;
	for (size_t i = 0; i < field->n_options; i++)
		if (strcmp(field->options[i].value, value) == 0) {
			checker->answer->chosen[i] = true;
			return;
		}
	fault(checker, "form.no_choice");
}

/* Each of the name; the value is what was chosen, in the options' order. */
static void
check_choices(struct checker *checker)
{
	const struct sg_host *host = checker->call->host;
	const struct sg_form *given = checker->filled->given;
	struct sg_text *value = host->text(checker->call);
	bool any = false;

	for (size_t i = 0; i < host->form_count(given); i++)
		if (strcmp(host->form_name(given, i), checker->field->name) ==
		    0)
			choose(checker, host->form_value(given, i));
	for (size_t i = 0; i < checker->field->n_options; i++) {
		if (!checker->answer->chosen[i])
			continue;
		host->print(value, "%s%s", any ? ";" : "",
			    checker->field->options[i].value);
		any = true;
	}
	checker->answer->value = host->text_value(value);
}

static void
check_choice(struct checker *checker)
{
	choose(checker, checker->answer->value);
}

/* --- files ---------------------------------------------------------------- */

static bool
has_ending(const char *filename, const char *ending)
{
	const char *dot = strrchr(filename, '.');
	size_t i;

	if (!dot || strlen(dot + 1) != strlen(ending))
		return false;
	for (i = 0; ending[i]; i++)
		if ((dot[1 + i] | 0x20) != (ending[i] | 0x20))
			return false;
	return true;
}

static void
check_file(struct checker *checker)
{
	const struct sg_host *host = checker->call->host;
	const struct form_field *field = checker->field;
	const struct sg_file *file;
	size_t n = host->setting_list_count(field->settings, "kinds");
	bool known = n == 0;

	for (size_t i = 0; (file = host->form_file(checker->filled->given, i));
	     i++)
		if (strcmp(file->name, field->name) == 0)
			checker->answer->file = file;
	file = checker->answer->file;
	checker->answer->value = file ? file->filename : "";
	if (!file)
		return;
	for (size_t i = 0; i < n; i++)
		known |= has_ending(
			file->filename,
			host->setting_list_at(field->settings, "kinds", i));
	if ((int64_t)file->len > field->largest)
		fault(checker, "form.file_large");
	else if (!known)
		fault(checker, "form.file_kind");
}

/* A file that no field asks for. */
static bool
has_stray_file(const struct sg_call *call, const struct form_filled *filled)
{
	const struct form *form = filled->form;
	const struct sg_file *file;
	bool asked;

	for (size_t i = 0; (file = call->host->form_file(filled->given, i));
	     i++) {
		asked = false;
		for (size_t k = 0; k < form->n_fields; k++)
			asked |= form->fields[k].type == FORM_FILE &&
				 strcmp(form->fields[k].name, file->name) == 0;
		if (!asked)
			return true;
	}
	return false;
}

/* --- all ------------------------------------------------------------------ */

typedef void check_fn(struct checker *checker);
static check_fn *const checks[] = {
	[FORM_EMAIL] = check_email, [FORM_NUMBER] = check_number,
	[FORM_DATE] = check_date,   [FORM_PHONE] = check_phone,
	[FORM_URL] = check_url,	    [FORM_CHOICE] = check_choice,
	[FORM_CHOICES] = NULL,	    [FORM_CHECKBOX] = check_checkbox,
	[FORM_FILE] = NULL,
};

/* What the record's field is declared as may be narrower than the form. */
static void
check_record_field(struct checker *checker)
{
	const struct sg_host *host = checker->call->host;
	const struct form_field *field = checker->field;
	struct sg_text *normal = host->text(checker->call);

	if (!field->record[0] || !checker->answer->value[0] ||
	    checker->answer->fault)
		return;
	if (host->field_value(checker->call, field->record,
			      checker->answer->value, normal, NULL) == SG_OK)
		checker->answer->value = host->text_value(normal);
	else
		fault(checker, "form.no_field");
}

static void
check_one(struct checker *checker)
{
	const struct sg_host *host = checker->call->host;
	const struct form_field *field = checker->field;
	const char *typed = host->form_get(checker->filled->given, field->name);

	checker->answer->typed = typed ? typed : "";
	checker->answer->value = tidied(checker, checker->answer->typed);
	if (field->type == FORM_CHOICES)
		check_choices(checker);
	else if (field->type == FORM_FILE)
		check_file(checker);
	if (checker->answer->value[0] && field->type != FORM_FILE &&
	    field->type != FORM_CHOICES)
		check_length(checker);
	if (checker->answer->value[0] && checks[field->type] &&
	    !checker->answer->fault)
		checks[field->type](checker);
	if (!checker->answer->value[0] && field->required)
		fault(checker, field->type == FORM_CHECKBOX ? "form.not_ticked"
							    : "form.missing");
	check_record_field(checker);
	checker->filled->n_faults += checker->answer->fault != NULL;
}

static void
note_person(const struct sg_call *call, struct form_filled *filled)
{
	const struct form *form = filled->form;

	for (size_t i = 0; i < form->n_fields; i++) {
		struct form_answer *answer = &filled->answers[i];

		if (strcmp(form->fields[i].name, form->email) != 0)
			continue;
		filled->email = answer->value;
		if (!answer->fault &&
		    call->host->record_key(call, "", answer->value,
					   &filled->record_key, NULL,
					   NULL) != SG_OK) {
			answer->fault = "form.no_email";
			filled->n_faults++;
		}
	}
}

void
form_check(const struct sg_call *call, struct form_filled *filled)
{
	const struct form *form = filled->form;
	struct checker checker = {.call = call, .filled = filled};

	for (size_t i = 0; i < form->n_fields; i++) {
		checker.field = &form->fields[i];
		checker.answer = &filled->answers[i];
		check_one(&checker);
	}
	note_person(call, filled);
	if (filled->n_faults)
		filled->trouble = "form.look_again";
	if (has_stray_file(call, filled)) {
		filled->trouble = "form.no_files";
		filled->n_faults++;
	}
}
