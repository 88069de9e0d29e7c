/*
 * webhook.h - another program's events as signals, mapped by configuration:
 * webhook_settings.c reads the mapping, webhook_check.c asks who sent it,
 * webhook_map.c makes signals of the JSON; webhook.c is the descriptor and
 * answers.
 */
#ifndef PLUGINS_WEBHOOK_WEBHOOK_H
#define PLUGINS_WEBHOOK_WEBHOOK_H

#include "scoregate_plugin.h"

enum {
	WEBHOOK_HOOKS_MOST = 100,
	WEBHOOK_EVENTS_MOST = 50,
	WEBHOOK_PAIRS_MOST = 40
};

/* "amount = /order/total": a name, or a JSON pointer and what it must be. */
struct webhook_pair {
	const char *left, *right;
};

/* `event "order.paid" { … }` */
struct webhook_event {
	const char *signal;
	struct webhook_pair when[WEBHOOK_PAIRS_MOST];  /* pointer = value */
	struct webhook_pair props[WEBHOOK_PAIRS_MOST]; /* name = pointer */
	size_t n_when, n_props;
	const char *email, *id; /* pointers; id may be NULL */
	const char *match;	/* "field.phone": `email` leads to its value */
	const char *module;	/* "" = contact */
};

/* `webhook "shop" { … }` */
struct webhook {
	const char *name;
	const char *secret, *signature_header, *signature_prefix;
	const char *authorization; /* "Basic …", NULL = none */
	struct webhook_event *events;
	size_t n_events;
};

struct webhooks {
	struct webhook hooks[WEBHOOK_HOOKS_MOST];
	size_t n_hooks;
};

enum sg_status webhook_start(const struct sg_call *call, void **state_out,
			     struct sg_err *err);
/* Does it come from whom it should? */
bool webhook_check(const struct sg_call *call, const struct webhook *hook,
		   const struct sg_request *request);
/* Keeps a signal for each event that fits; SG_NONE: none fits. SG_REFUSED:
 * one fits, but has no address. */
enum sg_status webhook_map(const struct sg_call *call,
			   const struct webhook *hook,
			   const struct sg_json *json, struct sg_err *err);
sg_answer_fn webhook_answer;

#endif
