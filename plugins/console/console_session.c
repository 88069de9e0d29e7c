/*
 * console_session.c - who is it: sign-in, the session's cookie, and whether a
 * form is one of ours. What changes something is a POST that comes from our
 * own origin (Origin, Sec-Fetch-Site) and brings the session's own token;
 * the cookie is SameSite=Strict beside that.
 */
#include "console.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { STAMP_MS = 3600 * 1000 };

static const char session_cookie[] = "scoregate_session";
static const char form_cookie[] = "scoregate_form";

/* --- cookies ------------------------------------------------------------- */

static const char *
cookie(struct page *page, const char *name)
{
	const struct sg_host *host = page->host;
	const char *at =
		host->request_header(page->call, page->request, "Cookie");
	size_t len = strlen(name);

	for (; at && *at; at += strspn(at, "; ")) {
		size_t all = strcspn(at, ";");

		if (all > len && strncmp(at, name, len) == 0 && at[len] == '=')
			return page_slice(page, at + len + 1, all - len - 1);
		at += all;
	}
	return "";
}

/* What the browser was told to use: TLS ends at the proxy before us. That the
 * header may be forged costs only who forges it. */
static bool
is_tls(struct page *page)
{
	const struct sg_host *host = page->host;
	const char *url = host->setting_text(host->settings(page->call), "url");
	const char *proto = host->request_header(page->call, page->request,
						 "X-Forwarded-Proto");

	return (url && strncmp(url, "https:", 6) == 0) ||
	       (proto && strcasecmp(proto, "https") == 0);
}

static void
set_cookie(struct page *page, const char *name, const char *value,
	   int64_t life_ms)
{
	page->host->reply_header(
		page->reply, "Set-Cookie",
		text_of(page,
			"%s=%s; Path=/console; Max-Age=%d; HttpOnly; "
			"SameSite=Strict%s",
			name, value, (int)(life_ms / 1000),
			is_tls(page) ? "; Secure" : ""));
}

/* --- who ----------------------------------------------------------------- */

enum sg_status
session_find(struct page *page)
{
	const struct sg_host *host = page->host;
	const struct sg_settings *settings = host->settings(page->call);
	struct sg_user *user = host->alloc(page->call, sizeof(*user));
	enum sg_status status = host->signed_in(
		page->call, cookie(page, session_cookie),
		host->setting_int(settings, "idle"),
		host->setting_int(settings, "session"), user, page->err);

	if (status == SG_OK)
		page->user = user;
	return status;
}

/* --- is the form ours ---------------------------------------------------- */

/* "https://score.example.com" and the Host that was asked. */
static bool
is_origin_of(const char *origin, const char *host_name)
{
	const char *name = strstr(origin, "://");

	return name && host_name && strcasecmp(name + 3, host_name) == 0;
}

static bool
comes_from_us(struct page *page)
{
	const struct sg_host *host = page->host;
	const char *url = host->setting_text(host->settings(page->call), "url");
	const char *site = host->request_header(page->call, page->request,
						"Sec-Fetch-Site");
	const char *origin =
		host->request_header(page->call, page->request, "Origin");
	const char *name =
		host->request_header(page->call, page->request, "Host");

	if (site && strcmp(site, "same-origin") != 0)
		return false;
	if (!origin)
		return site != NULL;
	return url ? strcasecmp(origin, url) == 0 : is_origin_of(origin, name);
}

static void
refuse_form(struct page *page, const char *why)
{
	page_problem(page, 403, "This form is not taken", why);
}

/* The host's forms have bounded values; a rules file may be longer. */
static bool
parse_form(struct page *page)
{
	const struct sg_host *host = page->host;
	const char *type =
		host->request_header(page->call, page->request, "Content-Type");
	struct sg_form *form;

	if (type &&
	    strncasecmp(type, "application/x-www-form-urlencoded", 33) == 0) {
		page->body = page_slice(page, page->request->body,
					page->request->body_len);
		return true;
	}
	if (host->form_parse(page->call, page->request, &form, page->err) ==
	    SG_OK) {
		page->form = form;
		return true;
	}
	page_problem(page, 400, "This form cannot be read",
		     host->reason(page->err));
	return false;
}

static bool
check_origin(struct page *page)
{
	if (comes_from_us(page))
		return true;
	refuse_form(page, "It was sent from another site, or through an "
			  "address that the console does not know as its own "
			  "(the setting url).");
	return false;
}

bool
session_check_form(struct page *page)
{
	if (!check_origin(page) || !parse_form(page))
		return false;
	if (page->host->equal(form_text(page, "form_token"),
			      page->user->form_token))
		return true;
	refuse_form(page, "It is older than your session, or not of this "
			  "console. Go back, load the page again and repeat "
			  "what you did.");
	return false;
}

