/* contact_links.c - what a record is linked to: the account of a contact, the
 * people of an account; and the forms that link, unlink and rename it. */
#include "contact.h"

#include <string.h>

enum { SHOWN_MOST = 50 };

static const char *
own_module(struct page *page)
{
	const char *module = query_text(page, "module");

	return *module ? module : "contact";
}

/* What the record at the other end is worth, when it is worth anything. */
static void
write_score(struct page *page, const char *key, const char *module)
{
	struct sg_told told;

	if (!ask_get(
		    page,
		    text_of(page, "/contacts/%u/scores?module=%u", key, module),
		    &told))
		return;
	for (size_t i = 0; i < page->host->json_count(items_of(page, &told));
	     i++) {
		const struct sg_json *score =
			page->host->json_at(items_of(page, &told), i);

		if (!has_number(page, score, "score"))
			continue;
		html(page,
		     "<a href=\"/console/contacts/%u/why/%u?module=%u\">%s ",
		     key, text_at(page, score, "name"), module,
		     text_at(page, score, "name"));
		show_points(page, number_at(page, score, "score"));
		html(page, "</a> ");
	}
}

static void
write_unlink(struct page *page, const struct sg_json *link, bool is_from)
{
	const char *key = text_at(page, link, "key");

	if (!page_may(page, ROLE_OPERATOR))
		return;
	contact_form(page, "unlink", "inline");
	html(page,
	     "<input type=\"hidden\" name=\"from\" value=\"%s\">"
	     "<input type=\"hidden\" name=\"relation\" value=\"%s\">"
	     "<input type=\"hidden\" name=\"other\" value=\"%s\">"
	     "<input type=\"hidden\" name=\"other_module\" value=\"%s\">"
	     "<button aria-label=\"End the link with %s\">End</button></form>",
	     is_from ? "yes" : "", text_at(page, link, "relation"), key,
	     text_at(page, link, "module"), key);
}

static void
write_link(struct page *page, const struct sg_json *link, bool is_from)
{
	const char *key = text_at(page, link, "key");
	const char *module = text_at(page, link, "module");
	const char *relation = text_at(page, link, "relation");

	html(page, "<tr><td>%s</td>",
	     !is_from ? relation
	     : strcmp(relation, own_module(page)) == 0
		     ? module
		     : text_of(page, "%s of", relation));
	html(page,
	     "<th scope=\"row\"><a href=\"/console/contacts/%u?module=%u\">"
	     "%s</a></th><td>",
	     key, module, key);
	write_score(page, key, module);
	html(page, "</td><td>");
	show_time(page, text_at(page, link, "since"));
	html(page, "</td><td>");
	write_unlink(page, link, is_from);
	html(page, "</td></tr>\n");
}

static void
write_links(struct page *page, const struct sg_json *links, bool is_from)
{
	size_t n = page->host->json_count(links);

	for (size_t i = 0; i < n && i < SHOWN_MOST; i++)
		write_link(page, page->host->json_at(links, i), is_from);
	if (n > SHOWN_MOST) {
		html(page, "<tr><td></td><td colspan=\"4\">and ");
		show_count(page, (double)(n - SHOWN_MOST));
		html(page, " more</td></tr>\n");
	}
}

/* --- forms ---------------------------------------------------------------
 */

static void
write_relations(struct page *page)
{
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page, "/modules", &told))
		return;
	items = items_of(page, &told);
	html(page, "<label>What it is <select name=\"relation\">");
	for (size_t i = 0; i < page->host->json_count(items); i++) {
		const struct sg_json *item = page->host->json_at(items, i);
		const char *name = text_at(page, item, "name");

		if (strcmp(name, own_module(page)) != 0)
			show_option(page, name, text_at(page, item, "title"),
				    "account");
	}
	html(page, "</select></label>\n");
}

static void
write_form(struct page *page)
{
	html(page, "<details><summary>Link to another record</summary>\n");
	contact_form(page, "link", "row");
	write_relations(page);
	html(page, "<label>Its name or address <input name=\"other\" required "
		   "placeholder=\"ACME\"></label>"
		   "<button>Link</button></form>\n"
		   "<p class=\"quiet\">It is made when it is not there yet. "
		   "Rules with <code>also</code> give points along a link."
		   "</p></details>\n");
}

void
contact_links(struct page *page, const struct sg_json *contact)
{
	const struct sg_json *to = json_of(page, contact, "links");
	const struct sg_json *from = json_of(page, contact, "linked_from");

	html(page, "<section id=\"links\"><h2>Links</h2>\n");
	if (page->host->json_count(to) + page->host->json_count(from) == 0) {
		html(page, "<p class=\"quiet\">Linked to no other record.</p>"
			   "\n");
	} else {
		html(page, "<div class=\"scroll\" tabindex=\"0\" "
			   "role=\"region\" aria-label=\"Links\"><table>"
			   "<thead><tr><th scope=\"col\">what</th>"
			   "<th scope=\"col\">who</th><th scope=\"col\">scores"
			   "</th><th scope=\"col\">since</th><td></td></tr>"
			   "</thead><tbody>\n");
		write_links(page, to, false);
		write_links(page, from, true);
		html(page, "</tbody></table></div>\n");
	}
	if (page_may(page, ROLE_OPERATOR))
		write_form(page);
	html(page, "</section>\n");
}

/* --- what they do --------------------------------------------------------
 */

bool
contact_link(struct page *page, struct sg_told *told)
{
	return ask(page, "PUT",
		   text_of(page, "/contacts/%u/links/%u/%u?module=%u",
			   page->args[0], form_text(page, "relation"),
			   form_text(page, "other"), own_module(page)),
		   NULL, told);
}

/* A link that leads here is ended at the end where it begins. */
bool
contact_unlink(struct page *page, struct sg_told *told)
{
	const char *other = form_text(page, "other");
	const char *module = form_text(page, "other_module");
	bool is_from = *form_text(page, "from");

	return ask(page, "DELETE",
		   text_of(page,
			   "/contacts/%u/links/%u/%u?module=%u&"
			   "to_module=%u",
			   is_from ? other : page->args[0],
			   form_text(page, "relation"),
			   is_from ? page->args[0] : other,
			   is_from ? module : own_module(page),
			   is_from ? own_module(page) : module),
		   NULL, told);
}

bool
contact_rename(struct page *page, struct sg_told *told)
{
	return ask(page, "POST", contact_path(page, "/rename"),
		   text_of(page, "{\"to\":%j}", form_text(page, "to")), told);
}
