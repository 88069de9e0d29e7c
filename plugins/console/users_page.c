/* users_page.c - who may sign in, and which programs may call the API. */
#include "console.h"

#include <string.h>

static const char *const roles[] = {"reader", "operator", "manager"};

static void
write_roles(struct page *page, const char *chosen)
{
	html(page, "<label>Role <select name=\"role\">");
	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		show_option(page, roles[i], roles[i], chosen);
	html(page, "</select></label>\n");
}

/* --- users ---------------------------------------------------------------- */

static void
begin(struct page *page, const char *what, const char *name)
{
	form_begin(page, "/console/system/users", "row");
	html(page,
	     "<input type=\"hidden\" name=\"do\" value=\"%s\">"
	     "<input type=\"hidden\" name=\"name\" value=\"%s\">",
	     what, name);
}

static void
write_user_forms(struct page *page, const char *name, const char *role)
{
	html(page, "<details><summary>Change</summary>\n");
	begin(page, "role", name);
	write_roles(page, role);
	html(page, "<button>Set</button></form>\n");
	begin(page, "password", name);
	html(page, "<label>A new password <input type=\"password\" "
		   "name=\"password\" autocomplete=\"new-password\" "
		   "minlength=\"10\" required></label>"
		   "<button>Set</button></form>\n");
	begin(page, "remove", name);
	html(page,
	     "<label class=\"check\"><input type=\"checkbox\" name=\"sure\" "
	     "value=\"yes\" required> %s signs in no more</label>"
	     "<button class=\"danger\">Remove</button></form></details>\n",
	     name);
}

static void
write_user(struct page *page, const struct sg_json *user)
{
	const char *name = text_at(page, user, "name");

	html(page, "<tr><th scope=\"row\">%s</th><td>%s</td><td>", name,
	     text_at(page, user, "role"));
	show_time(page, text_at(page, user, "seen_at"));
	html(page, "</td><td>");
	show_time(page, text_at(page, user, "password_at"));
	html(page, "</td><td class=\"n\">%s</td><td>",
	     text_at(page, user, "sessions"));
	write_user_forms(page, name, text_at(page, user, "role"));
	html(page, "</td></tr>\n");
}

static void
write_new_user(struct page *page)
{
	html(page, "<h2>One more</h2>\n");
	form_begin(page, "/console/system/users", "row");
	html(page, "<input type=\"hidden\" name=\"do\" value=\"add\">"
		   "<label>Name <input name=\"name\" required "
		   "maxlength=\"64\" autocomplete=\"off\"></label>\n");
	write_roles(page, "reader");
	html(page, "<label>Password <input type=\"password\" name=\"password\" "
		   "autocomplete=\"new-password\" minlength=\"10\" required>"
		   "</label><button class=\"main\">Add</button></form>\n"
		   "<p class=\"quiet\">A reader reads, an operator changes "
		   "contacts and sends, a manager changes rules, users and "
		   "the daemon.</p>\n");
}

enum sg_status
users_page(struct page *page)
{
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page, "/users", &told))
		return page_told(page, &told);
	items = items_of(page, &told);
	page_begin(page, "Users");
	html(page, "<div class=\"scroll\"><table><thead><tr>"
		   "<th scope=\"col\">name</th><th scope=\"col\">role</th>"
		   "<th scope=\"col\">last seen</th>"
		   "<th scope=\"col\">password of</th>"
		   "<th scope=\"col\" class=\"n\">sessions</th><td></td></tr>"
		   "</thead><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++)
		write_user(page, page->host->json_at(items, i));
	html(page, "</tbody></table></div>\n");
	write_new_user(page);
	return page_end(page, 200);
}

