/* daemon_rules.c - at the first start the rules file goes into the store;
 * from then on rules live there (`scoregate rules apply`). */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/daemon.h"
#include "daemon/daemon_file.h"

enum { RULES_FILE_MOST = 1 << 20 };

static enum sg_status
parse(struct daemon *daemon, struct store *store, const char *text,
      struct ruleset **ruleset_out, struct sg_err *err)
{
	struct apply_names names;
	struct score_rates rates;
	struct rule_context context = {.names = &names.names};

	scoreboard_rates(daemon->board, &rates);
	context.n_rates = rates.n_rates;
	context.rates = rates.rates;
	context.targets = &daemon->conf->outbox->targets;
	apply_names_init(&names, daemon->apply, store);
	return rules_parse(daemon->conf->rules_file, text, &context,
			   ruleset_out, err);
}

static enum sg_status
load(struct daemon *daemon, const char *text, struct sg_err *err)
{
	struct ruleset *ruleset = NULL;
	struct store *store;
	enum sg_status status =
		store_readers_take(daemon->readers, &store, err);

	if (status != SG_OK)
		return status;
	status = parse(daemon, store, text, &ruleset, err);
	store_readers_give(daemon->readers, store);
	if (status != SG_OK)
		return status;
	status = apply_rules(daemon->apply, ruleset, "first start", false, true,
			     err);
	if (status == SG_OK)
		log_info("loaded %zu rules from %s into the empty store",
			 ruleset->n_rules, daemon->conf->rules_file);
	ruleset_free(ruleset);
	return status;
}

enum sg_status
daemon_rules_read(const struct daemon_conf *conf, struct buf *text,
		  struct sg_err *err)
{
	if (conf->rules_named && access(conf->rules_file, F_OK) != 0 &&
	    errno == ENOENT)
		return conf_refuse(conf->root, "rules", err,
				   "there is no file %s", conf->rules_file);
	return daemon_file_read(conf->rules_file, text, err);
}

enum sg_status
daemon_first_rules(struct daemon *daemon, struct sg_err *err)
{
	const char *path = daemon->conf->rules_file;
	struct apply_status now;
	struct buf text;
	enum sg_status status;

	apply_get_status(daemon->apply, &now);
	if (now.ruleset != 0)
		return SG_OK; /* whatever became of them: not the first start */
	if (!daemon->conf->rules_named && access(path, F_OK) != 0) {
		log_info("no rules yet, and no %s; see scoregate rules apply",
			 path);
		return SG_OK;
	}
	buf_init(&text, RULES_FILE_MOST);
	status = daemon_rules_read(daemon->conf, &text, err);
	if (status == SG_OK)
		status = load(daemon, buf_text(&text), err);
	buf_done(&text);
	return status;
}
