/* console_sections.c - how to get about: the navigation, the pages of a section
 * side by side, the way back up, and the field that finds a contact. */
#include "console.h"

#include <string.h>

enum { TABS_MOST = 10 };

/* In the order of the navigation. Who may not see a page has no link to it. */
static const struct section {
	const char *title;
	struct tab tabs[TABS_MOST];
} sections[] = {
	{"Today", {{"/", "Today"}}},
	{"Contacts",
	 {{"/contacts", "All"},
	  {"/lists", "Lists"},
	  {"/segments", "Segments"},
	  {"/bulk", "In bulk"},
	  {"/import", "Import"},
	  {"/export", "Export"},
	  {"/suppressions", "No mail to"}}},
	{"Scores", {{"/scores", "Scores"}, {"/scores/compare", "Compare"}}},
	{"Rules",
	 {{"/rules", "Rules"},
	  {"/rules/edit", "Edit"},
	  {"/rules/history", "History"},
	  {"/rules/run", "Run"}}},
	{"Automations",
	 {{"/automations", "Automations"},
	  {"/automations/firings", "What fired"},
	  {"/automations/outbox", "Outbox"}}},
	{"Broadcasts", {{"/broadcasts", "Broadcasts"}}},
	{"Sequences", {{"/sequences", "Sequences"}}},
	{"Sources",
	 {{"/forms", "Forms"},
	  {"/surveys", "Surveys"},
	  {"/webhooks", "Webhooks"},
	  {"/unmatched", "Unmatched"},
	  {"/verdicts", "Human or machine"},
	  {"/kinds", "Signals"}}},
	{"System",
	 {{"/system", "Status"},
	  {"/system/plugins", "Plugins"},
	  {"/system/keys", "Keys"},
	  {"/system/split", "Split copies"},
	  {"/system/backup", "Backup"},
	  {"/system/verify", "Verify"},
	  {"/system/audit", "Audit"},
	  {"/system/users", "Users"},
	  {"/system/tokens", "Tokens"}}},
};

enum { N_SECTIONS = sizeof(sections) / sizeof(sections[0]) };

static bool
may_see(const struct page *page, const char *path)
{
	for (const struct console_page *of = console_pages; of->method; of++)
		if (strcmp(of->path, path) == 0 &&
		    strcmp(of->method, "GET") == 0)
			return page_may(page, of->role);
	return false;
}

/* Is the page that is shown this one, or below it? How long the match is. */
static size_t
match(const struct page *page, const char *path)
{
	size_t len = strlen(path);

	if (len == 1)
		return page->path[1] == '\0';
	return strncmp(page->path, path, len) == 0 &&
			       (!page->path[len] || page->path[len] == '/')
		       ? len
		       : 0;
}

static const struct section *
find_section(const struct page *page, const struct tab **tab_out)
{
	const struct section *found = NULL;
	size_t best = 0;

	*tab_out = NULL;
	for (size_t i = 0; i < N_SECTIONS; i++)
		for (const struct tab *tab = sections[i].tabs; tab->path; tab++)
			if (match(page, tab->path) > best) {
				best = match(page, tab->path);
				found = &sections[i];
				*tab_out = tab;
			}
	return found;
}

static void
write_link(struct page *page, const char *path, const char *title,
	   const char *current)
{
	html(page,
	     "<li><a href=\"/console%s\" aria-current=\"%s\">%s</a></li>\n",
	     path, current, title);
}

void
sections_navigation(struct page *page)
{
	const struct tab *tab;
	const struct section *here = find_section(page, &tab);

	html(page, "<nav aria-label=\"Main\">\n<ul>\n");
	for (size_t i = 0; i < N_SECTIONS; i++)
		write_link(page, sections[i].tabs[0].path, sections[i].title,
			   here != &sections[i] ? "false"
			   : strcmp(page->path, sections[i].tabs[0].path) == 0
				   ? "page"
				   : "true");
	html(page, "</ul>\n</nav>\n");
}

