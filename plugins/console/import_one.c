/* import_one.c - one import: how far it is, what a look at the file found, and
 * what is done with it. */
#include "import.h"

#include <string.h>

enum { REFRESH_S = 2, ERRORS_SHOWN = 200 };

static const char *
upload_of(struct page *page, const struct sg_json *import)
{
	const char *digest = text_at(page, import, "digest");
	size_t len = strlen(IMPORT_DIGEST_PREFIX);

	return strncmp(digest, IMPORT_DIGEST_PREFIX, len) == 0 ? digest + len
							       : "";
}

static void
write_figure(struct page *page, const char *title, double n)
{
	html(page, "<dt>%s</dt><dd class=\"points\">", title);
	show_count(page, n);
	html(page, "</dd>\n");
}

static void
write_result(struct page *page, const struct sg_json *import, bool is_dry)
{
	double bad = number_at(page, import, "bad_lines");

	html(page, "<dl class=\"figures\" id=\"result\">\n");
	write_figure(page, "lines", number_at(page, import, "lines"));
	write_figure(page, is_dry ? "would be new" : "new",
		     number_at(page, import, "created"));
	write_figure(page, is_dry ? "known, would be updated" : "updated",
		     number_at(page, import, "updated"));
	html(page, "<dt>bad, left out</dt><dd class=\"points %s\">",
	     bad > 0 ? "unwell" : "");
	show_count(page, bad);
	html(page, "</dd></dl>\n");
}

static void
write_errors(struct page *page, const struct sg_json *import)
{
	const struct sg_json *errors = json_of(page, import, "errors");
	size_t n = page->host->json_count(errors);

	if (n == 0)
		return;
	html(page, "<h2>Bad lines</h2>\n<div class=\"scroll\" tabindex=\"0\" "
		   "role=\"region\" aria-label=\"Bad lines\"><table "
		   "id=\"bad\"><thead><tr><th scope=\"col\" class=\"n\">Line"
		   "</th><th scope=\"col\">Column</th><th scope=\"col\">What "
		   "is wrong</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < n && i < ERRORS_SHOWN; i++) {
		const struct sg_json *one = page->host->json_at(errors, i);

		html(page,
		     "<tr><td class=\"n\">%s</td><td>%s</td><td>%s</td></tr>\n",
		     text_at(page, one, "line"), text_at(page, one, "column"),
		     text_at(page, one, "text"));
	}
	html(page, "</tbody></table></div>\n");
	if (number_at(page, import, "bad_lines") > ERRORS_SHOWN)
		html(page, "<p class=\"quiet\">The first %d of them.</p>\n",
		     ERRORS_SHOWN);
}

static void
write_columns(struct page *page, const struct sg_json *import)
{
	const struct sg_json *columns = json_of(page, import, "columns");

	if (page->host->json_count(columns) == 0)
		return;
	import_columns_begin(page);
	for (size_t i = 0; i < page->host->json_count(columns); i++) {
		const struct sg_json *one = page->host->json_at(columns, i);

		import_column(page, i, text_at(page, one, "name"),
			      text_at(page, one, "means"));
	}
	html(page, "</tbody></table>\n<button name=\"do\" value=\"check\">Look "
		   "at it again</button>\n");
	import_meanings(page);
}

/* It was looked at: what now? */
static void
write_choice(struct page *page, const struct sg_json *import)
{
	double good = number_at(page, import, "lines") -
		      number_at(page, import, "bad_lines");

	if (!upload_is_there(page, upload_of(page, import))) {
		html(page, "<p class=\"quiet\">The file is not kept any more: "
			   "<a href=\"/console/import\">choose it again</a>."
			   "</p>\n");
		return;
	}
	form_begin(page,
		   text_of(page, "/console/import/%u",
			   text_at(page, import, "id")),
		   "stack");
	html(page, "<p>Nothing is changed yet.</p>\n");
	if (good > 0) {
		html(page, "<button class=\"main\" name=\"do\" "
			   "value=\"import\">Import ");
		show_count(page, good);
		html(page, "%s", good == 1 ? " line" : " lines");
		html(page, "</button>\n");
	}
	write_columns(page, import);
	html(page, "</form>\n");
}

static void
write_progress(struct page *page, const struct sg_json *import, bool is_fed,
	       const char *trouble)
{
	double size = number_at(page, import, "size");
	double done = number_at(page, import, "offset");

	html(page, "<p id=\"running\" role=\"status\">");
	show_meter(page, done, size, "how far it is");
	show_count(page, number_at(page, import, "lines"));
	html(page, "%s",
	     number_at(page, import, "lines") == 1 ? " line, " : " lines, ");
	show_bytes(page, done);
	html(page, " of ");
	show_bytes(page, size);
	if (is_fed) {
		html(page, ". This page looks again by itself.</p>\n");
		return;
	}
	html(page, ".</p>\n<p class=\"problem\">It stopped there. %s</p>\n",
	     trouble);
	if (!upload_is_there(page, upload_of(page, import))) {
		html(page, "<p class=\"quiet\">Its file is not here: go on "
			   "with <code>scoregate import --resume</code>, or "
			   "choose the file again: what is in is known "
			   "then.</p>\n");
		return;
	}
	form_begin(page,
		   text_of(page, "/console/import/%u",
			   text_at(page, import, "id")),
		   "row");
	html(page, "<button class=\"main\" name=\"do\" value=\"go\">Go on"
		   "</button></form>\n");
}

