/* daemon_notify.c - see daemon_notify.h; sd_notify(3). */
#include "daemon/daemon_notify.h"

#include <inttypes.h>
#include <systemd/sd-daemon.h>

void
daemon_notify_ready(const char *status)
{
	sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

void
daemon_notify_reloading(int64_t monotonic_ms)
{
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
		   monotonic_ms * 1000);
}

void
daemon_notify_stopping(void)
{
	sd_notify(0, "STOPPING=1\nSTATUS=Applying what was answered");
}

void
daemon_notify_alive(void)
{
	sd_notify(0, "WATCHDOG=1");
}

int64_t
daemon_notify_alive_ms(void)
{
	uint64_t limit_us = 0;

	if (sd_watchdog_enabled(0, &limit_us) <= 0)
		return 0;
	return (int64_t)(limit_us / 2000); /* half of it, as it asks for */
}
