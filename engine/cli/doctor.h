/*
 * doctor.h - scoregate doctor: what the files doctor_*.c share. Each looks at
 * one thing, reads what it can, changes nothing, and says in one line what is
 * well, what is wrong, and how to mend it.
 */
#ifndef ENGINE_CLI_DOCTOR_H
#define ENGINE_CLI_DOCTOR_H

#include <limits.h>

#include "base/conf.h"
#include "base/pool.h"
#include "cli/cli.h"

enum doctor_level { DOCTOR_OK, DOCTOR_WARN, DOCTOR_FAIL };

struct doctor {
	struct cli *cli;
	struct pool *pool;
	const struct conf_section *conf; /* a part of scoregate.conf */
	const char *postfix;		 /* folder of main.cf */
	const char *sendmail;		 /* sendmail.mc */
	bool offline;			 /* no names, no network */
	struct json *items;
	enum doctor_level worst;
};

/* `about` is a word or two ("keys"); mend NULL: nothing is to be done. */
void doctor_say(struct doctor *doctor, enum doctor_level level,
		const char *about, const char *mend, const char *format, ...)
	PRINTF_LIKE(5, 6);

/* A path in the configuration's `state`; in the pool. */
const char *doctor_state_path(const struct doctor *doctor, const char *name);
/* Where the milter's Unix socket is; NULL: it is none. */
const char *doctor_milter_path(const struct doctor *doctor);

/* doctor_check.c */
void doctor_check(struct doctor *doctor, const char *config);
/* doctor_own.c */
void doctor_names(struct doctor *doctor); /* public_url, domains */
void doctor_keys(struct doctor *doctor);
void doctor_disk(struct doctor *doctor);
void doctor_socket(struct doctor *doctor);
/* doctor_postfix.c, doctor_domain.c, doctor_sendmail.c */
void doctor_mta(struct doctor *doctor);
void doctor_look_at_postfix(struct doctor *doctor);
struct postfix_conf;
void doctor_look_at_domain(struct doctor *doctor,
			   const struct postfix_conf *conf);
void doctor_look_at_sendmail(struct doctor *doctor);
/* doctor_net.c */
void doctor_dns(struct doctor *doctor);
void doctor_public(struct doctor *doctor);
/* doctor_daemon.c */
void doctor_daemon(struct doctor *doctor);
void doctor_clock(struct doctor *doctor);

#endif
