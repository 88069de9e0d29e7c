/* import_page.c - a file is chosen and looked at; what was imported before. */
#include "import.h"

#include <string.h>

enum { ROWS = 20 };

/* --- the form ------------------------------------------------------------- */

static void
write_form(struct page *page)
{
	html(page,
	     "<p>CSV (UTF-8, with comma, semicolon or tab) or lines of JSON, "
	     "64 MB at most. The first line of CSV names the columns: "
	     "<code>email</code>, <code>tags</code>, <code>lists</code>, "
	     "<code>created</code>, <code>consent.opens</code>, "
	     "<code>score:lead</code>; all else is a field, <code>First "
	     "Name</code> being <code>first_name</code>. The file is looked "
	     "at first: nothing changes by that.</p>\n");
	form_begin_files(page, "/console/import", "stack narrow");
	html(page, "<label>File <input type=\"file\" name=\"file\" required "
		   "accept=\".csv,.tsv,.txt,.ndjson,.jsonl,.json,text/csv\">"
		   "</label>\n<label>Each line is <select name=\"what\">");
	show_option(page, "records", "a contact, or another record", NULL);
	show_option(page, "signals", "something that happened", NULL);
	html(page, "</select></label>\n<label>Points in it are <select "
		   "name=\"scores\">");
	show_option(page, "add", "added to the score", NULL);
	show_option(page, "set", "the score from now on", NULL);
	html(page, "</select></label>\n");
	show_modules(page, "Records of", "name", "");
	html(page, "<button class=\"main\">Look at it</button></form>\n");
}

static void
write_import(struct page *page, const struct sg_json *import)
{
	const char *id = text_at(page, import, "id");
	const char *name = text_at(page, import, "name");

	html(page,
	     "<tr><th scope=\"row\"><a href=\"/console/import/%u\">%s</a>"
	     "</th><td>%s</td><td class=\"n\">",
	     id, *name ? name : id, text_at(page, import, "state"));
	show_count(page, number_at(page, import, "lines"));
	html(page, "</td><td class=\"n\">");
	show_count(page, number_at(page, import, "created"));
	html(page, "</td><td class=\"n\">");
	show_count(page, number_at(page, import, "updated"));
	html(page, "</td><td class=\"n\">");
	show_count(page, number_at(page, import, "bad_lines"));
	html(page, "</td><td>%s</td><td>", text_at(page, import, "author"));
	show_time(page, text_at(page, import, "created_at"));
	html(page, "</td></tr>\n");
}

static void
write_imports(struct page *page)
{
	const char *cursor = query_text(page, "cursor");
	const struct sg_json *items;
	struct sg_told told;
	size_t n;

	if (!ask_get(page,
		     text_of(page, "/imports?limit=%d%s%u", ROWS,
			     *cursor ? "&cursor=" : "", cursor),
		     &told)) {
		page_trouble(page, &told);
		return;
	}
	items = items_of(page, &told);
	n = page->host->json_count(items);
	if (n == 0)
		return;
	html(page, "<h2>What was imported</h2>\n<div class=\"scroll\" "
		   "tabindex=\"0\" role=\"region\" aria-label=\"Imports\">"
		   "<table id=\"imports\"><thead><tr><th scope=\"col\">File"
		   "</th><th scope=\"col\">State</th>"
		   "<th scope=\"col\" class=\"n\">Lines</th>"
		   "<th scope=\"col\" class=\"n\">New</th>"
		   "<th scope=\"col\" class=\"n\">Known</th>"
		   "<th scope=\"col\" class=\"n\">Bad</th>"
		   "<th scope=\"col\">By</th><th scope=\"col\">When</th></tr>"
		   "</thead><tbody>\n");
	for (size_t i = 0; i < n; i++)
		write_import(page, page->host->json_at(items, i));
	html(page, "</tbody></table></div>\n");
	page_next(page, text_at(page, told.json, "next"));
}

