/* gate_call.c - see gate_call.h. */
#include "gate/gate_call.h"

#include <assert.h>

#include "base/json.h"
#include "base/log.h"
#include "gate/gate_host.h"

bool
gate_call_may(struct gate_plugin *plugin, int64_t now)
{
	int64_t left = atomic_load(&plugin->resting_until) - now;

	/* Longer than any rest: the clock went back. */
	return left <= 0 || left > GATE_REST_MOST_S * INT64_C(1000);
}

void
gate_call_begin(struct gate_call *call, struct gate_plugin *plugin, int64_t now)
{
	memset(call, 0, sizeof(*call));
	call->magic = GATE_CALL_MAGIC;
	call->plugin = plugin;
	call->public.host = &gate_host;
	call->public.state = plugin->start_call.public.state;
	call->public.now = now;
}

static void
rest(struct gate_plugin *plugin, int64_t now)
{
	unsigned seconds = atomic_load(&plugin->rest_s);

	seconds = seconds ? seconds * 2 : 1;
	if (seconds > GATE_REST_MOST_S)
		seconds = GATE_REST_MOST_S;
	atomic_store(&plugin->rest_s, seconds);
	atomic_store(&plugin->resting_until, now + (int64_t)seconds * 1000);
	log_error("plugin suspended after repeated failure plugin=%s for=%us",
		  plugin->descriptor.name, seconds);
}

void
gate_call_count(struct gate_call *call, enum sg_status status, const char *what,
		const struct sg_err *err)
{
	struct gate_plugin *plugin = call->plugin;
	char quoted[LOG_QUOTE_SIZE];

	atomic_fetch_add(&plugin->calls, 1);
	if (status != SG_FAILED) {
		/* Read first: many threads come by here, and mostly it is 0. */
		if (atomic_load(&plugin->failures_in_a_row))
			atomic_store(&plugin->failures_in_a_row, 0);
		if (atomic_load(&plugin->rest_s))
			atomic_store(&plugin->rest_s, 0);
		return;
	}
	atomic_fetch_add(&plugin->failures, 1);
	log_warn("plugin call failed plugin=%s call=\"%s\" reason=%s",
		 plugin->descriptor.name, what,
		 log_quote_private(err->text, quoted));
	if (atomic_fetch_add(&plugin->failures_in_a_row, 1) + 1 >=
	    GATE_FAILURES_BEFORE_REST)
		rest(plugin, call->public.now);
}

void
gate_call_end(struct gate_call *call)
{
	for (struct sg_text *text = call->texts; text; text = text->next)
		buf_done(&text->buf);
	for (struct gate_json_root *root = call->jsons; root; root = root->next)
		json_free(root->json);
	for (struct gate_page *page = call->pages; page; page = page->next)
		page_release(page->page);
	call->texts = NULL;
	call->jsons = NULL;
	call->pages = NULL;
	if (!call->batch)
		pool_free(call->pool);
	call->pool = NULL;
	call->magic = 0;
}

struct gate_call *
gate_call_of(const struct sg_call *call)
{
	struct gate_call *ours = (struct gate_call *)(uintptr_t)call;

	assert(ours && ours->magic == GATE_CALL_MAGIC);
	return ours;
}

struct pool *
gate_call_pool(struct gate_call *call)
{
	if (!call->pool)
		call->pool = call->batch ? call->batch->pool : pool_new();
	return call->pool;
}

struct sg_text *
gate_call_text(struct gate_call *call, size_t limit)
{
	struct sg_text *text = pool_alloc(gate_call_pool(call), sizeof(*text));

	buf_init(&text->buf, limit);
	text->next = call->texts;
	call->texts = text;
	return text;
}
