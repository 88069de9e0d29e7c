/*
 * webhook.h - another program's events as signals, mapped by configuration.
 *
 *   webhook.c           the descriptor, its options, the answer
 *   webhook_options.c   what may stand in the configuration
 *   webhook_settings.c  `webhook "shop" { … }` and the mapping it names, read
 *   webhook_event.c     `event "order.paid" { … }`, read
 *   webhook_check.c     who sent it: secrets, and the schemes of signatures
 *   webhook_check_read.c … as it was configured
 *   webhook_challenge.c senders who ask first whether we are there
 *   webhook_sns.c       Amazon's scheme: a certificate
 *   webhook_confirm.c   Amazon's subscriptions, for the operator to confirm
 *   webhook_open.c      the body as a document, and what it only points to
 *   webhook_map.c       what a document would become
 *   webhook_emit.c      … and makes it
 *   webhook_explain.c   … or tells it to the operator
 */
#ifndef PLUGINS_WEBHOOK_WEBHOOK_H
#define PLUGINS_WEBHOOK_WEBHOOK_H

#include <pthread.h>
#include <stdatomic.h>

#include "webhook_crypto.h"
#include "webhook_date.h"
#include "webhook_expr.h"

enum {
	WEBHOOK_HOOKS_MOST = 100,
	WEBHOOK_EVENTS_MOST = 100,
	WEBHOOK_PAIRS_MOST = 40,
	WEBHOOK_CHOICES_MOST = 40,
	WEBHOOK_REASON_SIZE = 240,
	WEBHOOK_EMIT_MOST = 200 /* in one write */
};

/* "amount = /order/total" */
struct webhook_pair {
	const char *name;
	const char *from; /* the expression as it was written */
	struct webhook_expr *expr;
};

enum webhook_test { TEST_THERE, TEST_IN, TEST_LIKE, TEST_LESS, TEST_MORE };

/* "/type = order.paid", "not /test", "/total >= 100" */
struct webhook_condition {
	const char *text;
	struct webhook_expr *left;
	enum webhook_test test;
	bool is_not;
	/* What it is held against: any of them. */
	struct webhook_expr *choices[WEBHOOK_CHOICES_MOST];
	size_t n_choices;
};

/* `event "order.paid" { … }` */
struct webhook_event {
	const char *title, *signal;
	const struct sg_settings *settings;
	const char *each; /* NULL: one of each document */
	struct webhook_condition *when;
	/* record: email, key, field.NAME; the first with a value */
	struct webhook_pair *record, *props, *fields;
	size_t n_when, n_record, n_props, n_fields;
	struct webhook_expr *id, *at, *verdict; /* NULL: not said */
	const char *module;			/* "" = contact */
};

enum webhook_count {
	COUNT_SIGNALS,
	COUNT_EVENTS, /* requests with at least one */
	COUNT_NOTHING,
	COUNT_UNUSABLE,
	COUNT_UNSIGNED,
	COUNT_BUSY,
	COUNT_LAST = COUNT_BUSY
};

/* What the operator may want to know; any thread. */
struct webhook_news {
	atomic_ullong counts[COUNT_LAST + 1];
	atomic_llong received_at; /* who proved who they are; 0 = never */
	pthread_mutex_t lock;	  /* guards the rest */
	int64_t problem_at, logged_at;
	char problem[WEBHOOK_REASON_SIZE];
	int64_t confirm_at; /* of a subscription that waits; 0 = none */
	char confirm_url[1024], confirm_topic[256];
};

/* `webhook "shop" { … }` over the mapping that it names. */
struct webhook {
	const char *name;
	const struct sg_settings *own, *mapping; /* mapping may be NULL */
	const char *mapping_name;
	/* who sent it */
	const struct webhook_scheme *scheme; /* NULL: no signature */
	const unsigned char *secret;
	size_t secret_len;
	enum webhook_hash hash;
	const char *header, *prefix, *signed_text, *timestamp_header;
	const char *public_key, *url;		   /* NULL = none */
	const char *certificate, *authority;	   /* sns: PEM; NULL = none */
	struct webhook_certificates *certificates; /* of all hooks */
	struct webhook_seen *seen; /* the same; NULL: it signs the body */
	int64_t window_ms;	   /* 0 = any age */
	const char *authorization; /* "Basic …", "Bearer …"; NULL = none */
	const char *token, *token_header, *token_param;
	/* what it is */
	enum webhook_format format;
	struct webhook_namespaces namespaces;
	const char *inside;	    /* a JSON text in it */
	struct webhook_expr *fetch; /* NULL: it is all there */
	const char *fetch_authorization;
	const char *answer, *answer_type;
	struct webhook_event *events;
	size_t n_events;
	struct webhook_news *news;
};

struct webhooks {
	struct webhook hooks[WEBHOOK_HOOKS_MOST];
	size_t n_hooks;
	struct webhook_certificates *certificates;
	struct webhook_seen *seen; /* NULL: nobody needs it */
};

extern const struct sg_option webhook_event_options[];
extern const struct sg_option webhook_options[];

/* --- settings ------------------------------------------------------------ */

enum sg_status webhook_start(const struct sg_call *call, void **state_out,
			     struct sg_err *err);
void webhook_stop(const struct sg_call *call);
struct webhook *webhook_find(struct webhooks *hooks, const char *name);
/* Of the section itself, else of its mapping, else the fallback. */
const struct sg_settings *webhook_setting(const struct sg_call *call,
					  const struct webhook *hook,
					  const char *name);
const char *webhook_setting_text(const struct sg_call *call,
				 const struct webhook *hook, const char *name);
/* Any of the globs of that list? */
bool webhook_listed(const struct sg_call *call, const struct webhook *hook,
		    const char *name, const char *text);
