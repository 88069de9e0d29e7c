/*
 * automation.h - automations: "when the score rises to 100, then do this"
 * (scoring §5): `automation "name" { … }` beside the rules in their file.
 * Immutable once made; any thread.
 */
#ifndef ENGINE_RULE_AUTOMATION_H
#define ENGINE_RULE_AUTOMATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"
#include "rule/condition.h"

enum {
	AUTOMATION_ACTIONS_MOST = 32,
	AUTOMATION_SETTINGS_MOST = 16,
	AUTOMATION_DEPTH_MOST = 8 /* of a chain of automations */
};

enum automation_on {
	AUTOMATION_SIGNAL,  /* "email.clicked", "tag.added" … */
	AUTOMATION_RISES,   /* "score rises to 100" */
	AUTOMATION_FALLS,   /* "score falls below 20" */
	AUTOMATION_CHANGED, /* "score changed" */
	AUTOMATION_BANDS    /* "band changes" */
};

enum automation_verb {
	/* within the transaction, entries of the record's history */
	AUTOMATION_ADD, /* points; also of subtract */
	AUTOMATION_SET,
	AUTOMATION_ERASE,
	AUTOMATION_TAG_ADD,
	AUTOMATION_TAG_REMOVE,
	AUTOMATION_LIST_ADD,
	AUTOMATION_LIST_REMOVE,
	AUTOMATION_FIELD,
	AUTOMATION_SUPPRESS,
	AUTOMATION_DELETE,
	AUTOMATION_ASSIGN,
	AUTOMATION_SEQUENCE_START,
	AUTOMATION_SEQUENCE_STOP,
	/* through the outbox */
	AUTOMATION_SEND,
	AUTOMATION_NOTIFY,
	AUTOMATION_WEBHOOK,
	AUTOMATION_RUN /* a plugin's action */
};

struct operand;

struct automation_setting { /* of a plugin's action */
	const char *name, *value;
};

struct automation_action {
	enum automation_verb verb;
	const char *source; /* as written */
	const char *name;   /* tag, list, field, address, webhook, … */
	const char *score;  /* add, set, erase */
	double points;
	const char *text;	     /* because; what notify says; or NULL */
	const struct operand *value; /* of a field */
	size_t n_settings;
	struct automation_setting *settings;
};

struct automation {
	uint32_t id; /* of this version in the store; 0 = not stored */
	uint32_t version;
	uint32_t armed_id; /* whose armed states are its own */
	const char *name;
	const char *module; /* "contact" */
	enum automation_on on;
	const char *on_text;	     /* as written */
	const char *signal;	     /* AUTOMATION_SIGNAL */
	const char *score;	     /* the others: "lead" */
	double threshold;	     /* rises, falls */
	double rearm;		     /* the threshold if nothing is said */
	bool rearm_said, never;	     /* never: once in a life */
	const char *when;	     /* text of `if`, NULL = always */
	struct condition *condition; /* of it */
	enum verdict verdict;	     /* the worst it takes; machine = any */
	bool enabled;
	size_t n_actions;
	struct automation_action *actions;
	const char *source; /* its text in file form */
	unsigned line;	    /* in the file it was read from, 0 = none */
};

/* What actions may name; NULL members: no such check. */
enum automation_sort {
	AUTOMATION_WEBHOOKS,
	AUTOMATION_TEAMS,
	AUTOMATION_TEMPLATES,
	AUTOMATION_FORM_TEMPLATES, /* to check: those that forms send, too */
	AUTOMATION_PLUGIN_ACTIONS,
	AUTOMATION_SEQUENCES
};
struct automation_names {
	void *arg;
	bool (*known)(void *arg, enum automation_sort sort, const char *name);
	void (*each)(void *arg, enum automation_sort sort,
		     condition_name_fn *fn, void *fn_arg);
	/* Of a known one: can it be used as it is? Else what is wrong with it:
	 * of a template, file, line and column. */
	enum sg_status (*check)(void *arg, enum automation_sort sort,
				const char *name,
				const struct condition_names *names,
				struct sg_err *err);
};

/*
 * One action, as "tag add 'hot'": for `segment do`. In the pool. SG_REFUSED
 * with line, column and caret.
 */
enum sg_status automation_action_parse(const char *text,
				       const struct condition_names *names,
				       const struct automation_names *targets,
				       struct pool *pool,
				       struct automation_action *action_out,
				       struct sg_err *err) MUST_CHECK;

/* Within the applier's transaction, or through the outbox? */
bool automation_is_internal(enum automation_verb verb);
/* "tag add", "webhook" … */
const char *automation_verb_name(enum automation_verb verb);
/* What a field is set to; false: there is no value (something is missing). */
bool automation_value(const struct automation_action *action,
		      const struct record_view *view,
		      const struct signal *signal, const char *timezone,
		      struct buf *to);

/* Canonical text: parses to the same. */
void automation_write(const struct automation *automation, struct buf *to);
/* Do both wait for the same? Then the armed states of one are the other's. */
bool automation_same_trigger(const struct automation *a,
			     const struct automation *b);

#endif
