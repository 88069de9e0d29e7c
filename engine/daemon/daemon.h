/*
 * daemon.h - scoregated as a whole: its parts, the order in which they are
 * opened, started, stopped and closed. The composition root: what is wired
 * here is wired nowhere else. engine/README.md says which thread touches what.
 */
#ifndef ENGINE_DAEMON_DAEMON_H
#define ENGINE_DAEMON_DAEMON_H

#include <pthread.h>
#include <stdatomic.h>

#include "apply/apply.h"
#include "broadcast/broadcast.h"
#include "daemon/daemon_conf.h"
#include "gate/gate.h"
#include "http/api/api.h"
#include "http/http.h"
#include "http/http_route.h"
#include "outbox/outbox.h"
#include "store/store.h"

/* How scoregated ends; scoregated(8) says the same. */
enum daemon_exit {
	DAEMON_DONE = 0,
	DAEMON_FAILED = 1,  /* cannot start, or broke */
	DAEMON_REFUSED = 2, /* configuration, rules or a plugin is wrong */
	DAEMON_BUSY = 3,    /* another daemon has the state directory */
	DAEMON_USAGE = 64
};

struct daemon {
	const char *conf_path;
	struct daemon_conf *conf;
	pthread_mutex_t conf_lock; /* one reload at a time */
	int64_t started_at;

	struct keys *keys;
	struct spool *spool;
	struct signal_kinds *kinds;
	struct consent_set *consents;
	struct verdict_book *verdicts;
	struct sg_gate *gate;
	struct scoreboard *board;
	struct apply *apply;
	struct store_readers *readers;
	struct broadcasts *broadcasts;
	_Atomic(struct outbox *) outbox;
	struct api *api;
	struct http *http;
	struct http_routes routes;

	bool apply_started, broadcasts_started, ready;
	bool milter_opened, milter_started, tick_started;
	pthread_t milter_thread, tick_thread;
	pthread_t main_thread;	/* where the signals are waited for */
	atomic_bool main_waits; /* for signals */
	atomic_bool milter_ended;
	atomic_bool ticking;
};

/*
 * Opens and starts everything, milter last. Signals must be blocked already.
 * On failure what was opened is closed again. SG_REFUSED: configuration,
 * rules or a plugin; SG_BUSY: another daemon is there; SG_FAILED.
 */
enum sg_status daemon_start(struct daemon *daemon, const char *conf_path,
			    struct daemon_conf *conf,
			    struct sg_err *err) MUST_CHECK;
/* Stops and closes everything in order. Ends the process by itself, after the
 * spool and the store are safe, when a part does not stop in time. */
void daemon_stop(struct daemon *daemon);

/* Waits for a signal to stop or the end of the milter. Main thread. */
void daemon_wait(struct daemon *daemon);
/* Blocks what daemon_wait() waits for, for this and all later threads. */
void daemon_block_signals(void);

/* Rereads the configuration: what daemon_reload.c lists takes effect, the rest
 * at the next start (rules live in the store). What is wrong stays as it was,
 * and is said. `at_restart` gets the names of what is another now and takes
 * effect at the next start only. Any thread. */
enum sg_status daemon_reload(struct daemon *daemon, struct buf *at_restart,
			     struct sg_err *err) MUST_CHECK;

/* daemon_verdicts.c */
enum sg_status daemon_verdicts_read(const struct daemon_conf *conf,
				    const char *conf_path,
				    struct verdict_conf **verdicts_out,
				    struct sg_err *err) MUST_CHECK;
enum sg_status daemon_verdicts_open(struct daemon *daemon,
				    struct sg_err *err) MUST_CHECK;
enum sg_status daemon_verdicts_reload(struct daemon *daemon,
				      const struct daemon_conf *fresh,
				      struct sg_err *err) MUST_CHECK;

/* daemon_plugins.c: those that the configuration names; their scores are added
 * to it. */
enum sg_status daemon_load_plugins(struct daemon_conf *conf,
				   struct sg_gate *gate,
				   struct sg_err *err) MUST_CHECK;
enum sg_status daemon_declare_signals(const struct daemon_conf *conf,
				      struct signal_kinds *kinds,
				      struct sg_err *err) MUST_CHECK;
void daemon_gate_options(const struct daemon_conf *conf,
			 struct gate_options *options_out);
/* So that answers to bounce addresses find their way after a restart. */
enum sg_status daemon_remember_senders(struct daemon *daemon,
				       struct sg_err *err) MUST_CHECK;

/* daemon_rules.c: the rules file into an empty store; its text, SG_REFUSED
 * with the line of `rules` when that names none. */
enum sg_status daemon_rules_read(const struct daemon_conf *conf,
				 struct buf *text,
				 struct sg_err *err) MUST_CHECK;
enum sg_status daemon_first_rules(struct daemon *daemon,
				  struct sg_err *err) MUST_CHECK;

/* daemon_milter.c: between us and milter/. */
enum sg_status daemon_milter_open(struct daemon *daemon,
				  struct sg_err *err) MUST_CHECK;
enum sg_status daemon_milter_start(struct daemon *daemon,
				   struct sg_err *err) MUST_CHECK;
/* false: it does not stop; nothing it may touch may be freed. */
bool daemon_milter_stop(struct daemon *daemon);

/* daemon_backup.c. The folder must not be there yet; it is made 0700. Any
 * thread. */
enum sg_status daemon_backup(struct daemon *daemon, const char *path,
			     struct sg_err *err) MUST_CHECK;
/* No daemon may run: SG_BUSY. What was there is kept beside, as text says. */
enum sg_status daemon_restore(const struct daemon_conf *conf, const char *path,
			      struct buf *report,
			      struct sg_err *err) MUST_CHECK;

/* daemon_check.c: everything that a start would refuse, without starting. */
enum sg_status daemon_check(const char *conf_path, struct buf *report,
			    struct sg_err *err) MUST_CHECK;

#endif
