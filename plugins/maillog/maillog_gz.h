/*
 * maillog_gz.h - rotated logs that logrotate has packed (gzip, RFC 1952): read
 * when they are needed, after a long rest. One thread.
 */
#ifndef PLUGINS_MAILLOG_MAILLOG_GZ_H
#define PLUGINS_MAILLOG_MAILLOG_GZ_H

#include <stddef.h>

/* The first bytes of what is packed in `fd`; how many there are. */
size_t gz_begin(int fd, unsigned char *bytes, size_t most);

/* All of it as a file without a name, as old as the packed one; the caller
 * closes it. -1: it is damaged, over 4 GB, or there is no room in /tmp. */
int gz_unpack(int fd);

#endif