enum sg_status webhook_event_read(const struct sg_call *call,
				  const struct webhook *hook,
				  const struct sg_settings *settings,
				  struct webhook_event *event,
				  struct sg_err *err);
/* The scheme and what it needs. */
enum sg_status webhook_check_read(const struct sg_call *call,
				  struct webhook *hook, struct sg_err *err);

/* --- who sent it --------------------------------------------------------- */

enum webhook_signed { SIGNED_RIGHT, SIGNED_WRONG, SIGNED_NOT };

struct webhook_check {
	const struct sg_call *call;
	struct webhook *hook;
	const struct sg_request *request;
	const struct webhook_document *document; /* NULL: not needed */
	char why[WEBHOOK_REASON_SIZE]; /* for the operator, never the sender */
	const char *pair; /* what was signed in place of the body, or NULL */
};

struct webhook_scheme {
	const char *name, *header, *prefix, *timestamp_header;
	enum webhook_hash hash;
	const char *signed_text; /* "{timestamp}.{body}" */
	int64_t window_ms;
	bool (*check)(struct webhook_check *check);
	bool reads_document;
	bool signs_a_pair; /* not what it says: webhook_seen.c */
	bool has_key; /* public_key in the place of secret, or none at all */
};

/* NULL: no such scheme. */
const struct webhook_scheme *webhook_scheme_find(const char *name);
bool webhook_check(struct webhook_check *check);
/* Writes the reason, returns false. */
bool webhook_refuse(struct webhook_check *check, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Is the moment, as the sender wrote it, within the window? */
bool webhook_is_fresh(struct webhook_check *check, const char *timestamp);
const char *webhook_check_header(const struct webhook_check *check,
				 const char *name);

/* webhook_seen.c. NULL: out of memory, and for close. */
struct webhook_seen *webhook_seen_open(const struct sg_call *call);
void webhook_seen_close(struct webhook_seen *self);
/* A request that is signed right: false when check->pair came with another
 * body before. Remembers it. */
bool webhook_seen_may(struct webhook_check *check);

/* A URL of Amazon's SNS, or of certificate_hosts. */
bool webhook_sns_host(const struct sg_call *call, const struct webhook *hook,
		      const char *url);
bool webhook_sns_check(struct webhook_check *check);
enum sg_status webhook_sns_read(const struct sg_call *call,
				struct webhook *hook, struct sg_err *err);
/* A subscription that wants to be confirmed, or was ended: noted for the
 * operator, or done when the configuration allows it. SG_NONE: it is an
 * event. */
enum sg_status webhook_sns_subscription(struct webhook_check *check,
					struct sg_err *err);
enum sg_status webhook_confirm(const struct sg_call *call, struct webhook *hook,
			       struct sg_err *err);
struct webhook_certificates *webhook_certificates_new(void);
void webhook_certificates_free(struct webhook_certificates *certificates);
/* What waited for the operator when the daemon ended. */
void webhook_confirm_load(const struct sg_call *call, struct webhook *hook);
bool webhook_host_is_listed(const struct sg_call *call,
			    const struct webhook *hook, const char *list,
			    const char *url);

enum sg_status webhook_challenge_read(const struct sg_call *call,
				      const struct webhook *hook,
				      struct sg_err *err);
/* GET with a challenge, a POST that is one: answered here. */
bool webhook_challenge(const struct sg_call *call, const struct webhook *hook,
		       const struct sg_request *request,
		       const struct webhook_document *document,
		       struct sg_reply *reply);

/* --- what it becomes ----------------------------------------------------- */

/* What is inside of it, or what it points to. */
enum sg_status webhook_look_inside(const struct sg_call *call,
				   const struct webhook *hook,
				   struct webhook_document *document,
				   const char *fetched, struct sg_err *err);

/* What one event makes of one item. */
struct webhook_outcome {
	const struct webhook_event *event;
	const struct webhook_item *item;	/* NULL: the document */
	size_t number;				/* of the item */
	const struct webhook_condition *failed; /* NULL: it fits */
	const char *record_by, *record;		/* NULL: no record is named */
	const char *id;				/* NULL = none */
	int64_t at;				/* 0 = now */
	bool at_is_wrong;
	enum sg_verdict verdict;
	const char **values; /* of props, in their order; NULL = no value */
	const char **field_values;
};

struct webhook_outcomes {
	struct webhook_outcome *all; /* those that fit; all when asked for */
	size_t n, room, n_fitting;
	size_t n_unusable; /* fit, but name no record */
};

/* every: also what does not fit. */
enum sg_status webhook_map(const struct sg_call *call,
			   const struct webhook *hook,
			   const struct webhook_document *document, bool every,
			   struct webhook_outcomes *out, struct sg_err *err);
/* Keeps them. SG_NONE: there are none; SG_REFUSED: none can be used. */
enum sg_status webhook_emit(const struct sg_call *call,
			    const struct webhook *hook,
			    const struct webhook_outcomes *outcomes,
			    struct sg_err *err);
/* What comes with a signal: suppression, lists, fields. At most
 * WEBHOOK_SIGNALS_MOST, written to `signals`; returns how many. */
enum { WEBHOOK_SIGNALS_MOST = 100 };
size_t webhook_signals(const struct sg_call *call, const struct webhook *hook,
		       const struct webhook_outcome *outcome,
		       struct sg_signal *signals);

/* --- for the operator ---------------------------------------------------- */

void webhook_counted(struct webhook *hook, enum webhook_count count, size_t n);
void webhook_problem(const struct sg_call *call, struct webhook *hook,
		     const char *text);
/* The API: "", "NAME", "NAME/test", "NAME/confirm". */
sg_answer_fn webhook_inspect;
sg_answer_fn webhook_answer;

#endif
