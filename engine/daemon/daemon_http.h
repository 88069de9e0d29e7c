/*
 * daemon_http.h - the web front as the configuration wants it: `http { … }`,
 * its listeners (or the sockets that systemd hands over), what it trusts and
 * what it limits, its certificates.
 */
#ifndef ENGINE_DAEMON_DAEMON_HTTP_H
#define ENGINE_DAEMON_DAEMON_HTTP_H

#include "daemon/daemon_conf.h"
#include "http/http.h"

struct daemon;

extern const struct conf_option daemon_http_options[];

/* One of the addresses that the section lists. */
struct daemon_listen {
	enum http_face face;
	bool tls;
	const char *option, *address;
};
enum { DAEMON_LISTEN_MOST = 32, DAEMON_LISTEN_ADDRESS_MOST = 256 };
/* Each in turn, in the order of the options; SG_OK from fn goes on. */
typedef enum sg_status daemon_listen_fn(void *arg,
					const struct daemon_listen *listen,
					struct sg_err *err);
enum sg_status daemon_http_each(const struct daemon_conf *conf,
				daemon_listen_fn *fn, void *arg,
				struct sg_err *err) MUST_CHECK;

/* Everything that can be wrong with the section, without opening anything but
 * the certificates: SG_REFUSED with file and line. `report` (may be NULL)
 * hears of what need not be wrong. */
enum sg_status daemon_http_check(const struct daemon_conf *conf,
				 struct buf *report,
				 struct sg_err *err) MUST_CHECK;

enum sg_status daemon_http_start(struct daemon *daemon,
				 struct sg_err *err) MUST_CHECK;
void daemon_http_stop(struct daemon *daemon);
/* Trust, limits, certificates of the section in `fresh`; what is wrong leaves
 * all as it was. */
enum sg_status daemon_http_reload(struct daemon *daemon,
				  const struct daemon_conf *fresh,
				  struct sg_err *err) MUST_CHECK;

/*
 * daemon_sockets.c: sockets that somebody opened for us before we were started
 * (sd_listen_fds(3)), by their names: public, tls, private, socket; one without
 * a name is the public one.
 */
enum { DAEMON_SOCKETS_MOST = 32 };
struct daemon_sockets {
	size_t n;
	struct {
		int fd;
		enum http_face face;
		bool tls;
	} each[DAEMON_SOCKETS_MOST];
};
/* SG_REFUSED: one has a name that says nothing to us. Once a process. */
enum sg_status daemon_sockets_take(struct daemon_sockets *sockets,
				   struct sg_err *err) MUST_CHECK;

#endif
