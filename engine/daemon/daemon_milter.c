/* daemon_milter.c - the milter in this process; see milter/milter.h for what
 * libmilter does with signals and how it stops. */
#include <signal.h>

#include "base/log.h"
#include "daemon/daemon.h"
#include "milter/milter.h"

/* It takes some 10 ms, or it hangs. */
enum { STOP_MS = 300, CALLBACKS_MS = 300 };

static void
log_line(void *arg, bool trouble, const char *line)
{
	if (trouble)
		log_warn("%s", line);
	else
		log_info("%s", line);
}

/* From the milter's thread: the main thread looks up. */
static void
ended(void *arg)
{
	struct daemon *daemon = arg;

	atomic_store(&daemon->milter_ended, true);
	pthread_kill(daemon->main_thread, SIGUSR1);
}

enum sg_status
daemon_milter_open(struct daemon *daemon, struct sg_err *err)
{
	const struct conf_section *conf = daemon->conf->milter;
	struct milter_options options = {
		.socket = conf_text(conf, "socket"),
		.mode = daemon->conf->milter_mode,
		.group = conf_text(conf, "group"),
		.timeout_s = (int)(conf_int(conf, "timeout") / 1000),
		.gate = daemon->gate,
		.log = log_line,
		.ended = ended,
		.arg = daemon,
	};
	char why[256];
	enum sg_status status;

	if (!options.socket)
		return SG_OK;
	status = milter_open(&options, why, sizeof(why));
	daemon->milter_opened = status == SG_OK;
	if (status == SG_OK)
		return SG_OK;
	conf_refuse(conf, "socket", err, "%s", why);
	return status;
}

static void *
run(void *arg)
{
	if (milter_run() != SG_OK)
		log_error("libmilter failed; no mail is looked at any more");
	return NULL;
}

enum sg_status
daemon_milter_start(struct daemon *daemon, struct sg_err *err)
{
	if (!daemon->milter_opened)
		return SG_OK;
	if (pthread_create(&daemon->milter_thread, NULL, run, daemon) != 0)
		return err_set(err, SG_FAILED, "cannot start a thread");
	daemon->milter_started = true;
	return SG_OK;
}

bool
daemon_milter_stop(struct daemon *daemon)
{
	bool stopped = true;

	if (daemon->milter_started) {
		stopped = milter_stop(STOP_MS) == SG_OK;
		if (stopped)
			pthread_join(daemon->milter_thread, NULL);
		stopped = milter_in_flight(CALLBACKS_MS) == 0 && stopped;
	}
	if (daemon->milter_opened)
		milter_close();
	return stopped;
}
