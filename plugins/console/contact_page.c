/* contact_page.c - one record: its scores, fields, tags, lists, what it said
 * about being tracked, what happened; and the forms that change it. */
#include "contact.h"

#include <string.h>

const char *
contact_path(struct page *page, const char *more)
{
	const char *module = query_text(page, "module");

	return text_of(page, "/contacts/%u%s%s%u", page->args[0], more,
		       *module ? "?module=" : "", module);
}

/* The module of a form goes with its action. */
void
contact_form(struct page *page, const char *what, const char *class)
{
	form_begin(page, text_of(page, "/console%s", contact_path(page, "")),
		   class);
	html(page, "<input type=\"hidden\" name=\"do\" value=\"%s\">", what);
}

/* --- scores -------------------------------------------------------------- */

static void
write_part(struct page *page, const struct sg_json *score, const char *name,
	   const char *title)
{
	if (!has_number(page, score, name))
		return;
	html(page, "<tr><th scope=\"row\">%s</th><td class=\"n\">", title);
	show_points(page, number_at(page, score, name));
	html(page, "</td></tr>\n");
}

void
contact_summary(struct page *page, const struct sg_json *score)
{
	static const char *const parts[][2] = {
		{"positive", "Positive"},
		{"negative", "Negative"},
		{"touchpoint", "Touch points"},
		{"positive_touchpoint", "Positive touch points"},
		{"negative_touchpoint", "Negative touch points"},
		{"field_points", "Field points"},
		{"manual", "By hand"},
		{"automatic", "Automatic (all but by hand)"},
	};

	html(page,
	     "<table class=\"parts\"><caption>Summary</caption><tbody>\n");
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		write_part(page, score, parts[i][0], parts[i][1]);
	html(page, "</tbody></table>\n");
}

void
contact_bands(struct page *page, const struct sg_json *score)
{
	const struct sg_json *bands = json_of(page, score, "bands");

	for (size_t i = 0; i < page->host->json_count(bands); i++)
		html(page, " <span class=\"band\">%s</span>",
		     page->host->json_text(page->call,
					   page->host->json_at(bands, i)));
}

static void
write_score(struct page *page, const struct sg_json *score)
{
	const char *name = text_at(page, score, "name");
	double percent = number_at(page, score, "percent");
	struct sg_told why;

	html(page,
	     "<article class=\"card score\"><h3>%s</h3>\n<p class=\"big\">",
	     name);
	if (has_number(page, score, "score"))
		show_points(page, number_at(page, score, "score"));
	else
		html(page, "<span class=\"quiet\">no score</span>");
	contact_bands(page, score);
	html(page, "</p>\n<p>");
	show_meter(page, percent, 100, text_of(page, "%f percent", percent));
	show_points(page, percent);
	html(page, " %%</p>\n");
	if (has_number(page, score, "score") &&
	    ask_get(page,
		    contact_path(page, text_of(page, "/scores/%u/why", name)),
		    &why))
		contact_ahead(page, why.json, name);
	html(page,
	     "<p class=\"actions\"><a class=\"button\" "
	     "href=\"/console%s\">Why this score?</a> ",
	     contact_path(page, text_of(page, "/why/%u", name)));
	html(page,
	     "<a class=\"button\" href=\"/console%s\">Over time</a></p>\n",
	     contact_path(page, text_of(page, "/points/%u", name)));
	html(page, "<details><summary>Summary</summary>\n");
	contact_summary(page, score);
	html(page, "</details></article>\n");
}

static void
write_score_options(struct page *page)
{
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page, "/scores", &told))
		return;
	items = items_of(page, &told);
	for (size_t i = 0; i < page->host->json_count(items); i++) {
		const char *name =
			text_at(page, page->host->json_at(items, i), "name");

		show_option(page, name, name, "lead");
	}
}

static void
write_score_form(struct page *page)
{
	if (!page_may(page, ROLE_OPERATOR))
		return;
	html(page, "<details><summary>Change a score</summary>\n");
	contact_form(page, "score", "row");
	html(page, "<label>Score <select name=\"score\">");
	write_score_options(page);
	html(page, "</select></label>\n<label>What <select name=\"op\">"
		   "<option value=\"add\">add</option>"
		   "<option value=\"subtract\">subtract</option>"
		   "<option value=\"set\">set to</option>"
		   "<option value=\"erase\">erase: as if never scored</option>"
		   "</select></label>\n"
		   "<label>Points <input name=\"points\" inputmode=\"decimal\" "
		   "size=\"6\"></label>\n"
		   "<label>Because <input name=\"because\" class=\"wide\" "
		   "maxlength=\"400\"></label>\n"
		   "<button>Change</button></form></details>\n");
}

