/* host_page.c - pages for people, as plugins get them. */
#include <assert.h>

#include "gate/gate_call.h"
#include "gate/gate_host.h"
#include "gate/gate_page.h"

struct sg_page *
host_page(const struct sg_call *call, const struct sg_request *request,
	  const char *name)
{
	struct gate_call *ours = gate_call_of(call);
	struct pool *pool = gate_call_pool(ours);
	struct gate_page *held = pool_alloc(pool, sizeof(*held));

	held->page = gate_page_new(
		ours->plugin->gate, pool, name,
		host_request_header(call, request, "Accept-Language"),
		host_request_param(call, request, "lang"));
	assert(held->page);
	held->next = ours->pages;
	ours->pages = held;
	return held->page;
}

void
host_reply_with(struct sg_reply *reply, int status, struct sg_page *page)
{
	gate_page_answer(page, status, reply);
}
