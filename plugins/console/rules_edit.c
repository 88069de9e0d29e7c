/*
 * rules_edit.c - the rules, automations and sequences as the text that they
 * are. First the difference is shown, then it is applied; nothing is if the
 * rules were changed by somebody else meanwhile.
 */
#include "rules.h"

#include <string.h>

bool
rules_read(struct page *page, struct rules_text *text, struct sg_told *told)
{
	struct sg_ask as_text = {
		.method = "GET", .path = "/rules", .accept = "text/plain"};

	if (page->body) {
		text->text = form_lines(page, "rules");
		text->version = form_text(page, "version");
		return true;
	}
	if (!ask_with(page, &as_text, told))
		return false;
	text->text = told->body;
	text->version = told->version;
	return true;
}

static int
count_lines(const char *text)
{
	int n = 1;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* The line end right after <textarea> is not part of it. */
void
rules_editor(struct page *page, const struct rules_text *text)
{
	int lines = count_lines(text->text) + 2;

	form_begin(page, "/console/rules/difference", "stack");
	html(page,
	     "<input type=\"hidden\" name=\"version\" value=\"%s\">\n"
	     "<label>Rules, automations and sequences, as a file has them "
	     "<textarea name=\"rules\" class=\"code\" rows=\"%d\" "
	     "spellcheck=\"false\" autocapitalize=\"none\" "
	     "autocomplete=\"off\">\n%s</textarea></label>\n"
	     "<p class=\"actions\">",
	     text->version,
	     lines < 12	  ? 12
	     : lines > 40 ? 40
			  : lines,
	     text->text);
	if (page_may(page, ROLE_MANAGER))
		html(page,
		     "<button class=\"main\">Show the difference</button> ");
	html(page, "<button formaction=\"/console/rules/simulate\">Simulate: "
		   "what would the scores be?</button></p></form>\n");
}

enum sg_status
rules_edit_page(struct page *page)
{
	struct rules_text text;
	struct sg_told told;

	if (!rules_read(page, &text, &told))
		return page_told(page, &told);
	page_begin(page, "Edit the rules");
	if (!page_may(page, ROLE_MANAGER))
		html(page, "<p class=\"quiet\">Managers change rules; you can "
			   "see what a change would do.</p>\n");
	rules_editor(page, &text);
	return page_end(page, 200);
}

/* --- the difference --------------------------------------------------------
 */

static void
write_lines(struct page *page, const char *text, const char *class,
	    const char *sign)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		html(page, "<span class=\"%s\">%s %s</span>\n", class, sign,
		     page_slice(page, text, len));
		text += len + (text[len] == '\n');
	}
}

/* Does `text` have this line? Rules are short. */
static bool
has_line(const char *text, const char *line, size_t len)
{
	while (*text) {
		size_t own = strcspn(text, "\n");

		if (own == len && strncmp(text, line, len) == 0)
			return true;
		text += own + (text[own] == '\n');
	}
	return false;
}

/* What only the one has, and what both have. */
static void
write_side(struct page *page, const char *text, const char *other,
	   const char *class, const char *sign)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		bool both = has_line(other, text, len);

		html(page, "<span class=\"%s\">%s %s</span>\n",
		     both ? "same" : class, both ? " " : sign,
		     page_slice(page, text, len));
		text += len + (text[len] == '\n');
	}
}

static void
write_difference(struct page *page, const struct sg_json *one)
{
	const char *kind = text_at(page, one, "kind");
	const char *before = text_at(page, one, "before");
	const char *after = text_at(page, one, "after");

	html(page,
	     "<article class=\"difference\"><h2>%s: %s %s</h2>\n"
	     "<pre class=\"code\">",
	     text_at(page, one, "change"), *kind ? kind : "rule",
	     text_at(page, one, "name"));
	if (*before && *after) {
		write_side(page, before, after, "removed", "−");
		html(page, "\n");
		write_side(page, after, before, "added", "+");
	} else {
		write_lines(page, before, "removed", "−");
		write_lines(page, after, "added", "+");
	}
	html(page, "</pre></article>\n");
}

/* Returns whether some are removed. */
static bool
write_differences(struct page *page, const struct sg_json *all)
{
	const struct sg_host *host = page->host;
	bool removes = false;

	for (size_t i = 0; i < host->json_count(all); i++) {
		const struct sg_json *one = host->json_at(all, i);

		write_difference(page, one);
		if (strcmp(text_at(page, one, "change"), "removed") == 0 &&
		    !*text_at(page, one, "kind"))
			removes = true;
	}
	return removes;
}

static void
write_hidden(struct page *page, const struct sg_json *hides)
{
	const struct sg_host *host = page->host;

	for (size_t i = 0; i < host->json_count(hides); i++)
		html(page,
		     "<p class=\"problem\">No rule is left for the score %s of "
		     "%s: its points by rules are not shown any more.</p>\n",
		     text_at(page, host->json_at(hides, i), "score"),
		     text_at(page, host->json_at(hides, i), "module"));
}

static void
write_apply(struct page *page, const struct rules_text *text, bool removes)
{
	form_begin(page, "/console/rules/apply", "stack");
	html(page,
	     "<input type=\"hidden\" name=\"version\" value=\"%s\">\n"
	     "<textarea name=\"rules\" hidden>\n%s</textarea>\n",
	     text->version, text->text);
	if (removes)
		html(page, "<label class=\"check\"><input type=\"checkbox\" "
			   "name=\"take_back\" value=\"1\"> Take back the "
			   "points that the removed rules gave</label>\n");
	html(page,
	     "<p class=\"actions\"><button class=\"main\">Apply</button> "
	     "<button formaction=\"/console/rules/edit\">Edit on</button> "
	     "<button formaction=\"/console/rules/simulate\">Simulate</button>"
	     "</p></form>\n");
}

static enum sg_status
edit_again(struct page *page, const struct rules_text *text,
	   const struct sg_told *told)
{
	page_begin(page, "Edit the rules");
	page_trouble(page, told);
	rules_editor(page, text);
	return page_end(page, told->status);
}

static bool
put(struct page *page, const struct rules_text *text, const char *query,
    struct sg_told *told)
{
	struct sg_ask ask = {.method = "PUT",
			     .path = text_of(page, "/rules%s", query),
			     .type = "text/plain",
			     .if_match = text->version,
			     .body = text->text};

	return ask_with(page, &ask, told);
}

enum sg_status
rules_difference_page(struct page *page)
{
	const struct sg_json *all;
	struct rules_text text;
	struct sg_told told;
	bool removes;

	if (!rules_read(page, &text, &told))
		return page_told(page, &told);
	if (!put(page, &text, "?dry_run=1&file=rules", &told))
		return told.status == 400 ? edit_again(page, &text, &told)
					  : page_told(page, &told);
	page_begin(page, "What would change");
	all = json_of(page, told.json, "differences");
	if (page->host->json_count(all) == 0)
		html(page,
		     "<p>Nothing: the rules are like this already.</p>\n");
	removes = write_differences(page, all);
	write_hidden(page, json_of(page, told.json, "hides"));
	write_apply(page, &text, removes);
	return page_end(page, 200);
}

enum sg_status
rules_apply(struct page *page)
{
	struct rules_text text;
	struct sg_told told;
	bool take_back = *form_text(page, "take_back");

	if (!rules_read(page, &text, &told))
		return page_told(page, &told);
	if (!put(page, &text,
		 take_back ? "?file=rules&take_back=1" : "?file=rules", &told))
		return told.status == 400 ? edit_again(page, &text, &told)
					  : page_told(page, &told);
	return page_go(page, "/console/rules", "applied");
}