static void
write_scores(struct page *page, const struct sg_json *contact)
{
	const struct sg_json *scores = json_of(page, contact, "scores");

	html(page, "<section id=\"scores\"><h2>Scores</h2>\n"
		   "<div class=\"cards\">\n");
	for (size_t i = 0; i < page->host->json_count(scores); i++)
		write_score(page, page->host->json_at(scores, i));
	html(page, "</div>\n");
	if (page->host->json_count(scores) == 0)
		html(page, "<p class=\"quiet\">Nothing has given points "
			   "yet.</p>\n");
	write_score_form(page);
	html(page, "</section>\n");
}

/* --- fields -------------------------------------------------------------- */

/* An array is shown, and typed, with commas. */
static const char *
value_text(struct page *page, const struct sg_json *value)
{
	const struct sg_host *host = page->host;
	const char *scalar = host->json_text(page->call, value);
	struct sg_text *all;

	if (scalar)
		return scalar;
	all = host->text(page->call);
	for (size_t i = 0; i < host->json_count(value); i++)
		write_to(host, all, "%s%s", i ? ", " : "",
			 host->json_text(page->call, host->json_at(value, i)));
	return host->text_value(all);
}

static void
write_field_input(struct page *page, const char *name,
		  const struct sg_json *value)
{
	html(page,
	     "<label>%s <input name=\"field.%s\" value=\"%s\">"
	     "<input type=\"hidden\" name=\"was.%s\" value=\"%s\">",
	     name, name, value_text(page, value), name,
	     value_text(page, value));
	if (page->host->json_count(value))
		html(page,
		     "<input type=\"hidden\" name=\"many.%s\" value=\"1\">",
		     name);
	html(page, "</label>\n");
}

static void
write_field_names(struct page *page)
{
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page, "/fields", &told))
		return;
	items = items_of(page, &told);
	html(page, "<datalist id=\"fields\">");
	for (size_t i = 0; i < page->host->json_count(items); i++)
		html(page, "<option value=\"%s\">",
		     text_at(page, page->host->json_at(items, i), "name"));
	html(page, "</datalist>\n");
}

static void
write_fields_form(struct page *page, const struct sg_json *fields)
{
	const char *name;

	html(page, "<details><summary>Change fields</summary>\n");
	contact_form(page, "fields", "grid");
	for (size_t i = 0; i < page->host->json_members(fields); i++) {
		const struct sg_json *value =
			page->host->json_member(fields, i, &name);

		write_field_input(page, name, value);
	}
	html(page,
	     "<label>Another field <input name=\"new_name\" list=\"fields\" "
	     "pattern=\"[a-z_][a-z0-9_]*\" title=\"a-z, 0-9 and _\" "
	     "placeholder=\"company\"></label>\n"
	     "<label>Its value <input name=\"new_value\"></label>\n");
	write_field_names(page);
	html(page, "<p><button>Save</button> <span class=\"quiet\">An empty "
		   "value removes the field.</span></p></form></details>\n");
}

static void
write_fields(struct page *page, const struct sg_json *contact)
{
	const struct sg_json *fields = json_of(page, contact, "fields");
	const char *name;

	html(page, "<section id=\"fields-of\"><h2>Fields</h2>\n<dl>\n");
	for (size_t i = 0; i < page->host->json_members(fields); i++) {
		const struct sg_json *value =
			page->host->json_member(fields, i, &name);

		html(page, "<dt>%s</dt><dd>", name);
		show_value(page, value);
		html(page, "</dd>\n");
	}
	html(page, "</dl>\n");
	if (page_may(page, ROLE_OPERATOR))
		write_fields_form(page, fields);
	html(page, "</section>\n");
}

/* --- tags and lists ------------------------------------------------------ */

static void
write_tag(struct page *page, const char *tag)
{
	html(page, "<li class=\"chip\">%s", tag);
	if (page_may(page, ROLE_OPERATOR)) {
		contact_form(page, "untag", "inline");
		html(page,
		     "<input type=\"hidden\" name=\"tag\" value=\"%s\">"
		     "<button class=\"plain\" aria-label=\"Remove the tag "
		     "%s\">×</button></form>",
		     tag, tag);
	}
	html(page, "</li>\n");
}

