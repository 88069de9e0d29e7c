/* daemon_milter.c - the milter in this process; see milter/milter.h for what
 * libmilter does with signals and how it stops. */
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>

#include "base/log.h"
#include "daemon/daemon.h"
#include "milter/milter.h"

/* As long as the callbacks inside take: some ms, or a plugin hangs. */
enum { STOP_MS = 600 };

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

/* libmilter's thread for signals must come after the main thread waits for
 * them (milter.h); until then an MTA waits in the socket's queue. */
static void *
run(void *arg)
{
	struct daemon *daemon = arg;

	/* libmilter's threads have it from this one. */
	prctl(PR_SET_NAME, "milter", 0, 0, 0);
	do
		poll(NULL, 0, 5);
	while (!atomic_load(&daemon->main_waits));
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
	/* It outlives us: see milter.h. */
	pthread_detach(daemon->milter_thread);
	daemon->milter_started = true;
	return SG_OK;
}

bool
daemon_milter_stop(struct daemon *daemon)
{
	if (daemon->milter_started)
		return milter_stop(STOP_MS) == SG_OK;
	if (daemon->milter_opened)
		milter_close();
	return true;
}
