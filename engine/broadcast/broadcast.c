/* broadcast.c - options, start and stop; see broadcast_runner.c. */
#include "broadcast/broadcast.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broadcast/broadcast_counted.h"
#include "broadcast/broadcast_parts.h"

const struct conf_option broadcast_smtp_options[] = {
	{"host", CONF_TEXT, "127.0.0.1", 0, 0, NULL,
	 "the MTA that takes broadcasts"},
	{"port", CONF_INT, "25", 1, 65535, NULL, "its port"},
	{"ehlo", CONF_TEXT, NULL, 0, 0, NULL, "our name; the host's own"},
	{"tls", CONF_TEXT, "try", 0, 0, NULL,
	 "none, try, need (STARTTLS) or implicit"},
	{"verify", CONF_BOOL, "no", 0, 0, NULL, "check its certificate"},
	{"user", CONF_TEXT, NULL, 0, 0, NULL, "for AUTH"},
	{"password", CONF_TEXT, NULL, 0, 0, NULL, "for AUTH"},
	{"connections", CONF_INT, "4", 1, 64, NULL, "kept open while sending"},
	{"pace", CONF_NUMBER, "0", 0, 1e6, NULL,
	 "mails a second; 0 = as fast as it goes"},
	{"domain_pace", CONF_NUMBER, "0", 0, 1e6, NULL,
	 "mails a second to one recipient domain; 0 = as fast as it goes"},
	{"retry", CONF_DURATION, "30s", 0, 0, NULL,
	 "before those put off with 4xx are tried again; doubled each time"},
	{"tries", CONF_INT, "5", 1, 100, NULL,
	 "for a recipient who is put off with 4xx"},
	{"recheck", CONF_DURATION, "1m", 0, 0, NULL,
	 "ask the condition once more when sending takes longer"},
	{"sync", CONF_BOOL, "yes", 0, 0, NULL,
	 "note each handing-over so that it survives the machine"},
	{"timeout", CONF_DURATION, "5m", 0, 0, NULL, "for one mail"},
	{"instrument", CONF_TEXT, "mta", 0, 0, NULL,
	 "mta: by our milter there; here: before a mail is sent"},
	{0},
};

static enum sg_status
read_tls(const struct conf_section *smtp, enum net_smtp_tls *tls_out,
	 struct sg_err *err)
{
	const char *text = conf_text(smtp, "tls");
	static const char *const names[] = {"none", "try", "need", "implicit"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], text)) {
			*tls_out = (enum net_smtp_tls)i;
			return SG_OK;
		}
	return conf_refuse(smtp, "tls", err,
			   "`tls` in `smtp`: expected none, try, need or "
			   "implicit, not `%s`",
			   text);
}

static enum sg_status
read_instrument(const struct conf_section *smtp, bool *here_out,
		struct sg_err *err)
{
	const char *text = conf_text(smtp, "instrument");

	*here_out = !strcmp(text, "here");
	if (*here_out || !strcmp(text, "mta"))
		return SG_OK;
	return conf_refuse(smtp, "instrument", err,
			   "`instrument` in `smtp`: expected mta or here, not "
			   "`%s`",
			   text);
}

/* A password goes to this machine, or to a server that is known for sure. */
static enum sg_status
check_password(const struct conf_section *smtp,
	       const struct net_smtp_options *options, struct sg_err *err)
{
	bool here = !strncmp(options->host, "127.", 4) ||
		    !strcmp(options->host, "::1") ||
		    !strcmp(options->host, "localhost");
	bool sure = options->verify && (options->tls == NET_TLS_NEED ||
					options->tls == NET_TLS_IMPLICIT);

	if (!options->user || here || sure)
		return SG_OK;
	return conf_refuse(smtp, "user", err,
			   "`user` in `smtp`: the password would go to "
			   "whoever answers for %s; say tls = \"need\" or "
			   "\"implicit\", and verify = yes",
			   options->host);
}

static enum sg_status
read_settings(struct broadcasts *broadcasts, const struct conf_section *smtp,
	      struct sg_err *err)
{
	struct net_smtp_options *options = &broadcasts->smtp;
	enum sg_status status;

