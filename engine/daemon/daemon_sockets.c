/* daemon_sockets.c - see daemon_http.h; sd_listen_fds(3). */
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "daemon/daemon_http.h"

static const struct {
	const char *name;
	enum http_face face;
	bool tls;
} names[] = {
	{"public", HTTP_PUBLIC, false},	  {"tls", HTTP_PUBLIC, true},
	{"private", HTTP_PRIVATE, false}, {"socket", HTTP_LOCAL, false},
	{"unknown", HTTP_PUBLIC, false}, /* what sd_listen_fds says for none */
	{"", HTTP_PUBLIC, false},
};

static enum sg_status
take_one(struct daemon_sockets *sockets, int fd, const char *name,
	 struct sg_err *err)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i].name, name) == 0) {
			sockets->each[sockets->n].fd = fd;
			sockets->each[sockets->n].face = names[i].face;
			sockets->each[sockets->n].tls = names[i].tls;
			sockets->n++;
			return SG_OK;
		}
	return err_set(err, SG_REFUSED,
		       "a socket called `%.64s` was handed to us: expected "
		       "FileDescriptorName=public, tls, private or socket",
		       name);
}

static void
free_names(char **given, int n)
{
	for (int i = 0; given && i < n; i++)
		free(given[i]);
	free(given);
}

enum sg_status
daemon_sockets_take(struct daemon_sockets *sockets, struct sg_err *err)
{
	char **given = NULL;
	int n = sd_listen_fds_with_names(1, &given);
	enum sg_status status = SG_OK;

	sockets->n = 0;
	if (n > DAEMON_SOCKETS_MOST)
		status = err_set(err, SG_REFUSED,
				 "more than %d sockets were handed to us",
				 DAEMON_SOCKETS_MOST);
	for (int i = 0; status == SG_OK && i < n; i++)
		status = take_one(sockets, SD_LISTEN_FDS_START + i,
				  given && given[i] ? given[i] : "", err);
	free_names(given, n);
	return status;
}
