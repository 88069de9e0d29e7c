/*
 * gate.h - the plugins: loading and checking them, the host functions behind
 * the ABI, and the three ways in: routes (http/), mail (milter/ through
 * scoregate.h), ticks. Set up on one thread; then any thread.
 */
#ifndef ENGINE_GATE_GATE_H
#define ENGINE_GATE_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/err.h"
#include "base/pool.h"
#include "http/reply.h"
#include "scoregate.h"
#include "scoregate_plugin.h"
#include "signal/consent.h"
#include "signal/signal_kinds.h"
#include "signal/verdict_conf.h"
#include "spool/spool.h"
#include "spool/spool_batch.h"
#include "token/keys.h"

struct gate_options {
	const struct keys *keys;
	struct spool *spool;
	struct signal_kinds *kinds;
	const char *public_url; /* "https://t.example.com", no slash at end */
	const char *bounce_domain; /* VERP; NULL = no rewriting of the sender */
	const char *unsubscribe_address; /* for the mailto: form; NULL = none */
	const char *state;    /* a folder for plugins' files; NULL = none */
	const char *timezone; /* of times shown to people; NULL = UTC */
	int64_t settle_ms;    /* how long hits settle; 0 = not at all */
	/* Opens and clicks of older mail are answered as ever, and leave no
	 * signal; 0 = of any age. */
	int64_t expire_ms;
	/* `mail { … }`, parsed with gate_mail_options; NULL = the defaults. */
	const struct conf_section *mail;
	/* Deliver what was taken on, too; also `keep_bounces` in `mail`. */
	bool keep_bounces;
	/* `consent { … }`, with gate_consent_options; NULL = the defaults. */
	const struct conf_section *consent;
	struct consent_set *consents;  /* NULL: nobody said anything */
	struct verdict_book *verdicts; /* NULL: as compiled in */
	/* `privacy { … }`, with gate_privacy_options; NULL = the defaults. */
	const struct conf_section *privacy;
	/* `pages { … }`, with gate_page_options; NULL = the defaults. */
	const struct conf_section *pages;
	/* Where private copies wait, when `mail` has `reinject`; NULL: none are
	 * made. */
	const char *split_directory;
	const char *files_directory; /* what forms take; NULL = none */
	/* sg_host's is_named(), for as long as plugins start; NULL: of all. */
	bool (*is_named)(const void *arg, enum sg_named what, const char *name);
	const void *is_named_arg;
};

extern const struct conf_option gate_mail_options[];
extern const struct conf_option gate_consent_options[];
extern const struct conf_option gate_privacy_options[];
extern const struct conf_option gate_page_options[];

enum sg_status gate_open(const struct gate_options *options,
			 struct sg_gate **gate_out,
			 struct sg_err *err) MUST_CHECK;
/* Calls stop() of each plugin, newest first; unloads nothing that may still be
 * called. No route or mail call may be under way. */
void gate_close(struct sg_gate *gate);

/* `section` is its `plugin "name" { … }`, NULL = none. SG_REFUSED: text says
 * which field of the descriptor differs, or file, line and option. */
enum sg_status gate_load(struct sg_gate *gate, const char *path,
			 const struct conf_section *section,
			 struct sg_err *err) MUST_CHECK;

/* What `load` is when the configuration does not say. */
#define GATE_LOADED_BY_DEFAULT \
	"{ open, click, bounce, reply, unsubscribe, form, webhook, console }"
/* Those that `load` lists and that have a `plugin "name" { … }` in `root`,
 * from the folder `plugins`. */
enum sg_status gate_load_configured(struct sg_gate *gate,
				    const struct conf_section *root,
				    struct sg_err *err) MUST_CHECK;

/* Reads the operator's templates and messages anew; what was in force stays
 * when they are refused. Any thread, one at a time. */
enum sg_status gate_reload_pages(struct sg_gate *gate,
				 struct sg_err *err) MUST_CHECK;
/* The page for a path that is nobody's. */
void gate_not_found(struct sg_gate *gate, const struct sg_request *request,
		    const char *(*header)(const void *handle, const char *name),
		    struct sg_reply *reply);

struct gate_plugin_info {
	const char *name, *version, *summary, *path;
	unsigned abi_major, abi_minor;
	size_t n_signals, n_routes;
	uint64_t calls, failures;
	bool suspended;
};
size_t gate_plugin_count(struct sg_gate *gate);
bool gate_has_plugin(struct sg_gate *gate, const char *name);
void gate_plugin_at(struct sg_gate *gate, size_t i,
		    struct gate_plugin_info *info_out);
