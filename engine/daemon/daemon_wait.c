/*
 * daemon_wait.c - what the main thread does while the daemon runs: it waits
 * for signals and tells systemd that we live. libmilter would wait for the
 * same signals in a thread of its own (milter.h): we wait first.
 */
#include <errno.h>
#include <signal.h>
#include <time.h>

#include "base/log.h"
#include "daemon/daemon.h"
#include "daemon/daemon_notify.h"

/* TERM, INT and HUP stop; USR1 is from ourselves, to look around. */
static void
fill(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGUSR1);
}

void
daemon_block_signals(void)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigset_t set;

	fill(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

static struct timespec
pause_length(void)
{
	int64_t alive_ms = daemon_notify_alive_ms();
	struct timespec pause = {.tv_sec = 60};

	if (alive_ms > 0) {
		pause.tv_sec = (time_t)(alive_ms / 1000);
		pause.tv_nsec = (long)(alive_ms % 1000) * 1000000;
	}
	return pause;
}

void
daemon_wait(struct daemon *daemon)
{
	struct timespec pause = pause_length();
	sigset_t set;

	fill(&set);
	daemon_notify_ready("Running");
	atomic_store(&daemon->main_waits, true);
	while (!atomic_load(&daemon->milter_ended)) {
		int got = sigtimedwait(&set, NULL, &pause);

		daemon_notify_alive();
		if (got == SIGTERM || got == SIGINT || got == SIGHUP) {
			log_info("stopping signal=%s", got == SIGTERM  ? "TERM"
						       : got == SIGINT ? "INT"
								       : "HUP");
			return;
		}
	}
	log_info("stopping, as the milter did");
}
