/* daemon_reload.c - what can change while running. Rules live in the store
 * and need no reload. */
#include <string.h>

#include "base/clock.h"
#include "daemon/daemon.h"
#include "daemon/daemon_notify.h"

/* Under conf_lock: nobody else reads or writes the level's place. */
static void
take(struct daemon *daemon, const struct daemon_conf *fresh, struct buf *report)
{
	if (fresh->log_level != daemon->conf->log_level) {
		log_set_level(fresh->log_level);
		daemon->conf->log_level = fresh->log_level;
		buf_append_text(report, "The log level has changed. ");
	}
	buf_append_text(report, "Other changes take effect at the next start.");
}

enum sg_status
daemon_reload(struct daemon *daemon, struct buf *report, struct sg_err *err)
{
	struct daemon_conf *fresh = NULL;
	enum sg_status status;

	pthread_mutex_lock(&daemon->conf_lock);
	daemon_notify_reloading(clock_monotonic_ms());
	status = daemon_conf_read(daemon->conf_path, &fresh, err);
	if (status == SG_OK) {
		take(daemon, fresh, report);
		log_info("reloaded %s", daemon->conf_path);
	} else {
		log_error("not reloaded: %s", err->text);
	}
	daemon_conf_free(fresh);
	daemon_notify_ready("Running");
	pthread_mutex_unlock(&daemon->conf_lock);
	return status;
}
