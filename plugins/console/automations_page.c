/* automations_page.c - what automations did, and what they send out. */
#include "console.h"

#include <string.h>

enum { ROWS = 50 };

/* --- automations -------------------------------------------------------------
 */

static void
write_automation(struct page *page, const struct sg_json *item)
{
	const struct sg_json *actions = json_of(page, item, "do");
	const char *name = text_at(page, item, "name");

	html(page,
	     "<tr><th scope=\"row\"><a "
	     "href=\"/console/automations/firings?automation=%u\">%s</a>",
	     name, name);
	if (!is_at(page, item, "enabled"))
		html(page, " <span class=\"quiet\">off</span>");
	html(page, "</th><td><code>%s</code>", text_at(page, item, "on"));
	if (*text_at(page, item, "if"))
		html(page, " if <code>%s</code>", text_at(page, item, "if"));
	html(page, "</td><td>");
	for (size_t i = 0; i < page->host->json_count(actions); i++)
		html(page, "%s<code>%s</code>", i ? ", " : "",
		     page->host->json_text(page->call,
					   page->host->json_at(actions, i)));
	html(page, "</td><td class=\"n\">");
	show_count(page, number_at(page, item, "fired"));
	html(page, "</td><td class=\"n\">");
	show_count(page, number_at(page, item, "troubled"));
	html(page, "</td><td>");
	show_time(page, text_at(page, item, "last_at"));
	html(page, "</td></tr>\n");
}

enum sg_status
automations_page(struct page *page)
{
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page, "/automations", &told))
		return page_told(page, &told);
	items = items_of(page, &told);
	page_begin(page, "Automations");
	html(page,
	     "<p>They are edited with the <a href=\"/console/rules/edit\">"
	     "rules</a>.</p>\n<div class=\"scroll\"><table><thead><tr>"
	     "<th scope=\"col\">automation</th><th scope=\"col\">on</th>"
	     "<th scope=\"col\">does</th>"
	     "<th scope=\"col\" class=\"n\">fired</th>"
	     "<th scope=\"col\" class=\"n\">trouble</th>"
	     "<th scope=\"col\">last</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++)
		write_automation(page, page->host->json_at(items, i));
	html(page, "</tbody></table></div>\n");
	if (page->host->json_count(items) == 0)
		page_empty(page, "There is none yet. An automation does "
				 "something when a score crosses a number or "
				 "a signal comes: it is written in the "
				 "rules.");
	return page_end(page, 200);
}

static void
write_firing(struct page *page, const struct sg_json *item)
{
	const char *key = text_at(page, item, "key");

	html(page, "<tr><td>");
	show_time(page, text_at(page, item, "at"));
	html(page,
	     "</td><th scope=\"row\">%s</th><td>"
	     "<a href=\"/console/contacts/%u\">%s</a></td><td>%s</td>"
	     "<td>%s <span class=\"unwell\">%s</span></td></tr>\n",
	     text_at(page, item, "automation"), key, key,
	     text_at(page, item, "cause"), text_at(page, item, "chain"),
	     text_at(page, item, "trouble"));
}

enum sg_status
firings_page(struct page *page)
{
	const char *automation = query_text(page, "automation");
	const char *cursor = query_text(page, "cursor");
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page,
		     text_of(page, "/firings?limit=%d%s%u%s%u", ROWS,
			     *automation ? "&automation=" : "", automation,
			     *cursor ? "&cursor=" : "", cursor),
		     &told))
		return page_told(page, &told);
	items = items_of(page, &told);
	page_begin(page, *automation ? automation : "What fired");
	html(page, "<div class=\"scroll\"><table><thead><tr>"
		   "<th scope=\"col\">when</th><th scope=\"col\">automation"
		   "</th><th scope=\"col\">for</th><th scope=\"col\">cause</th>"
		   "<th scope=\"col\">trouble</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++)
		write_firing(page, page->host->json_at(items, i));
	html(page, "</tbody></table></div>\n");
	if (page->host->json_count(items) == 0)
		page_empty(page, "Nothing has fired yet.");
	page_next(page, text_at(page, told.json, "next"));
	return page_end(page, 200);
}

/* --- outbox ------------------------------------------------------------------
 */

static void
write_delivery_forms(struct page *page, const struct sg_json *item)
{
	if (!page_may(page, ROLE_OPERATOR) ||
	    strcmp(text_at(page, item, "state"), "dead") != 0)
		return;
	form_begin(page, "/console/automations/outbox", "inline");
	html(page,
	     "<input type=\"hidden\" name=\"id\" value=\"%s\">"
	     "<button name=\"do\" value=\"redo\">Try again</button> "
	     "<button name=\"do\" value=\"drop\">Give up</button></form>",
	     text_at(page, item, "id"));
}

