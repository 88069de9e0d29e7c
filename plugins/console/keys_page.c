/* keys_page.c - the keys that links in mail are signed with: a new one, and the
 * end of an old one, after its question. */
#include "console.h"

#include <string.h>

static void
write_key(struct page *page, const struct sg_json *key)
{
	const char *id = text_at(page, key, "id");

	html(page, "<tr><th scope=\"row\">%s</th><td>%s</td><td>", id,
	     is_at(page, key, "current") ? "signs new mail" : "still believed");
	show_time(page, text_at(page, key, "made_at"));
	html(page, "</td><td class=\"n\">");
	show_count(page, number_at(page, key, "mails"));
	html(page, "</td><td>");
	show_time(page, text_at(page, key, "last_mail_at"));
	html(page, "</td><td>");
	if (!is_at(page, key, "current"))
		html(page, "<a href=\"/console/system/keys/%u\">Retire …</a>",
		     id);
	html(page, "</td></tr>\n");
}

enum sg_status
keys_page(struct page *page)
{
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page, "/keys", &told))
		return page_told(page, &told);
	items = items_of(page, &told);
	page_begin(page, "Keys of links");
	html(page, "<p>Each open, click and unsubscribe link is signed, so "
		   "that nobody can make one up. A new key signs new mail; "
		   "links in older mail go on working until their key is "
		   "retired.</p>\n<div class=\"scroll\" tabindex=\"0\" "
		   "role=\"region\" aria-label=\"Keys\"><table id=\"keys\">"
		   "<thead><tr><th scope=\"col\">Key</th>"
		   "<th scope=\"col\">State</th><th scope=\"col\">Made</th>"
		   "<th scope=\"col\" class=\"n\">Mails</th>"
		   "<th scope=\"col\">The last of them</th><td></td></tr>"
		   "</thead><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++)
		write_key(page, page->host->json_at(items, i));
	html(page, "</tbody></table></div>\n");
	form_begin(page, "/console/system/keys", "row");
	html(page, "<button class=\"main\">Make a new key</button></form>\n");
	return page_end(page, 200);
}

enum sg_status
keys_rotate(struct page *page)
{
	struct sg_told told;

	if (!ask(page, "POST", "/keys", NULL, &told))
		return page_told(page, &told);
	return page_go(page, "/console/system/keys", "rotated");
}

static const struct sg_json *
find_key(struct page *page, const struct sg_told *told)
{
	const struct sg_json *items = items_of(page, told);

	for (size_t i = 0; i < page->host->json_count(items); i++) {
		const struct sg_json *key = page->host->json_at(items, i);

		if (strcmp(text_at(page, key, "id"), page->args[0]) == 0)
			return key;
	}
	return NULL;
}

enum sg_status
key_page(struct page *page)
{
	const struct sg_json *key;
	struct sg_told told;
	double mails;

	if (!ask_get(page, "/keys", &told))
		return page_told(page, &told);
	key = find_key(page, &told);
	if (!key)
		return page_problem(page, 404, "There is no such key",
				    "It may be retired already.");
	mails = number_at(page, key, "mails");
	page_begin(page, text_of(page, "Retire key %s", page->args[0]));
	if (is_at(page, key, "current")) {
		page_empty(page, "It signs new mail. Make a new key first.");
		return page_end(page, 200);
	}
	form_begin(page,
		   text_of(page, "/console/system/keys/%u", page->args[0]),
		   "question");
	html(page, "<p id=\"question\">The links of <strong>");
	show_count(page, mails);
	html(page, "%s", mails == 1 ? " mail" : " mails");
	html(page, "</strong> would be dead: clicks in them lead nowhere, and "
		   "nobody can unsubscribe by them");
	if (*text_at(page, key, "last_mail_at")) {
		html(page, ". The last of them was sent on ");
		show_time(page, text_at(page, key, "last_mail_at"));
	}
	html(page, ". This cannot be undone.</p>\n"
		   "<label class=\"check\"><input type=\"checkbox\" "
		   "name=\"sure\" value=\"yes\" required> Their links may "
		   "die</label>\n<p class=\"actions\"><button class=\"danger\">"
		   "Retire it</button> <a class=\"button\" "
		   "href=\"/console/system/keys\">Keep it</a></p></form>\n");
	return page_end(page, 200);
}

enum sg_status
key_retire(struct page *page)
{
	struct sg_told told;

	if (strcmp(form_text(page, "sure"), "yes") != 0)
		return page_problem(page, 400, "Are you sure?",
				    "Tick the box above the button first.");
	if (!ask(page, "DELETE", text_of(page, "/keys/%u", page->args[0]), NULL,
		 &told))
		return page_told(page, &told);
	return page_go(page, "/console/system/keys", "retired");
}
