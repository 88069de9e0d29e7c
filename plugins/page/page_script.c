/* page_script.c - GET /t.js, and the tag that loads it. */
#include "page.h"

#include <string.h>

static const char type[] = "text/javascript; charset=utf-8";

/* Many tags name the version (?v=…): those bytes never change. Others ask
 * again after a day. */
enum sg_status
page_script(const struct sg_call *call, const struct sg_request *request,
	    struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct page *page = call->state;
	const char *known =
		host->request_header(call, request, "If-None-Match");
	const char *version = host->request_param(call, request, "v");

	(void)err;
	if (strcmp(request->method, "GET") != 0 &&
	    strcmp(request->method, "HEAD") != 0) {
		host->reply_text(reply, 405, "only GET\n");
		host->reply_header(reply, "Allow", "GET, HEAD");
		return SG_OK;
	}
	host->reply_header(reply, "ETag", page->etag);
	host->reply_header(reply, "Cache-Control",
			   version && strstr(page->integrity, version)
				   ? "public, max-age=31536000, immutable"
				   : "public, max-age=86400");
	/* A tag with `integrity` fetches as CORS has it. */
	host->reply_header(reply, "Access-Control-Allow-Origin", "*");
	host->reply_header(reply, "Cross-Origin-Resource-Policy",
			   "cross-origin");
	host->reply_header(reply, "X-Content-Type-Options", "nosniff");
	if (known && strstr(known, page->etag)) {
		host->reply_status(reply, 304);
		return SG_OK;
	}
	host->reply_fixed(reply, type, page->script, page->script_len);
	return SG_OK;
}

/* For the operator: the tag, as JSON. */
enum sg_status
page_inspect(const struct sg_call *call, const struct sg_request *request,
	     struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const struct page *page = call->state;
	struct sg_text *tag = host->text(call), *json = host->text(call);
	bool consent = host->setting_bool(host->settings(call), "consent");

	(void)err;
	if (strcmp(request->path, "snippet") != 0) {
		host->reply_text(reply, 404, "there is: snippet\n");
		return SG_OK;
	}
	host->print(tag,
		    "<script async src=\"%s/t.js?v=%.8s\"\n"
		    "        integrity=\"%s\" crossorigin=\"anonymous\"%s>"
		    "</script>",
		    host->site(call, SG_SITE_PUBLIC_URL), page->etag + 1,
		    page->integrity,
		    consent ? "\n        data-consent=\"required\"" : "");
	host->print(json, "{\"snippet\":");
	host->append_json(json, host->text_value(tag));
	host->print(json, ",\"integrity\":");
	host->append_json(json, page->integrity);
	host->print(json, ",\"bytes\":%zu}", page->script_len);
	host->reply_header(reply, "Content-Type", "application/json");
	host->reply_body(reply, host->text_value(json), host->text_len(json));
	return SG_OK;
}
