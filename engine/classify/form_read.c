/* form_read.c - a notice against the table of forms. See form.h. */
#include <string.h>
#include <strings.h>

#include "classify/bounce_words.h"
#include "classify/form.h"
#include "mail/address.h"

struct match {
	const struct bounce_form *form;
	size_t begin, end; /* lines of the banner */
};

static size_t
line_at(const struct form_notice *notice, const char *words)
{
	size_t at = (size_t)(words - notice->words), i;

	for (i = 1; i < notice->n_lines; i++) {
		if (notice->lines[i].words_at >= at)
			break;
	}
	return i - 1;
}

static bool
has_mailer(const struct form_notice *notice, const char *mailer)
{
	const char *value =
		header_text(notice->pool, notice->message->headers, "X-Mailer");

	return value && strncasecmp(value + strspn(value, "<"), mailer,
				    strlen(mailer)) == 0;
}

static bool
find_banner(const struct form_notice *notice, struct match *match)
{
	const char *const *banner;
	const char *begin, *end;

	for (banner = match->form->banners; *banner; banner++) {
		begin = bounce_words_find(notice->words, *banner, &end);
		if (!begin)
			continue;
		match->begin = line_at(notice, begin);
		match->end = line_at(notice, end - 1);
		return true;
	}
	return false;
}

static bool
matches(const struct form_notice *notice, struct match *match)
{
	const struct bounce_form *form = match->form;

	if (notice->sender < form->sender)
		return false;
	if (form->mailer && !has_mailer(notice, form->mailer))
		return false;
	if (form->subjects &&
	    !bounce_words_any(notice->subject_words, form->subjects))
		return false;
	if (form->banners && !find_banner(notice, match))
		return false;
	return !form->also || form->also(notice);
}

/* From the line on that begins with one of its fields. */
static const char *
find_fields(const char *text)
{
	static const char *const FIELDS[] = {
		"Reporting-MTA:", "Original-Envelope-Id:", "Action:",
		"Final-Recipient:", "Original-Recipient:"};
	size_t i, len;

	while (*text) {
		text += strspn(text, " \t\r\n");
		for (i = 0; i < sizeof(FIELDS) / sizeof(FIELDS[0]); i++) {
			len = strlen(FIELDS[i]);
			if (strncasecmp(text, FIELDS[i], len) == 0)
				return text;
		}
		text += strcspn(text, "\n");
	}
	return NULL;
}

static bool
read_fields(const struct form_notice *notice, struct classify_result *result)
{
	const char *text = find_fields(notice->text);

	if (!text)
		return false;
	return report_read_delivery_text(notice->message, text, strlen(text),
					 result) == SG_OK &&
	       result->n_recipients > 0;
}

static bool
has_address(const struct form_recipients *to, const char *address)
{
	size_t i;

	for (i = 0; i < to->n; i++) {
		if (address_equal(to->items[i].address, address))
			return true;
	}
	return false;
}

/* A transcript beside a list of addresses has the words on these only. */
static void
fill_from_dialogue(const struct form_notice *notice, struct form_recipients *to)
{
	struct form_recipients said = {.is_permanent = to->is_permanent};
	size_t i;

	form_read_dialogue(notice, &said);
	for (i = 0; i < said.n; i++) {
		if (to->n == 1 || has_address(to, said.items[i].address))
			form_recipient_add(notice, to,
					   to->n == 1 ? to->items[0].address
						      : said.items[i].address,
					   said.items[i].diagnostic);
	}
}

static void
read_places(const struct form_notice *notice, const struct match *match,
	    struct form_recipients *to)
{
	unsigned places = match->form->places;
	size_t after = match->form->banners ? match->end + 1 : 0;

	if (!match->form->banners && places & FORM_FAILED)
		form_read_failed(notice, to);
	if (to->n == 0 && places & (FORM_HEADS | FORM_PARAGRAPHS))
		form_read_heads(notice, after, places & FORM_PARAGRAPHS, to);
	if (to->n == 0 && places & FORM_DIALOGUE)
		form_read_dialogue(notice, to);
	else if (places & FORM_DIALOGUE)
		fill_from_dialogue(notice, to);
	if (to->n == 0 && places & FORM_KEYS)
		form_read_keys(notice, to);
	if (to->n == 0 && places & FORM_SENTENCE)
		form_read_sentence(notice, match->begin, to);
	if (to->n == 0 && places & FORM_FAILED)
		form_read_failed(notice, to);
}

/* The lines that say something: no rules, no titles between rules. */
static const char *
all_said(const struct form_notice *notice)
{
	struct buf said = BUF_INIT;
	const char *copy, *line;
	size_t i;

	for (i = 0; i < notice->n_lines && said.len < 1000; i++) {
		line = notice->lines[i].text;
		if (strncmp(line, "--", 2) == 0 || strncmp(line, "==", 2) == 0)
			continue;
		buf_append_text(&said, line);
		buf_append_char(&said, ' ');
	}
	copy = form_find_reply(buf_text(&said));
	copy = pool_strdup(notice->pool, copy ? copy : buf_text(&said));
	buf_done(&said);
	return copy;
}

