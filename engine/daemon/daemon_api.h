/* daemon_api.h - the API's resources given what they work on. */
#ifndef ENGINE_DAEMON_DAEMON_API_H
#define ENGINE_DAEMON_DAEMON_API_H

#include "daemon/daemon.h"

/* Fills daemon->routes: before the first listener. */
enum sg_status daemon_api_open(struct daemon *daemon,
			       struct sg_err *err) MUST_CHECK;
void daemon_api_close(struct daemon *daemon);

#endif
