/* sequences_page.c - the sequences, what came of their steps, who is in them,
 * and putting somebody in or taking out. They are written in the rules. */
#include "console.h"

#include <string.h>

enum { ROWS = 50, HOUR_S = 3600, DAY_S = 86400 };

/* --- steps --------------------------------------------------------------- */

static void
write_after(struct page *page, double seconds)
{
	if (seconds == 0)
		html(page, "at once");
	else if (seconds < HOUR_S)
		html(page, "%d min", (int)(seconds / 60));
	else if (seconds < DAY_S)
		html(page, "%d h", (int)(seconds / HOUR_S));
	else
		html(page, "%d d", (int)(seconds / DAY_S));
}

static void
write_step(struct page *page, const struct sg_json *step)
{
	static const char *const numbers[] = {"sent",	"skipped", "waits",
					      "failed", "opened",  "clicked"};
	const char *condition = text_at(page, step, "if");

	html(page, "<tr><th scope=\"row\">%s</th><td>",
	     text_at(page, step, "name"));
	write_after(page, number_at(page, step, "after_s"));
	html(page, "</td><td>%s</td><td>%s</td>",
	     text_at(page, step, "template"), condition);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		html(page, "<td class=\"n\">");
		show_count(page, number_at(page, step, numbers[i]));
		html(page, "</td>");
	}
	html(page, "</tr>\n");
}

static void
write_steps(struct page *page, const struct sg_json *sequence)
{
	const struct sg_json *steps = json_of(page, sequence, "steps");

	html(page, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		   "aria-label=\"Steps\"><table><caption>Steps</caption><thead>"
		   "<tr><th scope=\"col\">Step</th><th scope=\"col\">After</th>"
		   "<th scope=\"col\">Mail</th><th scope=\"col\">Only if</th>"
		   "<th scope=\"col\" class=\"n\">Sent</th>"
		   "<th scope=\"col\" class=\"n\">Skipped</th>"
		   "<th scope=\"col\" class=\"n\">Waited</th>"
		   "<th scope=\"col\" class=\"n\">Failed</th>"
		   "<th scope=\"col\" class=\"n\">Opened</th>"
		   "<th scope=\"col\" class=\"n\">Clicked</th></tr></thead>\n"
		   "<tbody>\n");
	for (size_t i = 0; i < page->host->json_count(steps); i++)
		write_step(page, page->host->json_at(steps, i));
	html(page, "</tbody></table></div>\n");
}

static void
write_facts(struct page *page, const struct sg_json *sequence)
{
	static const char *const facts[][2] = {{"start", "Begins with"},
					       {"stop", "Ends with"},
					       {"at", "Only at"}};

	html(page, "<dl>");
	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		if (*text_at(page, sequence, facts[i][0]))
			html(page, "<dt>%s</dt><dd><code>%s</code></dd>",
			     facts[i][1], text_at(page, sequence, facts[i][0]));
	html(page, "<dt>In it</dt><dd>");
	show_count(page, number_at(page, sequence, "active"));
	html(page, " now, ");
	show_count(page, number_at(page, sequence, "finished"));
	html(page, " at its end, ");
	show_count(page, number_at(page, sequence, "stopped"));
	html(page, " stopped%s</dd></dl>\n",
	     is_at(page, sequence, "enabled") ? "" : "; it is switched off");
}

/* --- all ----------------------------------------------------------------- */

enum sg_status
sequences_page(struct page *page)
{
	const struct sg_json *items;
	struct sg_told told;
	size_t n;

	if (!ask_get(page, "/sequences", &told))
		return page_told(page, &told);
	items = items_of(page, &told);
	n = page->host->json_count(items);
	page_begin(page, "Sequences");
	for (size_t i = 0; i < n; i++) {
		const struct sg_json *item = page->host->json_at(items, i);
		const char *name = text_at(page, item, "name");

		html(page,
		     "<h2><a href=\"/console/sequences/%u\">%s</a></h2>\n",
		     name, name);
		write_facts(page, item);
		write_steps(page, item);
	}
	if (n == 0)
		page_empty(page, "There is none yet. A sequence is mails one "
				 "after the other, each with a condition: it "
				 "is written in the rules.");
	return page_end(page, 200);
}

