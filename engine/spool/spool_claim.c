/*
 * spool_claim.c - one process on this machine has a spool of one id open. The
 * lock on the folder does not see a copy of it; an abstract Unix socket with
 * the id for its name does, and goes with the process. A copy on another
 * machine is found by the store, if they share one (store_position_set()).
 */
#include "spool/spool_private.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { NAME_AT = 1 /* abstract: the first byte is NUL */ };

static socklen_t
make_name(const struct spool *spool, struct sockaddr_un *name)
{
	static const char begin[] = "scoregate-spool-";
	size_t len = sizeof(begin) - 1;

	memset(name, 0, sizeof(*name));
	name->sun_family = AF_UNIX;
	memcpy(name->sun_path + NAME_AT, begin, len);
	for (size_t i = 0; i < SPOOL_ID_SIZE; i++, len += 2)
		snprintf(name->sun_path + NAME_AT + len, 3, "%02x",
			 spool->id[i]);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + NAME_AT +
			   len);
}

enum sg_status
spool_claim_id(struct spool *spool, struct sg_err *err)
{
	struct sockaddr_un name;
	socklen_t len = make_name(spool, &name);

	spool->id_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (spool->id_fd >= 0 &&
	    bind(spool->id_fd, (const struct sockaddr *)&name, len) == 0)
		return SG_OK;
	if (errno == EADDRINUSE)
		return err_set(err, SG_BUSY,
			       "the spool in %s has the id of one that another "
			       "process has open: one of them is a copy of the "
			       "other. To start with this copy of the state, "
			       "remove the copied spool",
			       spool->options.directory);
	return err_errno(err, SG_FAILED, "cannot claim the id of the spool");
}
