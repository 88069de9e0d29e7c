/* api_templates.c - a template before it is a broadcast's. */
#include <string.h>

#include "http/api/api_call.h"

static enum sg_status
read_template(struct api_call *call, struct broadcast_draft *draft,
	      struct sg_err *err)
{
	enum sg_status status;

	if (!call->api->options.broadcasts)
		return err_set(err, SG_BUSY, "broadcasts are not running here");
	status = api_body_text(call, "template", true, &draft->template, err);
	if (status == SG_OK)
		status =
			api_body_text(call, "from", false, &draft->sender, err);
	if (status == SG_OK)
		draft->template_len = strlen(draft->template);
	return status;
}

enum sg_status
api_templates_check(struct api_call *call, struct sg_err *err)
{
	struct broadcast_draft draft = {0};
	enum sg_status status = read_template(call, &draft, err);

	if (status == SG_OK)
		status = broadcast_check_template(call->api->options.broadcasts,
						  &draft, err);
	if (status == SG_OK)
		json_add_bool(api_answer(call), "good", true);
	return status;
}

enum sg_status
api_templates_render(struct api_call *call, struct sg_err *err)
{
	struct broadcast_draft draft = {.name = "preview"};
	const char *to, *mail;
	size_t len;
	enum sg_status status = read_template(call, &draft, err);

	if (status == SG_OK)
		status = api_body_text(call, "to", true, &to, err);
	if (status == SG_OK)
		status = broadcast_render_template(
			call->api->options.broadcasts, &draft, to, call->pool,
			&mail, &len, err);
	return status == SG_OK ? api_answer_mail(call, mail, len, err) : status;
}
