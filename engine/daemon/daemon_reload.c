/* daemon_reload.c - what can change while running. Rules live in the store
 * and need no reload. */
#include "base/clock.h"
#include "daemon/daemon.h"
#include "daemon/daemon_notify.h"

enum sg_status
daemon_reload(struct daemon *daemon, struct sg_err *err)
{
	struct daemon_conf *fresh = NULL;
	enum sg_status status;

	pthread_mutex_lock(&daemon->conf_lock);
	daemon_notify_reloading(clock_monotonic_ms());
	status = daemon_conf_read(daemon->conf_path, &fresh, err);
	if (status == SG_OK) {
		log_set_level(fresh->log_level);
		log_info("reloaded %s: the log level; other changes take "
			 "effect at the next start",
			 daemon->conf_path);
	} else {
		log_error("not reloaded: %s", err->text);
	}
	daemon_conf_free(fresh);
	daemon_notify_ready("Running");
	pthread_mutex_unlock(&daemon->conf_lock);
	return status;
}
