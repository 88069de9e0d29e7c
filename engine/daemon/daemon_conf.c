/* daemon_conf.c - scoregate.conf as the daemon uses it; see daemon_conf.h. */
#include "daemon/daemon_conf.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/idn.h"
#include "base/text.h"

enum { SYNC_MOST_MS = 1000 };

static const struct conf_section *
only(const struct conf_section *root, const char *name)
{
	return conf_section_at(root, name, 0);
}

static enum sg_status
take_log(struct daemon_conf *conf, struct sg_err *err)
{
	static const char *const forms[] = {[LOG_FORM_AUTO] = "auto",
					    [LOG_FORM_JOURNAL] = "journal",
					    [LOG_FORM_TERMINAL] = "terminal"};
	const struct conf_section *log = only(conf->root, "log");
	const char *level = conf_text(log, "level");
	const char *to = conf_text(log, "to");
	struct sg_err why;

	if (log_level_parse(level, &conf->log_level, &why) != SG_OK)
		return conf_refuse(log, "level", err, "%s, not `%s`", why.text,
				   level);
	for (int i = LOG_FORM_AUTO; i <= LOG_FORM_TERMINAL; i++)
		if (text_equal_ascii(to, forms[i])) {
			conf->log_form = (enum log_form)i;
			return SG_OK;
		}
	return conf_refuse(log, "to", err,
			   "expected auto, journal or terminal, not `%s`", to);
}

static enum sg_status
take_spool(struct daemon_conf *conf, struct sg_err *err)
{
	const char *sync = conf_text(conf->spool, "sync");
	int64_t ms = 5;

	conf->spool_sync_every = text_equal_ascii(sync, "answer");
	if (!conf->spool_sync_every &&
	    (clock_parse_duration(sync, &ms, NULL) != SG_OK || ms < 1 ||
	     ms > SYNC_MOST_MS))
		return conf_refuse(conf->spool, "sync", err,
				   "`sync` in `spool`: expected 1ms to %dms, "
				   "or answer, not `%s`",
				   SYNC_MOST_MS, sync);
	conf->spool_sync_ms = (int)ms;
	return SG_OK;
}

/* Names stand in conditions between quotes and in URLs. */
static bool
is_score_name(const char *name)
{
	return *name && strlen(name) < SCORE_NAME_MOST &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789_-.:")] == '\0';
}

/* How long a suppression lasts: 0 = never expires. */
static enum sg_status
take_expiry(const struct conf_section *section, const char *name,
	    int64_t *ms_out, struct sg_err *err)
{
	const char *text = conf_text(section, name);

	*ms_out = 0;
	if (text_equal_ascii(text, "never"))
		return SG_OK;
	if (clock_parse_duration(text, ms_out, NULL) != SG_OK ||
	    *ms_out < 60000)
		return conf_refuse(section, name, err,
				   "`%s` in `bounces`: expected a duration of "
				   "a minute or more, as 90d, or never, not "
				   "`%s`",
				   name, text);
	return SG_OK;
}

static enum sg_status
take_bounces(struct daemon_conf *conf, struct sg_err *err)
{
	const struct conf_section *section = only(conf->root, "bounces");
	struct bounce_policy *to = &conf->bounces;

	to->soft_budget = conf_int(section, "soft_budget");
	to->soft_window_ms = conf_int(section, "soft_window");
	if (take_expiry(section, "soft_expires", &to->soft_expires_ms, err) !=
	    SG_OK)
		return SG_REFUSED;
	return take_expiry(section, "hard_expires", &to->hard_expires_ms, err);
}

/* A number, or none. */
static enum sg_status
take_limit(const struct conf_section *section, const char *name, bool *has_out,
	   double *number_out, struct sg_err *err)
{
	const char *text = conf_text(section, name);

	*has_out = text && !text_equal_ascii(text, "none");
	if (*has_out && !text_to_number(text, number_out))
		return conf_refuse(section, name, err,
				   "`%s`: expected a number or "
				   "none, not `%s`",
				   name, text);
	return SG_OK;
}

