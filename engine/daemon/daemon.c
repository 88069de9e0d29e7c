/* daemon.c - start and stop, in order; see daemon.h. */
#include "daemon/daemon.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "daemon/daemon_api.h"
#include "daemon/daemon_http.h"
#include "daemon/daemon_notify.h"
#include "daemon/daemon_outbox.h"
#include "daemon/daemon_templates.h"
#include "daemon/daemon_user.h"
#include "gate/gate_action.h"
#include "net/net_start.h"

enum {
	READERS = 16,
	BATCH_MOST = 5000,
	BATCH_WAIT_MS = 50,
	CACHE_LEAST = 64 << 20,
	CACHE_MOST = 1 << 30,
	DRAIN_MS = 300,
	STOP_LIMIT_S = 30,
	MILTER_LOOK_MS = 2000
};

static enum sg_status
open_spool(struct daemon *daemon, struct sg_err *err)
{
	const struct daemon_conf *conf = daemon->conf;
	char path[PATH_MAX];
	struct spool_options options = {
		.directory = daemon_conf_state_path(conf, "spool", path),
		.max_bytes = (uint64_t)conf_int(conf->spool, "max"),
		.sync_ms = conf->spool_sync_ms,
		.sync_every = conf->spool_sync_every,
	};
	enum sg_status status = spool_open(&options, &daemon->spool, err);

	/* The lock on the spool is what keeps a second daemon out. */
	if (status == SG_REFUSED)
		return err_set(err, SG_BUSY,
			       "another scoregated uses %s; stop it first",
			       conf->state_directory);
	return status;
}

static enum sg_status
open_gate(struct daemon *daemon, struct sg_err *err)
{
	struct gate_options options = {.keys = daemon->keys,
				       .spool = daemon->spool};
	enum sg_status status;
	char split[PATH_MAX], files[PATH_MAX];

	daemon->kinds = signal_kinds_new();
	daemon->consents = consent_set_new();
	status = daemon_verdicts_open(daemon, err);
	if (status != SG_OK)
		return status;
	options.verdicts = daemon->verdicts;
	options.kinds = daemon->kinds;
	options.consents = daemon->consents;
	daemon_gate_options(daemon->conf, &options);
	options.split_directory =
		daemon_conf_state_path(daemon->conf, "split", split);
	options.files_directory =
		daemon_conf_state_path(daemon->conf, "files", files);
	status = daemon_declare_signals(daemon->conf, daemon->kinds, err);
	if (status == SG_OK)
		status = gate_open(&options, &daemon->gate, err);
	if (status == SG_OK)
		status = daemon_load_plugins(daemon->conf, daemon->gate, err);
	return status;
}

static bool
has_action(void *arg, const char *name)
{
	return gate_has_action(arg, name);
}

/* An eighth of the machine's: a record that is not in the applier's cache is
 * folded anew from its whole history when something happens to it. */
static size_t
cache_bytes(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	size_t bytes = pages > 0 && size > 0 ? (size_t)pages / 8 * (size_t)size
					     : CACHE_LEAST;

	return bytes < CACHE_LEAST  ? CACHE_LEAST
	       : bytes > CACHE_MOST ? CACHE_MOST
				    : bytes;
}