/* What is in the file and whether it would be loaded, without running any of
 * its code. Appends text for people. */
enum sg_status gate_check(const char *path, struct buf *report,
			  struct sg_err *err) MUST_CHECK;

/* false: no plugin owns the path (404 is the caller's). A suspended plugin
 * answers 503 here. */
bool gate_route(struct sg_gate *gate, const struct sg_request *request,
		const char *(*header)(const void *handle, const char *name),
		struct sg_reply *reply);
/* The same for one of several requests that are answered together: signals
 * emitted as SG_WRITTEN go into `batch`, which the caller writes before any of
 * the answers; what belongs to the call lives until the batch is cleared. */
bool gate_route_batched(struct sg_gate *gate, const struct sg_request *request,
			const char *(*header)(const void *handle,
					      const char *name),
			struct spool_batch *batch, struct sg_reply *reply);

/* The same for the private faces: their own routes, then the public ones. */
bool gate_route_private(struct sg_gate *gate, const struct sg_request *request,
			const char *(*header)(const void *handle,
					      const char *name),
			struct spool_batch *batch, struct sg_reply *reply);

/* What a plugin tells and does for the operator: its inspect(), for a request
 * whose path is the plugin's own business. SG_NONE: it is not loaded, or has
 * nothing to tell. */
enum sg_status gate_inspect(struct sg_gate *gate, const char *plugin,
			    const struct sg_request *request,
			    const char *(*header)(const void *handle,
						  const char *name),
			    struct sg_reply *reply);

/* The thread that sends private copies, if there are to be any. Stop it before
 * the parts that the plugins use go. */
enum sg_status gate_start_split(struct sg_gate *gate,
				struct sg_err *err) MUST_CHECK;
void gate_stop_split(struct sg_gate *gate);
/* NULL: there is none. */
struct split_queue;
struct split_queue *gate_split(struct sg_gate *gate);

/* What host->api_call() reaches; without it the answer is 503. Set before the
 * first request. */
typedef void gate_api_fn(void *arg, const char *actor, const char *method,
			 const char *path, const char *body, size_t body_len,
			 struct sg_reply *reply);
void gate_set_api(struct sg_gate *gate, gate_api_fn *api, void *arg);

/* What host->look() reaches: a record as the API shows it, with its consent and
 * the lists there are. SG_NONE is none: {"contact": null}. */
struct json;
typedef enum sg_status gate_look_fn(void *arg, uint64_t record_key,
				    struct json **json_out, struct sg_err *err);
void gate_set_look(struct sg_gate *gate, gate_look_fn *look, void *arg);

/*
 * What host->sign_in(), signed_in(), sign_out() and ask() reach; without it
 * they are SG_BUSY and 503. Strings of `user_out` go into the pool.
 */
struct gate_signing {
	const char *name, *password;
	const char *peer; /* the address that asks */
	int64_t now;
};
struct gate_session {
	const char *session;
	int64_t idle_ms, life_ms;
	int64_t now;
};
struct gate_people {
	enum sg_status (*sign_in)(void *arg, const struct gate_signing *in,
				  struct pool *pool, struct sg_user *user_out,
				  struct sg_err *err);
	enum sg_status (*signed_in)(void *arg,
				    const struct gate_session *session,
				    struct pool *pool, struct sg_user *user_out,
				    struct sg_err *err);
	enum sg_status (*sign_out)(void *arg, const struct sg_user *user,
				   const char *peer, struct sg_err *err);
	void (*ask)(void *arg, const struct sg_ask *ask,
		    struct sg_reply *reply);
};
void gate_set_people(struct sg_gate *gate, const struct gate_people *people,
		     void *arg);

/*
 * What the plugins' score() propose for one signal, beside the rules; at most
 * `most`, returns how many. Pure as far as the plugins are. Any thread.
 */
size_t gate_score(struct sg_gate *gate, const struct sg_signal *signal,
		  const struct sg_record *record, struct sg_points *points_out,
		  size_t most);

/* At start, for the messages that went out before: where a person's answer to
 * one of their bounce addresses goes. */
void gate_remember_sender(struct sg_gate *gate, uint64_t message_id,
			  const char *sender);

/* Every second from the daemon's timer thread. */
void gate_tick(struct sg_gate *gate, int64_t now);

/* The scores that plugins declared; NULL: no more. */
const char *gate_score_at(const struct sg_gate *gate, size_t i);

struct gate_status {
	uint64_t messages_in, messages_out, instrumented, passed_on_trouble;
	uint64_t bounces_taken; /* recipients */
};
void gate_get_status(struct sg_gate *gate, struct gate_status *out);

#endif
