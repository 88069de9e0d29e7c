/* forms_page.c - the forms and surveys that are configured, the snippet for
 * one's own page, what was sent and what was answered. */
#include "console.h"

#include <string.h>

enum { ROWS = 50, LANGUAGES = 2 };

static const char *const languages[LANGUAGES][2] = {{"en", "English"},
						    {"de", "German"}};

/* --- forms ---------------------------------------------------------------- */

static void
write_texts(struct page *page, const struct sg_json *array)
{
	for (size_t i = 0; i < page->host->json_count(array); i++)
		html(page, "<span class=\"chip\">%s</span> ",
		     page->host->json_text(page->call,
					   page->host->json_at(array, i)));
}

static void
write_form_row(struct page *page, const struct sg_json *form)
{
	const char *name = text_at(page, form, "name");

	html(page,
	     "<tr><th scope=\"row\"><a href=\"/console/forms/%u\">%s</a></th>"
	     "<td>%s</td><td class=\"n\">%s</td><td>",
	     name, name, text_at(page, form, "title"),
	     text_at(page, form, "n_fields"));
	write_texts(page, json_of(page, form, "lists"));
	html(page, "</td><td>%s</td><td><a href=\"%s\">%s</a></td></tr>\n",
	     is_at(page, form, "confirm") ? "by mail" : "no",
	     text_at(page, form, "url"), text_at(page, form, "url"));
}

enum sg_status
forms_page(struct page *page)
{
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page, "/forms", &told))
		return page_told(page, &told);
	items = items_of(page, &told);
	page_begin(page, "Forms");
	if (page->host->json_count(items) == 0) {
		page_empty(page, "There is none yet. A form is configured in "
				 "scoregate.conf, in plugin \"form\": "
				 "scoregate-form(5) begins with one to copy.");
		return page_end(page, 200);
	}
	html(page, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		   "aria-label=\"Forms\"><table id=\"forms\"><thead><tr>"
		   "<th scope=\"col\">Form</th><th scope=\"col\">Title</th>"
		   "<th scope=\"col\" class=\"n\">Fields</th>"
		   "<th scope=\"col\">Puts on</th>"
		   "<th scope=\"col\">Confirmed</th>"
		   "<th scope=\"col\">Page</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++)
		write_form_row(page, page->host->json_at(items, i));
	html(page, "</tbody></table></div>\n");
	page_next(page, text_at(page, told.json, "next"));
	return page_end(page, 200);
}

static void
write_field(struct page *page, const struct sg_json *field)
{
	html(page,
	     "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>%s</td>"
	     "<td>",
	     text_at(page, field, "name"), text_at(page, field, "label"),
	     text_at(page, field, "type"),
	     is_at(page, field, "required") ? "yes" : "");
	const struct sg_json *options = json_of(page, field, "options");

	for (size_t i = 0; i < page->host->json_count(options); i++)
		html(page, "%s%s", i ? ", " : "",
		     text_at(page, page->host->json_at(options, i), "label"));
	html(page, "</td></tr>\n");
}

static void
write_facts(struct page *page, const struct sg_json *form)
{
	static const char *const facts[][2] = {
		{"redirect", "Leads to"},
		{"wording", "Consent"},
		{"per_address", "From one address"},
		{"per_network", "From one network"},
	};

	html(page, "<dl><dt>Page</dt><dd><a href=\"%s\">%s</a></dd>\n",
	     text_at(page, form, "url"), text_at(page, form, "url"));
	html(page, "<dt>Puts on</dt><dd>");
	write_texts(page, json_of(page, form, "lists"));
	html(page, "</dd>\n<dt>Tags</dt><dd>");
	write_texts(page, json_of(page, form, "tags"));
	html(page, "</dd>\n<dt>Confirmed</dt><dd>%s</dd>\n",
	     is_at(page, form, "confirm") ? "by a link in a mail" : "no");
	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		if (*text_at(page, form, facts[i][0]))
			html(page, "<dt>%s</dt><dd>%s</dd>\n", facts[i][1],
			     text_at(page, form, facts[i][0]));
	html(page, "</dl>\n");
}