static enum sg_status
take_score(const struct conf_section *section, struct score_settings *score,
	   struct sg_err *err)
{
	if (!is_score_name(conf_title(section)))
		return conf_refuse(section, NULL, err,
				   "a score's name is 1 to %d letters, digits "
				   "and _-.:",
				   SCORE_NAME_MOST - 1);
	snprintf(score->name, sizeof(score->name), "%s", conf_title(section));
	score->degrade = conf_number(section, "degrade");
	score->degrade_negative = conf_bool(section, "degrade_negative");
	if (take_limit(section, "default", &score->has_default,
		       &score->default_points, err) != SG_OK ||
	    take_limit(section, "floor", &score->has_floor, &score->floor,
		       err) != SG_OK ||
	    take_limit(section, "ceiling", &score->has_ceiling, &score->ceiling,
		       err) != SG_OK)
		return SG_REFUSED;
	if (score->has_floor && score->has_ceiling &&
	    score->floor > score->ceiling)
		return conf_refuse(section, "floor", err,
				   "the floor of score \"%s\" is above its "
				   "ceiling",
				   score->name);
	return SG_OK;
}

static enum sg_status
take_scores(struct daemon_conf *conf, struct sg_err *err)
{
	size_t n = conf_section_count(conf->root, "score");
	struct score_rates rates;
	size_t unused;

	score_rates_init(&rates);
	conf->n_scores = 1;
	snprintf(conf->scores[0].name, SCORE_NAME_MOST, "lead");
	conf->scores[0].degrade_negative = true;
	for (size_t i = 0; i < n; i++) {
		const struct conf_section *section =
			conf_section_at(conf->root, "score", i);
		struct score_settings *score = &conf->scores[0];
		struct sg_err why;

		if (strcmp(conf_title(section), "lead") != 0) {
			if (conf->n_scores == SCORES_MOST)
				return conf_refuse(section, NULL, err,
						   "more than %d scores",
						   SCORES_MOST);
			score = &conf->scores[conf->n_scores++];
		}
		if (take_score(section, score, err) != SG_OK)
			return SG_REFUSED;
		if (score_rates_index(&rates, score->degrade, &unused, &why) !=
		    SG_OK)
			return conf_refuse(section, "degrade", err, "%s",
					   why.text);
	}
	return SG_OK;
}

static bool
has_score(const struct daemon_conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->n_scores; i++)
		if (strcmp(conf->scores[i].name, name) == 0)
			return true;
	return false;
}

static enum sg_status
take_band(const struct daemon_conf *conf, const struct conf_section *section,
	  struct score_band *band, struct sg_err *err)
{
	const char *score = conf_text(section, "score");
	bool has_from, has_to;

	if (!is_score_name(conf_title(section)))
		return conf_refuse(section, NULL, err,
				   "a band's name is 1 to %d letters, digits "
				   "and _-.:",
				   SCORE_NAME_MOST - 1);
	if (!has_score(conf, score))
		return conf_refuse(section, "score", err,
				   "band \"%s\": there is no score \"%.64s\"",
				   conf_title(section), score);
	snprintf(band->name, sizeof(band->name), "%s", conf_title(section));
	snprintf(band->score, sizeof(band->score), "%s", score);
	if (take_limit(section, "from", &has_from, &band->from, err) != SG_OK ||
	    take_limit(section, "to", &has_to, &band->to, err) != SG_OK)
		return SG_REFUSED;
	if (!has_from)
		band->from = -INFINITY;
	if (!has_to)
		band->to = INFINITY;
	if ((has_from || has_to) && band->from < band->to)
		return SG_OK;
	return conf_refuse(section, has_to ? "to" : NULL, err,
			   "band \"%s\": expected `from`, `to`, or both with "
			   "`from` below `to`",
			   band->name);
}