/* --- one, and who is in it ------------------------------------------------ */

static void
write_member_forms(struct page *page, const char *key, bool is_active)
{
	html(page, "<td>");
	if (is_active && page_may(page, ROLE_OPERATOR)) {
		form_begin(
			page,
			text_of(page, "/console/sequences/%u", page->args[0]),
			"inline");
		html(page,
		     "<input type=\"hidden\" name=\"key\" value=\"%s\">"
		     "<button name=\"do\" value=\"stop\" class=\"plain\">Take "
		     "out</button></form>",
		     key);
	}
	html(page, "</td>");
}

static void
write_member(struct page *page, const struct sg_json *row)
{
	const char *key = text_at(page, row, "key");
	const char *state = text_at(page, row, "state");

	html(page,
	     "<tr><th scope=\"row\"><a href=\"/console/contacts/%u\">%s</a>"
	     "</th><td class=\"state\">%s</td><td>",
	     key, key, state);
	show_time(page, text_at(page, row, "since"));
	html(page, "</td><td>%s</td><td>", text_at(page, row, "step"));
	show_time(page, text_at(page, row, "due_at"));
	html(page, "</td><td>%s</td>", text_at(page, row, "reason"));
	write_member_forms(page, key, strcmp(state, "active") == 0);
	html(page, "</tr>\n");
}

static void
write_members(struct page *page, const struct sg_told *told)
{
	const struct sg_json *items = items_of(page, told);

	html(page, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		   "aria-label=\"Who is in it\"><table><caption>Who is or was "
		   "in it</caption><thead><tr><th scope=\"col\">Who</th>"
		   "<th scope=\"col\">State</th><th scope=\"col\">Since</th>"
		   "<th scope=\"col\">Next step</th><th scope=\"col\">Due</th>"
		   "<th scope=\"col\">Because</th><th scope=\"col\"></th>"
		   "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++)
		write_member(page, page->host->json_at(items, i));
	html(page, "</tbody></table></div>\n");
	if (page->host->json_count(items) == 0)
		page_empty(page, "Nobody is or was in it.");
	page_next(page, text_at(page, told->json, "next"));
}

enum sg_status
sequence_page(struct page *page)
{
	const char *cursor = query_text(page, "cursor");
	struct sg_told told, members;

	if (!ask_get(page, text_of(page, "/sequences/%u", page->args[0]),
		     &told))
		return page_told(page, &told);
	if (!ask_get(page,
		     text_of(page, "/sequences/%u/records?limit=%d%s%u",
			     page->args[0], ROWS, *cursor ? "&cursor=" : "",
			     cursor),
		     &members))
		return page_told(page, &members);
	page_begin(page, page->args[0]);
	write_facts(page, told.json);
	write_steps(page, told.json);
	if (page_may(page, ROLE_OPERATOR)) {
		form_begin(
			page,
			text_of(page, "/console/sequences/%u", page->args[0]),
			"row");
		html(page, "<label>Put a contact into it <input name=\"key\" "
			   "type=\"email\" required></label> "
			   "<button name=\"do\" value=\"start\">Begin</button>"
			   "</form>\n");
	}
	write_members(page, &members);
	html(page,
	     "<details><summary>As it is written</summary><pre>%s</pre>"
	     "</details>\n",
	     text_at(page, told.json, "source"));
	return page_end(page, 200);
}

enum sg_status
sequence_change(struct page *page)
{
	bool is_start = strcmp(form_text(page, "do"), "start") == 0;
	struct sg_told told;

	if (!ask(page, is_start ? "PUT" : "DELETE",
		 text_of(page, "/contacts/%u/sequences/%u",
			 form_text(page, "key"), page->args[0]),
		 NULL, &told))
		return page_told(page, &told);
	return page_go(page,
		       text_of(page, "/console/sequences/%u", page->args[0]),
		       "saved");
}
