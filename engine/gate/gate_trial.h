/*
 * gate_trial.h - the plugins on one outgoing message, and what a token says,
 * without a daemon: for people who want to see what would happen. Same code as
 * in the milter; what is kept goes into a spool that is thrown away. One
 * thread.
 */
#ifndef ENGINE_GATE_GATE_TRIAL_H
#define ENGINE_GATE_GATE_TRIAL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/pool.h"
#include "scoregate.h"

struct gate_trial;

/*
 * conf_path NULL: no configuration, the defaults with example domains. The key
 * of its state directory is taken where it may be read, else one for this
 * trial alone: gate_trial_note() then says so. SG_REFUSED: file, line, option.
 */
enum sg_status gate_trial_open(const char *conf_path,
			       struct gate_trial **trial_out,
			       struct sg_err *err) MUST_CHECK;
void gate_trial_close(struct gate_trial *trial);
/* For people; "" = nothing to say. */
const char *gate_trial_note(const struct gate_trial *trial);

struct gate_trial_mail {
	const char *text; /* a message as a file holds it */
	size_t len;
	const char *from, *to; /* envelope */
	const char *campaign;  /* NULL: as its header says */
};

/* All but the texts that were given lives until the next call. */
struct gate_trial_result {
	const char *message; /* as it would go out, line ends as given */
	size_t message_len;
	size_t body_start, new_body_start; /* of the one given, of this */
	const char *sender; /* of the envelope; NULL = as given */
	const struct sg_mail_edit *edits;
	size_t n_edits;
	const char *line; /* what the milter would log; "" = nothing */
};

enum sg_status gate_trial_run(struct gate_trial *trial,
			      const struct gate_trial_mail *mail,
			      struct gate_trial_result *result_out,
			      struct sg_err *err) MUST_CHECK;

struct gate_trial_token {
	const char *kind; /* "open", "click", … */
	unsigned key_id;
	uint64_t message_id, record_key;
	int64_t sent_at;
	const char *payload; /* a click's target, an unsubscribe's list */
};

/* Of a URL, an address, or the token alone; the payload in `pool`. SG_REFUSED:
 * not one of ours. */
struct keys;
enum sg_status gate_token_read(const struct keys *keys, struct pool *pool,
			       const char *text,
			       struct gate_trial_token *token_out,
			       struct sg_err *err) MUST_CHECK;
/* {"kind", "key", "message_id", "sent_at", "record_key"} and what it carries:
 * `target` of a click, `list`, `campaign` or `payload`. */
struct json;
void gate_token_json(const struct gate_trial_token *token, struct json *to);
enum sg_status gate_trial_token(struct gate_trial *trial, const char *text,
				struct gate_trial_token *token_out,
				struct sg_err *err) MUST_CHECK;

struct gate_trial_request {
	const char *path, *query, *body;
	size_t body_len;
	const char *(*header)(const void *handle, const char *name);
	const void *handle;
};

/* What a plugin tells of itself (gate_inspect()): JSON, appended; also of what
 * it says does not work. SG_NONE: it is not loaded. */
enum sg_status gate_trial_inspect(struct gate_trial *trial, const char *plugin,
				  const struct gate_trial_request *request,
				  struct buf *json_out,
				  struct sg_err *err) MUST_CHECK;

#endif
