/* bulk_page.c - actions to all for whom a condition holds: first how many and
 * twenty of them, then it is done in the background. */
#include "console.h"

#include <string.h>

enum { ROWS = 20, REFRESH_S = 2, ACTIONS_MOST = 64 };

/* --- what is wanted ------------------------------------------------------- */

static void
write_examples(struct page *page)
{
	static const char *const examples[] = {
		"tag add 'asleep'",
		"tag remove 'hot'",
		"list add 'news'",
		"list remove 'news'",
		"add 10 because 'met at the spring fair'",
		"subtract 5",
		"set score = 0",
		"erase score because 'asked us to'",
		"field.region = 'north'",
		"suppress because 'asked us to'",
		"delete",
	};

	html(page, "<details><summary>Actions there are</summary><ul "
		   "class=\"plain\">\n");
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++)
		html(page, "<li><code>%s</code></li>\n", examples[i]);
	html(page, "</ul><p class=\"quiet\">All that automations can do: the "
		   "manual scoregate.conf(5) has the whole list.</p>"
		   "</details>\n");
}

static void
write_form(struct page *page, const char *where, const char *actions)
{
	form_begin(page, "/console/bulk", "stack");
	html(page,
	     "<label>To those for whom this holds <input name=\"where\" "
	     "required class=\"code wide\" data-filter spellcheck=\"false\" "
	     "autocapitalize=\"none\" value=\"%s\" placeholder=\"has score "
	     "&lt; 1 and created &lt; 2026-01-01\"></label>\n"
	     "<label>do this, one action a line <textarea name=\"actions\" "
	     "class=\"code\" rows=\"4\" required spellcheck=\"false\" "
	     "autocapitalize=\"none\" placeholder=\"tag add 'asleep'\">\n%s"
	     "</textarea></label>\n",
	     where, actions);
	write_examples(page);
	html(page, "<button class=\"main\">Show whom it is about</button>"
		   "</form>\n");
}

static void
write_work(struct page *page, const struct sg_json *work)
{
	const struct sg_json *actions = json_of(page, work, "actions");
	const char *id = text_at(page, work, "id");

	html(page, "<tr><td><a href=\"/console/bulk/%u\">", id);
	show_time(page, text_at(page, work, "created_at"));
	html(page, "</a></td><th scope=\"row\"><code>%s</code></th><td>",
	     text_at(page, work, "where"));
	for (size_t i = 0; i < page->host->json_count(actions); i++)
		html(page, "<code>%s</code> ",
		     page->host->json_text(page->call,
					   page->host->json_at(actions, i)));
	html(page, "</td><td class=\"n\">");
	show_count(page, number_at(page, work, "done"));
	html(page, " of ");
	show_count(page, number_at(page, work, "total"));
	html(page, "</td><td>%s</td></tr>\n", text_at(page, work, "actor"));
}

static void
write_works(struct page *page)
{
	const char *cursor = query_text(page, "cursor");
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page,
		     text_of(page, "/bulk?limit=%d%s%u", ROWS,
			     *cursor ? "&cursor=" : "", cursor),
		     &told))
		return;
	items = items_of(page, &told);
	if (page->host->json_count(items) == 0)
		return;
	html(page, "<h2>What was done</h2>\n<div class=\"scroll\" "
		   "tabindex=\"0\" role=\"region\" aria-label=\"What was "
		   "done\"><table><thead><tr><th scope=\"col\">When</th>"
		   "<th scope=\"col\">To those for whom this held</th>"
		   "<th scope=\"col\">What</th>"
		   "<th scope=\"col\" class=\"n\">Done</th>"
		   "<th scope=\"col\">By</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++)
		write_work(page, page->host->json_at(items, i));
	html(page, "</tbody></table></div>\n");
	page_next(page, text_at(page, told.json, "next"));
}

enum sg_status
bulk_page(struct page *page)
{
	page_begin(page, "Do something to many");
	write_form(page, query_text(page, "where"), "");
	write_works(page);
	return page_end(page, 200);
}

/* --- are you sure? -------------------------------------------------------- */

/* The lines of the text, as a JSON array. */
static const char *
actions_json(struct page *page, const char *lines)
{
	struct sg_text *text = page->host->text(page->call);
	size_t n = 0;

	write_to(page->host, text, "[");
	while (*lines) {
		size_t len = strcspn(lines, "\n");
		size_t blank = strspn(lines, " \t");

		if (blank < len)
			write_to(page->host, text, "%s%j", n++ ? "," : "",
				 page_slice(page, lines + blank, len - blank));
		lines += len + (lines[len] == '\n');
	}
	write_to(page->host, text, "]");
	return page->host->text_value(text);
}

