/* console_static.c - the style sheet, the script and the icon, compiled in.
 * Pages name them with their version: those bytes never change. */
#include "console.h"

#include <stdio.h>
#include <string.h>

extern const struct sg_asset console_assets[];

enum { VERSION_SIZE = 20 };

static char version[VERSION_SIZE], etag[VERSION_SIZE + 2];

static const struct {
	const char *end, *type;
} types[] = {
	{".css", "text/css; charset=utf-8"},
	{".js", "text/javascript; charset=utf-8"},
	{".svg", "image/svg+xml"},
};

/* Of all of them together: before the first request, so that it is read-only
 * after. */
void
static_start(const struct sg_call *call)
{
	const struct sg_host *host = call->host;
	struct sg_text *all = host->text(call), *hash = host->text(call);
	const char *text;
	size_t n = 0;

	for (const struct sg_asset *a = console_assets; a->name; a++)
		host->append(all, a->bytes, a->len);
	host->append_integrity(hash, host->text_value(all),
			       host->text_len(all));
	text = host->text_value(hash) + strlen("sha256-");
	for (; *text && n < VERSION_SIZE - 4; text++)
		if (*text != '+' && *text != '/' && *text != '=')
			version[n++] = *text;
	snprintf(etag, sizeof(etag), "\"%s\"", version);
}

const char *
static_version(void)
{
	return version;
}

static const char *
type_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(types[i].end, dot) == 0)
			return types[i].type;
	return "application/octet-stream";
}

enum sg_status
static_answer(struct page *page, const char *name)
{
	const struct sg_host *host = page->host;
	const char *known = host->request_header(page->call, page->request,
						 "If-None-Match");
	const struct sg_asset *asset = console_assets;

	if (strcmp(page->request->method, "GET") != 0 &&
	    strcmp(page->request->method, "HEAD") != 0) {
		host->reply_text(page->reply, 405, "only GET\n");
		host->reply_header(page->reply, "Allow", "GET, HEAD");
		return SG_OK;
	}
	while (asset->name && strcmp(asset->name, name) != 0)
		asset++;
	if (!asset->name) {
		host->reply_text(page->reply, 404, "there is no such file\n");
		return SG_OK;
	}
	host->reply_header(page->reply, "ETag", etag);
	host->reply_header(page->reply, "Cache-Control",
			   strcmp(query_text(page, "v"), version) == 0
				   ? "public, max-age=31536000, immutable"
				   : "public, max-age=3600");
	host->reply_header(page->reply, "X-Content-Type-Options", "nosniff");
	if (known && strstr(known, etag)) {
		host->reply_status(page->reply, 304);
		return SG_OK;
	}
	host->reply_fixed(page->reply, type_of(name), asset->bytes, asset->len);
	return SG_OK;
}
