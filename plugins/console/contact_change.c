/* contact_change.c - what the forms of a record's page do: each is one call of
 * the API, then the page again. */
#include "contact.h"

#include <stdlib.h>
#include <string.h>

static enum sg_status
done(struct page *page, const struct sg_told *told, const char *place)
{
	if (told->status >= 300)
		return page_told(page, told);
	return page_go(
		page,
		text_of(page, "/console%s%s", contact_path(page, ""), place),
		"saved");
}

/* --- scores -------------------------------------------------------------- */

/* As people type it: "1.5", "1,5", "-3". */
static const char *
number_text(struct page *page, const char *typed)
{
	char *text = page->host->copy(page->call, typed), *comma, *end;

	comma = strchr(text, ',');
	if (comma)
		*comma = '.';
	strtod(text, &end);
	return *text && !*end ? text : NULL;
}

static enum sg_status
change_score(struct page *page)
{
	const char *op = form_text(page, "op");
	const char *points = number_text(page, form_text(page, "points"));
	bool erases = strcmp(op, "erase") == 0;
	struct sg_told told;

	if (!points && !erases)
		return page_problem(page, 400, "How many points?",
				    "Points are a number, as 10 or 2.5.");
	ask(page, "POST",
	    contact_path(page,
			 text_of(page, "/scores/%u", form_text(page, "score"))),
	    erases ? text_of(page, "{\"op\":%j,\"because\":%j}", op,
			     form_text(page, "because"))
		   : text_of(page, "{\"op\":%j,\"points\":%f,\"because\":%j}",
			     op, strtod(points, NULL),
			     form_text(page, "because")),
	    &told);
	return done(page, &told, "#scores");
}

/* --- fields -------------------------------------------------------------- */

static void
write_value(struct page *page, struct sg_text *json, const char *value,
	    bool is_many)
{
	const struct sg_host *host = page->host;
	size_t n = 0;

	if (!*value) {
		write_to(host, json, "null");
		return;
	}
	if (!is_many) {
		write_to(host, json, "%j", value);
		return;
	}
	write_to(host, json, "[");
	while (*value) {
		size_t len = strcspn(value, ",");

		value += strspn(value, " ");
		len = strcspn(value, ",");
		if (len)
			write_to(host, json, "%s%j", n++ ? "," : "",
				 page_slice(page, value, len));
		value += len + (value[len] == ',');
	}
	write_to(host, json, "]");
}

static void
write_member(struct page *page, struct sg_text *json, const char *name,
	     size_t *n)
{
	const char *value = form_text(page, text_of(page, "field.%s", name));
	const char *was = form_text(page, text_of(page, "was.%s", name));
	bool is_many = *form_text(page, text_of(page, "many.%s", name));

	/* What somebody else changed meanwhile, and this person did not. */
	if (strcmp(value, was) == 0)
		return;
	write_to(page->host, json, "%s%j:", (*n)++ ? "," : "", name);
	write_value(page, json, value, is_many);
}

static enum sg_status
change_fields(struct page *page)
{
	const struct sg_host *host = page->host;
	struct sg_text *json = host->text(page->call);
	const char *name = form_text(page, "new_name"), *own;
	struct sg_told told;
	size_t n = 0;

	write_to(host, json, "{\"fields\":{");
	for (size_t i = 0; (own = form_name(page, i)); i++)
		if (strncmp(own, "field.", 6) == 0)
			write_member(page, json, own + 6, &n);
	if (*name) {
		write_to(host, json, "%s%j:", n++ ? "," : "", name);
		write_value(page, json, form_text(page, "new_value"), false);
	}
	write_to(host, json, "}}");
	ask(page, "PATCH", contact_path(page, ""), host->text_value(json),
	    &told);
	return done(page, &told, "#fields-of");
}

/* --- tags, lists, mail --------------------------------------------------- */

static enum sg_status
put(struct page *page, const char *method, const char *path, const char *json,
    const char *place)
{
	struct sg_told told;

	ask(page, method, contact_path(page, path), json, &told);
	return done(page, &told, place);
}

static enum sg_status
add_tag(struct page *page)
{
	return put(page, "PUT",
		   text_of(page, "/tags/%u", form_text(page, "tag")), NULL,
		   "#tags");
}

static enum sg_status
remove_tag(struct page *page)
{
	return put(page, "DELETE",
		   text_of(page, "/tags/%u", form_text(page, "tag")), NULL,
		   "#tags");
}

static enum sg_status
join(struct page *page)
{
	return put(page, "PUT",
		   text_of(page, "/lists/%u", form_text(page, "list")), NULL,
		   "#lists");
}

static enum sg_status
leave(struct page *page)
{
	return put(page, "DELETE",
		   text_of(page, "/lists/%u", form_text(page, "list")), NULL,
		   "#lists");
}

