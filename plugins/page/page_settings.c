/* page_settings.c - the options, read and checked once. */
#include "page.h"

#include <string.h>

/* "https://www.example.com": as a browser's Origin header has it. */
static bool
is_origin(const char *text)
{
	const char *host = strstr(text, "://");

	return host && host[3] &&
	       (strncmp(text, "https://", 8) == 0 ||
		strncmp(text, "http://", 7) == 0) &&
	       !host[3 + strcspn(host + 3, "/ ?#")];
}

static enum sg_status
check_origins(const struct sg_call *call, const char *option,
	      struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *settings = host->settings(call);
	size_t n = host->setting_list_count(settings, option);

	for (size_t i = 0; i < n; i++) {
		const char *one = host->setting_list_at(settings, option, i);

		if (!is_origin(one))
			return host->setting_refuse(
				settings, option, err,
				"not an origin like https://www.example.com: "
				"%s",
				one);
	}
	return SG_OK;
}

bool
page_origin_is(const struct sg_call *call, const char *option,
	       const char *origin)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *settings = host->settings(call);
	size_t n = host->setting_list_count(settings, option);

	for (size_t i = 0; origin && is_origin(origin) && i < n; i++)
		if (host->glob(host->setting_list_at(settings, option, i),
			       origin))
			return true;
	return false;
}

static enum sg_status
declare_events(const struct sg_call *call, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *settings = host->settings(call);
	size_t n = host->setting_list_count(settings, "events");
	enum sg_status status = SG_OK;

	for (size_t i = 0; status == SG_OK && i < n; i++) {
		struct sg_signal_declaration one = {
			host->setting_list_at(settings, "events", i),
			"url, visitor, and what the page tells",
			"Told by a page of yours"};

		if (strlen(one.name) > PAGE_NAME_MOST || !strchr(one.name, '.'))
			return host->setting_refuse(
				settings, "events", err,
				"not a signal's name like demo.requested: %s",
				one.name);
		status = host->declare(call, &one, err);
	}
	return status;
}

static void
find_script(struct page *page)
{
	for (const struct sg_asset *one = page_assets; one->name; one++)
		if (strcmp(one->name, "t.js") == 0) {
			page->script = one->bytes;
			page->script_len = one->len;
		}
}

enum sg_status
page_start(const struct sg_call *call, void **state_out, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct page *page = host->alloc(call, sizeof(*page));
	struct sg_text *hash = host->text(call), *etag = host->text(call);
	enum sg_status status = check_origins(call, "origins", err);

	if (status == SG_OK)
		status = check_origins(call, "score_origins", err);
	if (status == SG_OK)
		status = declare_events(call, err);
	find_script(page);
	host->append_integrity(hash, page->script, page->script_len);
	page->integrity = host->text_value(hash);
	/* Of the hash what can stand in an address as it is. */
	host->append(etag, "\"", 1);
	for (const char *c = page->integrity + strlen("sha256-");
	     *c && host->text_len(etag) < 17; c++)
		if (*c != '/' && *c != '+' && *c != '=')
			host->append(etag, c, 1);
	host->append(etag, "\"", 1);
	page->etag = host->text_value(etag);
	*state_out = page;
	return status;
}
