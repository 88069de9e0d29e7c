/* gate_page.c - see gate_page.h. */
#include "gate/gate_page.h"
#include "gate/gate_problem.h"

#include <string.h>
#include <unistd.h>

const struct conf_option gate_page_options[] = {
	{.name = "dir",
	 .type = CONF_TEXT,
	 .help = "templates and messages that go before the built-in ones: "
		 "NAME.html, LANGUAGE.conf, style.css"},
	{.name = "images",
	 .type = CONF_TEXT_LIST,
	 .help = "where templates may show images from: "
		 "\"https://www.example.com\""},
	{0},
};

static const char *
directory_of(const struct sg_gate *gate)
{
	const char *directory =
		gate->page_conf ? conf_text(gate->page_conf, "dir") : NULL;

	return directory && *directory ? directory : NULL;
}

enum sg_status
gate_page_open(struct sg_gate *gate, struct sg_err *err)
{
	const char *directory = directory_of(gate);
	enum sg_status status;

	if (directory && access(directory, R_OK | X_OK) != 0)
		return conf_refuse(gate->page_conf, "dir", err,
				   "there is no directory %s that we may read",
				   directory);
	status = pages_new(directory, &gate->pages, err);
	return status == SG_OK ? pages_load(gate->pages, false, err) : status;
}

static bool
is_page_file(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && (strcmp(dot, ".html") == 0 || strcmp(dot, ".conf") == 0);
}

enum sg_status
gate_page_bring(struct gate_plugin *plugin, struct sg_err *err)
{
	const struct sg_asset *file = plugin->descriptor.assets;
	struct pages *pages = plugin->gate->pages;
	enum sg_status status = SG_OK;

	if (!file)
		return SG_OK;
	for (; status == SG_OK && file->name; file++)
		if (is_page_file(file->name))
			status = pages_bring(pages, plugin->descriptor.name,
					     file->name, file->bytes, file->len,
					     err);
	return status == SG_OK ? pages_load(pages, false, err) : status;
}

enum sg_status
gate_reload_pages(struct sg_gate *gate, struct sg_err *err)
{
	return pages_load(gate->pages, true, err);
}

struct sg_page *
gate_page_new(struct sg_gate *gate, struct pool *pool, const char *name,
	      const char *accept, const char *chosen)
{
	struct sg_page *page =
		page_new(gate->pages, pool, name, accept, chosen);
	size_t n = page && gate->page_conf
			   ? conf_list_count(gate->page_conf, "images")
			   : 0;

	for (size_t i = 0; i < n; i++)
		page_allow(page, "img-src",
			   conf_list_at(gate->page_conf, "images", i));
	return page;
}

void
gate_page_answer(struct sg_page *page, int status, struct sg_reply *reply)
{
	struct buf html, policy = BUF_INIT;
	struct sg_err err;

	buf_init(&html, 2 * (size_t)PAGE_BODY_MOST);
	if (page_render(page, &html, &err) != SG_OK) {
		buf_done(&html);
		reply_text(reply, 500, "this page is too long\n");
		return;
	}
	page_policy(page, &policy);
	reply_header(reply, "Content-Security-Policy", buf_text(&policy));
	reply_header(reply, "Content-Language", page_language(page));
	reply_header(reply, "Vary", "Accept-Language");
	reply_page(reply, status, buf_text(&html));
	buf_done(&policy);
	buf_done(&html);
}

void
gate_not_found(struct sg_gate *gate, const struct sg_request *request,
	       const char *(*header)(const void *handle, const char *name),
	       struct sg_reply *reply)
{
	struct pool *pool = pool_new();
	struct sg_page *page = gate_page_new(
		gate, pool, "notice",
		header ? header(request->handle, "Accept-Language") : NULL,
		NULL);

	page_set(page, "heading", page_say(page, "page.not_found"));
	page_set(page, "text", page_say(page, "page.not_found_text"));
	gate_page_answer(page, 404, reply);
	gate_problem_instead(request, header, page, reply);
	page_release(page);
	pool_free(pool);
}
