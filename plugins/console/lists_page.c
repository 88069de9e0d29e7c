/* lists_page.c - the lists with their numbers: make one, retitle it, delete
 * it; and the segments, which are named conditions. */
#include "console.h"

#include <string.h>

static void
write_count(struct page *page, const struct sg_json *list, const char *name)
{
	html(page, "<td class=\"n\">");
	show_count(page, number_at(page, list, name));
	html(page, "</td>");
}

/* Two presses, also without a script. */
static void
write_delete(struct page *page, const char *action, const char *what_then)
{
	html(page, "<details><summary>Delete</summary>\n");
	form_begin(page, action, "stack");
	html(page,
	     "<p>%s</p>\n<button name=\"do\" value=\"delete\" "
	     "class=\"danger\">Delete</button></form></details>\n",
	     what_then);
}

/* --- lists --------------------------------------------------------------- */

static void
write_list_forms(struct page *page, const char *name, const char *title)
{
	html(page, "<td>");
	if (page_may(page, ROLE_OPERATOR)) {
		html(page, "<details><summary>Change</summary>\n");
		form_begin(page, text_of(page, "/console/lists/%u", name),
			   "row");
		html(page,
		     "<label>Title <input name=\"title\" value=\"%s\"></label> "
		     "<button name=\"do\" "
		     "value=\"title\">Save</button></form>\n",
		     title);
		write_delete(page, text_of(page, "/console/lists/%u", name),
			     "Who is on it stays a contact. Rules and segments "
			     "that name the list find nobody on it.");
		html(page, "</details>");
	}
	html(page, "</td>");
}

static void
write_list(struct page *page, const struct sg_json *list)
{
	const char *name = text_at(page, list, "name");
	const char *title = text_at(page, list, "title");

	html(page,
	     "<tr><th scope=\"row\"><a href=\"/console/contacts?where=%u\">%s"
	     "</a></th><td>%s</td>",
	     text_of(page, "list '%s'", name), name, title);
	write_count(page, list, "joined");
	write_count(page, list, "unconfirmed");
	write_count(page, list, "left");
	html(page, "<td>");
	show_time(page, text_at(page, list, "created_at"));
	html(page, "</td>");
	write_list_forms(page, name, title);
	html(page, "</tr>\n");
}

