/*
 * daemon_reload.c - what can change while running. Rules live in the store and
 * need no reload. Each part takes what is new or says what is wrong with it,
 * and then has what it had.
 */
#include "base/clock.h"
#include "daemon/daemon.h"
#include "daemon/daemon_http.h"
#include "daemon/daemon_notify.h"
#include "daemon/daemon_templates.h"

static enum sg_status
take_log_level(struct daemon *daemon, const struct daemon_conf *fresh,
	       struct sg_err *err)
{
	log_set_level(fresh->log_level);
	return SG_OK;
}

/* Rotated on another node, and the file copied here. */
static enum sg_status
take_keys(struct daemon *daemon, const struct daemon_conf *fresh,
	  struct sg_err *err)
{
	return keys_reload(daemon->keys, err);
}

/* From the directory that it started with. */
static enum sg_status
take_pages(struct daemon *daemon, const struct daemon_conf *fresh,
	   struct sg_err *err)
{
	return gate_reload_pages(daemon->gate, err);
}

static const struct {
	const char *name; /* for the log, and the manual */
	enum sg_status (*take)(struct daemon *daemon,
			       const struct daemon_conf *fresh,
			       struct sg_err *err);
} parts[] = {
	{"log level", take_log_level},
	{"verdicts", daemon_verdicts_reload},
	{"pages", take_pages},
	{"templates", daemon_templates_reload},
	{"keys", take_keys},
	{"web: certificates, trust, limits", daemon_http_reload},
};

/* All of them, whatever is wrong with one; the first error is the answer. */
static enum sg_status
take_parts(struct daemon *daemon, const struct daemon_conf *fresh,
	   struct sg_err *err)
{
	enum sg_status status = SG_OK;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		struct sg_err why = {0};
		enum sg_status one = parts[i].take(daemon, fresh, &why);

		if (one == SG_OK)
			continue;
		log_error("not reloaded (%s): %s", parts[i].name, why.text);
		if (status == SG_OK)
			status = err_set(err, one, "%s", why.text);
	}
	return status;
}

enum sg_status
daemon_reload(struct daemon *daemon, struct buf *at_restart, struct sg_err *err)
{
	struct daemon_conf *fresh = NULL;
	enum sg_status status;

	pthread_mutex_lock(&daemon->conf_lock);
	daemon_notify_reloading(clock_monotonic_ms());
	status = daemon_conf_read(daemon->conf_path, &fresh, err);
	if (status != SG_OK)
		log_error("not reloaded: %s", err->text);
	else
		status = take_parts(daemon, fresh, err);
	if (status == SG_OK) {
		daemon_conf_differs(daemon->conf, fresh, at_restart);
		log_info("reloaded %s at_restart=\"%s\"", daemon->conf_path,
			 at_restart->len ? buf_text(at_restart) : "");
	}
	daemon_conf_free(fresh);
	daemon_notify_ready("Running");
	pthread_mutex_unlock(&daemon->conf_lock);
	return status;
}
