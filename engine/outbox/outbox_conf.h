/*
 * outbox_conf.h - what automations may call: `webhook "crm" { … }`, `team`,
 * `template` and `outbox { … }` of the configuration.
 */
#ifndef ENGINE_OUTBOX_OUTBOX_CONF_H
#define ENGINE_OUTBOX_OUTBOX_CONF_H

#include <stdatomic.h>

#include "apply/apply.h"
#include "base/conf.h"

extern const struct conf_option outbox_options_table[];
extern const struct conf_option outbox_webhook_options[];
extern const struct conf_option outbox_team_options[];
extern const struct conf_option outbox_template_options[];

enum { OUTBOX_HEADERS_MOST = 16, OUTBOX_THREADS_MOST = 16 };

struct outbox_webhook {
	const char *name, *url;
	const char *secret; /* NULL = not signed */
	size_t n_headers;
	const char *headers[OUTBOX_HEADERS_MOST]; /* "Name: value" */
	int64_t timeout_ms;
};

/* An .eml file, or a subject with a text, HTML or both. */
struct outbox_template {
	const char *name, *path; /* path NULL: it is in parts */
	const char *subject, *text_path, *html_path;
	const char *from;      /* NULL = the template's */
	const char *conf_file; /* where it stands in the configuration */
	unsigned conf_line;
};
/* Immutable; replaced as a whole by a reload, the old ones stay. */
struct outbox_templates {
	size_t n;
	struct outbox_template *items;
};

struct outbox_conf {
	struct pool *pool;
	size_t n_webhooks, n_teams;
	struct outbox_webhook *webhooks;
	struct apply_team *teams;
	const struct outbox_templates *_Atomic templates;
	const char *from; /* of notices; NULL = made of the host's name */
	int64_t retry_ms, retry_most_ms, keep_ms;
	unsigned tries, threads;
	/* Is there a plugin's action of that name? NULL = none. Set by the
	 * composition root once plugins are loaded. */
	bool (*has_action)(void *arg, const char *name);
	void *action_arg;
	/* Can mails be made of that template, that a form sends perhaps? NULL =
	 * not looked at. Set by the composition root. */
	enum sg_status (*check_template)(void *arg,
					 const struct outbox_template *template,
					 const struct condition_names *names,
					 bool confirms, struct sg_err *err);
	void *template_arg;
	struct automation_names targets;
};

/* `root` has the sections above. Paths are beside its file. */
enum sg_status outbox_conf_read(const struct conf_section *root,
				struct outbox_conf **conf_out,
				struct sg_err *err) MUST_CHECK;
void outbox_conf_free(struct outbox_conf *conf);
const struct outbox_webhook *outbox_conf_webhook(const struct outbox_conf *conf,
						 const char *name);
const struct outbox_template *
outbox_conf_template(const struct outbox_conf *conf, const char *name);
/* From now on those of `fresh`. One thread at a time. */
void outbox_conf_take_templates(struct outbox_conf *conf,
				const struct outbox_conf *fresh);

#endif