static void
write_delivery(struct page *page, const struct sg_json *item)
{
	html(page, "<tr><td><a href=\"/console/automations/outbox/%u\">",
	     text_at(page, item, "id"));
	show_time(page, text_at(page, item, "created_at"));
	html(page,
	     "</a></td><th scope=\"row\">%s %s</th><td>%s</td>"
	     "<td class=\"n\">%s</td><td>%s</td><td>",
	     text_at(page, item, "action"), text_at(page, item, "target"),
	     text_at(page, item, "state"), text_at(page, item, "tries"),
	     text_at(page, item, "trouble"));
	write_delivery_forms(page, item);
	html(page, "</td></tr>\n");
}

static void
write_states(struct page *page, const char *state)
{
	static const char *const states[] = {"dead", "waiting", "delivered",
					     "dropped"};

	html(page, "<form class=\"row\"><label>State <select name=\"state\">");
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		show_option(page, states[i], states[i], state);
	html(page, "</select></label><button>Show</button></form>\n");
}

/* Those of this page. */
static void
write_redo_all(struct page *page, const struct sg_json *items)
{
	if (!page_may(page, ROLE_OPERATOR))
		return;
	form_begin(page, "/console/automations/outbox", "row");
	for (size_t i = 0; i < page->host->json_count(items); i++)
		html(page, "<input type=\"hidden\" name=\"id\" value=\"%s\">",
		     text_at(page, page->host->json_at(items, i), "id"));
	html(page, "<button name=\"do\" value=\"redo\">Try all of these "
		   "again</button></form>\n");
}

enum sg_status
outbox_page(struct page *page)
{
	const char *cursor = query_text(page, "cursor");
	const char *state = query_text(page, "state");
	const struct sg_json *items;
	struct sg_told told;

	if (!*state)
		state = "dead";
	if (!ask_get(page,
		     text_of(page, "/outbox?state=%u&limit=%d%s%u", state, ROWS,
			     *cursor ? "&cursor=" : "", cursor),
		     &told))
		return page_told(page, &told);
	items = items_of(page, &told);
	page_begin(page, "Outbox");
	html(page,
	     "<p>%s wait, %s of them for another try; %s could not be "
	     "delivered.</p>\n",
	     text_at(page, told.json, "waiting"),
	     text_at(page, told.json, "retrying"),
	     text_at(page, told.json, "dead"));
	write_states(page, state);
	html(page, "<div class=\"scroll\"><table id=\"outbox\"><thead><tr>"
		   "<th scope=\"col\">made</th><th scope=\"col\">what</th>"
		   "<th scope=\"col\">state</th>"
		   "<th scope=\"col\" class=\"n\">tries</th>"
		   "<th scope=\"col\">trouble</th><td></td></tr></thead>"
		   "<tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++)
		write_delivery(page, page->host->json_at(items, i));
	html(page, "</tbody></table></div>\n");
	if (page->host->json_count(items) == 0)
		page_empty(page, strcmp(state, "dead") == 0
					 ? "Nothing was given up: all that "
					   "automations sent arrived, or still "
					   "waits."
					 : "There is none in this state.");
	if (strcmp(state, "dead") == 0 && page->host->json_count(items) > 1)
		write_redo_all(page, items);
	page_next(page, text_at(page, told.json, "next"));
	return page_end(page, 200);
}

enum sg_status
delivery_page(struct page *page)
{
	static const char *const shown[] = {"action",  "target",     "state",
					    "tries",   "created_at", "due_at",
					    "done_at", "trouble",    "key"};
	struct sg_told told;

	if (!ask_get(page, text_of(page, "/outbox/%u", page->args[0]), &told))
		return page_told(page, &told);
	page_begin(page, "One delivery");
	html(page, "<dl>\n");
	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++)
		html(page, "<dt>%s</dt><dd>%s</dd>\n", shown[i],
		     text_at(page, told.json, shown[i]));
	html(page, "</dl>\n");
	write_delivery_forms(page, told.json);
	html(page, "<h2>All of it</h2><pre class=\"code\">%s</pre>\n",
	     told.body);
	return page_end(page, 200);
}

enum sg_status
outbox_change(struct page *page)
{
	bool redo = strcmp(form_text(page, "do"), "redo") == 0;
	struct sg_told told;
	const char *id;

	for (size_t i = 0; (id = form_each(page, "id", i)); i++)
		if (!ask(page, redo ? "POST" : "DELETE",
			 text_of(page, "/outbox/%u%s", id, redo ? "/redo" : ""),
			 NULL, &told))
			return page_told(page, &told);
	return page_go(page, "/console/automations/outbox",
		       redo ? "queued" : "removed");
}
