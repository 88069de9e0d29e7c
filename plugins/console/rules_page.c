/* rules_page.c - the rules: what each does and how often it did, one with its
 * versions, the history of all. */
#include "rules.h"

#include <string.h>

/* --- all ------------------------------------------------------------------ */

/* The item of that name, or NULL. */
static const struct sg_json *
find_use(struct page *page, const struct sg_json *uses, const char *name)
{
	for (size_t i = 0; i < page->host->json_count(uses); i++) {
		const struct sg_json *use = page->host->json_at(uses, i);

		if (strcmp(text_at(page, use, "name"), name) == 0)
			return use;
	}
	return NULL;
}

static void
write_use(struct page *page, const struct sg_json *use)
{
	html(page, "<td class=\"n\">");
	show_count(page, number_at(page, use, "fired"));
	html(page, "</td><td class=\"n\">");
	show_given(page, number_at(page, use, "given"));
	html(page, "</td><td>");
	show_time(page, text_at(page, use, "last_at"));
	html(page, "</td>");
}

static void
write_condition(struct page *page, const struct sg_json *rule)
{
	const char *on = text_at(page, rule, "on");
	const char *when = text_at(page, rule, "when");

	if (*on)
		html(page, "on <code>%s</code> ", on);
	if (*when)
		html(page, "%s <code>%s</code>", *on ? "when" : "while", when);
	if (*text_at(page, rule, "unless"))
		html(page, " unless <code>%s</code>",
		     text_at(page, rule, "unless"));
}

static void
write_rule(struct page *page, const struct sg_json *rule,
	   const struct sg_json *uses)
{
	const char *name = text_at(page, rule, "name");

	html(page, "<tr><th scope=\"row\"><a href=\"/console/rules/%u\">%s</a>",
	     name, name);
	if (!is_at(page, rule, "enabled"))
		html(page, " <span class=\"quiet\">off</span>");
	html(page, "</th><td>");
	write_condition(page, rule);
	html(page, "</td><td class=\"n\">");
	show_given(page, number_at(page, rule, "points"));
	html(page, "</td><td>%s", text_at(page, rule, "score"));
	if (strcmp(text_at(page, rule, "module"), "contact") != 0)
		html(page, " of %s", text_at(page, rule, "module"));
	html(page, "</td>");
	write_use(page, find_use(page, uses, name));
	html(page, "</tr>\n");
}

static void
write_rules(struct page *page, const struct sg_json *items,
	    const struct sg_json *uses)
{
	html(page, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		   "aria-label=\"Rules\"><table id=\"rules\"><thead><tr>"
		   "<th scope=\"col\">rule</th><th scope=\"col\">fires</th>"
		   "<th scope=\"col\" class=\"n\">gives</th>"
		   "<th scope=\"col\">score</th>"
		   "<th scope=\"col\" class=\"n\">fired</th>"
		   "<th scope=\"col\" class=\"n\">gave</th>"
		   "<th scope=\"col\">last</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++)
		write_rule(page, page->host->json_at(items, i), uses);
	html(page, "</tbody></table></div>\n");
	if (page->host->json_count(items) == 0)
		page_empty(page, "There is none yet. Signals give points by "
				 "rules: write one under Edit.");
}

enum sg_status
rules_page(struct page *page)
{
	struct sg_told told, uses;

	if (!ask_get(page, "/rules", &told))
		return page_told(page, &told);
	page_begin(page, "Rules");
	ask_get(page, "/rules/uses", &uses);
	page_trouble(page, &uses);
	write_rules(page, items_of(page, &told), items_of(page, &uses));
	return page_end(page, 200);
}

/* --- one ------------------------------------------------------------------ */

static void
write_version(struct page *page, const struct sg_json *version)
{
	html(page, "<article class=\"version\"><h3>%s, version %s</h3><p>",
	     text_at(page, version, "name"), text_at(page, version, "version"));
	show_time(page, text_at(page, version, "created_at"));
	html(page, " by %s %s", text_at(page, version, "author"),
	     text_at(page, version, "note"));
	if (*text_at(page, version, "ended_at")) {
		html(page, " <span class=\"quiet\">until ");
		show_time(page, text_at(page, version, "ended_at"));
		html(page, " by %s%s</span>",
		     text_at(page, version, "ended_by"),
		     is_at(page, version, "taken_back")
			     ? ", its points were taken back"
			     : "");
	}
	html(page, "</p>\n<pre class=\"code\">%s</pre></article>\n",
	     text_at(page, version, "source"));
}

static void
write_figures(struct page *page, const struct sg_json *rule)
{
	html(page, "<dl><dt>fired</dt><dd id=\"fired\">");
	show_count(page, number_at(page, rule, "fired"));
	html(page, " times</dd>\n<dt>gave</dt><dd>");
	show_given(page, number_at(page, rule, "given"));
	html(page, " points</dd>\n<dt>worth today</dt><dd>");
	show_given(page, number_at(page, rule, "worth_today"));
	html(page, "</dd>\n<dt>last</dt><dd>");
	show_time(page, text_at(page, rule, "last_at"));
	html(page, "</dd></dl>\n");
}

enum sg_status
rule_page(struct page *page)
{
	const struct sg_json *versions;
	struct sg_told told;

	if (!ask_get(page, text_of(page, "/rules/%u", page->args[0]), &told))
		return page_told(page, &told);
	page_begin(page, page->args[0]);
	if (!is_at(page, told.json, "in_force"))
		html(page, "<p class=\"quiet\">This rule is not in force any "
			   "more.</p>\n");
	write_figures(page, told.json);
	versions = json_of(page, told.json, "versions");
	html(page, "<h2>Versions</h2>\n");
	for (size_t i = 0; i < page->host->json_count(versions); i++)
		write_version(page, page->host->json_at(versions, i));
	return page_end(page, 200);
}

enum sg_status
rules_history_page(struct page *page)
{
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page, "/rules/history", &told))
		return page_told(page, &told);
	page_begin(page, "Versions of rules");
	items = items_of(page, &told);
	for (size_t i = 0; i < page->host->json_count(items); i++)
		write_version(page, page->host->json_at(items, i));
	return page_end(page, 200);
}
