/*
 * postfix_conf.h - main.cf and master.cf as they stand in a folder
 * (postconf(5), master(5)): continuation lines, comments, $name and ${name}. No
 * program is run: what postconf -n would say of what is set, with the defaults
 * of the few parameters that are asked for.
 */
#ifndef ENGINE_CLI_POSTFIX_CONF_H
#define ENGINE_CLI_POSTFIX_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/pool.h"

enum { POSTFIX_SETTINGS_MOST = 2000, POSTFIX_SERVICES_MOST = 200 };

struct postfix_setting {
	const char *name, *value;
};

struct postfix_service {
	const char *name, *type, *command; /* "smtp", "inet", "smtpd" */
	bool chroot;
	struct postfix_setting *settings; /* of its -o */
	size_t n_settings;
};

struct postfix_conf {
	struct pool *pool;
	struct postfix_setting settings[POSTFIX_SETTINGS_MOST];
	size_t n_settings;
	struct postfix_service services[POSTFIX_SERVICES_MOST];
	size_t n_services;
};

/* SG_NONE: no main.cf there. A master.cf that cannot be read has no services.
 */
enum sg_status postfix_conf_read(struct pool *pool, const char *folder,
				 struct postfix_conf **conf_out,
				 struct sg_err *err) MUST_CHECK;

/* Expanded; "" when it is not set and has no default that matters here. A
 * service's own (-o) goes before; service NULL: main.cf's. In the pool. */
const char *postfix_conf_get(const struct postfix_conf *conf,
			     const struct postfix_service *service,
			     const char *name);

/* The next of a list's items, of which {…} is one; NULL: no more. In the pool.
 */
const char *postfix_conf_item(const struct postfix_conf *conf,
			      const char **list);

#endif