static enum sg_status
open_apply(struct daemon *daemon, struct sg_err *err)
{
	const struct daemon_conf *conf = daemon->conf;
	char path[PATH_MAX], files[PATH_MAX];
	struct apply_options options = {
		.store_path =
			daemon_conf_state_path(conf, "scoregate.db", path),
		.files_directory = daemon_conf_state_path(conf, "files", files),
		.spool = daemon->spool,
		.kinds = daemon->kinds,
		.consents = daemon->consents,
		.record_secret = keys_record_secret(daemon->keys),
		.scores = conf->scores,
		.n_scores = conf->n_scores,
		.bands = &conf->bands,
		.sweep_ms = conf->sweep_ms,
		.targets = &conf->outbox->targets,
		.teams = conf->outbox->teams,
		.n_teams = conf->outbox->n_teams,
		.outbox_wake = daemon_outbox_wake,
		.outbox_arg = daemon,
		.sequence_pace =
			conf->smtp ? conf_number(conf->smtp, "pace") : 0,
		.timezone = conf->timezone,
		.create_contacts = conf->create_contacts,
		.bounces = conf->bounces,
		.checkpoint_ms = conf->checkpoint_ms,
		.retention_ms = conf->retention_ms,
		.keep_hits_ms = conf_int(
			conf_section_at(conf->root, "privacy", 0), "keep_hits"),
		.keep_audit_ms = conf_int(
			conf_section_at(conf->root, "audit", 0), "retention"),
		.verdicts = daemon->verdicts,
		.batch_most = BATCH_MOST,
		.batch_wait_ms = BATCH_WAIT_MS,
		.cache_bytes = cache_bytes(),
	};
	enum sg_status status;

	conf->outbox->has_action = has_action;
	conf->outbox->action_arg = daemon->gate;
	conf->outbox->check_template = daemon_template_check;
	conf->outbox->template_arg = daemon->gate;
	daemon->board = scoreboard_new(clock_now());
	options.scoreboard = daemon->board;
	status = apply_open(&options, &daemon->apply, err);
	if (status == SG_OK)
		status = store_readers_open(path, READERS, &daemon->readers,
					    err);
	return status;
}

static enum sg_status
open_broadcasts(struct daemon *daemon, struct sg_err *err)
{
	struct broadcasts_options options = {
		.apply = daemon->apply,
		.spool = daemon->spool,
		.scoreboard = daemon->board,
		.readers = daemon->readers,
		.keys = daemon->keys,
		.state_directory = daemon->conf->state_directory,
		.public_url = conf_text(daemon->conf->root, "public_url"),
		.has_forward_page = gate_has_plugin(daemon->gate, "forward"),
		.gate = daemon->gate,
		.smtp = daemon->conf->smtp,
	};

	return broadcasts_open(&options, &daemon->broadcasts, err);
}

static enum sg_status
start_apply(struct daemon *daemon, struct sg_err *err)
{
	enum sg_status status = apply_start(daemon->apply, err);

	daemon->apply_started = status == SG_OK;
	if (status == SG_OK)
		status = daemon_first_rules(daemon, err);
	return status;
}

static void *
tick(void *arg)
{
	struct daemon *daemon = arg;

	while (atomic_load(&daemon->ticking)) {
		gate_tick(daemon->gate, clock_now());
		for (int i = 0; i < 20 && atomic_load(&daemon->ticking); i++)
			usleep(50000);
	}
	return NULL;
}

static enum sg_status
start_tick(struct daemon *daemon, struct sg_err *err)
{
	atomic_store(&daemon->ticking, true);
	if (pthread_create(&daemon->tick_thread, NULL, tick, daemon) != 0)
		return err_set(err, SG_FAILED, "cannot start a thread");
	daemon->tick_started = true;
	return SG_OK;
}

static enum sg_status
start_broadcasts(struct daemon *daemon, struct sg_err *err)
{
	enum sg_status status = broadcasts_start(daemon->broadcasts, err);

	daemon->broadcasts_started = status == SG_OK;
	return status;
}

static enum sg_status
start_split(struct daemon *daemon, struct sg_err *err)
{
	return gate_start_split(daemon->gate, err);
}

static enum sg_status
open_keys(struct daemon *daemon, struct sg_err *err)
{
	char path[PATH_MAX];

	return keys_open(daemon_conf_state_path(daemon->conf, "keys", path), 1,
			 &daemon->keys, err);
}

static enum sg_status
start_libraries(struct daemon *daemon, struct sg_err *err)
{
	enum sg_status status = crypto_start(err);

	return status == SG_OK ? net_start(err) : status;
}

static enum sg_status
become_user(struct daemon *daemon, struct sg_err *err)
{
	return daemon_user_become(daemon->conf, err);
}

static void
log_ready(struct daemon *daemon)
{
	log_info("ready version=" SCOREGATE_VERSION
		 " public_port=%u private_port=%u socket=%s milter=%s "
		 "plugins=%zu",
		 http_port(daemon->http, HTTP_PUBLIC),
		 http_port(daemon->http, HTTP_PRIVATE),
		 conf_text(daemon->conf->http, "socket"),
		 daemon->milter_opened
			 ? conf_text(daemon->conf->milter, "socket")
			 : "none",
		 gate_plugin_count(daemon->gate));
}

