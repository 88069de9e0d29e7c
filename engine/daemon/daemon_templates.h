/*
 * daemon_templates.h - the templates that the configuration names: read from
 * their files, looked at before anybody is to get a mail of them.
 */
#ifndef ENGINE_DAEMON_DAEMON_TEMPLATES_H
#define ENGINE_DAEMON_DAEMON_TEMPLATES_H

#include "daemon/daemon.h"

/* As an .eml file, whatever it is made of. */
enum sg_status daemon_template_read(const struct outbox_template *template,
				    struct buf *to,
				    struct sg_err *err) MUST_CHECK;
/* What the outbox's configuration asks (check_template): file, line, column.
 * `arg`: the gate, whose plugins may answer what a link leads to. */
enum sg_status daemon_template_check(void *arg,
				     const struct outbox_template *template,
				     const struct condition_names *names,
				     bool confirms,
				     struct sg_err *err) MUST_CHECK;

/* Looks at all there are, and for those that rules in force name: what is
 * wrong is logged; a start goes on without. */
enum sg_status daemon_templates_start(struct daemon *daemon,
				      struct sg_err *err) MUST_CHECK;
/* The same with those of the fresh configuration, which then are in force.
 * SG_REFUSED: the first that is wrong; none of them is taken. */
enum sg_status daemon_templates_reload(struct daemon *daemon,
				       const struct daemon_conf *fresh,
				       struct sg_err *err) MUST_CHECK;

#endif
