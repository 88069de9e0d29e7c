/* milter.c - start and stop; milter.h says why the stop is as it is. */
#include "milter.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libmilter/mfapi.h>

#include "milter_door.h"
#include "milter_session.h"
#include "milter_socket.h"

/* One a process, as libmilter. */
static struct {
	bool open;
	struct milter_socket at;
	struct milter_options options;
} it;

#define SAY(...) snprintf(why, why_size, __VA_ARGS__)

static enum sg_status
listen_now(char *why, size_t why_size)
{
	/* The file is ours alone until group and mode are set. umask is the
	 * process's: this is called before there are threads that make files.*/
	mode_t before = umask(0177);
	int got = smfi_opensocket(false);
	enum sg_status status;

	umask(before);
	if (got != MI_SUCCESS) {
		SAY("milter socket '%s': cannot listen there: %s", it.at.text,
		    errno ? strerror(errno) : "libmilter gives no reason");
		return SG_FAILED;
	}
	milter_socket_nodelay(&it.at);
	status = milter_socket_permit(&it.at, it.options.group,
				      it.options.mode ? it.options.mode : 0660,
				      why, why_size);
	if (status != SG_OK && it.at.is_unix)
		(void)unlink(it.at.path);
	return status;
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
	int got;

	milter_session_share(&shared);
	got = smfi_main();
	/* Whom `ended` speaks to may be gone after milter_stop(). */
	if (milter_door_enter()) {
		if (it.options.ended)
			it.options.ended(it.options.arg);
		milter_door_leave();
	}
	return got == MI_SUCCESS ? SG_OK : SG_FAILED;
}

/* The file goes first: an MTA that connects now finds nobody, which it knows
 * how to handle, and a next scoregated can make its own. */
void
milter_close(void)
{
	if (it.open && it.at.is_unix)
		(void)unlink(it.at.path);
	it.open = false;
}

enum sg_status
milter_stop(int limit_ms)
{
	milter_close();
	if (!milter_door_close(limit_ms))
		return SG_BUSY;
	milter_session_forget_messages();
	return SG_OK;
}
