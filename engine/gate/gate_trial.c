/* gate_trial.c - see gate_trial.h; gate_trial_message.c puts the edits into
 * the message. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/encode.h"
#include "gate/gate_trial_parts.h"
#include "token/token.h"

static const struct conf_option trial_options[] = {
	{.name = "public_url",
	 .type = CONF_TEXT,
	 .fallback = "https://track.example.com"},
	{.name = "bounce_domain",
	 .type = CONF_TEXT,
	 .fallback = "bounces.example.com"},
	{.name = "unsubscribe_address", .type = CONF_TEXT},
	{.name = "state", .type = CONF_TEXT, .fallback = SCOREGATE_STATEDIR},
	{.name = "plugins", .type = CONF_TEXT, .fallback = SCOREGATE_LIBDIR},
	{.name = "load",
	 .type = CONF_TEXT_LIST,
	 .fallback = GATE_LOADED_BY_DEFAULT},
	{.name = "mail", .type = CONF_SECTION, .options = gate_mail_options},
	{.name = "consent",
	 .type = CONF_SECTION,
	 .options = gate_consent_options},
	{.name = "plugin", .type = CONF_RAW},
	{0},
};

/* --- open and close ------------------------------------------------------ */

static enum sg_status
read_conf(struct gate_trial *trial, const char *path, struct sg_err *err)
{
	return path ? conf_parse_file_part(path, trial_options, &trial->conf,
					   err)
		    : conf_parse("defaults", "", 1, trial_options, &trial->conf,
				 err);
}

static enum sg_status
open_keys(struct gate_trial *trial, bool has_conf, struct sg_err *err)
{
	char path[PATH_MAX];
	struct sg_err why = {.text = "there is none"};

	snprintf(path, sizeof(path), "%s/keys",
		 conf_text(trial->conf, "state"));
	if (has_conf && access(path, F_OK) == 0 &&
	    keys_open(path, 0, &trial->keys, &why) == SG_OK)
		return SG_OK;
	trial->note = pool_printf(
		trial->pool,
		"signed with a key that is thrown away: its links lead nowhere "
		"(%s/keys: %s)",
		has_conf ? conf_text(trial->conf, "state") : "STATE", why.text);
	snprintf(path, sizeof(path), "%s/keys", trial->folder);
	return keys_open(path, 1, &trial->keys, err);
}

static enum sg_status
open_gate(struct gate_trial *trial, struct sg_err *err)
{
	struct gate_options options = {
		.keys = trial->keys,
		.spool = trial->spool,
		.public_url = conf_text(trial->conf, "public_url"),
		.bounce_domain = conf_text(trial->conf, "bounce_domain"),
		.unsubscribe_address =
			conf_text(trial->conf, "unsubscribe_address"),
		.state = trial->folder,
		.mail = conf_section_at(trial->conf, "mail", 0),
		.consent = conf_section_at(trial->conf, "consent", 0),
	};
	enum sg_status status;

	options.kinds = trial->kinds = signal_kinds_new();
	status = gate_open(&options, &trial->gate, err);
	if (status == SG_OK)
		status = gate_load_configured(trial->gate, trial->conf, err);
	return status;
}

enum sg_status
gate_trial_open(const char *conf_path, struct gate_trial **trial_out,
		struct sg_err *err)
{
	struct gate_trial *trial = calloc(1, sizeof(*trial));
	struct spool_options spool = {.segment_bytes = 1 << 20};
	enum sg_status status;

	if (!trial)
		return err_set(err, SG_FAILED, "out of memory");
	trial->pool = pool_new();
	trial->note = "";
	snprintf(trial->folder, sizeof(trial->folder),
		 "/tmp/scoregate-try-XXXXXX");
	if (!mkdtemp(trial->folder)) {
		trial->folder[0] = '\0';
		gate_trial_close(trial);
		return err_errno(err, SG_FAILED,
				 "cannot make a folder in /tmp");
	}
	status = read_conf(trial, conf_path, err);
	if (status == SG_OK)
		status = open_keys(trial, conf_path, err);
	spool.directory = pool_printf(trial->pool, "%s/spool", trial->folder);
	if (status == SG_OK)
		status = spool_open(&spool, &trial->spool, err);
	if (status == SG_OK)
		status = open_gate(trial, err);
	if (status != SG_OK) {
		gate_trial_close(trial);
		return status;
	}
	*trial_out = trial;
	return SG_OK;
}

void
gate_trial_close(struct gate_trial *trial)
{
	if (!trial)
		return;
	sg_mail_free(trial->mail);
	gate_close(trial->gate);
	spool_close(trial->spool);
	signal_kinds_free(trial->kinds);
	keys_close(trial->keys);
	conf_free(trial->conf);
	if (trial->folder[0])
		gate_trial_remove(trial->folder);
	buf_done(&trial->message);
	pool_free(trial->pool);
	free(trial);
}

const char *
gate_trial_note(const struct gate_trial *trial)
{
	return trial->note;
}

/* --- tokens -------------------------------------------------------------- */

enum sg_status
gate_trial_token(struct gate_trial *trial, const char *text,
		 struct gate_trial_token *token_out, struct sg_err *err)
{
	return gate_token_read(trial->keys, trial->pool, text, token_out, err);
}

enum sg_status
gate_trial_inspect(struct gate_trial *trial, const char *plugin,
		   const struct gate_trial_request *request,
		   struct buf *json_out, struct sg_err *err)
{
	struct sg_request inner = {
		.method = "POST",
		.path = request->path,
		.query = request->query,
		.body = request->body,
		.body_len = request->body_len,
		.peer = "",
		.received_at = clock_now(),
		.handle = request->handle,
	};
	struct sg_reply reply;
	enum sg_status status;

	reply_init(&reply);
	status = gate_inspect(trial->gate, plugin, &inner, request->header,
			      &reply);
	if (status == SG_OK)
		buf_append(json_out, reply.body.data, reply.body.len);
	else
		err_set(err, status,
			"the configuration loads no plugin %s that tells "
			"anything",
			plugin);
	reply_done(&reply);
	return status;
}