static enum sg_status
suppress(struct page *page)
{
	return put(page, "PUT", "/suppression",
		   text_of(page, "{\"reason\":%j}", form_text(page, "reason")),
		   "#mail");
}

static enum sg_status
unsuppress(struct page *page)
{
	return put(page, "DELETE", "/suppression", NULL, "#mail");
}

static enum sg_status
consent(struct page *page)
{
	return put(page, "PUT",
		   text_of(page, "/consent/%u", form_text(page, "what")),
		   text_of(page, "{\"state\":%j,\"source\":%j,\"wording\":%j}",
			   form_text(page, "state"), form_text(page, "source"),
			   form_text(page, "wording")),
		   "#mail");
}

static enum sg_status
link_it(struct page *page)
{
	struct sg_told told;

	contact_link(page, &told);
	return done(page, &told, "#links");
}

static enum sg_status
unlink_it(struct page *page)
{
	struct sg_told told;

	contact_unlink(page, &told);
	return done(page, &told, "#links");
}

/* The page is another's from now on. */
static enum sg_status
rename_it(struct page *page)
{
	const char *module = query_text(page, "module");
	struct sg_told told;

	if (!contact_rename(page, &told))
		return page_told(page, &told);
	return page_go(page,
		       text_of(page, "/console/contacts/%u%s%u",
			       text_at(page, told.json, "key"),
			       *module ? "?module=" : "", module),
		       "saved");
}

/* --- the end ------------------------------------------------------------- */

static enum sg_status
end(struct page *page, const char *path)
{
	struct sg_told told;

	if (strcmp(form_text(page, "sure"), "yes") != 0)
		return page_problem(page, 400, "Are you sure?",
				    "Tick the box beside the button first.");
	if (!ask(page, "DELETE", contact_path(page, path), NULL, &told))
		return page_told(page, &told);
	return page_go(page, "/console/contacts", "removed");
}

static enum sg_status delete (struct page *page) { return end(page, ""); }

static enum sg_status
forget(struct page *page)
{
	return end(page, "/data");
}

enum sg_status
contact_change(struct page *page)
{
	static const struct {
		const char *what;
		page_fn *fn;
	} changes[] = {
		{"score", change_score}, {"fields", change_fields},
		{"tag", add_tag},	 {"untag", remove_tag},
		{"join", join},		 {"leave", leave},
		{"suppress", suppress},	 {"unsuppress", unsuppress},
		{"consent", consent},	 {"delete", delete},
		{"forget", forget},	 {"link", link_it},
		{"unlink", unlink_it},	 {"rename", rename_it},
	};
	const char *what = form_text(page, "do");

	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++)
		if (strcmp(changes[i].what, what) == 0)
			return changes[i].fn(page);
	return page_problem(page, 400, "What should be done?",
			    "This form is not one of this page.");
}

/* --- all of it ----------------------------------------------------------- */

/* What the law calls a copy of one's data. */
enum sg_status
contact_data(struct page *page)
{
	const struct sg_host *host = page->host;
	struct sg_told told;

	if (!ask_get(page, contact_path(page, "/data"), &told))
		return page_told(page, &told);
	host->reply_header(page->reply, "Content-Type",
			   "application/json; charset=utf-8");
	host->reply_header(page->reply, "Content-Disposition",
			   "attachment; filename=\"data.json\"");
	host->reply_body(page->reply, told.body, told.len);
	return SG_OK;
}

/* --- a new one ----------------------------------------------------------- */

static enum sg_status
show_new(struct page *page, const struct sg_told *told)
{
	const char *typed = form_text(page, "module");

	page_begin(page, "New contact");
	if (told)
		page_trouble(page, told);
	form_begin(page, "/console/contacts/new", "stack narrow");
	html(page,
	     "<label>Address; the name, of an account or a deal <input "
	     "name=\"email\" required autofocus autocapitalize=\"none\" "
	     "spellcheck=\"false\" value=\"%s\"></label>\n",
	     form_text(page, "email"));
	show_modules(page, "It is one of", "title",
		     *typed ? typed : query_text(page, "module"));
	html(page, "<button class=\"main\">Make</button></form>\n");
	return page_end(page, told ? told->status : 200);
}

enum sg_status
contact_new(struct page *page)
{
	return show_new(page, NULL);
}

enum sg_status
contact_make(struct page *page)
{
	const char *module = form_text(page, "module");
	struct sg_told told;

	if (!*module)
		module = "contact";
	if (!ask(page, "POST", text_of(page, "/contacts?module=%u", module),
		 text_of(page, "{\"key\":%j}", form_text(page, "email")),
		 &told))
		return told.status == 400 ? show_new(page, &told)
					  : page_told(page, &told);
	return page_go(page,
		       text_of(page, "/console/contacts/%u%s%u",
			       text_at(page, told.json, "key"),
			       strcmp(module, "contact") != 0 ? "?module=" : "",
			       strcmp(module, "contact") != 0 ? module : ""),
		       "made");
}