enum sg_status
users_change(struct page *page)
{
	const char *what = form_text(page, "do");
	const char *path = text_of(page, "/users/%u", form_text(page, "name"));
	struct sg_told told;

	if (strcmp(what, "add") == 0)
		ask(page, "POST", "/users",
		    text_of(page, "{\"name\":%j,\"role\":%j,\"password\":%j}",
			    form_text(page, "name"), form_text(page, "role"),
			    form_text(page, "password")),
		    &told);
	else if (strcmp(what, "role") == 0)
		ask(page, "PATCH", path,
		    text_of(page, "{\"role\":%j}", form_text(page, "role")),
		    &told);
	else if (strcmp(what, "password") == 0)
		ask(page, "PATCH", path,
		    text_of(page, "{\"password\":%j}",
			    form_text(page, "password")),
		    &told);
	else
		ask(page, "DELETE", path, NULL, &told);
	return told.status >= 300
		       ? page_told(page, &told)
		       : page_go(page, "/console/system/users", "saved");
}

/* --- tokens ----------------------------------------------------------------
 */

static void
write_token(struct page *page, const struct sg_json *token)
{
	const char *name = text_at(page, token, "name");

	html(page, "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>",
	     name, text_at(page, token, "role"), text_at(page, token, "state"));
	show_time(page, text_at(page, token, "expires_at"));
	html(page, "</td><td>");
	show_time(page, text_at(page, token, "last_used_at"));
	html(page, "</td><td>");
	form_begin(page, "/console/system/tokens", "inline");
	html(page,
	     "<input type=\"hidden\" name=\"name\" value=\"%s\">"
	     "<button name=\"do\" value=\"revoke\">Revoke</button></form>"
	     "</td></tr>\n",
	     name);
}

static void
write_tokens(struct page *page, const struct sg_json *items)
{
	html(page, "<div class=\"scroll\"><table><thead><tr>"
		   "<th scope=\"col\">name</th><th scope=\"col\">role</th>"
		   "<th scope=\"col\">state</th><th scope=\"col\">expires</th>"
		   "<th scope=\"col\">last used</th><td></td></tr></thead>"
		   "<tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++)
		write_token(page, page->host->json_at(items, i));
	html(page, "</tbody></table></div>\n<h2>One more</h2>\n");
	form_begin(page, "/console/system/tokens", "row");
	html(page, "<label>Name <input name=\"name\" required "
		   "maxlength=\"64\"></label>\n");
	write_roles(page, "reader");
	html(page, "<label>Until <input type=\"date\" name=\"expires\"></label>"
		   "<button class=\"main\" name=\"do\" value=\"make\">Make"
		   "</button></form>\n");
}

/* `made`: the one that was made just now, shown once. */
static enum sg_status
show_tokens(struct page *page, const struct sg_json *made)
{
	struct sg_told told;

	if (!ask_get(page, "/tokens", &told))
		return page_told(page, &told);
	page_begin(page, "API tokens");
	if (made)
		html(page,
		     "<div class=\"done\" role=\"status\"><p>The token %s, "
		     "shown only now:</p><pre id=\"token\">%s</pre></div>\n",
		     text_at(page, made, "name"), text_at(page, made, "token"));
	write_tokens(page, items_of(page, &told));
	return page_end(page, 200);
}

enum sg_status
tokens_page(struct page *page)
{
	return show_tokens(page, NULL);
}

/* A token is shown in the answer itself: a page that is asked for again, as
 * after other forms, could not show it. */
enum sg_status
tokens_change(struct page *page)
{
	const char *name = form_text(page, "name");
	const char *expires = form_text(page, "expires");
	struct sg_told told;

	if (strcmp(form_text(page, "do"), "make") != 0) {
		if (!ask(page, "DELETE", text_of(page, "/tokens/%u", name),
			 NULL, &told))
			return page_told(page, &told);
		return page_go(page, "/console/system/tokens", "removed");
	}
	if (!ask(page, "POST", "/tokens",
		 *expires ? text_of(page,
				    "{\"name\":%j,\"role\":%j,"
				    "\"expires_at\":%j}",
				    name, form_text(page, "role"), expires)
			  : text_of(page, "{\"name\":%j,\"role\":%j}", name,
				    form_text(page, "role")),
		 &told))
		return page_told(page, &told);
	return show_tokens(page, told.json);
}