	options->host = conf_text(smtp, "host");
	options->port = (unsigned)conf_int(smtp, "port");
	options->ehlo = conf_text(smtp, "ehlo");
	options->verify = conf_bool(smtp, "verify");
	options->user = conf_text(smtp, "user");
	options->password = conf_text(smtp, "password");
	options->connections = (unsigned)conf_int(smtp, "connections");
	options->timeout_ms = (long)conf_int(smtp, "timeout");
	broadcasts->pace = conf_number(smtp, "pace");
	broadcasts->domain_pace = conf_number(smtp, "domain_pace");
	broadcasts->retry_ms = conf_int(smtp, "retry");
	broadcasts->tries = (unsigned)conf_int(smtp, "tries");
	broadcasts->recheck_ms = conf_int(smtp, "recheck");
	broadcasts->sync = conf_bool(smtp, "sync");
	status = read_tls(smtp, &options->tls, err);
	if (status == SG_OK)
		status = read_instrument(smtp, &broadcasts->instrument_here,
					 err);
	return status == SG_OK ? check_password(smtp, options, err) : status;
}

enum sg_status
broadcasts_check(const struct conf_section *smtp, struct sg_err *err)
{
	struct broadcasts *broadcasts = calloc(1, sizeof(*broadcasts));
	enum sg_status status;

	if (!broadcasts)
		return err_set(err, SG_FAILED, "out of memory");
	status = read_settings(broadcasts, smtp, err);
	free(broadcasts);
	return status;
}

enum sg_status
broadcasts_open(const struct broadcasts_options *options,
		struct broadcasts **broadcasts_out, struct sg_err *err)
{
	struct broadcasts *broadcasts = calloc(1, sizeof(*broadcasts));
	struct buf path = BUF_INIT;
	pthread_condattr_t monotonic;
	enum sg_status status;

	if (!broadcasts)
		return err_set(err, SG_FAILED, "out of memory");
	broadcasts->apply = options->apply;
	broadcasts->spool = options->spool;
	broadcasts->scoreboard = options->scoreboard;
	broadcasts->readers = options->readers;
	broadcasts->keys = options->keys;
	broadcasts->gate = options->gate;
	if (options->public_url)
		broadcasts->public_url = strdup(options->public_url);
	broadcasts->has_forward_page =
		options->has_forward_page && options->public_url;
	buf_printf(&path, "%s/broadcasts", options->state_directory);
	broadcasts->journals = buf_take(&path, NULL);
	pthread_mutex_init(&broadcasts->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&broadcasts->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	status = read_settings(broadcasts, options->smtp, err);
	if (status == SG_OK)
		status = counter_new(broadcasts, &broadcasts->counter, err);
	if (status == SG_OK)
		*broadcasts_out = broadcasts;
	else
		broadcasts_close(broadcasts);
	return status;
}

void
broadcasts_close(struct broadcasts *broadcasts)
{
	if (!broadcasts)
		return;
	broadcasts_stop(broadcasts);
	counter_free(broadcasts->counter);
	pthread_mutex_destroy(&broadcasts->lock);
	pthread_cond_destroy(&broadcasts->wake);
	free(broadcasts->journals);
	free(broadcasts->public_url);
	free(broadcasts);
}

enum sg_status
broadcasts_start(struct broadcasts *broadcasts, struct sg_err *err)
{
	if (pthread_create(&broadcasts->thread, NULL, broadcasts_send,
			   broadcasts) != 0)
		return err_set(err, SG_FAILED, "no thread for broadcasts");
	broadcasts->started = true;
	return SG_OK;
}

void
broadcasts_stop(struct broadcasts *broadcasts)
{
	pthread_mutex_lock(&broadcasts->lock);
	broadcasts->stopping = true;
	pthread_cond_signal(&broadcasts->wake);
	pthread_mutex_unlock(&broadcasts->lock);
	if (!broadcasts->started)
		return;
	pthread_join(broadcasts->thread, NULL);
	broadcasts->started = false;
}
