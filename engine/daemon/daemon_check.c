/*
 * daemon_check.c - scoregated --check: the configuration, the plugins with
 * their settings, the rules file. Plugins are started as for real, on keys
 * and a spool of their own in a folder that is removed after.
 */
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"
#include "broadcast/broadcast.h"
#include "daemon/daemon.h"
#include "daemon/daemon_file.h"
#include "daemon/daemon_http.h"
#include "daemon/daemon_templates.h"
#include "milter/milter.h"

enum { SEGMENT_BYTES = 1 << 20, RULES_FILE_MOST = 1 << 20 };

struct check {
	struct daemon_conf *conf;
	char folder[64];
	struct keys *keys;
	struct spool *spool;
	struct signal_kinds *kinds;
	struct sg_gate *gate;
};

static bool
signal_known(void *arg, const char *name, const char **hint_out)
{
	const struct check *check = arg;

	*hint_out = signal_kinds_who_would(name);
	return signal_kinds_has(check->kinds, name);
}

static bool
score_known(void *arg, const char *name)
{
	const struct check *check = arg;

	for (size_t i = 0; i < check->conf->n_scores; i++)
		if (strcmp(check->conf->scores[i].name, name) == 0)
			return true;
	return false;
}

static bool
band(void *arg, const char *name, const char **score_out, double *from_out,
     double *to_out)
{
	const struct check *check = arg;
	const struct score_band *found =
		score_bands_find(&check->conf->bands, name);

	if (!found)
		return false;
	*score_out = found->score;
	*from_out = found->from;
	*to_out = found->to;
	return true;
}

static void
each_name(void *arg, enum condition_sort sort, condition_name_fn *fn,
	  void *fn_arg)
{
	const struct check *check = arg;

	if (sort == CONDITION_SCORES)
		for (size_t i = 0; i < check->conf->n_scores; i++)
			fn(fn_arg, check->conf->scores[i].name);
	if (sort == CONDITION_SIGNALS)
		for (size_t i = 0; i < signal_kinds_count(check->kinds); i++)
			fn(fn_arg, signal_kinds_at(check->kinds, i).name);
}

/* The rates that scores use, for the limit of eight. */
static void
fill_rates(const struct daemon_conf *conf, struct score_rates *rates)
{
	size_t unused;

	score_rates_init(rates);
	for (size_t i = 0; i < conf->n_scores; i++)
		if (score_rates_index(rates, conf->scores[i].degrade, &unused,
				      NULL) != SG_OK)
			return;
}

/* Plugins' actions are known once their code runs. */
static bool
any_action(void *arg, const char *name)
{
	return strchr(name, '.') != NULL;
}

/* Of a template; NULL: all are there. */
static const char *
missing_file(const struct outbox_template *template)
{
	const char *paths[] = {template->path, template->text_path,
			       template->html_path};

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (paths[i] && access(paths[i], R_OK) != 0)
			return paths[i];
	return NULL;
}

static struct condition_names
names_of(struct check *check)
{
	return (struct condition_names){.arg = check,
					.signal_known = signal_known,
					.score_known = score_known,
					.band = band,
					.timezone = check->conf->timezone,
					.each = each_name};
}

/* Those that are there already. */
static enum sg_status
check_templates(struct check *check, struct sg_err *err)
{
	struct outbox_conf *conf = check->conf->outbox;
	const struct outbox_templates *all = atomic_load(&conf->templates);
	struct condition_names names = names_of(check);
	enum sg_status status = SG_OK;

	conf->has_action = any_action;
	conf->check_template = daemon_template_check;
	conf->template_arg = check->gate;
	for (size_t i = 0; i < all->n && status == SG_OK; i++)
		if (!missing_file(&all->items[i]))
			status = daemon_template_check(
				check->gate, &all->items[i], &names, true, err);
	return status;
}

static enum sg_status
check_rules(struct check *check, struct buf *report, struct sg_err *err)
{
	struct condition_names names = names_of(check);
	const char *path = check->conf->rules_file;
	struct score_rates rates;
	struct rule_context context = {.names = &names};
	struct ruleset *ruleset = NULL;
	struct buf text;
	enum sg_status status;

	if (!check->conf->rules_named && access(path, F_OK) != 0)
		return SG_OK;
	fill_rates(check->conf, &rates);
	context.n_rates = rates.n_rates;
	context.rates = rates.rates;
	context.targets = &check->conf->outbox->targets;
	buf_init(&text, RULES_FILE_MOST);
	status = daemon_rules_read(check->conf, &text, err);
	if (status == SG_OK)
		status = rules_parse(path, buf_text(&text), &context, &ruleset,
				     err);
	if (status == SG_OK)
		buf_printf(report,
			   "%s: rules %zu, automations %zu, sequences %zu\n",
			   path, ruleset->n_rules, ruleset->n_automations,
			   ruleset->n_sequences);
	ruleset_free(ruleset);
	buf_done(&text);
	return status;
}

static enum sg_status
open_parts(struct check *check, struct sg_err *err)
{
	char path[PATH_MAX];
	struct spool_options spool = {.directory = path,
				      .segment_bytes = SEGMENT_BYTES};
	enum sg_status status;

	snprintf(path, sizeof(path), "%s/keys", check->folder);
	status = keys_open(path, 1, &check->keys, err);
	snprintf(path, sizeof(path), "%s/spool", check->folder);
	if (status == SG_OK)
		status = spool_open(&spool, &check->spool, err);
	check->kinds = signal_kinds_new();
	return status;
}