/* The spool's lock comes before the keys are made, so that a second daemon
 * changes nothing; who asks us anything comes after what can answer. */
static enum sg_status (*const start_steps[])(struct daemon *daemon,
					     struct sg_err *err) = {
	start_libraries,     become_user,
	open_spool,	     open_keys,
	open_gate,	     daemon_milter_open,
	open_apply,	     daemon_remember_senders,
	start_apply,	     open_broadcasts,
	daemon_outbox_open,  daemon_templates_start,
	daemon_api_open,     daemon_http_start,
	start_broadcasts,    daemon_outbox_start,
	start_split,	     start_tick,
	daemon_milter_start,
};

enum sg_status
daemon_start(struct daemon *daemon, const char *conf_path,
	     struct daemon_conf *conf, struct sg_err *err)
{
	enum sg_status status = SG_OK;

	memset(daemon, 0, sizeof(*daemon));
	daemon->conf_path = conf_path;
	daemon->conf = conf;
	daemon->started_at = clock_now();
	daemon->main_thread = pthread_self();
	pthread_mutex_init(&daemon->conf_lock, NULL);
	for (size_t i = 0; i < sizeof(start_steps) / sizeof(*start_steps);
	     i++) {
		status = start_steps[i](daemon, err);
		if (status != SG_OK) {
			daemon_stop(daemon);
			return status;
		}
	}
	daemon->ready = true;
	log_ready(daemon);
	return SG_OK;
}

/* Whatever hangs: what was answered is in the spool, so an end is safe. */
static void *
end_late(void *arg)
{
	sleep(STOP_LIMIT_S);
	log_error("stopping takes too long; ending now, the spool keeps what "
		  "was answered");
	_exit(DAEMON_FAILED);
}

static void
watch_the_stop(void)
{
	pthread_t watch;

	if (pthread_create(&watch, NULL, end_late, NULL) == 0)
		pthread_detach(watch);
}

static void
stop_tick(struct daemon *daemon)
{
	if (!daemon->tick_started)
		return;
	atomic_store(&daemon->ticking, false);
	pthread_join(daemon->tick_thread, NULL);
}

static void
close_parts(struct daemon *daemon)
{
	daemon_api_close(daemon);
	outbox_close(atomic_load(&daemon->outbox));
	broadcasts_close(daemon->broadcasts);
	store_readers_close(daemon->readers);
	apply_close(daemon->apply);
	spool_close(daemon->spool);
	gate_close(daemon->gate);
	scoreboard_free(daemon->board);
	signal_kinds_free(daemon->kinds);
	consent_set_free(daemon->consents);
	verdict_book_free(daemon->verdicts);
	keys_close(daemon->keys);
	daemon_conf_free(daemon->conf);
	pthread_mutex_destroy(&daemon->conf_lock);
}

/* One line a step at debug: what did stopping wait for? */
static void
log_step(const char *step, int64_t *since)
{
	int64_t now = clock_monotonic_ms();

	log_debug("stopping: %s took %lld ms", step, (long long)(now - *since));
	*since = now;
}

void
daemon_stop(struct daemon *daemon)
{
	int64_t since = clock_monotonic_ms();
	bool milter_stopped;

	daemon_notify_stopping();
	watch_the_stop();
	milter_stopped = daemon_milter_stop(daemon);
	log_step("milter", &since);
	daemon_http_stop(daemon);
	log_step("web", &since);
	if (daemon->gate)
		gate_stop_split(daemon->gate);
	if (daemon->broadcasts_started)
		broadcasts_stop(daemon->broadcasts);
	outbox_stop(atomic_load(&daemon->outbox));
	stop_tick(daemon);
	log_step("sender", &since);
	/* Under load there is no end of it; the spool keeps the rest. */
	if (daemon->apply_started)
		apply_stop(daemon->apply, DRAIN_MS);
	log_step("applier", &since);
	if (!milter_stopped) {
		/* libmilter's threads may still call into the gate. The store
		 * is closed as after a crash, the spool is on disk. */
		log_warn("the milter did not stop; ending without it");
		_exit(DAEMON_DONE);
	}
	if (daemon->ready)
		log_info("stopped");
	close_parts(daemon);
}
