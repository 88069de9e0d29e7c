/* always_fails.c - loaded, but every call fails until the path says "work":
 * for the tests of counting and suspension. */
#include <string.h>

#include "scoregate_plugin.h"

static enum sg_status
answer(const struct sg_call *call, const struct sg_request *request,
       struct sg_reply *reply, struct sg_err *err)
{
	static const struct sg_signal undeclared = {
		.size = sizeof(undeclared),
		.kind = SG_SIGNAL_HAPPENED,
		.name = "somebody.elses",
		.key = "a@example.com",
	};

	if (strcmp(request->path, "undeclared") == 0)
		return call->host->emit(call, &undeclared, 1, SG_WRITTEN, err);
	if (strcmp(request->path, "work") == 0) {
		call->host->reply_text(reply, 200, "works\n");
		return SG_OK;
	}
	return call->host->fail(err, SG_FAILED, "cannot do this");
}

static enum sg_status
fail_mail(const struct sg_call *call, const struct sg_outgoing *mail,
	  struct sg_err *err)
{
	call->host->mail_add_header(call, "X-Half", "done");
	return mail->campaign[0] == 'w'
		       ? SG_OK
		       : call->host->fail(err, SG_FAILED, "no mail today");
}

static const struct sg_route routes[] = {
	{"/fail/", answer, "fails"},
	{0},
};

SG_PLUGIN const struct sg_plugin sg_plugin_always_fails = {
	SG_PLUGIN_HEAD,	    .name = "always_fails", .version = "1.0",
	.summary = "fails", .routes = routes,	    .outgoing = fail_mail,
};
