/* api_templates.c - a template before it is a broadcast's. */
#include <string.h>

#include "broadcast/template_parts.h"
#include "http/api/api_call.h"

static enum sg_status
put_together(struct api_call *call, const struct template_parts *parts,
	     struct broadcast_draft *draft, struct sg_err *err)
{
	struct buf text = BUF_INIT;
	enum sg_status status = template_from_parts(parts, &text, err);

	if (status == SG_OK) {
		draft->template =
			pool_memdup(call->pool, buf_text(&text), text.len);
		draft->template_len = text.len;
	}
	buf_done(&text);
	return status;
}

enum sg_status
api_body_template(struct api_call *call, struct broadcast_draft *draft,
		  struct sg_err *err)
{
	struct template_parts parts = {NULL, NULL, NULL};
	const char *whole;
	enum sg_status status =
		api_body_text(call, "template", false, &whole, err);

	if (status == SG_OK)
		status = api_body_text(call, "subject", false, &parts.subject,
				       err);
	if (status == SG_OK)
		status = api_body_text(call, "text", false, &parts.text, err);
	if (status == SG_OK)
		status = api_body_text(call, "html", false, &parts.html, err);
	if (status != SG_OK)
		return status;
	if (!whole == !(parts.subject || parts.text || parts.html))
		return err_set(err, SG_REFUSED,
			       "expected `template`, an .eml file, or "
			       "`subject` with `text`, `html` or both");
	if (!whole)
		return put_together(call, &parts, draft, err);
	draft->template = whole;
	draft->template_len = strlen(whole);
	return SG_OK;
}

static enum sg_status
read_template(struct api_call *call, struct broadcast_draft *draft,
	      struct sg_err *err)
{
	enum sg_status status;

	if (!call->api->options.broadcasts)
		return err_set(err, SG_BUSY, "broadcasts are not running here");
	status = api_body_template(call, draft, err);
	return status == SG_OK
		       ? api_body_text(call, "from", false, &draft->sender, err)
		       : status;
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
