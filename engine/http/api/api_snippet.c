/* api_snippet.c - the tag that loads the JavaScript API, as the plugin `page`
 * has it. */
#include "gate/gate.h"
#include "http/api/api_call.h"

enum sg_status
api_page_snippet(struct api_call *call, struct sg_err *err)
{
	struct sg_gate *gate = call->api->options.gate;
	struct sg_request request = {.size = sizeof(request),
				     .method = "GET",
				     .path = "snippet",
				     .query = "",
				     .body = "",
				     .peer = "",
				     .received_at = call->now};
	struct sg_reply reply;
	enum sg_status status = SG_NONE;

	reply_init(&reply);
	if (gate)
		status = gate_inspect(gate, "page", &request, NULL, &reply);
	if (status == SG_OK)
		status = json_parse(buf_text(&reply.body), reply.body.len,
				    &call->answer, err);
	else
		status = err_set(err, SG_NONE,
				 "the plugin page is not loaded: put `plugin "
				 "\"page\" { origins = { … } }` into "
				 "scoregate.conf");
	reply_done(&reply);
	return status;
}