static void
write_whom(struct page *page, const struct sg_json *examples)
{
	html(page,
	     "<table class=\"parts\" id=\"examples\"><caption>%s"
	     "</caption><thead><tr><th scope=\"col\">who</th>"
	     "<th scope=\"col\" class=\"n\">score</th></tr></thead>"
	     "<tbody>\n",
	     page->host->json_count(examples) == 20 ? "Twenty of them"
						    : "All of them");
	for (size_t i = 0; i < page->host->json_count(examples); i++) {
		const struct sg_json *one = page->host->json_at(examples, i);
		const char *key = text_at(page, one, "key");

		html(page,
		     "<tr><th scope=\"row\"><a "
		     "href=\"/console/contacts/%u\">%s</a></th>"
		     "<td class=\"n\">",
		     key, key);
		if (has_number(page, one, "score"))
			show_points(page, number_at(page, one, "score"));
		else
			html(page, "<span class=\"quiet\">none</span>");
		html(page, "</td></tr>\n");
	}
	html(page, "</tbody></table>\n");
}

static void
write_question(struct page *page, const struct sg_json *told, const char *where,
	       const char *actions)
{
	double total = number_at(page, told, "total");

	if (total == 0) {
		page_empty(page, "It holds for nobody: there is nothing to "
				 "do.");
		return;
	}
	form_begin(page, "/console/bulk", "question");
	html(page, "<p id=\"question\">Do this to <strong>");
	show_count(page, total);
	html(page, "%s", total == 1 ? " record" : " records");
	html(page,
	     "</strong>?</p>\n<pre class=\"code\">%s</pre>\n"
	     "<input type=\"hidden\" name=\"where\" value=\"%s\">"
	     "<textarea name=\"actions\" hidden>\n%s</textarea>"
	     "<p class=\"quiet\">Who they are is found out again when it "
	     "begins. One entry of the audit says that you did it; it cannot "
	     "be undone as a whole.</p>\n"
	     "<button class=\"main\" name=\"do\" value=\"begin\">Do it</button>"
	     "</form>\n",
	     actions, where, actions);
	write_whom(page, json_of(page, told, "examples"));
}

enum sg_status
bulk_begin(struct page *page)
{
	bool is_sure = strcmp(form_text(page, "do"), "begin") == 0;
	const char *where = form_text(page, "where");
	const char *actions = form_lines(page, "actions");
	struct sg_told told;
	bool good = ask(page, "POST", is_sure ? "/bulk" : "/bulk?dry_run=1",
			text_of(page, "{\"where\":%j,\"actions\":%s}", where,
				actions_json(page, actions)),
			&told);

	if (good && is_sure)
		return page_go(page,
			       text_of(page, "/console/bulk/%u",
				       text_at(page, told.json, "id")),
			       NULL);
	if (told.status == 401)
		return page_told(page, &told);
	page_begin(page, good ? "Are you sure?" : "Do something to many");
	page_trouble(page, &told);
	if (good)
		write_question(page, told.json, where, actions);
	html(page, "<h2>Change it</h2>\n");
	write_form(page, where, actions);
	return page_end(page, good ? 200 : told.status);
}

/* --- how far it is -------------------------------------------------------- */

enum sg_status
bulk_one_page(struct page *page)
{
	const struct sg_json *work, *actions;
	struct sg_told told;
	bool is_done;

	if (!ask_get(page, text_of(page, "/bulk/%u", page->args[0]), &told))
		return page_told(page, &told);
	work = told.json;
	actions = json_of(page, work, "actions");
	is_done = *text_at(page, work, "finished_at");
	if (!is_done)
		page->host->reply_header(page->reply, "Refresh",
					 text_of(page, "%d", REFRESH_S));
	page_begin(page, is_done ? "Done" : "Under way");
	html(page, "<p id=\"running\" role=\"status\">");
	show_meter(page, number_at(page, work, "done"),
		   number_at(page, work, "total"), "how far it is");
	show_count(page, number_at(page, work, "done"));
	html(page, " of ");
	show_count(page, number_at(page, work, "total"));
	html(page, "%s</p>\n",
	     is_done ? "" : ". This page looks again by itself.");
	html(page,
	     "<dl><dt>To</dt><dd><a href=\"/console/contacts?where=%u\"><code>"
	     "%s</code></a></dd>\n<dt>Did</dt><dd>",
	     text_at(page, work, "where"), text_at(page, work, "where"));
	for (size_t i = 0; i < page->host->json_count(actions); i++)
		html(page, "<code>%s</code><br>",
		     page->host->json_text(page->call,
					   page->host->json_at(actions, i)));
	html(page, "</dd>\n<dt>Refused</dt><dd>");
	show_count(page, number_at(page, work, "refused"));
	html(page,
	     " <span class=\"unwell\">%s</span></dd>\n<dt>By</dt><dd>%s, ",
	     text_at(page, work, "trouble"), text_at(page, work, "actor"));
	show_time(page, text_at(page, work, "created_at"));
	html(page, "</dd></dl>\n");
	return page_end(page, 200);
}
