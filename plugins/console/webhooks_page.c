/*
 * webhooks_page.c - what comes in from other programs: the webhooks and their
 * last problem, what a payload would become, what belongs to nobody yet, and
 * which signals there are.
 */
#include "console.h"

#include <string.h>

enum { ROWS = 50 };

/* --- all ------------------------------------------------------------------ */

static void
write_webhook(struct page *page, const struct sg_json *hook)
{
	static const char *const counts[] = {"kept", "signals", "no_event",
					     "unusable", "unsigned"};
	const char *name = text_at(page, hook, "name");

	html(page, "<tr><th scope=\"row\">");
	if (page_may(page, ROLE_OPERATOR))
		html(page, "<a href=\"/console/webhooks/%u\">%s</a>", name,
		     name);
	else
		html(page, "%s", name);
	html(page, "</th><td>%s</td><td>%s</td><td>",
	     text_at(page, hook, "mapping"), text_at(page, hook, "signature"));
	show_time(page, text_at(page, hook, "received_at"));
	html(page, "</td>");
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		html(page, "<td class=\"n\">");
		show_count(page, number_at(page, hook, counts[i]));
		html(page, "</td>");
	}
	html(page, "<td>");
	show_time(page, text_at(page, hook, "problem_at"));
	html(page, " %s</td></tr>\n", text_at(page, hook, "problem"));
}

enum sg_status
webhooks_page(struct page *page)
{
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page, "/webhooks", &told) && told.status != 404)
		return page_told(page, &told);
	items = items_of(page, &told);
	page_begin(page, "Webhooks");
	if (page->host->json_count(items) == 0) {
		page_empty(page, "There is none yet. A webhook is configured "
				 "in scoregate.conf, in plugin \"webhook\"; "
				 "for Stripe, WooCommerce, Typeform and many "
				 "others the mapping is there already.");
		return page_end(page, 200);
	}
	html(page, "<p class=\"quiet\">Counted since the daemon was started."
		   "</p>\n<div class=\"scroll\" tabindex=\"0\" "
		   "role=\"region\" aria-label=\"Webhooks\"><table "
		   "id=\"webhooks\"><thead><tr><th scope=\"col\">Webhook</th>"
		   "<th scope=\"col\">Mapping</th>"
		   "<th scope=\"col\">Signature</th>"
		   "<th scope=\"col\">Last received</th>"
		   "<th scope=\"col\" class=\"n\">Kept</th>"
		   "<th scope=\"col\" class=\"n\">Signals</th>"
		   "<th scope=\"col\" class=\"n\">No event fits</th>"
		   "<th scope=\"col\" class=\"n\">Not usable</th>"
		   "<th scope=\"col\" class=\"n\">Not signed</th>"
		   "<th scope=\"col\">Last problem</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++)
		write_webhook(page, page->host->json_at(items, i));
	html(page, "</tbody></table></div>\n");
	return page_end(page, 200);
}

/* --- what a payload would become ------------------------------------------ */

static void
write_pair(struct page *page, const char *name, const char *value)
{
	if (*value)
		html(page, "<span class=\"property\">%s = %s</span> ", name,
		     value);
}

static void
write_signals(struct page *page, const struct sg_json *signals)
{
	const char *name;

	html(page, "<ul>\n");
	for (size_t i = 0; i < page->host->json_count(signals); i++) {
		const struct sg_json *signal = page->host->json_at(signals, i);
		const struct sg_json *props =
			json_of(page, signal, "properties");

		html(page, "<li><strong>%s</strong> ",
		     text_at(page, signal, "name"));
		for (size_t k = 0; k < page->host->json_members(props); k++) {
			const struct sg_json *value =
				page->host->json_member(props, k, &name);

			write_pair(page, name,
				   page->host->json_text(page->call, value));
		}
		html(page, "</li>\n");
	}
	html(page, "</ul>\n");
}

static void
write_outcome(struct page *page, const struct sg_json *event)
{
	bool fits = is_at(page, event, "fits");
	const char *key = text_at(page, event, "key");

	html(page,
	     "<article class=\"outcome\"><h3>%s <span class=\"%s\">%s"
	     "</span></h3>\n",
	     text_at(page, event, "event"), fits ? "well" : "quiet",
	     fits ? "fits" : "does not fit");
	if (!fits) {
		html(page, "<p>because of <code>%s</code>: ",
		     text_at(page, event, "failed"));
		if (is_at(page, event, "there"))
			html(page, "the value is <code>%s</code>",
			     text_at(page, event, "value"));
		else
			html(page, "there is no such value");
		html(page, "</p></article>\n");
		return;
	}
	html(page, "<p>For ");
	if (*key)
		html(page, "<a href=\"/console/contacts/%u\">%s</a>", key, key);
	else
		html(page, "%s <span class=\"quiet\">(%s, %s)</span>",
		     text_at(page, event, "record"),
		     text_at(page, event, "record_by"),
		     is_at(page, event, "known") ? "known" : "not known yet");
	html(page, " <span class=\"unwell\">%s</span></p>\n",
	     text_at(page, event, "record_problem"));
	write_signals(page, json_of(page, event, "signals"));
	html(page, "</article>\n");
}

