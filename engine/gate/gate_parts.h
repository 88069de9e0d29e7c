/*
 * gate_parts.h - what the files of gate/ share: the gate, a loaded plugin, a
 * call into one. Nobody outside gate/ includes this.
 */
#ifndef ENGINE_GATE_GATE_PARTS_H
#define ENGINE_GATE_GATE_PARTS_H

#include <stdatomic.h>

#include "base/pool.h"
#include "base/rate.h"
#include "gate/gate.h"
#include "gate/hit_facts.h"
#include "gate/mail_conf.h"
#include "gate/mail_consent.h"
#include "gate/mail_recent.h"
#include "gate/mail_senders.h"
#include "page/page.h"
#include "gate/once.h"

enum {
	GATE_PLUGINS_MOST = 64,
	GATE_TEXT_MOST = 1 << 20,
	GATE_CALL_MAGIC = 0x63616c6c,
	GATE_FAILURES_BEFORE_REST = 5, /* in a row */
	GATE_REST_MOST_S = 3600,
	GATE_SCORES_MOST = 32,
	GATE_RATES = 32768
};

struct sg_text {
	struct buf buf;
	struct sg_text *next; /* of the same call */
};

struct gate_json_root {
	struct json *json;
	struct gate_json_root *next;
};

struct gate_page {
	struct sg_page *page;
	struct gate_page *next;
};

struct outgoing_intents; /* mail_out.h */
struct mail_in;		 /* mail_in.h */

/* `public` comes first: the plugin's `struct sg_call *` is our own. */
struct gate_call {
	struct sg_call public;
	unsigned magic;
	struct gate_plugin *plugin;
	struct pool *pool; /* made when first asked for, or the batch's */
	struct spool_batch *batch; /* NULL: signals are written one by one */
	struct sg_text *texts;
	struct gate_json_root *jsons;
	struct gate_page *pages;
	const char *(*header)(const void *handle, const char *name);
	bool token_expired; /* of an open or a click: answered, no signal */
	struct outgoing_intents *outgoing; /* NULL outside outgoing() */
	struct mail_in *incoming;	   /* NULL outside incoming() */
	struct hit_facts *hit; /* of the request that was judged; or NULL */
};

/* Another file of a plugin's settings; lives as long as it. */
struct gate_settings {
	struct gate_settings *next;
	struct conf_section *root;
};

struct gate_plugin {
	struct sg_gate *gate;
	struct sg_plugin descriptor; /* what an older plugin lacks is 0 */
	char *path;
	void *library;
	struct conf_option *options; /* made of the descriptor's table */
	struct pool *options_pool;
	struct conf_section *settings;
	struct gate_settings *more_settings; /* of settings_read() */
	struct gate_call start_call;	     /* its memory lives until stop() */
	bool starting;			     /* declare() is allowed */
	bool named; /* by the configuration, in start() */
	bool started;
	/* One row a declared signal; fixed after start(). */
	char **signals;
	size_t n_signals;
	/* Any thread. */
	atomic_ullong calls, failures;
	atomic_uint failures_in_a_row;
	atomic_uint rest_s;	    /* the last rest's length */
	atomic_llong resting_until; /* ms; 0 = working */
};

struct sg_gate {
	const struct keys *keys;
	struct spool *spool;
	struct signal_kinds *kinds;
	char *public_url, *bounce_domain, *unsubscribe_address, *state,
		*timezone;
	char *files; /* NULL = none */
	int64_t settle_ms, expire_ms;
	bool (*is_named)(const void *arg, enum sg_named what, const char *name);
	const void *is_named_arg;
	struct rate *rates;
	struct once *once;
	/* Declared by plugins; fixed after their start. */
	char scores[GATE_SCORES_MOST][64];
	size_t n_scores;
	struct mail_conf mail;
	struct mail_consent consent;
	struct verdict_book *verdicts, *own_verdicts;
	struct hit_privacy privacy;
	struct pages *pages;
	const struct conf_section *page_conf; /* NULL = the defaults */
	struct mail_recent *recent;
	struct mail_senders *senders;
	struct split_queue *split; /* NULL: mail to several is not split */
	struct split_worker *split_worker;
	struct gate_plugin *plugins[GATE_PLUGINS_MOST];
	size_t n_plugins;
	gate_look_fn *look;
	void *look_arg;
	gate_api_fn *api;
	void *api_arg;
	const struct gate_people *people; /* NULL: nobody signs in */
	void *people_arg;
	atomic_ullong messages_in, messages_out, instrumented;
	atomic_ullong passed_on_trouble, bounces_taken;
};

#endif
