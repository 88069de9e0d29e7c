/* start_page.c - today: what is wrong, what came in, who is at the top. */
#include "console.h"

#include <string.h>

enum { TOP = 10 };

static void
write_top(struct page *page)
{
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page, text_of(page, "/scores/lead/top?n=%d", TOP), &told))
		return;
	items = items_of(page, &told);
	html(page, "<section><h2>At the top</h2>\n<ol class=\"top\">\n");
	for (size_t i = 0; i < page->host->json_count(items); i++) {
		const struct sg_json *item = page->host->json_at(items, i);

		html(page, "<li><a href=\"/console/contacts/%u\">%s</a> ",
		     text_at(page, item, "email"),
		     text_at(page, item, "email"));
		show_points(page, number_at(page, item, "score"));
		html(page, "</li>\n");
	}
	html(page, "</ol></section>\n");
}

enum sg_status
start_page(struct page *page)
{
	page_begin(page, "Today");
	write_top(page);
	return page_end(page, 200);
}