static void
write_forget(struct page *page, const char *id)
{
	html(page, "<details><summary>Take it off the list</summary>\n");
	form_begin(page, text_of(page, "/console/import/%u", id), "stack");
	html(page, "<p>How it went is forgotten. What is in stays.</p>\n"
		   "<button name=\"do\" value=\"forget\" class=\"danger\">"
		   "Take it off</button></form></details>\n");
}

enum sg_status
import_one_page(struct page *page)
{
	const struct sg_json *import;
	bool is_dry, is_done, is_fed;
	const char *trouble;
	struct sg_told told;

	if (!ask_get(page, text_of(page, "/imports/%u", page->args[0]), &told))
		return page_told(page, &told);
	import = told.json;
	is_dry = is_at(page, import, "/settings/dry_run");
	is_done = *text_at(page, import, "finished_at");
	is_fed = upload_is_fed(page, page->args[0], &trouble);
	if (!is_done && is_fed)
		page->host->reply_header(page->reply, "Refresh",
					 text_of(page, "%d", REFRESH_S));
	page_begin(page, text_at(page, import, "name"));
	html(page, "<p class=\"quiet\">%s by %s, ",
	     is_dry ? "looked at" : "imported",
	     text_at(page, import, "author"));
	show_time(page, text_at(page, import, "created_at"));
	html(page, "</p>\n");
	if (!is_done)
		write_progress(page, import, is_fed, trouble);
	else
		write_result(page, import, is_dry);
	if (is_done && is_dry)
		write_choice(page, import);
	else if (is_done)
		html(page, "<p><a class=\"button\" "
			   "href=\"/console/contacts?sort=-created\">To the "
			   "contacts</a></p>\n");
	write_errors(page, import);
	write_forget(page, page->args[0]);
	return page_end(page, 200);
}

/* --- what is done with it ------------------------------------------------- */

/* A member as JSON again: names and meanings are texts. */
static const char *
map_of(struct page *page, const struct sg_json *import)
{
	const struct sg_json *map = json_of(page, import, "/settings/map");
	struct sg_text *text = page->host->text(page->call);
	const char *name;

	write_to(page->host, text, "{");
	for (size_t i = 0; i < page->host->json_members(map); i++) {
		const struct sg_json *means =
			page->host->json_member(map, i, &name);

		write_to(page->host, text, "%s%j:%j", i ? "," : "", name,
			 page->host->json_text(page->call, means));
	}
	write_to(page->host, text, "}");
	return page->host->text_value(text);
}

/* Another import of the same file; this one was only a look at it. */
static enum sg_status
begin_again(struct page *page, const struct sg_json *import, bool dry_run)
{
	struct import_order order = {
		.upload = upload_of(page, import),
		.file = text_at(page, import, "name"),
		.format = text_at(page, import, "/settings/format"),
		.what = text_at(page, import, "/settings/what"),
		.scores = text_at(page, import, "/settings/scores"),
		.module = text_at(page, import, "/settings/module"),
		.header = text_at(page, import, "/settings/header"),
		.size = number_at(page, import, "size"),
		.map = dry_run ? import_map(page) : map_of(page, import),
		.dry_run = dry_run,
	};
	struct sg_told told, gone;

	if (!upload_is_there(page, order.upload))
		return page_problem(page, 400, "The file is not there",
				    "It is kept for a day. Choose it again.");
	if (!import_order(page, &order, &told))
		return told.status == 400 && *order.header
			       ? import_ask_columns(page, &order, &told)
			       : page_told(page, &told);
	ask(page, "DELETE", text_of(page, "/imports/%u", page->args[0]), NULL,
	    &gone);
	return import_go(page, &order, &told);
}

enum sg_status
import_change(struct page *page)
{
	const char *what = form_text(page, "do");
	const char *path = text_of(page, "/imports/%u", page->args[0]);
	struct sg_told told, gone;

	if (!ask_get(page, path, &told))
		return page_told(page, &told);
	if (strcmp(what, "import") == 0 || strcmp(what, "check") == 0)
		return begin_again(page, told.json, strcmp(what, "check") == 0);
	if (strcmp(what, "forget") == 0) {
		if (!ask(page, "DELETE", path, NULL, &gone))
			return page_told(page, &gone);
		upload_drop(page, upload_of(page, told.json));
		return page_go(page, "/console/import", "removed");
	}
	upload_begin(page, page->args[0], upload_of(page, told.json));
	return page_go(page, text_of(page, "/console/import/%u", page->args[0]),
		       NULL);
}
