/* import_columns.c - what the columns of a file mean, as people say it in a
 * form.
 */
#include "import.h"

#include <string.h>

/* The cells of a CSV header, as far as a form needs them. */
static size_t
split_header(struct page *page, const char *header, const char **cells)
{
	size_t counts[3] = {0}, n = 0, best = 0;
	static const char separators[] = ",;\t";

	if (strncmp(header, "\xef\xbb\xbf", 3) == 0)
		header += 3;
	for (const char *c = header; *c; c++)
		for (size_t i = 0; i < 3; i++)
			counts[i] += *c == separators[i];
	for (size_t i = 1; i < 3; i++)
		if (counts[i] > counts[best])
			best = i;
	while (n < IMPORT_CELLS_MOST) {
		bool quoted = *header == '"';
		size_t len = quoted ? strcspn(header + 1, "\"")
				    : strcspn(header,
					      (const char[]){separators[best],
							     '\r', '\n', '\0'});

		cells[n++] = page_slice(page, header + quoted, len);
		header += len + (quoted ? 2 : 0);
		header += strcspn(header,
				  (const char[]){separators[best], '\n', '\0'});
		if (*header != separators[best])
			break;
		header++;
	}
	return n;
}

void
import_meanings(struct page *page)
{
	static const char *const words[] = {"email",	  "-",
					    "tags",	  "lists",
					    "created",	  "consent.opens",
					    "score:lead", "consent.clicks",
					    "module"};
	const struct sg_json *items;
	struct sg_told told;

	html(page, "<datalist id=\"meanings\">");
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		html(page, "<option value=\"%s\">", words[i]);
	if (ask_get(page, "/fields", &told)) {
		items = items_of(page, &told);
		for (size_t i = 0; i < page->host->json_count(items); i++)
			html(page, "<option value=\"field.%s\">",
			     text_at(page, page->host->json_at(items, i),
				     "name"));
	}
	html(page, "</datalist>\n");
}

void
import_column(struct page *page, size_t i, const char *title, const char *means)
{
	html(page,
	     "<tr><th scope=\"row\"><label for=\"map-%d\">%s</label></th>"
	     "<td><input type=\"hidden\" name=\"title.%d\" value=\"%s\">"
	     "<input id=\"map-%d\" name=\"map.%d\" list=\"meanings\" "
	     "class=\"code\" value=\"%s\"></td></tr>\n",
	     (int)i, title, (int)i, title, (int)i, (int)i, means);
}

void
import_columns_begin(struct page *page)
{
	html(page, "<table class=\"parts\" id=\"columns\"><caption>What the "
		   "columns mean; - leaves one out, empty is its own name"
		   "</caption><thead><tr><th scope=\"col\">Column</th>"
		   "<th scope=\"col\">is</th></tr></thead><tbody>\n");
}

/* The header says something that cannot be: which column is what? */
enum sg_status
import_ask_columns(struct page *page, const struct import_order *order,
		   const struct sg_told *told)
{
	const char *cells[IMPORT_CELLS_MOST];
	size_t n = split_header(page, order->header, cells);

	page_begin(page, "What the columns mean");
	page_trouble(page, told);
	form_begin(page, "/console/import", "stack");
	html(page,
	     "<input type=\"hidden\" name=\"upload\" value=\"%s\">"
	     "<input type=\"hidden\" name=\"name\" value=\"%s\">"
	     "<input type=\"hidden\" name=\"what\" value=\"%s\">"
	     "<input type=\"hidden\" name=\"scores\" value=\"%s\">"
	     "<input type=\"hidden\" name=\"module\" value=\"%s\">\n",
	     order->upload, order->file, order->what, order->scores,
	     order->module);
	import_columns_begin(page);
	for (size_t i = 0; i < n; i++)
		import_column(page, i, cells[i],
			      form_text(page, text_of(page, "map.%d", (int)i)));
	html(page, "</tbody></table>\n<button class=\"main\">Look at it again"
		   "</button></form>\n");
	import_meanings(page);
	return page_end(page, told->status);
}

/* Of a form's map.0, title.0, map.1 …: JSON. */
const char *
import_map(struct page *page)
{
	struct sg_text *map = page->host->text(page->call);
	size_t n = 0;

	write_to(page->host, map, "{");
	for (int i = 0; i < IMPORT_CELLS_MOST; i++) {
		const char *title =
			form_text(page, text_of(page, "title.%d", i));
		const char *means = form_text(page, text_of(page, "map.%d", i));

		if (*title && *means && strcmp(title, means) != 0)
			write_to(page->host, map, "%s%j:%j", n++ ? "," : "",
				 title, means);
	}
	write_to(page->host, map, "}");
	return page->host->text_value(map);
}