static enum sg_status
check_plugins(struct check *check, struct buf *report, struct sg_err *err)
{
	struct gate_options options = {.keys = check->keys,
				       .spool = check->spool,
				       .kinds = check->kinds};
	enum sg_status status;

	daemon_gate_options(check->conf, &options);
	options.state = check->folder;
	status = daemon_declare_signals(check->conf, check->kinds, err);
	if (status == SG_OK)
		status = gate_open(&options, &check->gate, err);
	if (status == SG_OK)
		status = daemon_load_plugins(check->conf, check->gate, err);
	if (status == SG_OK)
		buf_printf(report, "%zu plugins\n",
			   gate_plugin_count(check->gate));
	return status;
}

/* Root can read them; can the user whom the daemon becomes? */
static enum sg_status
check_keys_owner(const struct daemon_conf *conf, const char *path,
		 struct sg_err *err)
{
	const struct passwd *user =
		geteuid() == 0 ? getpwnam(conf->user) : NULL;
	struct stat st;

	if (!user || user->pw_uid == 0 || stat(path, &st) != 0 ||
	    st.st_uid == user->pw_uid)
		return SG_OK;
	return err_set(err, SG_REFUSED,
		       "%s belongs to user id %u, and scoregated runs as %s: "
		       "chown -R %s: %s",
		       path, (unsigned)st.st_uid, conf->user, conf->user,
		       conf->state_directory);
}

/* Keys that are there must be good; the daemon makes them when absent. */
static enum sg_status
check_keys(const struct daemon_conf *conf, struct sg_err *err)
{
	char path[PATH_MAX];
	struct keys *keys = NULL;
	enum sg_status status;

	daemon_conf_state_path(conf, "keys", path);
	if (access(path, R_OK) != 0)
		return SG_OK;
	status = keys_open(path, 0, &keys, err);
	keys_close(keys);
	return status == SG_OK ? check_keys_owner(conf, path, err) : status;
}

static enum sg_status
check_milter(const struct daemon_conf *conf, struct sg_err *err)
{
	struct milter_options options = {
		.socket = conf_text(conf->milter, "socket"),
		.group = conf_text(conf->milter, "group"),
	};
	char why[256];

	if (!options.socket ||
	    milter_check(&options, why, sizeof(why)) == SG_OK)
		return SG_OK;
	return conf_refuse(conf->milter, "socket", err, "%s", why);
}

static enum sg_status
check_verdicts(const struct daemon_conf *conf, const char *conf_path,
	       struct sg_err *err)
{
	struct verdict_conf *verdicts = NULL;
	enum sg_status status =
		daemon_verdicts_read(conf, conf_path, &verdicts, err);

	if (status == SG_OK)
		verdict_conf_free(verdicts);
	return status;
}

/* What may come later than the file: said, not refused. */
static void
note_missing(const struct daemon_conf *conf, struct buf *report)
{
	const struct outbox_templates *all =
		atomic_load(&conf->outbox->templates);

	if (geteuid() == 0 && conf->user && !getpwnam(conf->user))
		buf_printf(report,
			   "not there yet: the user %s (adduser --system "
			   "--group %s)\n",
			   conf->user, conf->user);
	for (size_t i = 0; i < all->n; i++)
		if (missing_file(&all->items[i]))
			buf_printf(report,
				   "not there yet: template \"%s\", %s\n",
				   all->items[i].name,
				   missing_file(&all->items[i]));
}

static void
close_parts(struct check *check)
{
	gate_close(check->gate);
	spool_close(check->spool);
	signal_kinds_free(check->kinds);
	keys_close(check->keys);
	daemon_conf_free(check->conf);
	daemon_file_remove_tree(check->folder);
}

enum sg_status
daemon_check(const char *conf_path, struct buf *report, struct sg_err *err)
{
	struct check check = {.folder = "/tmp/scoregated-check-XXXXXX"};
	enum sg_status status;

	if (!mkdtemp(check.folder))
		return err_errno(err, SG_FAILED,
				 "cannot make a folder in /tmp");
	status = crypto_start(err);
	if (status == SG_OK)
		status = daemon_conf_read(conf_path, &check.conf, err);
	if (status == SG_OK)
		status = daemon_conf_records(check.conf, err);
	if (status == SG_OK)
		status = check_keys(check.conf, err);
	if (status == SG_OK)
		status = daemon_http_check(check.conf, report, err);
	if (status == SG_OK)
		status = check_milter(check.conf, err);
	if (status == SG_OK)
		status = check_verdicts(check.conf, conf_path, err);
	if (status == SG_OK)
		status = broadcasts_check(check.conf->smtp, err);
	if (status == SG_OK)
		status = open_parts(&check, err);
	if (status == SG_OK)
		status = check_plugins(&check, report, err);
	if (status == SG_OK)
		status = check_templates(&check, err);
	if (status == SG_OK)
		status = check_rules(&check, report, err);
	if (status == SG_OK)
		note_missing(check.conf, report);
	close_parts(&check);
	return status;
}
