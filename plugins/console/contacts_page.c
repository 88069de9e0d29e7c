/* contacts_page.c - the table of contacts: filtered by a condition, sorted by
 * a column, page by page; and the same as a file. */
#include "console.h"

#include <string.h>

enum { ROWS = 50, COLUMNS_MOST = 64 };

static const char *const usual[] = {"email", "score", "percent",
				    "tags",  "lists", "created"};

struct contacts {
	struct page *page;
	const char *where, *sort, *module;
	const char *columns[COLUMNS_MOST];
	size_t n_columns;
	struct sg_told scores; /* with their bands */
};

static void
read_query(struct contacts *self)
{
	struct page *page = self->page;
	const char *column;

	self->where = query_text(page, "where");
	self->sort = query_text(page, "sort");
	self->module = query_text(page, "module");
	if (!*self->sort)
		self->sort = "-score";
	while (self->n_columns < COLUMNS_MOST &&
	       (column = query_each(page, "columns", self->n_columns)))
		self->columns[self->n_columns++] = column;
	if (self->n_columns == 0)
		for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++)
			self->columns[self->n_columns++] = usual[i];
}

static bool
has_column(const struct contacts *self, const char *name)
{
	for (size_t i = 0; i < self->n_columns; i++)
		if (strcmp(self->columns[i], name) == 0)
			return true;
	return false;
}

/* Of the API's list, without a page. */
static const char *
list_path(const struct contacts *self, const char *resource)
{
	struct page *page = self->page;
	struct sg_text *path = page->host->text(page->call);

	write_to(page->host, path, "%s?sort=%u", resource, self->sort);
	for (size_t i = 0; i < self->n_columns; i++)
		write_to(page->host, path, "%s%u",
			 i ? "%2C" : "&columns=", self->columns[i]);
	if (*self->where)
		write_to(page->host, path, "&where=%u", self->where);
	if (*self->module)
		write_to(page->host, path, "&module=%u", self->module);
	return page->host->text_value(path);
}

/* --- what is asked for --------------------------------------------------- */

static void
write_column_choice(struct contacts *self, const char *name, const char *label)
{
	html(self->page,
	     "<label class=\"check\"><input type=\"checkbox\" name=\"columns\" "
	     "value=\"%s\"%s> %s</label>\n",
	     name, has_column(self, name) ? " checked" : "", label);
}

static void
write_columns(struct contacts *self)
{
	struct page *page = self->page;
	const struct sg_host *host = page->host;
	const struct sg_json *items = items_of(page, &self->scores);
	struct sg_told fields;

	html(page, "<details><summary>Columns</summary><fieldset "
		   "class=\"checks\"><legend>Columns</legend>\n");
	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++)
		write_column_choice(self, usual[i], usual[i]);
	for (size_t i = 1; i < host->json_count(items); i++) {
		const char *name =
			text_at(page, host->json_at(items, i), "name");

		write_column_choice(self, text_of(page, "score:%s", name),
				    text_of(page, "score %s", name));
	}
	write_column_choice(self, "touchpoint", "touch points");
	write_column_choice(self, "manual", "manual points");
	if (ask_get(page, "/fields", &fields))
		items = items_of(page, &fields);
	for (size_t i = 0; i < host->json_count(items); i++) {
		const struct sg_json *field = host->json_at(items, i);

		write_column_choice(
			self,
			text_of(page, "field.%s", text_at(page, field, "name")),
			text_at(page, field, "title"));
	}
	html(page, "</fieldset></details>\n");
}

static void
write_examples(struct page *page)
{
	static const char *const examples[] = {
		"has score >= 50",
		"percent >= 90 and not tag 'customer'",
		"email.clicked within 30d at least 3 times",
		"field.city = 'Rome' or field.city is empty",
		"not has score and created < 2026-01-01",
	};

	html(page, "<details><summary>Examples</summary><ul "
		   "class=\"plain\">\n");
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++)
		html(page,
		     "<li><a href=\"/console/contacts?where=%u\">"
		     "<code>%s</code></a></li>\n",
		     examples[i], examples[i]);
	html(page, "</ul></details>\n");
}

static void
write_filter(struct contacts *self)
{
	struct page *page = self->page;

	html(page,
	     "<form class=\"filter\" role=\"search\" "
	     "action=\"/console/contacts\">\n"
	     "<label class=\"grow\">Those for whom this holds <input "
	     "type=\"text\" "
	     "name=\"where\" class=\"code wide\" data-filter "
	     "spellcheck=\"false\" autocapitalize=\"none\" value=\"%s\" "
	     "placeholder=\"list 'news' and has score &gt;= 50\"></label>\n"
	     "<input type=\"hidden\" name=\"sort\" value=\"%s\">\n",
	     self->where, self->sort);
	show_modules(page, "Records", "name", self->module);
	html(page, "<button class=\"main\">Show</button>\n");
	write_columns(self);
	write_examples(page);
	html(page, "</form>\n");
}