static void
write_fields(struct page *page, const struct sg_json *form)
{
	const struct sg_json *fields = json_of(page, form, "fields");

	html(page, "<section><h2>Fields</h2>\n<div class=\"scroll\" "
		   "tabindex=\"0\" role=\"region\" aria-label=\"Fields\">"
		   "<table><thead><tr><th scope=\"col\">Field</th>"
		   "<th scope=\"col\">Label</th><th scope=\"col\">Type</th>"
		   "<th scope=\"col\">Required</th>"
		   "<th scope=\"col\">Choices</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(fields); i++)
		write_field(page, page->host->json_at(fields, i));
	html(page, "</tbody></table></div></section>\n");
}

static void
write_snippet(struct page *page)
{
	const char *chosen = query_text(page, "lang");
	struct sg_told told;

	if (!*chosen)
		chosen = languages[0][0];
	html(page, "<section id=\"snippet\"><h2>For a page of your own</h2>\n");
	if (ask_get(page,
		    text_of(page, "/forms/%u/snippet?lang=%u", page->args[0],
			    chosen),
		    &told))
		html(page,
		     "<p>Copy this into the page. It needs no script.</p>\n"
		     "<textarea class=\"code\" rows=\"8\" readonly "
		     "aria-label=\"HTML\">\n%s</textarea>\n",
		     text_at(page, told.json, "html"));
	page_trouble(page, &told);
	html(page, "<form class=\"row\"><label>In <select name=\"lang\">");
	for (size_t i = 0; i < LANGUAGES; i++)
		show_option(page, languages[i][0], languages[i][1], chosen);
	html(page, "</select></label><button>Show</button></form></section>\n");
}

static void
write_submission(struct page *page, const struct sg_json *one)
{
	const struct sg_json *fields = json_of(page, one, "fields");
	const char *email = text_at(page, one, "email");
	const char *name;

	html(page, "<tr><td>");
	show_time(page, text_at(page, one, "at"));
	html(page, "</td><th scope=\"row\">");
	if (*email)
		html(page, "<a href=\"/console/contacts/%u\">%s</a>", email,
		     email);
	html(page, "</th><td>%s</td><td>",
	     *text_at(page, one, "confirmed") == '\0' ? ""
	     : is_at(page, one, "confirmed")	      ? "confirmed"
						      : "not yet");
	for (size_t i = 0; i < page->host->json_members(fields); i++) {
		const struct sg_json *value =
			page->host->json_member(fields, i, &name);

		html(page, "<span class=\"property\">%s = ", name);
		show_value(page, value);
		html(page, "</span> ");
	}
	html(page, "</td></tr>\n");
}

static void
write_submissions(struct page *page)
{
	const char *cursor = query_text(page, "cursor");
	const struct sg_json *items;
	struct sg_told told;

	html(page, "<section id=\"submissions\"><h2>What was sent</h2>\n");
	if (!ask_get(page,
		     text_of(page, "/forms/%u/submissions?limit=%d%s%u",
			     page->args[0], ROWS, *cursor ? "&cursor=" : "",
			     cursor),
		     &told)) {
		page_trouble(page, &told);
		html(page, "</section>\n");
		return;
	}
	items = items_of(page, &told);
	if (page->host->json_count(items) == 0) {
		page_empty(page, "Nothing yet. Open its page and send it once "
				 "to see how it comes in.");
		html(page, "</section>\n");
		return;
	}
	html(page, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		   "aria-label=\"What was sent\"><table><thead><tr>"
		   "<th scope=\"col\">When</th><th scope=\"col\">Who</th>"
		   "<th scope=\"col\">Confirmed</th>"
		   "<th scope=\"col\">What</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++)
		write_submission(page, page->host->json_at(items, i));
	html(page, "</tbody></table></div>\n");
	page_next(page, text_at(page, told.json, "next"));
	html(page, "</section>\n");
}

enum sg_status
form_page(struct page *page)
{
	struct sg_told told;

	if (!ask_get(page, text_of(page, "/forms/%u", page->args[0]), &told))
		return page_told(page, &told);
	page_begin(page, *text_at(page, told.json, "title")
				 ? text_at(page, told.json, "title")
				 : page->args[0]);
	html(page, "<div class=\"columns\"><section>\n");
	write_facts(page, told.json);
	html(page, "</section>\n");
	write_fields(page, told.json);
	html(page, "</div>\n");
	write_submissions(page);
	write_snippet(page);
	return page_end(page, 200);
}