/* --- signing in ---------------------------------------------------------- */

const char *
session_way_back(struct page *page, const char *to)
{
	if (strncmp(to, "/console/", 9) != 0 || strstr(to, "//") ||
	    strchr(to, '\\') || !page->host->is_text(to, strlen(to)))
		return "/console/";
	for (const char *c = to; *c; c++)
		if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 127)
			return "/console/";
	return to;
}

/* Nobody is signed in yet, so the browser is given something of its own, that
 * only we can make, to send back in cookie and form alike. */
static const char *
make_stamp(struct page *page)
{
	const struct sg_host *host = page->host;
	struct sg_text *text = host->text(page->call);
	struct sg_token token = {.kind = SG_TOKEN_STAMP,
				 .message_id = host->new_id(page->call),
				 .payload = "console",
				 .payload_len = 7};

	if (host->token_make(page->call, &token, SG_TOKEN_URL, text,
			     page->err) != SG_OK)
		return "";
	return host->text_value(text);
}

static bool
is_stamp(struct page *page, const char *stamp)
{
	const struct sg_host *host = page->host;
	struct sg_token token;
	int64_t age;

	if (host->token_read(page->call, SG_TOKEN_STAMP, SG_TOKEN_URL, stamp,
			     strlen(stamp), &token, page->err) != SG_OK ||
	    token.payload_len != 7 || memcmp(token.payload, "console", 7) != 0)
		return false;
	age = page->call->now - host->message_time(token.message_id);
	return age < STAMP_MS && age > -STAMP_MS;
}

static enum sg_status
show_sign_in(struct page *page, int status, const char *trouble)
{
	const char *stamp = cookie(page, form_cookie);
	const char *to =
		page->body ? form_text(page, "to") : query_text(page, "to");
	const char *name = form_text(page, "name");

	if (!is_stamp(page, stamp)) {
		stamp = make_stamp(page);
		set_cookie(page, form_cookie, stamp, STAMP_MS);
	}
	page_begin(page, "Sign in");
	if (trouble)
		html(page, "<p class=\"problem\" role=\"alert\">%s</p>\n",
		     trouble);
	html(page,
	     "<form method=\"post\" action=\"/console/sign-in\" "
	     "class=\"stack narrow\">\n"
	     "<input type=\"hidden\" name=\"form_token\" value=\"%s\">\n"
	     "<input type=\"hidden\" name=\"to\" value=\"%s\">\n"
	     "<label>Name <input name=\"name\" autocomplete=\"username\" "
	     "autocapitalize=\"none\" spellcheck=\"false\" required%s "
	     "value=\"%s\"></label>\n"
	     "<label>Password <input type=\"password\" name=\"password\" "
	     "autocomplete=\"current-password\" required%s></label>\n"
	     "<button class=\"main\">Sign in</button>\n</form>\n"
	     "<p class=\"quiet\">No account yet? On the server: "
	     "<code>scoregate user add NAME --role manager</code></p>\n",
	     stamp, session_way_back(page, to), *name ? "" : " autofocus", name,
	     *name ? " autofocus" : "");
	return page_end(page, status);
}

enum sg_status
session_sign_in_page(struct page *page)
{
	return show_sign_in(page, 200, NULL);
}

enum sg_status
session_sign_in(struct page *page)
{
	const struct sg_host *host = page->host;
	const char *stamp = cookie(page, form_cookie);
	struct sg_user user;
	enum sg_status status;

	if (!check_origin(page) || !parse_form(page))
		return SG_OK;
	if (!host->equal(form_text(page, "form_token"), stamp) ||
	    !is_stamp(page, stamp))
		return show_sign_in(page, 403,
				    "The form was too old, or cookies are "
				    "off. Please try again.");
	status = host->sign_in(page->call, page->request,
			       form_text(page, "name"),
			       form_text(page, "password"), &user, page->err);
	if (status == SG_REFUSED)
		return show_sign_in(page, 403, host->reason(page->err));
	if (status != SG_OK)
		return status;
	set_cookie(page, session_cookie, user.session,
		   host->setting_int(host->settings(page->call), "session"));
	return page_go(page, session_way_back(page, form_text(page, "to")),
		       NULL);
}

enum sg_status
session_sign_out(struct page *page)
{
	enum sg_status status = page->host->sign_out(page->call, page->request,
						     page->user, page->err);

	if (status != SG_OK)
		return status;
	set_cookie(page, session_cookie, "", 0);
	return page_go(page, "/console/sign-in", "signed-out");
}
