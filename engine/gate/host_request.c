/* host_request.c - what a plugin asks of a request, and JSON. */
#include "base/json.h"
#include "gate/form.h"
#include "gate/gate_call.h"
#include "gate/gate_host.h"
#include "gate/verdict.h"

const char *
host_request_header(const struct sg_call *call,
		    const struct sg_request *request, const char *name)
{
	struct gate_call *ours = gate_call_of(call);

	return ours->header ? ours->header(request->handle, name) : NULL;
}

/* A query that cannot be read has no parameters. */
const char *
host_request_param(const struct sg_call *call, const struct sg_request *request,
		   const char *name)
{
	struct pool *pool = gate_call_pool(gate_call_of(call));
	struct sg_form *form = pool_alloc(pool, sizeof(*form));

	if (!request->query ||
	    form_read_pairs(pool, request->query, strlen(request->query), form,
			    NULL) != SG_OK)
		return NULL;
	return form_find(form, name);
}

static const char *
no_header(const void *handle, const char *name)
{
	return NULL;
}

bool
host_judge(const struct sg_call *call, const struct sg_request *request,
	   enum sg_verdict *verdict_out, const char **reason_out)
{
	struct gate_call *ours = gate_call_of(call);
	struct sg_gate *gate = ours->plugin->gate;
	struct hit_request hit = {.header = ours->header ? ours->header
							 : no_header,
				  .handle = request->handle,
				  .peer = request->peer,
				  .at = call->now};
	struct verdict_found found;
	struct hit_facts facts;

	/* Past its address's limit (http.h), or past its token's time: they
	 * are answered, and that is all. */
	if (hit.header(hit.handle, ":over-limit") || ours->token_expired ||
	    !verdict_judge(verdict_book_get(gate->verdicts), request->method,
			   hit.header, hit.handle, &found))
		return false;
	hit.shared = found.shared;
	if (!hit_facts_of(&gate->privacy, &hit, gate_call_pool(ours), &facts))
		return false;
	ours->hit = (struct hit_facts *)pool_memdup(gate_call_pool(ours),
						    &facts, sizeof(facts));
	*verdict_out = (enum sg_verdict)found.verdict;
	*reason_out = found.reason;
	return true;
}

enum sg_status
host_form_parse(const struct sg_call *call, const struct sg_request *request,
		struct sg_form **form_out, struct sg_err *err)
{
	return form_read(gate_call_pool(gate_call_of(call)),
			 host_request_header(call, request, "Content-Type"),
			 request->body, request->body_len, form_out, err);
}

size_t
host_form_count(const struct sg_form *form)
{
	return form->n_fields;
}

const char *
host_form_name(const struct sg_form *form, size_t i)
{
	return i < form->n_fields ? form->fields[i].name : NULL;
}

const char *
host_form_value(const struct sg_form *form, size_t i)
{
	return i < form->n_fields ? form->fields[i].value : NULL;
}

const char *
host_form_get(const struct sg_form *form, const char *name)
{
	return form_find(form, name);
}

/* A struct sg_json is a struct json under a public name. */
static const struct json *
json_of(const struct sg_json *json)
{
	return (const struct json *)json;
}

/* Freed with the call. */
static const struct sg_json *
keep_json(struct gate_call *call, struct json *json)
{
	struct gate_json_root *root =
		pool_alloc(gate_call_pool(call), sizeof(*root));

	root->json = json;
	root->next = call->jsons;
	call->jsons = root;
	return (const struct sg_json *)json;
}

enum sg_status
host_look(const struct sg_call *call, uint64_t record_key,
	  const struct sg_json **json_out, struct sg_err *err)
{
	struct gate_call *ours = gate_call_of(call);
	const struct sg_gate *gate = ours->plugin->gate;
	struct json *json = NULL;
	enum sg_status status;

	if (!gate->look)
		return err_set(err, SG_BUSY, "the store is not there");
	status = gate->look(gate->look_arg, record_key, &json, err);
	if (status == SG_OK)
		*json_out = keep_json(ours, json);
	return status;
}

enum sg_status
host_json_parse(const struct sg_call *call, const char *text, size_t len,
		const struct sg_json **json_out, struct sg_err *err)
{
	struct json *json;
	enum sg_status status = json_parse(text ? text : "", len, &json, err);

	if (status == SG_OK)
		*json_out = keep_json(gate_call_of(call), json);
	return status;
}

const struct sg_json *
host_json_pointer(const struct sg_json *json, const char *pointer)
{
	if (!json)
		return NULL;
	return (const struct sg_json *)json_pointer(json_of(json), pointer);
}

const char *
host_json_text(const struct sg_call *call, const struct sg_json *json)
{
	struct gate_call *ours = gate_call_of(call);
	struct sg_text *text;

	if (!json)
		return NULL;
	text = gate_call_text(ours, GATE_TEXT_MOST);
	return json_scalar(json_of(json), &text->buf) ? host_text_value(text)
						      : NULL;
}

size_t
host_json_count(const struct sg_json *json)
{
	return json && json_is_array(json_of(json)) ? json_count(json_of(json))
						    : 0;
}

const struct sg_json *
host_json_at(const struct sg_json *json, size_t i)
{
	return i < host_json_count(json)
		       ? (const struct sg_json *)json_at(json_of(json), i)
		       : NULL;
}

void
host_api_call(const struct sg_call *call, const char *actor, const char *method,
	      const char *path, const char *body, size_t body_len,
	      struct sg_reply *reply)
{
	const struct sg_gate *gate = gate_call_of(call)->plugin->gate;

	if (gate->api)
		gate->api(gate->api_arg, actor, method, path, body, body_len,
			  reply);
	else
		reply_text(reply, 503, "the API is not there\n");
}
