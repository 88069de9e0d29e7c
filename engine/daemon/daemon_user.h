/*
 * daemon_user.h - whom the daemon runs as. Started as root it makes the
 * folders it needs, gives them to the configured user, and becomes that user
 * before it opens anything; of root it keeps the right to ports below 1024 if
 * the configuration names one. Before the first thread.
 */
#ifndef ENGINE_DAEMON_DAEMON_USER_H
#define ENGINE_DAEMON_DAEMON_USER_H

#include "daemon/daemon_conf.h"

enum sg_status daemon_user_become(const struct daemon_conf *conf,
				  struct sg_err *err) MUST_CHECK;

#endif