static void
write_lists(struct page *page, const struct sg_told *told)
{
	const struct sg_json *items = items_of(page, told);
	size_t n = page->host->json_count(items);

	html(page, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		   "aria-label=\"Lists\"><table><thead><tr>"
		   "<th scope=\"col\">List</th><th scope=\"col\">Title</th>"
		   "<th scope=\"col\" class=\"n\">On it</th>"
		   "<th scope=\"col\" class=\"n\">Not confirmed</th>"
		   "<th scope=\"col\" class=\"n\">Left</th>"
		   "<th scope=\"col\">Since</th><th scope=\"col\"></th>"
		   "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < n; i++)
		write_list(page, page->host->json_at(items, i));
	html(page, "</tbody></table></div>\n");
	if (n == 0)
		page_empty(page, "There is no list yet. A list is what people "
				 "join and leave; make one below.");
	page_next(page, text_at(page, told->json, "next"));
}

static enum sg_status
show_lists(struct page *page, const struct sg_told *trouble)
{
	struct sg_told told;

	if (!ask_get(page, "/lists", &told))
		return page_told(page, &told);
	page_begin(page, "Lists");
	if (trouble)
		page_trouble(page, trouble);
	write_lists(page, &told);
	if (page_may(page, ROLE_OPERATOR)) {
		html(page, "<h2>A new list</h2>\n");
		form_begin(page, "/console/lists", "row");
		html(page,
		     "<label>Name <input name=\"name\" required value=\"%s\" "
		     "autocapitalize=\"none\"></label>\n"
		     "<label>Title, for its readers <input name=\"title\" "
		     "value=\"%s\"></label>\n"
		     "<button class=\"main\">Make</button></form>\n",
		     form_text(page, "name"), form_text(page, "title"));
	}
	return page_end(page, trouble ? trouble->status : 200);
}

enum sg_status
lists_page(struct page *page)
{
	return show_lists(page, NULL);
}

enum sg_status
list_make(struct page *page)
{
	struct sg_told told;

	if (!ask(page, "POST", "/lists",
		 text_of(page, "{\"name\":%j,\"title\":%j}",
			 form_text(page, "name"), form_text(page, "title")),
		 &told))
		return show_lists(page, &told);
	return page_go(page, "/console/lists", "made");
}

enum sg_status
list_change(struct page *page)
{
	const char *path = text_of(page, "/lists/%u", page->args[0]);
	bool is_delete = strcmp(form_text(page, "do"), "delete") == 0;
	struct sg_told told;

	if (is_delete ? !ask(page, "DELETE", path, NULL, &told)
		      : !ask(page, "PATCH", path,
			     text_of(page, "{\"title\":%j}",
				     form_text(page, "title")),
			     &told))
		return show_lists(page, &told);
	return page_go(page, "/console/lists", is_delete ? "removed" : "saved");
}

/* --- segments ------------------------------------------------------------ */

static void
write_segment_forms(struct page *page, const char *name, const char *where)
{
	html(page, "<td>");
	if (page_may(page, ROLE_OPERATOR)) {
		html(page, "<details><summary>Change</summary>\n");
		form_begin(page, text_of(page, "/console/segments/%u", name),
			   "row");
		html(page,
		     "<label>For whom this holds <input name=\"where\" "
		     "class=\"code wide\" spellcheck=\"false\" "
		     "autocapitalize=\"none\" value=\"%s\"></label> "
		     "<button name=\"do\" value=\"save\">Save</button>"
		     "</form>\n",
		     where);
		write_delete(page, text_of(page, "/console/segments/%u", name),
			     "Nobody's record changes.");
		html(page, "</details>");
	}
	html(page, "</td>");
}

static void
write_segment(struct page *page, const struct sg_json *segment)
{
	const char *name = text_at(page, segment, "name");
	const char *where = text_at(page, segment, "where");
	struct sg_told told;

	html(page,
	     "<tr><th scope=\"row\"><a href=\"/console/contacts?where=%u\">%s"
	     "</a></th><td><code>%s</code></td><td class=\"n\">",
	     text_of(page, "segment '%s'", name), name, where);
	if (ask(page, "POST", "/segments/count",
		text_of(page, "{\"where\":%j}",
			text_of(page, "segment '%s'", name)),
		&told))
		show_count(page, number_at(page, told.json, "count"));
	html(page, "</td><td>%s</td>", text_at(page, segment, "author"));
	write_segment_forms(page, name, where);
	html(page, "</tr>\n");
}

static void
write_segments(struct page *page, const struct sg_told *told)
{
	const struct sg_json *items = items_of(page, told);
	size_t n = page->host->json_count(items);

	html(page,
	     "<p>A segment is a name for a condition: who is in it is found "
	     "out each time it is asked for. Any other condition can use it: "
	     "<code>segment 'hot' and not tag 'customer'</code>.</p>\n"
	     "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
	     "aria-label=\"Segments\"><table><thead><tr>"
	     "<th scope=\"col\">Segment</th><th scope=\"col\">For whom this "
	     "holds</th><th scope=\"col\" class=\"n\">Now</th>"
	     "<th scope=\"col\">By</th><th scope=\"col\"></th>"
	     "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < n; i++)
		write_segment(page, page->host->json_at(items, i));
	html(page, "</tbody></table></div>\n");
	if (n == 0)
		page_empty(page, "There is no segment yet. Make one below.");
	page_next(page, text_at(page, told->json, "next"));
}

static enum sg_status
show_segments(struct page *page, const struct sg_told *trouble)
{
	struct sg_told told;

	if (!ask_get(page, "/segments", &told))
		return page_told(page, &told);
	page_begin(page, "Segments");
	if (trouble)
		page_trouble(page, trouble);
	write_segments(page, &told);
	if (page_may(page, ROLE_OPERATOR)) {
		html(page, "<h2>A new segment</h2>\n");
		form_begin(page, "/console/segments", "row");
		html(page,
		     "<label>Name <input name=\"name\" required value=\"%s\" "
		     "autocapitalize=\"none\"></label>\n"
		     "<label>For whom this holds <input name=\"where\" "
		     "required class=\"code wide\" spellcheck=\"false\" "
		     "autocapitalize=\"none\" value=\"%s\" "
		     "placeholder=\"has score &gt;= 80\"></label>\n"
		     "<button class=\"main\">Make</button></form>\n",
		     form_text(page, "name"), form_text(page, "where"));
	}
	return page_end(page, trouble ? trouble->status : 200);
}

enum sg_status
segments_page(struct page *page)
{
	return show_segments(page, NULL);
}

enum sg_status
segment_make(struct page *page)
{
	struct sg_told told;

	if (!ask(page, "POST", "/segments",
		 text_of(page, "{\"name\":%j,\"where\":%j}",
			 form_text(page, "name"), form_text(page, "where")),
		 &told))
		return show_segments(page, &told);
	return page_go(page, "/console/segments", "made");
}

enum sg_status
segment_change(struct page *page)
{
	const char *path = text_of(page, "/segments/%u", page->args[0]);
	bool is_delete = strcmp(form_text(page, "do"), "delete") == 0;
	struct sg_told told;

	if (is_delete ? !ask(page, "DELETE", path, NULL, &told)
		      : !ask(page, "PATCH", path,
			     text_of(page, "{\"where\":%j}",
				     form_text(page, "where")),
			     &told))
		return show_segments(page, &told);
	return page_go(page, "/console/segments",
		       is_delete ? "removed" : "saved");
}