static void
write_tabs(struct page *page, const struct section *section,
	   const struct tab *here)
{
	if (!section->tabs[1].path)
		return;
	html(page, "<nav class=\"tabs\" aria-label=\"%s\"><ul>\n",
	     section->title);
	for (const struct tab *tab = section->tabs; tab->path; tab++)
		if (may_see(page, tab->path))
			write_link(page, tab->path, tab->title,
				   tab != here ? "false"
				   : strcmp(page->path, tab->path) == 0
					   ? "page"
					   : "true");
	html(page, "</ul></nav>\n");
}

/* "/contacts/bob@example.com/why/lead" leads up over "/contacts/bob…". The
 * module that a record is of goes with it. */
static void
write_crumb(struct page *page, const char *path, size_t len)
{
	const char *above = page_slice(page, path, len);
	const char *last = strrchr(above, '/') + 1;
	const char *module = query_text(page, "module");
	const char *name = page_decode(page, last, strlen(last), false);

	if (!page_is_there(page, above))
		return;
	html(page, "<li><a href=\"/console%s%s%u\">%s</a></li>\n", above,
	     *module ? "?module=" : "", module, name ? name : last);
}

static void
write_crumbs(struct page *page, const struct section *section,
	     const struct tab *tab, const char *title)
{
	const char *module = query_text(page, "module");
	size_t at = strlen(tab->path);

	html(page, "<nav class=\"crumbs\" aria-label=\"The way here\"><ol>\n");
	html(page, "<li><a href=\"/console%s%s%u\">%s</a></li>\n", tab->path,
	     *module ? "?module=" : "", module,
	     strcmp(tab->title, "All") == 0 ? section->title : tab->title);
	while (page->path[at] == '/') {
		at += 1 + strcspn(page->path + at + 1, "/");
		if (page->path[at])
			write_crumb(page, page->path, at);
	}
	html(page, "<li aria-current=\"page\">%s</li>\n</ol></nav>\n", title);
}

void
sections_above(struct page *page, const char *title)
{
	const struct tab *tab;
	const struct section *section = find_section(page, &tab);

	if (!section)
		return;
	write_tabs(page, section, tab);
	if (strcmp(page->path, tab->path) != 0)
		write_crumbs(page, section, tab, title);
}

const char *
sections_title(struct page *page)
{
	const struct tab *tab;
	const struct section *section = find_section(page, &tab);

	return section ? section->title : "";
}

/* --- finding a contact ---------------------------------------------------- */

void
sections_search(struct page *page)
{
	html(page,
	     "<form class=\"find\" role=\"search\" "
	     "action=\"/console/find\"><label><span class=\"unseen\">Find a "
	     "contact</span><input type=\"search\" name=\"q\" "
	     "placeholder=\"Find a contact\" autocapitalize=\"none\" "
	     "spellcheck=\"false\" value=\"%s\"></label>"
	     "<button>Find</button></form>\n",
	     strcmp(page->path, "/contacts") == 0 ? query_text(page, "q") : "");
}

/* As the condition language has text in quotes: a quote is two. */
static const char *
quoted(struct page *page, const char *text)
{
	struct sg_text *to = page->host->text(page->call);

	page->host->append(to, "'", 1);
	for (; *text; text++)
		page->host->append(to, *text == '\'' ? "''" : text,
				   *text == '\'' ? 2 : 1);
	page->host->append(to, "'", 1);
	return page->host->text_value(to);
}

/* Who has this address, else all whose address has it in it. */
enum sg_status
search_page(struct page *page)
{
	const char *q = query_text(page, "q");
	struct sg_told told;

	if (!*q)
		return page_go(page, "/console/contacts", NULL);
	if (ask_get(page, text_of(page, "/contacts/%u", q), &told))
		return page_go(page, text_of(page, "/console/contacts/%u", q),
			       NULL);
	return page_go(
		page,
		text_of(page, "/console/contacts?q=%u&where=%u", q,
			text_of(page, "email contains %s", quoted(page, q))),
		NULL);
}