/* --- the table ----------------------------------------------------------- */

static bool
is_number(const char *column)
{
	static const char *const numbers[] = {"score",
					      "percent",
					      "raw",
					      "manual",
					      "field_points",
					      "automatic",
					      "positive",
					      "negative",
					      "touchpoint",
					      "positive_touchpoint",
					      "negative_touchpoint",
					      NULL};

	if (strncmp(column, "score:", 6) == 0)
		return true;
	for (size_t i = 0; numbers[i]; i++)
		if (strcmp(numbers[i], column) == 0)
			return true;
	return false;
}

static const char *
title_of(const char *column)
{
	return strncmp(column, "field.", 6) == 0   ? column + 6
	       : strncmp(column, "score:", 6) == 0 ? column + 6
						   : column;
}

/* A heading sorts; the one that does says so, and turns round. */
static void
write_heading(struct contacts *self, const char *column)
{
	struct page *page = self->page;
	bool down = self->sort[0] == '-';
	bool is_it = strcmp(self->sort + down, column) == 0;
	bool next_down = is_it ? !down : is_number(column);

	html(page, "<th scope=\"col\" class=\"%s\" aria-sort=\"%s\">",
	     is_number(column) ? "n" : "",
	     !is_it ? "none"
	     : down ? "descending"
		    : "ascending");
	if (strcmp(column, "tags") == 0 || strcmp(column, "lists") == 0) {
		html(page, "%s</th>", title_of(column));
		return;
	}
	html(page, "<a href=\"?where=%u&amp;module=%u&amp;sort=%s%u",
	     self->where, self->module, next_down ? "-" : "", column);
	for (size_t i = 0; i < self->n_columns; i++)
		html(page, "&amp;columns=%u", self->columns[i]);
	html(page, "\">%s</a>%s</th>", title_of(column),
	     !is_it ? ""
	     : down ? " ▾"
		    : " ▴");
}

static void
write_band(struct page *page, const struct sg_json *bands, double score)
{
	const struct sg_host *host = page->host;

	for (size_t i = 0; i < host->json_count(bands); i++) {
		const struct sg_json *band = host->json_at(bands, i);
		bool above = !has_number(page, band, "from") ||
			     score >= number_at(page, band, "from");
		bool below = !has_number(page, band, "to") ||
			     score < number_at(page, band, "to");

		if (above && below)
			html(page, "<span class=\"band\">%s</span> ",
			     text_at(page, band, "name"));
	}
}

/* Of the score that the column is of. */
static const struct sg_json *
bands_of(struct contacts *self, const char *column)
{
	struct page *page = self->page;
	const struct sg_json *items = items_of(page, &self->scores);
	const char *name =
		strncmp(column, "score:", 6) == 0 ? column + 6 : "lead";

	for (size_t i = 0; i < page->host->json_count(items); i++) {
		const struct sg_json *item = page->host->json_at(items, i);

		if (strcmp(text_at(page, item, "name"), name) == 0)
			return json_of(page, item, "bands");
	}
	return NULL;
}

static void
write_number(struct contacts *self, const struct sg_json *row,
	     const char *column)
{
	struct page *page = self->page;
	double number = number_at(page, row, column);

	html(page, "<td class=\"n\">");
	if (has_number(page, row, column)) {
		/* Before it, so that the numbers stand below each other. */
		if (strcmp(column, "score") == 0 ||
		    strncmp(column, "score:", 6) == 0)
			write_band(page, bands_of(self, column), number);
		show_points(page, number);
		if (strcmp(column, "percent") == 0)
			html(page, " %%");
	} else {
		html(page, "<span class=\"quiet\" title=\"no score\">–</span>");
	}
	html(page, "</td>");
}

static void
write_cell(struct contacts *self, const struct sg_json *row, const char *column)
{
	struct page *page = self->page;
	const struct sg_json *value = json_of(page, row, column);

	if (is_number(column)) {
		write_number(self, row, column);
	} else if (strcmp(column, "email") == 0) {
		const char *key = text_at(page, row, column);

		html(page,
		     "<th scope=\"row\"><a "
		     "href=\"/console/contacts/%u%s%u\">%s</a></th>",
		     key, *self->module ? "?module=" : "", self->module, key);
	} else if (strcmp(column, "created") == 0) {
		html(page, "<td>");
		show_time(page, text_at(page, row, column));
		html(page, "</td>");
	} else {
		html(page, "<td>");
		show_value(page, value);
		html(page, "</td>");
	}
}

