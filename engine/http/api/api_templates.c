/* api_templates.c - a template before it is a broadcast's, and those that the
 * configuration names for automations and sequences. */
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

/* --- those of the configuration ------------------------------------------- */

struct list {
	struct api_call *call;
	const struct automation_names *targets;
	const struct condition_names *names;
	struct json *items;
};

static void
add_configured(void *arg, const char *name)
{
	struct list *list = arg;
	struct json *item = json_new_object();
	struct sg_err why = {0};
	bool good = !list->targets->check ||
		    list->targets->check(list->targets->arg,
					 AUTOMATION_FORM_TEMPLATES, name,
					 list->names, &why) == SG_OK;

	json_add_text(item, "name", name);
	json_add_bool(item, "good", good);
	json_add_text(item, "trouble", good ? "" : why.text);
	json_push(list->items, item);
}

enum sg_status
api_templates_all(struct api_call *call, struct sg_err *err)
{
	struct apply *apply = call->api->options.apply;
	struct apply_names *names = pool_alloc(call->pool, sizeof(*names));
	struct list list = {.call = call,
			    .targets = apply_targets(apply),
			    .names = &names->names};
	enum sg_status status = api_store(call, err);

	if (status != SG_OK)
		return status;
	apply_names_init(names, apply, call->store);
	list.items = api_items(call);
	if (list.targets && list.targets->each)
		list.targets->each(list.targets->arg, AUTOMATION_TEMPLATES,
				   add_configured, &list);
	return SG_OK;
}
