/*
 * Start and stop. What libmilter does on a stop was measured: its listener
 * holds a lock while it polls for up to 5 s, so smfi_stop() blocks that long
 * in whoever calls it, unless a connection wakes the poll. Under many busy
 * connections it can deadlock in its own pool: whoever calls milter_stop()
 * must be ready for SG_BUSY.
 */
#include "milter.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libmilter/mfapi.h>

#include "milter_session.h"
#include "milter_socket.h"

/* One a process, as libmilter. */
static struct {
	bool open;
	struct milter_socket at;
	struct milter_options options;
	atomic_bool running;
	atomic_bool stopping;
	int ended; /* an eventfd: readable when milter_run() is through */
} it = {.ended = -1};

#define SAY(...) snprintf(why, why_size, __VA_ARGS__)

static enum sg_status
listen_now(char *why, size_t why_size)
{
	/* The file is ours alone until group and mode are set. umask is the
	 * process's: this is called before there are threads that make files.*/
	mode_t before = umask(0177);
	int got = smfi_opensocket(false);

	umask(before);
	if (got != MI_SUCCESS) {
		SAY("milter socket '%s': cannot listen there: %s", it.at.text,
		    errno ? strerror(errno) : "libmilter gives no reason");
		return SG_FAILED;
	}
	milter_socket_nodelay(&it.at);
	return milter_socket_permit(&it.at, it.options.group,
				    it.options.mode ? it.options.mode : 0660,
				    why, why_size);
}

static enum sg_status
prepare_libmilter(char *why, size_t why_size)
{
	enum { BACKLOG = 256 };

	if (smfi_register(milter_session_callbacks) != MI_SUCCESS ||
	    smfi_setconn(it.at.text) != MI_SUCCESS ||
	    smfi_setbacklog(BACKLOG) != MI_SUCCESS ||
	    (it.options.timeout_s > 0 &&
	     smfi_settimeout(it.options.timeout_s) != MI_SUCCESS)) {
		SAY("milter socket '%s': libmilter refuses it", it.at.text);
		return SG_FAILED;
	}
	return SG_OK;
}

enum sg_status
milter_open(const struct milter_options *options, char *why, size_t why_size)
{
	char nowhere[8];
	enum sg_status status;

	if (!why) {
		why = nowhere;
		why_size = sizeof(nowhere);
	}
	if (it.open) {
		SAY("libmilter serves one socket a process");
		return SG_BUSY;
	}
	it.options = *options;
	status = milter_socket_parse(options->socket, &it.at, why, why_size);
	if (status == SG_OK)
		status = milter_socket_clear(&it.at, why, why_size);
	if (status == SG_OK && (it.ended = eventfd(0, EFD_CLOEXEC)) < 0) {
		SAY("milter: no eventfd: %s", strerror(errno));
		status = SG_FAILED;
	}
	if (status == SG_OK)
		status = prepare_libmilter(why, why_size);
	errno = 0;
	if (status == SG_OK)
		status = listen_now(why, why_size);
	it.open = status == SG_OK;
	return status;
}

enum sg_status
milter_check(const struct milter_options *options, char *why, size_t why_size)
{
	struct milter_socket at;
	enum sg_status status =
		milter_socket_parse(options->socket, &at, why, why_size);

	if (status == SG_OK && at.is_unix && options->group &&
	    !getgrnam(options->group)) {
		SAY("milter socket group '%s': no such group", options->group);
		status = SG_REFUSED;
	}
	return status;
}

enum sg_status
milter_run(void)
{
	struct milter_shared shared = {
		.gate = it.options.gate,
		.no_replies = it.at.is_unix,
		.log = it.options.log,
		.arg = it.options.arg,
	};
	int got = MI_SUCCESS;

	milter_session_share(&shared);
	atomic_store(&it.running, true);
	if (!atomic_load(&it.stopping))
		got = smfi_main();
	if (it.options.ended)
		it.options.ended(it.options.arg);
	/* In this order: milter_close() may follow at once. */
	(void)eventfd_write(it.ended, 1);
	atomic_store(&it.running, false);
	return got == MI_SUCCESS ? SG_OK : SG_FAILED;
}

/* A thread of its own: it may block as long as libmilter likes. */
static void *
ask_libmilter(void *unused)
{
	(void)unused;
	(void)smfi_stop();
	return NULL;
}

enum sg_status
milter_stop(int limit_ms)
{
	enum { STEP_MS = 5 };
	struct pollfd ended = {.fd = it.ended, .events = POLLIN};
	pthread_t helper;

	if (!atomic_exchange(&it.stopping, true)) {
		if (pthread_create(&helper, NULL, ask_libmilter, NULL) != 0)
			return SG_BUSY;
		pthread_detach(helper);
	}
	while (atomic_load(&it.running)) {
		milter_socket_wake(&it.at);
		if (poll(&ended, 1, STEP_MS) == 1)
			return SG_OK;
		limit_ms -= STEP_MS;
		if (limit_ms <= 0)
			return SG_BUSY;
	}
	return SG_OK;
}

void
milter_close(void)
{
	if (!it.open)
		return;
	if (it.at.is_unix)
		(void)unlink(it.at.path);
	close(it.ended);
	it.ended = -1;
	it.open = false;
}
