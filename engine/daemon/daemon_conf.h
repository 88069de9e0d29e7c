/*
 * daemon_conf.h - scoregate.conf: the table of every option, and the file read
 * and checked. conf/scoregate.conf and scoregate.conf(5) are checked against
 * this table (tests/unit/daemon_conf_test.c).
 */
#ifndef ENGINE_DAEMON_DAEMON_CONF_H
#define ENGINE_DAEMON_DAEMON_CONF_H

#include <sys/types.h>

#include "apply/bounce_policy.h"
#include "base/conf.h"
#include "base/log.h"
#include "outbox/outbox_conf.h"
#include "score/score_band.h"

extern const struct conf_option daemon_conf_options[];

struct daemon_conf {
	struct conf_section *root;
	/* Sections, borrowed from root. */
	const struct conf_section *http, *milter, *mail, *consent, *pages,
		*spool, *smtp;
	const struct conf_section *signals;
	const char *state_directory, *user,
		*group; /* group NULL = the user's */
	const char *timezone;
	char *rules_file; /* for an empty store */
	bool rules_named; /* the file says so: it must be there */
	enum log_level log_level;
	enum log_form log_form;
	int64_t checkpoint_ms;
	int64_t retention_ms; /* 0 = all is kept */
	bool create_contacts;
	struct bounce_policy bounces;
	mode_t milter_mode;
	int spool_sync_ms;
	bool spool_sync_every;
	/* "lead" first, whether configured or not. */
	struct score_settings scores[SCORES_MOST];
	size_t n_scores;
	struct score_bands bands;
	struct outbox_conf *outbox;
	int64_t sweep_ms;
};

/* SG_REFUSED: "scoregate.conf:12: …". SG_FAILED: it cannot be read. */
enum sg_status daemon_conf_read(const char *path, struct daemon_conf **conf_out,
				struct sg_err *err) MUST_CHECK;
/* From text, for tests; `path` is where it would stand. */
enum sg_status daemon_conf_parse(const char *path, const char *text,
				 struct daemon_conf **conf_out,
				 struct sg_err *err) MUST_CHECK;
void daemon_conf_free(struct daemon_conf *conf);
/* Appends "smtp, plugin "form"": what a reload of the fresh one does not
 * take. */
void daemon_conf_differs(const struct daemon_conf *old,
			 const struct daemon_conf *fresh, struct buf *names);

/* STATE/name, into a path of PATH_MAX bytes. Returns `path`. */
char *daemon_conf_state_path(const struct daemon_conf *conf, const char *name,
			     char *path);

/* daemon_conf_records.c: the modules and fields of the file are the process's
 * from now on, instead of those of another file. At the start, before the
 * first thread: not for a reload. SG_REFUSED as above. */
enum sg_status daemon_conf_records(const struct daemon_conf *conf,
				   struct sg_err *err) MUST_CHECK;

#endif
