/* broadcast_preview.c - who would get it now, who not and why, and the mail as
 * one of them gets it. */
#include "broadcast.h"

#include <string.h>

static void
write_whom(struct page *page, const struct sg_json *items, bool is_skipped)
{
	size_t n = page->host->json_count(items);

	if (n == 0)
		return;
	html(page, "<ul class=\"plain\">\n");
	for (size_t i = 0; i < n; i++) {
		const struct sg_json *item = page->host->json_at(items, i);
		const char *email = text_at(page, item, "email");

		html(page, "<li><a href=\"%s\">%s</a> ",
		     broadcast_path(page,
				    text_of(page, "/preview?%s=%u",
					    is_skipped ? "explain" : "for",
					    email)),
		     email);
		if (has_number(page, item, "score"))
			show_points(page, number_at(page, item, "score"));
		html(page, " <span class=\"quiet\">%s</span></li>\n",
		     text_at(page, item, "reason"));
	}
	html(page, "</ul>\n");
}

static void
write_reasons(struct page *page, const struct sg_json *reasons)
{
	size_t n = page->host->json_members(reasons);

	for (size_t i = 0; i < n; i++) {
		const char *name;
		const struct sg_json *count =
			page->host->json_member(reasons, i, &name);

		html(page, "<li>%s: %s</li>\n", name,
		     page->host->json_text(page->call, count));
	}
}

static void
write_numbers(struct page *page, const struct sg_json *preview)
{
	html(page, "<div class=\"columns\"><section><h2>Who gets it: ");
	show_count(page, number_at(page, preview, "n_recipients"));
	html(page, "</h2>\n");
	write_whom(page, json_of(page, preview, "recipients"), false);
	html(page, "</section><section><h2>Who does not: ");
	show_count(page, number_at(page, preview, "n_skipped"));
	html(page, "</h2>\n<ul class=\"plain\">");
	write_reasons(page, json_of(page, preview, "reasons"));
	html(page, "</ul>\n");
	write_whom(page, json_of(page, preview, "skipped"), true);
	html(page, "</section></div>\n");
}

/* Each part of the condition for one of them. */
static void
write_explanation(struct page *page, const struct sg_json *explain)
{
	const struct sg_json *parts = json_of(page, explain, "parts");
	size_t n = page->host->json_count(parts);

	if (n == 0)
		return;
	html(page, "<h2>%s</h2>\n<p>%s</p>\n", text_at(page, explain, "email"),
	     *text_at(page, explain, "objection")
		     ? text_at(page, explain, "objection")
	     : is_at(page, explain, "holds") ? "The condition holds."
					     : "The condition does not hold.");
	html(page, "<table class=\"parts\"><thead><tr>"
		   "<th scope=\"col\">Part</th><th scope=\"col\">Holds</th>"
		   "<th scope=\"col\">Value</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < n; i++) {
		const struct sg_json *part = page->host->json_at(parts, i);
		bool passed = is_at(page, part, "passed");

		html(page,
		     "<tr><th scope=\"row\"><code>%s</code></th>"
		     "<td class=\"%s\">%s</td><td>%s</td></tr>\n",
		     text_at(page, part, "part"), passed ? "added" : "removed",
		     passed ? "yes" : "no", text_at(page, part, "value"));
	}
	html(page, "</tbody></table>\n");
}

static void
write_mail(struct page *page, const struct sg_json *preview)
{
	const char *to = text_at(page, preview, "to");
	const char *version = query_text(page, "version");

	if (!*text_at(page, preview, "mail"))
		return;
	html(page, "<h2>The mail as %s gets it</h2>\n", to);
	if (*text_at(page, preview, "subject"))
		html(page, "<p><strong>%s</strong></p>\n",
		     text_at(page, preview, "subject"));
	html(page, "<pre class=\"mail\">%s</pre>\n",
	     text_at(page, preview, "text"));
	html(page,
	     "<p class=\"actions\"><a class=\"button\" href=\"%s\">Open in "
	     "your mail program (.eml)</a></p>\n",
	     broadcast_path(page, text_of(page, "/mail?for=%u&version=%u", to,
					  version)));
	if (*text_at(page, preview, "html"))
		html(page,
		     "<details><summary>Its HTML</summary><pre>%s</pre>"
		     "</details>\n",
		     text_at(page, preview, "html"));
}

static void
write_asking(struct page *page)
{
	html(page,
	     "<form class=\"row\" action=\"%s\"><label>The mail as this "
	     "contact gets it <input name=\"for\" type=\"email\" "
	     "value=\"%s\"></label>\n<label>Version <select "
	     "name=\"version\">",
	     broadcast_path(page, "/preview"), query_text(page, "for"));
	show_option(page, "", "A", query_text(page, "version"));
	show_option(page, "b", "B", query_text(page, "version"));
	html(page,
	     "</select></label> <button>Show</button></form>\n"
	     "<form class=\"row\" action=\"%s\"><label>Why does this contact "
	     "get it, or not? <input name=\"explain\" type=\"email\" "
	     "value=\"%s\"></label> <button>Explain</button></form>\n",
	     broadcast_path(page, "/preview"), query_text(page, "explain"));
}

static void
write_test(struct page *page)
{
	if (!page_may(page, ROLE_OPERATOR))
		return;
	form_begin(page, broadcast_path(page, ""), "row");
	html(page,
	     "<input type=\"hidden\" name=\"do\" value=\"test\">"
	     "<label>Send one mail to look at, to <input name=\"to\" "
	     "type=\"email\" required></label>\n"
	     "<label>as this contact gets it <input name=\"as\" "
	     "type=\"email\" value=\"%s\"></label> "
	     "<button>Send the test</button></form>\n",
	     query_text(page, "for"));
}

static const char *
preview_path(struct page *page, const char *more)
{
	struct sg_text *path = page->host->text(page->call);
	static const char *const names[] = {"for", "version", "explain"};

	write_to(page->host, path, "/broadcasts/%u/preview?%s", page->args[0],
		 more);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (*query_text(page, names[i]))
			write_to(page->host, path, "&%s=%u", names[i],
				 query_text(page, names[i]));
	return page->host->text_value(path);
}

enum sg_status
broadcast_preview(struct page *page)
{
	struct sg_told told, shown;

	if (!ask_get(page, text_of(page, "/broadcasts/%u", page->args[0]),
		     &shown) ||
	    !ask_get(page, preview_path(page, ""), &told)) {
		if (shown.status != 200 || told.status == 401)
			return page_told(page,
					 shown.status != 200 ? &shown : &told);
		page_begin(page, text_of(page, "Preview: %s", page->args[0]));
		page_trouble(page, &told);
		write_asking(page);
		return page_end(page, told.status);
	}
	page_begin(page, text_of(page, "Preview: %s", page->args[0]));
	broadcast_controls(page, shown.json);
	write_numbers(page, told.json);
	write_asking(page);
	write_explanation(page, json_of(page, told.json, "explain"));
	write_mail(page, told.json);
	write_test(page);
	return page_end(page, 200);
}

/* The same, byte for byte, for a mail program. */
enum sg_status
broadcast_mail(struct page *page)
{
	struct sg_told told;

	if (!ask_get(page, preview_path(page, "format=raw"), &told))
		return page_told(page, &told);
	page->host->reply_header(page->reply, "Content-Type", "message/rfc822");
	page->host->reply_header(page->reply, "Content-Disposition",
				 "attachment; filename=\"preview.eml\"");
	page->host->reply_body(page->reply, told.body, told.len);
	return SG_OK;
}