static enum sg_status
take_bands(struct daemon_conf *conf, struct sg_err *err)
{
	size_t n = conf_section_count(conf->root, "band");

	for (size_t i = 0; i < n; i++) {
		const struct conf_section *section =
			conf_section_at(conf->root, "band", i);

		if (i == SCORE_BANDS_MOST)
			return conf_refuse(section, NULL, err,
					   "more than %d bands",
					   SCORE_BANDS_MOST);
		if (take_band(conf, section, &conf->bands.bands[i], err) !=
		    SG_OK)
			return SG_REFUSED;
		conf->bands.n = i + 1;
	}
	return SG_OK;
}

/* What libmilter takes, and a bare path; it would not say what is wrong. */
static bool
is_socket(const char *socket)
{
	const char *at = strchr(socket, '@');

	if (text_starts_ascii(socket, "unix:"))
		return socket[5] == '/';
	if (text_starts_ascii(socket, "local:"))
		return socket[6] == '/';
	if (text_starts_ascii(socket, "inet:") ||
	    text_starts_ascii(socket, "inet6:"))
		return at && at[1];
	return socket[0] == '/';
}

static enum sg_status
take_milter(struct daemon_conf *conf, struct sg_err *err)
{
	const char *mode = conf_text(conf->milter, "mode");
	const char *socket = conf_text(conf->milter, "socket");
	size_t len = strlen(mode);

	if (len < 3 || len > 4 || mode[strspn(mode, "01234567")])
		return conf_refuse(conf->milter, "mode", err,
				   "`mode` in `milter`: expected three or four "
				   "octal digits, as 0660, not `%s`",
				   mode);
	if (socket && !is_socket(socket))
		return conf_refuse(conf->milter, "socket", err,
				   "`socket` in `milter`: expected unix:/path "
				   "or inet:port@host, not `%s`",
				   socket);
	conf->milter_mode = (mode_t)strtoul(mode, NULL, 8);
	return SG_OK;
}

/* Domains and addresses go into headers and envelopes as they stand here. */
static enum sg_status
check_mail_names(const struct conf_section *root, struct sg_err *err)
{
	const char *domain = conf_text(root, "bounce_domain");
	const char *address = conf_text(root, "unsubscribe_address");
	struct buf ascii = BUF_INIT;
	struct sg_err why;
	enum sg_status status = SG_OK;

	if (domain && idn_to_ascii(&ascii, domain, &why) != SG_OK)
		status = conf_refuse(root, "bounce_domain", err,
				     "`bounce_domain`: %s", why.text);
	else if (address &&
		 (!strchr(address, '@') || strpbrk(address, " \t\r\n<>,;\"")))
		status = conf_refuse(root, "unsubscribe_address", err,
				     "`unsubscribe_address`: expected an "
				     "address as leave@bounces.example.com");
	buf_done(&ascii);
	return status;
}

static enum sg_status
check_public_url(const struct conf_section *root, struct sg_err *err)
{
	const char *url = conf_text(root, "public_url");
	size_t len;

	if (!url)
		return SG_OK;
	len = strlen(url);
	if ((!text_starts_ascii(url, "https://") &&
	     !text_starts_ascii(url, "http://")) ||
	    url[len - 1] == '/' || strpbrk(url, " \t\"'<>?#\\"))
		return conf_refuse(root, "public_url", err,
				   "`public_url`: expected "
				   "https://HOST without a slash at the end, "
				   "not `%s`",
				   url);
	return SG_OK;
}

/* rules.conf beside the configuration, when the file names none. */
static char *
rules_path(const char *path, const char *named)
{
	const char *slash = strrchr(path, '/');
	int folder = slash && (!named || named[0] != '/')
			     ? (int)(slash + 1 - path)
			     : 0;
	size_t size = strlen(path) + (named ? strlen(named) : 0) + 16;
	char *made = malloc(size);

	if (made)
		snprintf(made, size, "%.*s%s", folder, path,
			 named ? named : "rules.conf");
	return made;
}

