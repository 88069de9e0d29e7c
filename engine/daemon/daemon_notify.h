/* daemon_notify.h - the door to systemd: what it is told, and how often it
 * wants to hear that we live. Without systemd these do nothing. */
#ifndef ENGINE_DAEMON_DAEMON_NOTIFY_H
#define ENGINE_DAEMON_DAEMON_NOTIFY_H

#include <stdint.h>

void daemon_notify_ready(const char *status);
void daemon_notify_reloading(int64_t monotonic_ms);
void daemon_notify_stopping(void);
void daemon_notify_alive(void);
/* How often daemon_notify_alive() must be called; 0 = never. */
int64_t daemon_notify_alive_ms(void);

#endif