static void
write_tested(struct page *page, const struct sg_json *told)
{
	const struct sg_json *events = json_of(page, told, "events");

	html(page, "<section id=\"tested\"><h2>What it would become</h2>\n");
	if (*text_at(page, told, "refused"))
		html(page, "<p class=\"problem\">%s</p>\n",
		     text_at(page, told, "refused"));
	if (*text_at(page, told, "note"))
		html(page, "<p>%s</p>\n", text_at(page, told, "note"));
	html(page, "<p>Signature (%s): <span class=\"%s\">%s</span> %s</p>\n",
	     text_at(page, told, "/signature/scheme"),
	     is_at(page, told, "/signature/right") ? "well" : "quiet",
	     is_at(page, told, "/signature/right") ? "right" : "not right",
	     text_at(page, told, "/signature/why"));
	for (size_t i = 0; i < page->host->json_count(events); i++)
		write_outcome(page, page->host->json_at(events, i));
	html(page, "<p class=\"quiet\">Nothing was kept.</p></section>\n");
}

static void
write_test_form(struct page *page)
{
	const char *type = form_text(page, "type");

	html(page, "<section><h2>Test a payload</h2>\n"
		   "<p>What the sender would post, as its documentation or "
		   "its log shows it. Nothing is kept of it.</p>\n");
	form_begin(page, text_of(page, "/console/webhooks/%u", page->args[0]),
		   "stack");
	html(page,
	     "<label>Payload <textarea name=\"body\" class=\"code\" "
	     "rows=\"12\" required spellcheck=\"false\">\n%s</textarea>"
	     "</label>\n<label>Content-Type <select name=\"type\">",
	     form_lines(page, "body"));
	show_option(page, "application/json", "JSON", type);
	show_option(page, "application/xml", "XML", type);
	show_option(page, "application/x-www-form-urlencoded", "form", type);
	html(page, "</select></label>\n<button class=\"main\" name=\"do\" "
		   "value=\"test\">Test</button></form></section>\n");
}

/* --- one ------------------------------------------------------------------ */

static void
write_facts(struct page *page, const struct sg_json *hook)
{
	static const char *const facts[][2] = {
		{"url", "Where it posts to"},
		{"mapping", "Mapping"},
		{"signature", "Signature"},
		{"format", "Format"},
		{"kept", "Kept"},
		{"signals", "Signals"},
		{"no_event", "No event fits"},
		{"unusable", "Not usable"},
		{"unsigned", "Not signed"},
	};

	html(page, "<section><dl>\n");
	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		html(page, "<dt>%s</dt><dd>%s</dd>\n", facts[i][1],
		     text_at(page, hook, facts[i][0]));
	html(page, "<dt>Last received</dt><dd id=\"received\">");
	if (*text_at(page, hook, "received_at"))
		show_time(page, text_at(page, hook, "received_at"));
	else
		html(page, "<span class=\"quiet\">nothing since the daemon was "
			   "started</span>");
	html(page, "</dd>\n");
	if (*text_at(page, hook, "problem")) {
		html(page, "<dt>Last problem</dt><dd class=\"unwell\">");
		show_time(page, text_at(page, hook, "problem_at"));
		html(page, " %s</dd>\n", text_at(page, hook, "problem"));
	}
	html(page, "</dl></section>\n");
}

static void
write_event(struct page *page, const struct sg_json *event)
{
	const struct sg_json *when = json_of(page, event, "when");
	const struct sg_json *props = json_of(page, event, "properties");

	html(page, "<tr><th scope=\"row\">%s</th><td>%s</td><td>",
	     text_at(page, event, "event"), text_at(page, event, "signal"));
	for (size_t i = 0; i < page->host->json_count(when); i++)
		html(page, "<code>%s</code><br>",
		     page->host->json_text(page->call,
					   page->host->json_at(when, i)));
	html(page, "</td><td>");
	for (size_t i = 0; i < page->host->json_count(props); i++)
		write_pair(
			page,
			text_at(page, page->host->json_at(props, i), "name"),
			text_at(page, page->host->json_at(props, i), "from"));
	html(page, "</td></tr>\n");
}

