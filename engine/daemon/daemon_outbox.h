/* daemon_outbox.h - the outbox with the parts that make mails and run plugins'
 * actions for it. */
#ifndef ENGINE_DAEMON_DAEMON_OUTBOX_H
#define ENGINE_DAEMON_DAEMON_OUTBOX_H

#include "daemon/daemon.h"

/* After the broadcasts are open, before the applier has anything to do. */
enum sg_status daemon_outbox_open(struct daemon *daemon,
				  struct sg_err *err) MUST_CHECK;
enum sg_status daemon_outbox_start(struct daemon *daemon,
				   struct sg_err *err) MUST_CHECK;
/* For apply_options.outbox_wake. */
void daemon_outbox_wake(void *daemon);

#endif
