/*
 * rule.h - rules: "when this signal (or this state) and this condition, then
 * so many points" (scoring §3), their file form and sets of them. Immutable
 * once made; any thread.
 */
#ifndef ENGINE_RULE_RULE_H
#define ENGINE_RULE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"
#include "rule/automation.h"
#include "rule/condition.h"
#include "rule/sequence.h"

enum rule_once {
	RULE_EVERY,
	RULE_ONCE_EVER,
	RULE_ONCE_MESSAGE,
	RULE_ONCE_LINK,
	RULE_ONCE_DAY,
	RULE_TIMES_PER
};

struct rule {
	uint32_t id; /* of this version in the store; 0 = not stored */
	uint32_t version;
	const char *name;
	const char *module; /* "contact" */
	const char *score;  /* "lead" */
	const char *also;   /* relation: records linked by it get the points,
			       too; NULL = none */
	const char *on;	    /* NULL: a field rule */
	const char *when;   /* text, NULL = always */
	struct condition *condition; /* of `when`; NULL = always */
	double points;		     /* add, or -subtract */
	enum rule_once once;
	unsigned once_times; /* RULE_TIMES_PER: N per once_ms */
	int64_t once_ms;
	bool has_degrade;    /* false: the score's own */
	double degrade;	     /* percent a day, 0 = none */
	const char *because; /* template, NULL = the rule's name */
	enum verdict
		verdict; /* the worst it takes: human, proxy, machine=any */
	bool enabled;
	const char *source; /* its text in file form */
	unsigned line;	    /* in the file it was read from, 0 = none */
	/* Absence: fires at the end of absent.within_ms, unless that has
	 * happened until then. */
	const char *unless;		/* text, NULL = fires at once */
	struct condition *absence;	/* of `unless`; NULL */
	struct condition_signal absent; /* what it consists of */
	int64_t expires_ms;  /* after it gave points they go; 0 = they stay */
	const char *expires; /* text, NULL */
	bool has_cap;
	double cap_points;     /* the most it may give, either way */
	int64_t cap_ms;	       /* in so long; 0 = ever */
	const char *cap;       /* text, NULL = none of its own */
	const char *cap_group; /* shares the cap with those of that name */
};

struct ruleset {
	uint32_t id; /* 0 = not stored */
	struct pool *pool;
	size_t n_rules;
	struct rule *rules; /* in file order */
	size_t n_automations;
	struct automation *automations; /* likewise */
	size_t n_sequences;
	struct sequence *sequences; /* likewise */
};

struct rule_context {
	const struct condition_names *names;
	/* the default degrade of a score; for the limit of 8 rates */
	size_t n_rates;
	const double *rates;			/* in use elsewhere */
	const struct automation_names *targets; /* NULL: not checked */
};

/*
 * The file form (libconfuse). SG_REFUSED: "rules.conf:12: …" with line, and
 * column and caret where it is an expression. Refuses: unknown option, unknown
 * signal (naming the missing plugin), field rules that use score or percent,
 * two rules of one name, a ninth rate.
 */
enum sg_status rules_parse(const char *file_name, const char *text,
			   const struct rule_context *context,
			   struct ruleset **ruleset_out,
			   struct sg_err *err) MUST_CHECK;
void ruleset_free(struct ruleset *ruleset);
/* Canonical text of one rule / all of them: parses to the same. */
void rule_write(const struct rule *rule, struct buf *to);
void ruleset_write(const struct ruleset *ruleset, struct buf *to);

/* How long points given by a rule of this text last; 0 = for good. */
int64_t rule_source_expires(const char *source);

enum rule_change { RULE_SAME, RULE_ADDED, RULE_CHANGED, RULE_REMOVED };
const char *rule_change_name(enum rule_change change);

struct rule_difference {
	enum rule_change change;
	const struct rule *before, *after; /* NULL where there is none */
};
/* All but RULE_SAME, in order of name. The array is in `pool`. */
size_t ruleset_compare(const struct ruleset *before,
		       const struct ruleset *after, struct pool *pool,
		       struct rule_difference **differences_out);

struct automation_difference {
	enum rule_change change;
	const struct automation *before, *after;
};
/* The same for the automations of both. */
size_t automations_compare(const struct ruleset *before,
			   const struct ruleset *after, struct pool *pool,
			   struct automation_difference **differences_out);

/* A module and score that had a rule in `before` and has none in `after`: what
 * rules gave there goes with the last of them. By module, then score. */
struct rule_place {
	const char *module, *score;
};
size_t ruleset_find_emptied(const struct ruleset *before,
			    const struct ruleset *after, struct pool *pool,
			    struct rule_place **places_out);
struct sequence_difference {
	enum rule_change change;
	const struct sequence *before, *after;
};
/* The same for their sequences, in file order. */
size_t sequences_compare(const struct ruleset *before,
			 const struct ruleset *after, struct pool *pool,
			 struct sequence_difference **differences_out);

/* {{signal.url}} and {{field.name}} filled in; bounded, appended. */
void rule_explain(const struct rule *rule, const struct record_view *view,
		  const struct signal *signal, struct buf *to);

#endif