static void
write_caption(struct contacts *self)
{
	struct page *page = self->page;
	struct sg_told told;
	const char *path = *self->module
				   ? text_of(page, "/segments/count?module=%u",
					     self->module)
				   : "/segments/count";

	html(page, "<caption>");
	if (!*self->where &&
	    ask_get(page,
		    text_of(page, "/scores/lead/summary?module=%u",
			    *self->module ? self->module : "contact"),
		    &told)) {
		show_count(page, number_at(page, told.json, "records"));
		html(page, " in all");
	} else if (*self->where &&
		   ask(page, "POST", path,
		       text_of(page, "{\"where\":%j}", self->where), &told)) {
		show_count(page, number_at(page, told.json, "count"));
		html(page, " of ");
		show_count(page, number_at(page, told.json, "total"));
	}
	html(page, "</caption>\n");
}

static void
write_table(struct contacts *self, const struct sg_told *told)
{
	struct page *page = self->page;
	const struct sg_json *items = items_of(page, told);

	html(page, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		   "aria-label=\"Contacts\"><table>\n");
	write_caption(self);
	html(page, "<thead><tr>");
	for (size_t i = 0; i < self->n_columns; i++)
		write_heading(self, self->columns[i]);
	html(page, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++) {
		html(page, "<tr>");
		for (size_t j = 0; j < self->n_columns; j++)
			write_cell(self, page->host->json_at(items, i),
				   self->columns[j]);
		html(page, "</tr>\n");
	}
	html(page, "</tbody></table></div>\n");
	if (page->host->json_count(items) == 0)
		page_empty(page,
			   *self->where
				   ? "It holds for nobody. Examples of what "
				     "can be asked are above."
				   : "There is nobody yet. Import a file, add "
				     "a contact, or let mail go out through "
				     "the milter: who it is to comes here.");
	page_next(page, text_at(page, told->json, "next"));
}

static void
write_links(struct contacts *self)
{
	struct page *page = self->page;

	html(page, "<p class=\"actions\">");
	if (page_may(page, ROLE_OPERATOR))
		html(page,
		     "<a class=\"button\" href=\"/console/contacts/new\">New "
		     "contact</a> <a class=\"button\" "
		     "href=\"/console/bulk?where=%u\">Do something to "
		     "them</a> ",
		     self->where);
	html(page,
	     "<a class=\"button\" href=\"/console/export?%s\">Export "
	     "them</a></p>\n",
	     page->request->query);
}

enum sg_status
contacts_page(struct page *page)
{
	struct contacts self = {.page = page};
	const char *cursor = query_text(page, "cursor");
	struct sg_told told;
	bool is_good;

	read_query(&self);
	if (!ask_get(page, "/scores", &self.scores))
		return page_told(page, &self.scores);
	is_good = ask_get(page,
			  text_of(page, "%s&limit=%d%s%u",
				  list_path(&self, "/contacts"), ROWS,
				  *cursor ? "&cursor=" : "", cursor),
			  &told);
	if (told.status == 401)
		return page_told(page, &told);
	page_begin(page, "Contacts");
	write_filter(&self);
	page_trouble(page, &told);
	if (is_good) {
		write_table(&self, &told);
		write_links(&self);
	}
	return page_end(page, is_good ? 200 : told.status);
}

/* As the API exports it: all of them, these columns. */
enum sg_status
contacts_export(struct page *page)
{
	struct contacts self = {.page = page};
	const struct sg_host *host = page->host;
	bool is_json = strcmp(query_text(page, "format"), "ndjson") == 0;
	struct sg_told told;

	read_query(&self);
	if (!ask_get(page,
		     text_of(page, "%s%s", list_path(&self, "/export"),
			     is_json ? "&format=ndjson" : ""),
		     &told))
		return page_told(page, &told);
	host->reply_header(page->reply, "Content-Type",
			   is_json ? "application/x-ndjson; charset=utf-8"
				   : "text/csv; charset=utf-8");
	host->reply_header(page->reply, "Content-Disposition",
			   is_json ? "attachment; filename=\"contacts.ndjson\""
				   : "attachment; filename=\"contacts.csv\"");
	host->reply_body(page->reply, told.body, told.len);
	return SG_OK;
}
