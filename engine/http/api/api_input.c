/* api_input.c - what came with the call, checked, and the answer's frame. */
#include <string.h>

#include "base/encode.h"
#include "base/text.h"
#include "http/api/api_call.h"

static enum sg_status
add_param(struct api_call *call, const char *at, size_t len, struct sg_err *err)
{
	size_t name_len = strcspn(at, "=&");
	const char *halves[2] = {at, at + name_len + 1};
	size_t lens[2] = {name_len, name_len < len ? len - name_len - 1 : 0};
	const char *decoded[2] = {"", ""};

	if (call->n_params == API_PARAMS_MOST)
		return err_set(err, SG_REFUSED, "more than %d parameters",
			       API_PARAMS_MOST);
	for (int i = 0; i < 2; i++) {
		struct buf text = BUF_INIT;
		enum sg_status status =
			decode_form_value(&text, halves[i], lens[i], err);

		if (status == SG_OK && text_is_utf8(buf_text(&text), text.len))
			decoded[i] = pool_strdup(call->pool, buf_text(&text));
		else
			status = SG_REFUSED;
		buf_done(&text);
		if (status != SG_OK)
			return err_set(err, SG_REFUSED,
				       "parameter %zu of the query is not "
				       "percent-encoded UTF-8",
				       call->n_params + 1);
	}
	call->params[call->n_params].name = decoded[0];
	call->params[call->n_params].value = decoded[1];
	call->n_params++;
	return SG_OK;
}

enum sg_status
api_read_params(struct api_call *call, struct sg_err *err)
{
	const char *at = call->request->request.query;
	enum sg_status status = SG_OK;

	while (*at && status == SG_OK) {
		size_t len = strcspn(at, "&");

		if (len > 0)
			status = add_param(call, at, len, err);
		at += len + (at[len] == '&');
	}
	for (size_t i = 0; i < API_ARGS_MOST && status == SG_OK; i++)
		if (call->args[i] &&
		    !text_is_utf8(call->args[i], strlen(call->args[i])))
			status = err_set(err, SG_REFUSED,
					 "the path is not UTF-8");
	return status;
}

const char *
api_param(const struct api_call *call, const char *name)
{
	for (size_t i = 0; i < call->n_params; i++)
		if (strcmp(call->params[i].name, name) == 0)
			return call->params[i].value;
	return NULL;
}

bool
api_param_yes(const struct api_call *call, const char *name)
{
	const char *value = api_param(call, name);

	return value && (strcmp(value, "1") == 0 || strcmp(value, "yes") == 0 ||
			 strcmp(value, "true") == 0);
}

enum sg_status
api_param_int(const struct api_call *call, const char *name, int64_t fallback,
	      int64_t most, int64_t *out, struct sg_err *err)
{
	const char *value = api_param(call, name);
	long long number = fallback;

	if (value &&
	    (!text_to_int(value, &number) || number < 1 || number > most))
		return err_set(err, SG_REFUSED,
			       "`%s` is a number from 1 to %lld, not `%s`",
			       name, (long long)most, value);
	*out = number;
	return SG_OK;
}

enum sg_status
api_body(struct api_call *call, struct sg_err *err)
{
	const struct sg_request *request = &call->request->request;
	enum sg_status status;

	if (call->body)
		return SG_OK;
	if (request->body_len == 0)
		return err_set(err, SG_REFUSED,
			       "the body is empty; expected a JSON object");
	if (!text_is_utf8(request->body, request->body_len))
		return err_set(err, SG_REFUSED, "the body is not UTF-8");
	status = json_parse(request->body, request->body_len, &call->body, err);
	if (status != SG_OK) {
		err_prefix(err, "the body is not JSON");
		return status;
	}
	if (!json_is_object(call->body))
		return err_set(err, SG_REFUSED,
			       "the body is not a JSON object");
	return SG_OK;
}

enum sg_status
api_body_text(struct api_call *call, const char *name, bool required,
	      const char **out, struct sg_err *err)
{
	enum sg_status status = api_body(call, err);
	struct json *member;

	if (status != SG_OK)
		return status;
	member = json_get(call->body, name);
	if (member && !json_is_text(member))
		return err_set(err, SG_REFUSED, "`%s` must be a string", name);
	if (!member && required)
		return err_set(err, SG_REFUSED, "`%s` is missing", name);
	*out = member ? json_get_text(call->body, name) : NULL;
	return SG_OK;
}

enum sg_status
api_check_name(const char *what, const char *name, struct sg_err *err)
{
	size_t len = strlen(name);

	if (len == 0 || len > API_NAME_MOST)
		return err_set(err, SG_REFUSED,
			       "a %s has a name of 1 to %d bytes", what,
			       API_NAME_MOST);
	/* Most clients would take …/tags/.. for the contact itself; the list
	 * "*" is everything (store_list.h). */
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    strcmp(name, "*") == 0)
		return err_set(err, SG_REFUSED, "a %s cannot be named %s", what,
			       name);
	for (const char *c = name; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 127 || *c == '\'')
			return err_set(err, SG_REFUSED,
				       "the name of a %s has no control "
				       "characters and no '",
				       what);
	return SG_OK;
}

enum sg_status
api_check_field(const char *name, struct sg_err *err)
{
	size_t len = strlen(name);

	if (len == 0 || len > API_NAME_MOST ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != len ||
	    (name[0] >= '0' && name[0] <= '9'))
		return err_set(err, SG_REFUSED,
			       "`%s` cannot name a field: up to %d of a-z, 0-9 "
			       "and _, not beginning with a digit",
			       name, API_NAME_MOST);
	return SG_OK;
}

struct json *
api_answer(struct api_call *call)
{
	if (!call->answer)
		call->answer = json_new_object();
	return call->answer;
}

struct json *
api_items(struct api_call *call)
{
	struct json *items = json_new_array();

	json_add(api_answer(call), "items", items);
	json_add_null(api_answer(call), "next");
	return items;
}
