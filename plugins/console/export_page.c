/* export_page.c - those for whom a condition holds, as a file with the columns
 * that are wanted. */
#include "console.h"

#include <string.h>

enum { WANTED_MOST = 64 };

static const char *const own[][2] = {
	{"email", "address"},
	{"created", "since"},
	{"tags", "tags"},
	{"lists", "lists"},
	{"consent.opens", "consent to opens"},
	{"consent.clicks", "consent to clicks"},
};
static const char *const parts[][2] = {
	{"score", "score"},
	{"percent", "percent"},
	{"raw", "raw: without floor and ceiling"},
	{"positive", "positive"},
	{"negative", "negative"},
	{"touchpoint", "touch points"},
	{"positive_touchpoint", "positive touch points"},
	{"negative_touchpoint", "negative touch points"},
	{"field_points", "field points"},
	{"manual", "by hand"},
	{"automatic", "automatic"},
};

static bool
is_chosen(struct page *page, const char *column)
{
	const char *one;

	if (!query_each(page, "columns", 0))
		return strcmp(column, "email") == 0 ||
		       strcmp(column, "score") == 0 ||
		       strcmp(column, "percent") == 0;
	for (size_t i = 0; (one = query_each(page, "columns", i)); i++)
		if (strcmp(one, column) == 0)
			return true;
	return false;
}

static void
write_check(struct page *page, const char *column, const char *label)
{
	html(page,
	     "<label class=\"check\"><input type=\"checkbox\" name=\"columns\" "
	     "value=\"%s\"%s> %s</label>\n",
	     column, is_chosen(page, column) ? " checked" : "", label);
}

static void
begin_group(struct page *page, const char *legend)
{
	html(page, "<fieldset class=\"checks\"><legend>%s</legend>\n", legend);
}

static void
write_fields(struct page *page)
{
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page, "/fields", &told))
		return;
	items = items_of(page, &told);
	if (page->host->json_count(items) == 0)
		return;
	begin_group(page, "Fields");
	for (size_t i = 0; i < page->host->json_count(items); i++) {
		const struct sg_json *field = page->host->json_at(items, i);

		write_check(
			page,
			text_of(page, "field.%s", text_at(page, field, "name")),
			text_at(page, field, "title"));
	}
	html(page, "</fieldset>\n");
}

static void
write_others(struct page *page)
{
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page, "/scores", &told))
		return;
	items = items_of(page, &told);
	if (page->host->json_count(items) < 2)
		return;
	begin_group(page, "Other scores");
	for (size_t i = 1; i < page->host->json_count(items); i++) {
		const char *name =
			text_at(page, page->host->json_at(items, i), "name");

		write_check(page, text_of(page, "score:%s", name), name);
	}
	html(page, "</fieldset>\n");
}

static void
write_columns(struct page *page)
{
	begin_group(page, "Who");
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		write_check(page, own[i][0], own[i][1]);
	html(page, "</fieldset>\n");
	begin_group(page, "The score lead");
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		write_check(page, parts[i][0], parts[i][1]);
	html(page, "</fieldset>\n");
	write_others(page);
	write_fields(page);
}

/* How many that are; or what is wrong with the condition. */
static void
write_count(struct page *page, const char *where)
{
	const char *module = query_text(page, "module");
	struct sg_told told;

	if (!ask(page, "POST",
		 text_of(page, "/segments/count%s%u", *module ? "?module=" : "",
			 module),
		 text_of(page, "{\"where\":%j}", *where ? where : "1 = 1"),
		 &told)) {
		page_trouble(page, &told);
		return;
	}
	html(page, "<p id=\"count\">");
	show_count(page, number_at(page, told.json, "count"));
	html(page, " of ");
	show_count(page, number_at(page, told.json, "total"));
	html(page, " would be in the file.</p>\n");
}

enum sg_status
export_page(struct page *page)
{
	const char *where = query_text(page, "where");

	page_begin(page, "Export");
	html(page,
	     "<form class=\"stack\" action=\"/console/contacts/export\">\n"
	     "<label>Those for whom this holds; empty: all <input "
	     "name=\"where\" class=\"code wide\" data-filter "
	     "spellcheck=\"false\" autocapitalize=\"none\" value=\"%s\" "
	     "placeholder=\"list 'news' and has score &gt;= 50\"></label>\n",
	     where);
	write_count(page, where);
	write_columns(page);
	html(page, "<div class=\"row\">");
	show_modules(page, "Records of", "name", query_text(page, "module"));
	html(page, "<label>In order of <select name=\"sort\">");
	show_option(page, "-score", "score, highest first",
		    query_text(page, "sort"));
	show_option(page, "email", "address", query_text(page, "sort"));
	show_option(page, "created", "since when, oldest first",
		    query_text(page, "sort"));
	html(page, "</select></label>\n<label>As <select name=\"format\">");
	show_option(page, "csv", "CSV, for spreadsheets", NULL);
	show_option(page, "ndjson", "lines of JSON, for programs", NULL);
	html(page, "</select></label></div>\n<p class=\"actions\"><button "
		   "class=\"main\">Download</button> <button "
		   "formaction=\"/console/export\">How many are that?"
		   "</button></p></form>\n"
		   "<p class=\"quiet\">What is exported here can be imported "
		   "again. More than 64 MB: <code>scoregate export</code>."
		   "</p>\n");
	return page_end(page, 200);
}
