/* api_plugins.c - what is loaded, and whether a file would be. */
#include <stdio.h>

#include "http/api/api_call.h"

enum sg_status
api_plugins_all(struct api_call *call, struct sg_err *err)
{
	struct sg_gate *gate = call->api->options.gate;
	struct json *items = api_items(call);
	struct gate_plugin_info info;
	char abi[32];

	for (size_t i = 0; gate && i < gate_plugin_count(gate); i++) {
		struct json *item = json_new_object();

		gate_plugin_at(gate, i, &info);
		snprintf(abi, sizeof(abi), "%u.%u", info.abi_major,
			 info.abi_minor);
		json_add_text(item, "name", info.name);
		json_add_text(item, "version", info.version);
		json_add_text(item, "summary", info.summary);
		json_add_text(item, "path", info.path);
		json_add_text(item, "abi", abi);
		json_add_int(item, "signals", (int64_t)info.n_signals);
		json_add_int(item, "routes", (int64_t)info.n_routes);
		json_add_int(item, "calls", (int64_t)info.calls);
		json_add_int(item, "failures", (int64_t)info.failures);
		json_add_text(item, "state",
			      info.suspended ? "suspended" : "running");
		json_push(items, item);
	}
	return SG_OK;
}

enum sg_status
api_plugins_check(struct api_call *call, struct sg_err *err)
{
	struct buf report = BUF_INIT;
	struct sg_err why;
	const char *path;
	enum sg_status status = api_body_text(call, "path", true, &path, err);

	if (status != SG_OK)
		return status;
	status = gate_check(path, &report, &why);
	json_add_bool(api_answer(call), "loadable", status == SG_OK);
	json_add_text(call->answer, "report", buf_text(&report));
	if (status != SG_OK)
		json_add_text(call->answer, "refused", why.text);
	buf_done(&report);
	return SG_OK;
}
