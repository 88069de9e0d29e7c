/* webhook.c - the descriptor of `webhook`: other programs' events. */
#include "webhook.h"

#include <string.h>

static const struct sg_option options[] = {
	{.name = "webhook",
	 .type = SG_OPTION_TITLED,
	 .options = webhook_options,
	 .help = "one sender, at /h/NAME"},
	{0},
};

static const struct sg_route routes[] = {
	{"/h/", webhook_answer, "events of other programs"},
	{0},
};

SG_PLUGIN const struct sg_plugin sg_plugin_webhook = {
	SG_PLUGIN_HEAD,
	.name = "webhook",
	.version = "2.0",
	.summary = "Webhooks: JSON, XML and forms of other programs as signals",
	.options = options,
	.routes = routes,
	.start = webhook_start,
	.stop = webhook_stop,
	.inspect = webhook_inspect,
};

/* 200 only when it is on the disk: the sender will not send it again. */
static enum sg_status
answer_for(const struct sg_call *call, struct webhook *hook,
	   enum sg_status status, struct sg_reply *reply)
{
	const struct sg_host *host = call->host;

	switch (status) {
	case SG_OK:
	case SG_NONE:
		if (hook->answer && hook->answer_type) {
			host->reply_status(reply, 200);
			host->reply_header(reply, "Content-Type",
					   hook->answer_type);
			host->reply_body(reply, hook->answer,
					 strlen(hook->answer));
		} else {
			host->reply_text(reply, 200,
					 hook->answer	   ? hook->answer
					 : status == SG_OK ? "kept\n"
							   : "no event fits, "
							     "nothing kept\n");
		}
		return SG_OK;
	case SG_REFUSED:
		host->reply_text(reply, 422,
				 "an event fits, but its address or another "
				 "value cannot be used\n");
		return SG_OK;
	default:
		host->reply_header(reply, "Retry-After", "60");
		host->reply_text(reply, 503, "not kept, send it again\n");
		return status;
	}
}

static enum sg_status
keep(const struct sg_call *call, struct webhook *hook,
     const struct webhook_document *document, struct sg_err *err)
{
	struct webhook_outcomes outcomes;
	enum sg_status status =
		webhook_map(call, hook, document, false, &outcomes, err);

	if (status == SG_OK)
		status = webhook_emit(call, hook, &outcomes, err);
	switch (status) {
	case SG_OK:
		webhook_counted(hook, COUNT_EVENTS, 1);
		webhook_counted(hook, COUNT_SIGNALS, outcomes.n_fitting);
		break;
	case SG_NONE:
		webhook_counted(hook, COUNT_NOTHING, 1);
		break;
	case SG_REFUSED:
		webhook_counted(hook, COUNT_UNUSABLE, 1);
		webhook_problem(call, hook, call->host->reason(err));
		break;
	default:
		webhook_counted(hook, COUNT_BUSY, 1);
		webhook_problem(call, hook, call->host->reason(err));
	}
	return status;
}

static enum sg_status
answer_unsigned(struct webhook_check *check, struct sg_reply *reply)
{
	const struct sg_host *host = check->call->host;

	webhook_counted(check->hook, COUNT_UNSIGNED, 1);
	webhook_problem(check->call, check->hook, check->why);
	if (check->hook->authorization)
		host->reply_header(
			reply, "WWW-Authenticate",
			strncmp(check->hook->authorization, "Basic", 5) == 0
				? "Basic realm=\"webhook\""
				: "Bearer");
	host->reply_text(reply, 401, "not signed as it must be\n");
	return SG_OK;
}

/* Who sent it, what is in it, what it becomes. The body is read before the
 * signature is checked only where the signature stands in it. */
static enum sg_status
take(struct webhook_check *check, struct webhook_document *document,
     struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_call *call = check->call;
	struct webhook *hook = check->hook;
	bool reads = hook->scheme && hook->scheme->reads_document;
	enum sg_status opened = SG_OK, status;

	if (reads)
		opened = webhook_document_open(call, check->request,
					       hook->format, &hook->namespaces,
					       document, err);
	check->document = reads && opened == SG_OK ? document : NULL;
	if (!webhook_check(check) || !webhook_seen_may(check))
		return answer_unsigned(check, reply);
	atomic_store(&hook->news->received_at, call->now);
	if (!reads)
		opened = webhook_document_open(call, check->request,
					       hook->format, &hook->namespaces,
					       document, err);
	if (opened != SG_OK) {
		webhook_counted(hook, COUNT_UNUSABLE, 1);
		webhook_problem(call, hook, call->host->reason(err));
		call->host->reply_text(reply, 400, "the body cannot be read\n");
		return opened == SG_FAILED ? SG_FAILED : SG_OK;
	}
	if (webhook_challenge(call, hook, check->request, document, reply))
		return SG_OK;
	check->document = document;
	status = webhook_sns_subscription(check, err);
	if (status == SG_NONE)
		status = webhook_look_inside(call, hook, document, NULL, err);
	else
		return answer_for(call, hook, status, reply);
	if (status == SG_OK)
		status = keep(call, hook, document, err);
	else
		webhook_problem(call, hook, call->host->reason(err));
	return answer_for(call, hook, status, reply);
}

enum sg_status
webhook_answer(const struct sg_call *call, const struct sg_request *request,
	       struct sg_reply *reply, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct webhook *hook = webhook_find(call->state, request->path);
	struct webhook_check check = {
		.call = call, .hook = hook, .request = request};
	struct webhook_document document = {.xml = NULL};
	enum sg_status status;

	if (!hook) {
		host->reply_text(reply, 404, "no such webhook\n");
		return SG_OK;
	}
	if (strcmp(request->method, "POST") != 0) {
		if (webhook_challenge(call, hook, request, NULL, reply))
			return SG_OK;
		host->reply_header(reply, "Allow", "POST");
		host->reply_text(reply, 405, "only POST is answered here\n");
		return SG_OK;
	}
	status = take(&check, &document, reply, err);
	webhook_document_close(&document);
	return status;
}