static enum sg_status
take_rest(struct daemon_conf *conf, const char *path, struct sg_err *err)
{
	struct conf_section *root = conf->root;
	const char *rules = conf_text(root, "rules");
	struct sg_err why;

	conf->state_directory = conf_text(root, "state");
	conf->user = conf_text(root, "user");
	conf->group = conf_text(root, "group");
	conf->timezone = conf_text(root, "timezone");
	conf->checkpoint_ms = conf_int(root, "checkpoint");
	conf->retention_ms = conf_int(root, "retention");
	conf->create_contacts = conf_bool(only(root, "contacts"), "create");
	conf->rules_named = rules != NULL;
	conf->rules_file = rules_path(path, rules);
	if (!conf->rules_file)
		return err_set(err, SG_FAILED, "out of memory");
	if (conf->state_directory[0] != '/' ||
	    strlen(conf->state_directory) > PATH_MAX / 2)
		return conf_refuse(root, "state", err,
				   "`state`: expected a path that "
				   "begins with /");
	if (conf->retention_ms > 0 && conf->retention_ms < 7 * CLOCK_DAY_MS)
		return conf_refuse(root, "retention", err,
				   "`retention`: expected 7d or more, or 0s "
				   "for all");
	if (clock_check_timezone(conf->timezone, &why) != SG_OK)
		return conf_refuse(root, "timezone", err, "`timezone`: %s",
				   why.text);
	return SG_OK;
}

/* Takes root. */
static enum sg_status
take(struct conf_section *root, const char *path, struct daemon_conf **conf_out,
     struct sg_err *err)
{
	struct daemon_conf *conf = calloc(1, sizeof(*conf));
	enum sg_status status;

	if (!conf) {
		conf_free(root);
		return err_set(err, SG_FAILED, "out of memory");
	}
	conf->root = root;
	conf->http = only(root, "http");
	conf->milter = only(root, "milter");
	conf->mail = only(root, "mail");
	conf->consent = only(root, "consent");
	conf->pages = only(root, "pages");
	conf->spool = only(root, "spool");
	conf->smtp = only(root, "smtp");
	conf->signals = only(root, "signals");
	conf->sweep_ms = conf_int(root, "sweep");
	status = take_rest(conf, path, err);
	if (status == SG_OK)
		status = take_log(conf, err);
	if (status == SG_OK)
		status = take_spool(conf, err);
	if (status == SG_OK)
		status = check_public_url(conf->root, err);
	if (status == SG_OK)
		status = check_mail_names(conf->root, err);
	if (status == SG_OK)
		status = take_milter(conf, err);
	if (status == SG_OK)
		status = take_bounces(conf, err);
	if (status == SG_OK)
		status = take_scores(conf, err);
	if (status == SG_OK)
		status = take_bands(conf, err);
	if (status == SG_OK)
		status = outbox_conf_read(root, &conf->outbox, err);
	if (status != SG_OK) {
		daemon_conf_free(conf);
		return status;
	}
	*conf_out = conf;
	return SG_OK;
}

enum sg_status
daemon_conf_read(const char *path, struct daemon_conf **conf_out,
		 struct sg_err *err)
{
	struct conf_section *root;
	enum sg_status status =
		conf_parse_file(path, daemon_conf_options, &root, err);

	return status == SG_OK ? take(root, path, conf_out, err) : status;
}

enum sg_status
daemon_conf_parse(const char *path, const char *text,
		  struct daemon_conf **conf_out, struct sg_err *err)
{
	struct conf_section *root;
	enum sg_status status =
		conf_parse(path, text, 1, daemon_conf_options, &root, err);

	return status == SG_OK ? take(root, path, conf_out, err) : status;
}

void
daemon_conf_free(struct daemon_conf *conf)
{
	if (!conf)
		return;
	outbox_conf_free(conf->outbox);
	conf_free(conf->root);
	free(conf->rules_file);
	free(conf);
}

char *
daemon_conf_state_path(const struct daemon_conf *conf, const char *name,
		       char *path)
{
	snprintf(path, PATH_MAX, "%s/%s", conf->state_directory, name);
	return path;
}