/* Words for a recipient of whom the notice says nothing by name. */
static void
fill_diagnostics(const struct form_notice *notice, struct form_recipients *to)
{
	const char *said = NULL;
	size_t i;

	for (i = 0; i < to->n; i++) {
		if (*to->items[i].diagnostic)
			continue;
		if (!said)
			said = all_said(notice);
		form_recipient_add(notice, to, to->items[i].address, said);
	}
}

/* The words before a list of one are on that one, too. */
static void
prefer_reply(const struct form_notice *notice, struct form_recipients *to)
{
	struct form_recipients other = {.is_permanent = to->is_permanent};
	const char *said, *start;

	if (to->n != 1 || form_find_reply(to->items[0].diagnostic) ||
	    report_status_find(to->items[0].diagnostic, &start))
		return;
	said = all_said(notice);
	if (!form_find_reply(said))
		return;
	form_recipient_add(notice, &other, to->items[0].address, said);
	to->items[0] = other.items[0];
}

static void
set_fates(struct form_recipients *to, enum classify_kind kind)
{
	size_t i;

	for (i = 0; i < to->n; i++) {
		to->items[i].kind = kind;
		report_set_reason(&to->items[i]);
	}
}

static const char *
evidence_of(const struct form_notice *notice, const struct match *match)
{
	const char *line = match->form->banners
				   ? notice->lines[match->begin].text
				   : notice->subject;

	return report_clean_text(notice->pool,
				 pool_printf(notice->pool, "%s: %.800s",
					     match->form->name, line));
}

/* Of a recipient that stands nowhere but in the message given back. */
static void
read_returned(const struct form_notice *notice, struct classify_result *result)
{
	report_read_returned(notice->message, result);
	if (notice->returned)
		report_read_returned_text(notice->message, notice->returned,
					  notice->returned_len, result);
}

/* A report that came back in its turn: it says what came of the message. */
static bool
read_nested(const struct form_notice *notice, struct classify_result *result)
{
	const struct report_message *message = notice->message;
	const struct part *part;
	size_t i;

	for (i = 0; i < message->map->n_parts; i++) {
		part = &message->map->parts[i];
		if (strcmp(part->type, "message/delivery-status") == 0 &&
		    report_read_delivery(message, part, result) == SG_OK &&
		    result->n_recipients)
			return true;
	}
	return false;
}

/* A server that says no for good is stronger than words on waiting. */
static enum classify_kind
kind_of(const struct form_notice *notice, const struct form_recipients *to)
{
	size_t i;

	if (!form_tells_delay(notice))
		return CLASSIFY_BOUNCE;
	if (form_surely_delayed(notice))
		return CLASSIFY_DELAY;
	for (i = 0; i < to->n; i++) {
		if (to->items[i].status[0] == '5')
			return CLASSIFY_BOUNCE;
	}
	return CLASSIFY_DELAY;
}

static bool
read_match(const struct form_notice *notice, const struct match *match,
	   struct classify_result *result)
{
	static const char *const PERMANENT[] = {"permanent", "permanently",
						NULL};
	struct form_recipients to = {0};

	if (match->form->places & FORM_FIELDS && read_fields(notice, result)) {
		result->confidence = 0.9;
		read_returned(notice, result);
		return true;
	}
	to.is_permanent = bounce_words_any(notice->words, PERMANENT);
	read_places(notice, match, &to);
	if (to.n == 0 && match->form->places & FORM_RETURNED &&
	    read_nested(notice, result)) {
		result->confidence = 0.7;
		return true;
	}
	result->evidence = evidence_of(notice, match);
	result->kind = kind_of(notice, &to);
	fill_diagnostics(notice, &to);
	prefer_reply(notice, &to);
	set_fates(&to, result->kind);
	result->recipients = to.items;
	result->n_recipients = to.n;
	result->confidence = match->form->banners ? 0.95 : 0.8;
	if (match->form->places & FORM_RETURNED || result->n_recipients)
		read_returned(notice, result);
	return result->n_recipients > 0;
}

enum sg_status
form_read_notice(const struct report_message *message,
		 struct classify_result *result)
{
	struct form_notice notice;
	struct match match;
	struct classify_result found;
	const struct bounce_form *form;
	size_t i;

	form_notice_read(message, &notice);
	if (notice.sender == FORM_PERSON)
		return SG_NONE;
	for (i = 0; form_table[i]; i++) {
		for (form = form_table[i]; form->name; form++) {
			match = (struct match){.form = form};
			found = *result;
			if (!matches(&notice, &match) ||
			    !read_match(&notice, &match, &found))
				continue;
			*result = found;
			return SG_OK;
		}
	}
	return SG_NONE;
}