static void
write_events(struct page *page, const struct sg_json *hook)
{
	const struct sg_json *events = json_of(page, hook, "events");

	html(page, "<section><h2>Events</h2>\n<div class=\"scroll\" "
		   "tabindex=\"0\" role=\"region\" aria-label=\"Events\">"
		   "<table><thead><tr><th scope=\"col\">Event</th>"
		   "<th scope=\"col\">becomes</th><th scope=\"col\">when</th>"
		   "<th scope=\"col\">with</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(events); i++)
		write_event(page, page->host->json_at(events, i));
	html(page, "</tbody></table></div></section>\n");
}

static void
write_confirm(struct page *page, const struct sg_json *hook)
{
	if (!*text_at(page, hook, "confirm_topic"))
		return;
	form_begin(page, text_of(page, "/console/webhooks/%u", page->args[0]),
		   "question");
	html(page,
	     "<p>A sender asks to be confirmed: <code>%s</code>. If it is "
	     "yours, confirm it.</p>\n<button class=\"main\" name=\"do\" "
	     "value=\"confirm\">Confirm</button></form>\n",
	     text_at(page, hook, "confirm_topic"));
}

/* `tested`: what the API said of a payload, NULL = none was. */
static enum sg_status
show_webhook(struct page *page, const struct sg_told *tested)
{
	struct sg_told told;

	if (!ask_get(page, text_of(page, "/webhooks/%u", page->args[0]), &told))
		return page_told(page, &told);
	page_begin(page, page->args[0]);
	if (tested && tested->status >= 300)
		page_trouble(page, tested);
	else if (tested)
		write_tested(page, tested->json);
	write_confirm(page, told.json);
	html(page, "<div class=\"columns\">\n");
	write_facts(page, told.json);
	write_test_form(page);
	html(page, "</div>\n");
	write_events(page, told.json);
	return page_end(page,
			tested && tested->status >= 300 ? tested->status : 200);
}

enum sg_status
webhook_page(struct page *page)
{
	return show_webhook(page, NULL);
}

enum sg_status
webhook_change(struct page *page)
{
	struct sg_told told;

	if (strcmp(form_text(page, "do"), "confirm") == 0) {
		if (!ask(page, "POST",
			 text_of(page, "/webhooks/%u/confirm", page->args[0]),
			 NULL, &told))
			return page_told(page, &told);
		return page_go(
			page,
			text_of(page, "/console/webhooks/%u", page->args[0]),
			"confirmed");
	}
	ask(page, "POST", text_of(page, "/webhooks/%u/test", page->args[0]),
	    text_of(page, "{\"body\":%j,\"headers\":{\"Content-Type\":%j}}",
		    form_lines(page, "body"), form_text(page, "type")),
	    &told);
	return told.status == 401 ? page_told(page, &told)
				  : show_webhook(page, &told);
}

/* --- what belongs to nobody yet ------------------------------------------- */

static void
write_unmatched(struct page *page, const struct sg_json *one)
{
	const struct sg_json *props = json_of(page, one, "properties");
	const char *name;

	html(page, "<tr><td>");
	show_time(page, text_at(page, one, "happened_at"));
	html(page,
	     "</td><th scope=\"row\">%s</th><td>%s %s</td><td>%s</td>"
	     "<td>",
	     text_at(page, one, "name"), text_at(page, one, "module"),
	     text_at(page, one, "key"), text_at(page, one, "source"));
	for (size_t i = 0; i < page->host->json_members(props); i++) {
		const struct sg_json *value =
			page->host->json_member(props, i, &name);

		write_pair(page, name,
			   page->host->json_text(page->call, value));
	}
	html(page, "</td></tr>\n");
}

enum sg_status
unmatched_page(struct page *page)
{
	const char *cursor = query_text(page, "cursor");
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page,
		     text_of(page, "/signals/unmatched?limit=%d%s%u", ROWS,
			     *cursor ? "&cursor=" : "", cursor),
		     &told))
		return page_told(page, &told);
	items = items_of(page, &told);
	page_begin(page, "What belongs to nobody yet");
	html(page, "<p>Each of them waits for a record with that address or "
		   "field. When there is one, it scores, at its own time."
		   "</p>\n");
	if (page->host->json_count(items) == 0) {
		page_empty(page, "Nothing waits: all that came found its "
				 "record.");
		return page_end(page, 200);
	}
	html(page, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		   "aria-label=\"Unmatched\"><table id=\"unmatched\"><thead>"
		   "<tr><th scope=\"col\">When</th><th scope=\"col\">What</th>"
		   "<th scope=\"col\">Waits for</th>"
		   "<th scope=\"col\">From</th><th scope=\"col\">With</th>"
		   "</tr></thead><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++)
		write_unmatched(page, page->host->json_at(items, i));
	html(page, "</tbody></table></div>\n");
	page_next(page, text_at(page, told.json, "next"));
	return page_end(page, 200);
}

/* --- which signals there are ---------------------------------------------- */

enum sg_status
kinds_page(struct page *page)
{
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page, "/signals/kinds", &told))
		return page_told(page, &told);
	items = items_of(page, &told);
	page_begin(page, "Signals that rules can name");
	html(page, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		   "aria-label=\"Signals\"><table><thead><tr>"
		   "<th scope=\"col\">Signal</th><th scope=\"col\">What it is"
		   "</th><th scope=\"col\">Properties</th>"
		   "<th scope=\"col\">From</th><th scope=\"col\">On</th></tr>"
		   "</thead><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++) {
		const struct sg_json *kind = page->host->json_at(items, i);

		html(page,
		     "<tr><th scope=\"row\"><code>%s</code></th><td>%s</td>"
		     "<td>%s</td><td>%s</td><td>%s</td></tr>\n",
		     text_at(page, kind, "name"),
		     text_at(page, kind, "summary"),
		     text_at(page, kind, "properties"),
		     text_at(page, kind, "plugin"),
		     is_at(page, kind, "on") ? "on" : "off");
	}
	html(page, "</tbody></table></div>\n");
	page_next(page, text_at(page, told.json, "next"));
	return page_end(page, 200);
}
