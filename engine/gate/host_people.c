/* host_people.c - people who sign in, and the API as they may use it. */
#include <string.h>

#include "base/json.h"
#include "gate/gate_call.h"
#include "gate/gate_host.h"

enum sg_status
host_sign_in(const struct sg_call *call, const struct sg_request *request,
	     const char *name, const char *password, struct sg_user *user_out,
	     struct sg_err *err)
{
	struct gate_call *ours = gate_call_of(call);
	const struct sg_gate *gate = ours->plugin->gate;
	struct gate_signing in = {name, password, request->peer, call->now};

	if (!gate->people)
		return err_set(err, SG_BUSY, "nobody can sign in here");
	return gate->people->sign_in(gate->people_arg, &in,
				     gate_call_pool(ours), user_out, err);
}

enum sg_status
host_signed_in(const struct sg_call *call, const char *session, int64_t idle_ms,
	       int64_t life_ms, struct sg_user *user_out, struct sg_err *err)
{
	struct gate_call *ours = gate_call_of(call);
	const struct sg_gate *gate = ours->plugin->gate;
	struct gate_session of = {session, idle_ms, life_ms, call->now};

	if (!gate->people)
		return err_set(err, SG_BUSY, "nobody can sign in here");
	return gate->people->signed_in(gate->people_arg, &of,
				       gate_call_pool(ours), user_out, err);
}

enum sg_status
host_sign_out(const struct sg_call *call, const struct sg_request *request,
	      const struct sg_user *user, struct sg_err *err)
{
	const struct sg_gate *gate = gate_call_of(call)->plugin->gate;

	if (!gate->people)
		return err_set(err, SG_BUSY, "nobody can sign in here");
	return gate->people->sign_out(gate->people_arg, user, request->peer,
				      err);
}

static const char *
header_or_none(const struct sg_reply *reply, const char *name)
{
	const char *value = reply_get_header(reply, name);

	return value ? value : "";
}

/* What is made on the way is made here, whole. */
static void
drain(struct sg_reply *reply)
{
	struct reply_stream *stream = &reply->stream;

	if (!stream->next)
		return;
	while (stream->next(stream->arg, &reply->body))
		if (!buf_ok(&reply->body))
			break;
}

static void
take_answer(struct gate_call *call, struct sg_reply *reply,
	    struct sg_told *told)
{
	struct pool *pool = gate_call_pool(call);
	struct sg_err ignored = {0};

	drain(reply);
	*told = (struct sg_told){
		.size = sizeof(*told),
		.status = buf_ok(&reply->body) ? reply->status : 500,
		.type = pool_strdup(pool,
				    header_or_none(reply, "Content-Type")),
		.version = pool_strdup(pool, header_or_none(reply, "ETag")),
		.body = "",
	};
	if (!buf_ok(&reply->body))
		return;
	told->len = reply->fixed ? reply->fixed_len : reply->body.len;
	told->body = pool_memdup(
		pool, reply->fixed ? reply->fixed : buf_text(&reply->body),
		told->len);
	if (strstr(told->type, "json") && !strstr(told->type, "ndjson") &&
	    host_json_parse(&call->public, told->body, told->len, &told->json,
			    &ignored) != SG_OK)
		told->json = NULL;
}

void
host_ask(const struct sg_call *call, const struct sg_ask *ask,
	 struct sg_told *told_out)
{
	struct gate_call *ours = gate_call_of(call);
	const struct sg_gate *gate = ours->plugin->gate;
	struct sg_reply reply;

	reply_init(&reply);
	if (gate->people)
		gate->people->ask(gate->people_arg, ask, &reply);
	else
		reply_problem(&reply, 503, "the API is not there");
	take_answer(ours, &reply, told_out);
	reply_done(&reply);
}

static const struct json *
json_of(const struct sg_json *json)
{
	return (const struct json *)json;
}

size_t
host_json_members(const struct sg_json *json)
{
	return json && json_is_object(json_of(json)) ? json_count(json_of(json))
						     : 0;
}

struct seeking {
	size_t left;
	const char *name;
	struct json *value;
};

static bool
seek(void *arg, const char *name, struct json *value)
{
	struct seeking *self = arg;

	if (self->left-- > 0)
		return true;
	self->name = name;
	self->value = value;
	return false;
}

const struct sg_json *
host_json_member(const struct sg_json *json, size_t i, const char **name_out)
{
	struct seeking found = {.left = i};

	if (i >= host_json_members(json))
		return NULL;
	json_each(json_of(json), seek, &found);
	*name_out = found.name;
	return (const struct sg_json *)found.value;
}