static void
write_tags(struct page *page, const struct sg_json *contact)
{
	const struct sg_host *host = page->host;
	const struct sg_json *tags = json_of(page, contact, "tags");

	html(page,
	     "<section id=\"tags\"><h2>Tags</h2>\n<ul class=\"chips\">\n");
	for (size_t i = 0; i < host->json_count(tags); i++)
		write_tag(page,
			  host->json_text(page->call, host->json_at(tags, i)));
	html(page, "</ul>\n");
	if (page_may(page, ROLE_OPERATOR)) {
		contact_form(page, "tag", "row");
		html(page, "<label>Tag <input name=\"tag\" required "
			   "maxlength=\"64\"></label>"
			   "<button>Add</button></form>\n");
	}
	html(page, "</section>\n");
}

static void
write_membership(struct page *page, const struct sg_json *list)
{
	const char *name = text_at(page, list, "name");
	const char *state = text_at(page, list, "state");

	html(page,
	     "<tr><th scope=\"row\">%s</th><td><span class=\"state "
	     "%s\">%s</span></td><td>",
	     name, state, state);
	show_time(page, text_at(page, list, "since"));
	html(page, "</td><td>%s</td><td>", text_at(page, list, "how"));
	if (page_may(page, ROLE_OPERATOR)) {
		bool is_on = strcmp(state, "joined") == 0;

		contact_form(page, is_on ? "leave" : "join", "inline");
		html(page,
		     "<input type=\"hidden\" name=\"list\" value=\"%s\">"
		     "<button aria-label=\"%s: %s\">%s</button></form>",
		     name, name, is_on ? "take off" : "put on",
		     is_on ? "Take off" : "Put on");
	}
	html(page, "</td></tr>\n");
}

static bool
is_member(struct page *page, const struct sg_json *lists, const char *name)
{
	for (size_t i = 0; i < page->host->json_count(lists); i++)
		if (strcmp(text_at(page, page->host->json_at(lists, i), "name"),
			   name) == 0)
			return true;
	return false;
}

static void
write_join(struct page *page, const struct sg_json *lists)
{
	const struct sg_json *items;
	struct sg_told told;
	size_t n = 0;

	if (!page_may(page, ROLE_OPERATOR) || !ask_get(page, "/lists", &told))
		return;
	items = items_of(page, &told);
	for (size_t i = 0; i < page->host->json_count(items); i++) {
		const struct sg_json *item = page->host->json_at(items, i);
		const char *name = text_at(page, item, "name");

		if (is_member(page, lists, name))
			continue;
		if (n++ == 0) {
			contact_form(page, "join", "row");
			html(page, "<label>List <select name=\"list\">");
		}
		show_option(page, name, text_at(page, item, "title"), NULL);
	}
	if (n)
		html(page, "</select></label><button>Put on</button></form>\n");
}

static void
write_lists(struct page *page, const struct sg_json *contact)
{
	const struct sg_json *lists = json_of(page, contact, "lists");
	size_t n = page->host->json_count(lists);

	html(page, "<section id=\"lists\"><h2>Lists</h2>\n");
	if (n)
		html(page,
		     "<div class=\"scroll\"><table><thead><tr>"
		     "<th scope=\"col\">list</th><th scope=\"col\">state</th>"
		     "<th scope=\"col\">since</th><th scope=\"col\">how</th>"
		     "<td></td></tr></thead><tbody>\n");
	for (size_t i = 0; i < n; i++)
		write_membership(page, page->host->json_at(lists, i));
	if (n)
		html(page, "</tbody></table></div>\n");
	else
		html(page, "<p class=\"quiet\">On none.</p>\n");
	write_join(page, lists);
	html(page, "</section>\n");
}

/* --- all of it ----------------------------------------------------------- */

enum sg_status
contact_page(struct page *page)
{
	const struct sg_json *contact;
	struct sg_told told;

	if (!ask_get(page, contact_path(page, ""), &told))
		return page_told(page, &told);
	contact = told.json;
	page_begin(page, text_at(page, contact, "key"));
	html(page,
	     "<p class=\"quiet\"><a href=\"/console/contacts?module=%u\">%s"
	     "</a> · since ",
	     text_at(page, contact, "module"),
	     text_at(page, contact, "module"));
	show_time(page, text_at(page, contact, "created_at"));
	html(page, "</p>\n");
	write_scores(page, contact);
	html(page, "<div class=\"columns\">\n");
	write_fields(page, contact);
	write_tags(page, contact);
	if (*text_at(page, contact, "email")) {
		write_lists(page, contact);
		contact_consent(page, contact);
	}
	html(page, "</div>\n");
	contact_links(page, contact);
	contact_others(page, contact);
	contact_recent(page);
	contact_end(page, contact);
	return page_end(page, 200);
}
