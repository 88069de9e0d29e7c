/* api_admin.c - what the operator asks for: verify, reload, backup. */
#include "http/api/api_call.h"

enum sg_status
api_verify(struct api_call *call, struct sg_err *err)
{
	struct verify_report report = {0};
	bool refold = false;
	enum sg_status status = SG_OK;

	if (call->request->request.body_len > 0)
		status = api_body(call, err);
	if (status == SG_OK && call->body)
		json_get_bool(call->body, "refold", &refold);
	if (status == SG_OK)
		status = apply_verify(call->api->options.apply, refold, &report,
				      err);
	if (status != SG_OK)
		return status;
	json_add_int(api_answer(call), "records", (int64_t)report.records);
	json_add_int(call->answer, "entries", (int64_t)report.entries);
	json_add_int(call->answer, "differences", (int64_t)report.differences);
	if (report.differences)
		json_add_text(call->answer, "first_difference",
			      report.first_difference);
	return SG_OK;
}

static enum sg_status
nothing(void *arg, struct store *store, struct sg_err *err)
{
	return SG_OK;
}

static enum sg_status
note(struct api_call *call, const char *action, const char *object,
     struct sg_err *err)
{
	struct api_definition definition = {nothing, NULL, action, object,
					    NULL};

	return api_define(call, &definition, err);
}

enum sg_status
api_reload(struct api_call *call, struct sg_err *err)
{
	const struct api_options *options = &call->api->options;
	struct buf at_restart = BUF_INIT;
	enum sg_status status;

	if (!options->reload)
		return err_set(err, SG_BUSY, "reload is not possible here");
	status = options->reload(options->arg, &at_restart, err);
	if (status == SG_OK)
		status = note(call, "reload", NULL, err);
	if (status == SG_OK) {
		json_add_bool(api_answer(call), "reloaded", true);
		json_add_text(api_answer(call), "at_restart",
			      at_restart.len ? buf_text(&at_restart) : "");
	}
	buf_done(&at_restart);
	return status;
}

enum sg_status
api_backup(struct api_call *call, struct sg_err *err)
{
	const struct api_options *options = &call->api->options;
	const char *path;
	enum sg_status status = api_body_text(call, "path", true, &path, err);

	if (status != SG_OK)
		return status;
	if (path[0] != '/')
		return err_set(err, SG_REFUSED,
			       "`path` must be absolute: it is the daemon that "
			       "writes the backup");
	if (!options->backup)
		return err_set(err, SG_BUSY, "backup is not possible here");
	status = options->backup(options->arg, path, err);
	if (status == SG_OK)
		status = note(call, "backup", path, err);
	if (status == SG_OK)
		json_add_text(api_answer(call), "path", path);
	return status;
}