static enum sg_status
show_form(struct page *page, int status, const char *trouble)
{
	page_begin(page, "Import");
	if (trouble)
		html(page, "<p class=\"problem\" role=\"alert\">%s</p>\n",
		     trouble);
	write_form(page);
	write_imports(page);
	return page_end(page, status);
}

enum sg_status
import_page(struct page *page)
{
	return show_form(page, 200, NULL);
}

/* --- beginning ------------------------------------------------------------ */

static bool
ends_with(const char *name, const char *end)
{
	size_t len = strlen(name), end_len = strlen(end);

	return len >= end_len && strcmp(name + len - end_len, end) == 0;
}

/* By its name, or as it begins. */
static bool
looks_json(const char *name, const char *header)
{
	return ends_with(name, ".ndjson") || ends_with(name, ".jsonl") ||
	       header[strspn(header, " \t\r\n")] == '{';
}

/* "" or what is wrong with the file. */
static const char *
fill_order(struct page *page, struct import_order *order)
{
	const char *header = upload_header(page, order->upload, &order->size);

	if (!header)
		return "The file is not there any more: choose it again.";
	if (!page->host->is_text(header, strlen(header)))
		return "The file is not UTF-8: save it as CSV in UTF-8.";
	order->format = looks_json(order->file, header) ? "ndjson" : "csv";
	order->header = strcmp(order->format, "csv") == 0 ? header : "";
	return "";
}

static const char *
or_else(const char *text, const char *otherwise)
{
	return *text ? text : otherwise;
}

bool
import_order(struct page *page, const struct import_order *order,
	     struct sg_told *told)
{
	struct sg_text *body = page->host->text(page->call);

	write_to(page->host, body,
		 "{\"name\":%j,\"format\":%j,\"what\":%j,\"scores\":%j,"
		 "\"dry_run\":%s,\"size\":%f,\"digest\":%j,\"map\":%s",
		 order->file, order->format, or_else(order->what, "records"),
		 or_else(order->scores, "add"),
		 order->dry_run ? "true" : "false", order->size,
		 text_of(page, "%s%s", IMPORT_DIGEST_PREFIX, order->upload),
		 order->map);
	if (*order->header)
		write_to(page->host, body, ",\"header\":%j", order->header);
	write_to(page->host, body, "}");
	return ask(page, "POST",
		   text_of(page, "/imports%s%u",
			   *order->module ? "?module=" : "", order->module),
		   page->host->text_value(body), told);
}

enum sg_status
import_go(struct page *page, const struct import_order *order,
	  const struct sg_told *told)
{
	const char *id = text_at(page, told->json, "id");

	upload_begin(page, id, order->upload);
	return page_go(page, text_of(page, "/console/import/%u", id), NULL);
}

enum sg_status
import_begin(struct page *page)
{
	const struct sg_file *file =
		page->form ? page->host->form_file(page->form, 0) : NULL;
	char name[UPLOAD_NAME_SIZE];
	struct import_order order = {
		.upload = form_text(page, "upload"),
		.file = file ? file->filename : form_text(page, "name"),
		.what = form_text(page, "what"),
		.scores = form_text(page, "scores"),
		.module = form_text(page, "module"),
		.dry_run = true,
	};
	struct sg_told told;
	const char *trouble;

	if (file || !*order.upload) {
		if (upload_keep(page, file, name) != SG_OK)
			return show_form(page, 400,
					 page->host->reason(page->err));
		order.upload = name;
	}
	order.map = import_map(page);
	trouble = fill_order(page, &order);
	if (*trouble) {
		upload_drop(page, order.upload);
		return show_form(page, 400, trouble);
	}
	if (import_order(page, &order, &told))
		return import_go(page, &order, &told);
	if (told.status == 400 && *order.header)
		return import_ask_columns(page, &order, &told);
	upload_drop(page, order.upload);
	return page_told(page, &told);
}
