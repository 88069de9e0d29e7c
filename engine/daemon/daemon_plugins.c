/* daemon_plugins.c - which plugins are loaded, from where, with what. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "daemon/daemon.h"
#include "gate/mail_senders.h"
#include "outbox/outbox_conf.h"
#include "signal/field_type.h"
#include "store/store_message.h"

/* Those of plugins stand behind those of the configuration, which may say more
 * about the same one. */
static enum sg_status
add_score(struct daemon_conf *conf, const char *name, struct sg_err *err)
{
	struct score_settings *score;

	for (size_t i = 0; i < conf->n_scores; i++)
		if (strcmp(conf->scores[i].name, name) == 0)
			return SG_OK;
	if (conf->n_scores == SCORES_MOST)
		return err_set(err, SG_REFUSED,
			       "more than %d scores, with that of a plugin, "
			       "\"%s\"",
			       SCORES_MOST, name);
	score = &conf->scores[conf->n_scores++];
	snprintf(score->name, sizeof(score->name), "%s", name);
	score->degrade_negative = true;
	return SG_OK;
}

enum sg_status
daemon_load_plugins(struct daemon_conf *conf, struct sg_gate *gate,
		    struct sg_err *err)
{
	enum sg_status status = gate_load_configured(gate, conf->root, err);
	const char *name;

	for (size_t i = 0;
	     status == SG_OK && (name = gate_score_at(gate, i)) != NULL; i++)
		status = add_score(conf, name, err);
	return status;
}

enum sg_status
daemon_declare_signals(const struct daemon_conf *conf,
		       struct signal_kinds *kinds, struct sg_err *err)
{
	size_t n = conf_list_count(conf->signals, "names");

	for (size_t i = 0; i < n; i++) {
		struct signal_kind_info info = {
			.name = conf_list_at(conf->signals, "names", i),
			.plugin = "configuration",
			.properties = "",
			.summary = "named in the configuration",
		};
		struct sg_err why;

		if (signal_kinds_add(kinds, &info, &why) != SG_OK)
			return conf_refuse(conf->signals, "names", err, "%s",
					   why.text);
	}
	return SG_OK;
}

static bool
is_score(const struct daemon_conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->n_scores; i++)
		if (strcmp(conf->scores[i].name, name) == 0)
			return true;
	return strcmp(name, "lead") == 0;
}

static bool
is_named(const void *arg, enum sg_named what, const char *name)
{
	const struct daemon_conf *conf = arg;

	switch (what) {
	case SG_NAMED_TEMPLATE:
		return outbox_conf_template(conf->outbox, name) != NULL;
	case SG_NAMED_SCORE:
		return is_score(conf, name);
	default:
		return field_is_unique(name);
	}
}

void
daemon_gate_options(const struct daemon_conf *conf,
		    struct gate_options *options_out)
{
	options_out->public_url = conf_text(conf->root, "public_url");
	options_out->bounce_domain = conf_text(conf->root, "bounce_domain");
	options_out->unsubscribe_address =
		conf_text(conf->root, "unsubscribe_address");
	options_out->state = conf->state_directory;
	options_out->timezone = conf->timezone;
	options_out->settle_ms = conf_int(conf->root, "settle");
	options_out->expire_ms =
		conf_int(conf_section_at(conf->root, "tokens", 0), "expire");
	options_out->mail = conf->mail;
	options_out->keep_bounces =
		conf_bool(conf_section_at(conf->root, "bounces", 0), "keep");
	options_out->consent = conf->consent;
	options_out->privacy = conf_section_at(conf->root, "privacy", 0);
	options_out->pages = conf->pages;
	options_out->is_named = is_named;
	options_out->is_named_arg = conf;
}

static void
remember(void *arg, uint64_t message_id, const char *sender)
{
	gate_remember_sender(arg, message_id, sender);
}

/* As many as the gate holds. That it fails is no reason not to start: answers
 * to bounce addresses then go to mail.verp_fallback. */
enum sg_status
daemon_remember_senders(struct daemon *daemon, struct sg_err *err)
{
	struct sg_err why;
	struct store *store;
	enum sg_status status;

	(void)err;
	status = store_readers_take(daemon->readers, &store, &why);
	if (status == SG_OK) {
		status =
			store_message_each_sender(store, 0, MAIL_SENDERS_SLOTS,
						  remember, daemon->gate, &why);
		store_readers_give(daemon->readers, store);
	}
	if (status != SG_OK)
		log_warn(
			"earlier messages' senders are not known reason=\"%s\"",
			why.text);
	return SG_OK;
}
