/*
 * api_call.h - one call of the API, and what the resources' files share. A
 * handler refuses first, then works, then fills `call->answer`; what it
 * returns becomes the status: SG_OK 200 (or call->status), SG_NONE 404,
 * SG_REFUSED 400, SG_BUSY 503, SG_FAILED 500.
 */
#ifndef ENGINE_HTTP_API_API_CALL_H
#define ENGINE_HTTP_API_API_CALL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "base/pool.h"
#include "base/rate.h"
#include "http/api/api.h"
#include "signal/signal.h"
#include "store/store_record.h"

enum {
	API_ARGS_MOST = 3,
	API_PARAMS_MOST = 32,
	API_ACTOR_SIZE = 80,
	API_LIMIT = 100,
	API_LIMIT_MOST = 1000,
	API_NAME_MOST = 64,
	API_PASSWORD_MOST = 256, /* bytes */
	API_UNDER_WAY_MOST = 512
};

enum api_role { API_READER = 1, API_OPERATOR, API_MANAGER };

struct api_param {
	const char *name, *value;
};

struct api_principal {
	char name[API_ACTOR_SIZE]; /* as the audit and the ledger have it */
	enum api_role role;
	const char *source; /* "cli" over the Unix socket, "console" for who is
			       signed in there, else "api" */
};

struct api {
	struct api_options options;
	_Atomic(struct http *) http;
	uid_t own_uid;
	int64_t started_at;
	atomic_ullong calls, problems;
	struct rate *rate;
	struct events *events;
	pthread_mutex_t lock; /* guards: */
	size_t n_under_way;   /* calls with an Idempotency-Key */
	uint64_t under_way[API_UNDER_WAY_MOST];
	pthread_mutex_t rules_lock;  /* one who changes the rules at a time */
	struct rule_uses *rule_uses; /* api_rules_uses.c */
	struct import_dry *dry_imports;
};

struct api_call {
	struct api *api;
	const struct http_request *request;
	struct sg_reply *reply;
	struct pool *pool; /* of this call */
	struct api_principal principal;
	int64_t now;
	const char *args[API_ARGS_MOST]; /* {…} of the path, decoded */
	size_t n_params;
	struct api_param params[API_PARAMS_MOST];
	struct store *store;   /* a reader, once api_store() was called */
	struct json *body;     /* once api_body() was called */
	struct json *answer;   /* written when not NULL */
	struct json *warnings; /* texts, written with it; NULL = none */
	int status;	       /* of an SG_OK; 200 */
	size_t n_submitted;    /* signals so far */
	bool kept; /* with SG_BUSY: it is kept, and will be applied: 202 */
	const struct api_resource *resource;
	int problem;	      /* status of an SG_REFUSED; 0 = 400 */
	const char *object;   /* for the audit; NULL = the first of args */
	const char *about;    /* for the audit; NULL = the others of args */
	bool audited;	      /* its entry is written, or will be */
	bool tried;	      /* dry_run: nothing was done */
	const char *version;  /* of what the answer shows; NULL = none */
	uint64_t idempotency; /* hash of its Idempotency-Key; 0 = none */
	uint64_t retry;	      /* and of all that it brings; 0 = no key */
	uint64_t body_hash;
	bool answer_kept; /* under that key, with the change */
	bool replayed;	  /* the reply is an older call's */
	bool secret;	  /* the answer is shown once */
};

typedef enum sg_status api_fn(struct api_call *call, struct sg_err *err);

/*
 * api_resources.c: the one table of what there is. Routing, roles, the bounds
 * of what a call may bring, the audit and the reference (openapi.json) come
 * from it. The first five say what it is; what follows is named, and is what
 * the reference says of it. Shapes are written as api_shape.h has it.
 */
struct api_resource {
	const char *method;
	const char *path; /* under /api/v1; {…} takes one segment */
	enum api_role role;
	api_fn *fn;
	const char *summary;
	/* Of the query, blank between them; others are refused. Each stands
	 * in api_shapes.c. NULL: not said, anything goes. */
	const char *params;
	const char *body;     /* a shape; NULL = it takes none */
	const char *consumes; /* media types; NULL = JSON */
	const char *answer;   /* a shape; NULL = none, or no JSON */
	const char *produces; /* media types; NULL = JSON */
	int status;	      /* of the answer; 0 = 200, or 204 without one */
	int status_too;	      /* another that it may have; 0 = none */
	const char *action;   /* in the audit; NULL = api_define() says it */
	bool reads;	      /* a POST that changes nothing */
	/* Has an ETag, or heeds If-Match. */
	enum { API_NOT_VERSIONED, API_VERSIONED, API_AS_THE_RULES } versioned;
	const char *paged_by; /* api_page.c: members that name an item */
};
extern const struct api_resource api_resources[]; /* ends with {0} */
/* api_find.c */
int api_resource_status(const struct api_resource *resource);
bool api_resource_changes(const struct api_resource *resource);
const char *api_role_name(enum api_role role);
int api_role_find(const char *name); /* -1: no such role */

/*
 * The resource for method and path (after /api/v1, raw); its {…} into
 * args[API_ARGS_MOST], decoded. NULL: none, then *allow_out lists the methods
 * that are there ("" = no such path).
 */
const struct api_resource *api_find(const char *method, const char *path,
				    struct pool *pool, const char **args,
				    const char **allow_out);

/* api_auth.c. Who reads does not wait for a store that cannot be written. */
bool api_can_note(struct api *api);
/* SG_REFUSED: call->problem, 401 or 429. */
enum sg_status api_authenticate(struct api_call *call,
				struct sg_err *err) MUST_CHECK;
enum sg_status api_find_actor(struct api_call *call, const char *actor,
			      struct sg_err *err) MUST_CHECK;
/* The hash that is stored of a token. */
void api_token_hash(const char *token, unsigned char hash[32]);

/* api_people.c: who is signed in. SG_REFUSED: call->problem, 401. */
enum sg_status api_take_person(struct api_call *call,
			       const struct sg_user *user,
			       struct sg_err *err) MUST_CHECK;
bool api_password_is(const char *hash, const char *password);
enum sg_status api_password_hash(char *hash, const char *password,
				 struct sg_err *err) MUST_CHECK;
enum sg_status api_rate_password(struct api_call *call,
				 struct sg_err *err) MUST_CHECK; /* 429 */
/* api.c: the call of a person; path and query of `request` are in its path. */
void api_handle_for(struct api *api, const struct sg_user *user,
		    struct http_request *request, struct sg_reply *reply);

/* api_problem.c: RFC 9457. */
void api_problem(struct sg_reply *reply, int status, const char *detail);
int api_problem_status(enum sg_status status);

/* api_negotiate.c: may it come with this, and want that? 400, 406, 415. */
enum sg_status api_negotiate(struct api_call *call,
			     struct sg_err *err) MUST_CHECK;

/* api_idempotency.c; with call->replayed the reply is filled. 409, 422. */
enum sg_status api_idempotency_begin(struct api_call *call,
				     struct sg_err *err) MUST_CHECK;
/* The answer that is there, in the transaction of the change. */
enum sg_status api_idempotency_keep(struct api_call *call, struct store *store,
				    struct sg_err *err) MUST_CHECK;
/* After the reply was filled. */
void api_idempotency_end(struct api_call *call);
/* The same call with the same key brings the same signals: the external id of
 * the n-th of a line of its body. 0: it has no key. */
uint64_t api_retry_id(const struct api_call *call, size_t line, size_t n);

/* api_page.c: a page of the items, for resources that say paged_by. */
enum sg_status api_page(struct api_call *call, struct sg_err *err) MUST_CHECK;

/* api_etag.c: of call->version and the reply's body. */
void api_etag_set(struct api_call *call);
bool api_etag_is_known(struct api_call *call); /* 304 */
bool api_if_match_asked(const struct api_call *call);
/* 412 when it is of another version than this. */
enum sg_status api_if_match(struct api_call *call, const char *version,
			    struct sg_err *err) MUST_CHECK;
const char *api_version_of_text(const struct api_call *call, const char *text);
enum sg_status api_version_of_record(const struct api_call *call,
				     struct store *store, uint32_t record_id,
				     const char **version_out,
				     struct sg_err *err) MUST_CHECK;

/* api_audit.c */
struct store_audit;
const char *api_origin(const struct api_call *call);
void api_audit_row(const struct api_call *call, struct store_audit *row_out);
/* The entry, to go through the spool with the changes. */
enum sg_status api_audit_signal(const struct api_call *call,
				struct signal *signal,
				struct sg_err *err) MUST_CHECK;
/* The call is done: notes it unless that is done already. */
void api_audit_done(struct api_call *call);

/* api_input.c: parameters and bodies, checked. */
enum sg_status api_read_params(struct api_call *call,
			       struct sg_err *err) MUST_CHECK;
const char *api_param(const struct api_call *call, const char *name);
bool api_param_yes(const struct api_call *call, const char *name);
enum sg_status api_param_int(const struct api_call *call, const char *name,
			     int64_t fallback, int64_t most, int64_t *out,
			     struct sg_err *err) MUST_CHECK;
/* The body as a JSON object. */
enum sg_status api_body(struct api_call *call, struct sg_err *err) MUST_CHECK;
/* A text member of the body; NULL when optional and absent. */
enum sg_status api_body_text(struct api_call *call, const char *name,
			     bool required, const char **out,
			     struct sg_err *err) MUST_CHECK;
/* A field's, tag's, list's … name as we take it; `what` for the message. */
enum sg_status api_check_name(const char *what, const char *name,
			      struct sg_err *err) MUST_CHECK;
enum sg_status api_check_field(const char *name, struct sg_err *err) MUST_CHECK;
/* One that is not the engine's own. */
enum sg_status api_check_signal_name(struct api_call *call, const char *name,
				     struct sg_err *err) MUST_CHECK;
struct json *api_answer(struct api_call *call); /* the object, made once */
/* Answer {"items": […], "next": null}; returns the array. */
struct json *api_items(struct api_call *call);

/* api_store.c: reading and writing. */
enum sg_status api_store(struct api_call *call, struct sg_err *err) MUST_CHECK;
/* The record of args[0]: SG_REFUSED: not an address; SG_NONE: "no contact …".
 * *normal_out, if not NULL, is set for SG_NONE too. */
enum sg_status api_contact(struct api_call *call, const char *key,
			   struct store_record *record_out,
			   const char **normal_out,
			   struct sg_err *err) MUST_CHECK;
const char *api_module(const struct api_call *call); /* ?module= or contact */
/* NULL for ?module=*: records of all modules, where a list is asked for. */
const char *api_module_or_all(const struct api_call *call);
enum sg_status api_score(struct api_call *call, const char *name,
			 struct score_settings *settings_out,
			 struct sg_err *err) MUST_CHECK;
enum sg_status api_list_exists(struct api_call *call, const char *name,
			       struct sg_err *err) MUST_CHECK;

/* A change that the caller makes, as of now, to the record of this key. */
void api_change(const struct api_call *call, struct signal *signal,
		enum signal_kind kind, const char *key);
/* Kept, applied, visible; Idempotency-Key is seen to. */
enum sg_status api_submit(struct api_call *call, struct signal *signals,
			  size_t n_signals, struct sg_err *err) MUST_CHECK;
/* A definition: fn in a transaction on the applier's thread, and the audit
 * says that `action` was done to `object`. */
struct api_definition {
	apply_call_fn *fn;
	void *arg;
	const char *action, *object, *detail;
};
enum sg_status api_define(struct api_call *call,
			  const struct api_definition *definition,
			  struct sg_err *err) MUST_CHECK;
/* The same, and the answer is filled in that transaction, with call->store in
 * it: under an Idempotency-Key both are kept or neither. For what a second try
 * would refuse, since it is there. */
typedef enum sg_status api_fill_fn(struct api_call *call, void *arg,
				   struct sg_err *err);
enum sg_status api_define_answered(struct api_call *call,
				   const struct api_definition *definition,
				   api_fill_fn *fill, void *fill_arg,
				   struct sg_err *err) MUST_CHECK;
/* For those who have a transaction of their own: the function of an apply_also,
 * whose arg it is. It is kept once that is committed: then the caller calls
 * api_defined(). */
struct api_filling {
	struct api_call *call;
	const struct api_definition *definition; /* its fn is not called */
	api_fill_fn *fill;			 /* NULL = later */
	void *fill_arg;
};
apply_call_fn api_define_in;
void api_defined(const struct api_filling *filling);

/* api_contact_show.c */
enum sg_status api_show_contact(struct api_call *call,
				const struct store_record *record,
				struct json *to, struct sg_err *err) MUST_CHECK;
/* api_scores.c: {"name", "score", "percent", …}; has no score: false. */
bool api_score_json(struct api_call *call, uint32_t record_id,
		    const struct score_settings *settings, struct json *to);
/* "next" of a list paged by id: set when the page is full. */
void api_next_id(struct api_call *call, size_t n_rows, int64_t limit,
		 int64_t last_id);
struct store_suppression;
struct json *api_suppression_json(const struct store_suppression *suppression);
/* api_consent.c */
enum sg_status api_consent_json(struct api_call *call, uint64_t record_key,
				struct json **json_out,
				struct sg_err *err) MUST_CHECK;
/* api_split.c: into the parts of status and metrics; nothing without it. */
void api_split_figures(struct sg_gate *gate, struct json *to);
void api_split_metrics(struct sg_gate *gate, struct buf *to);
struct store_history;
struct json *api_history_json(const struct store_history *row);

/* api_field.c: the value in its normal form, in the call's pool. SG_REFUSED:
 * none of the field's type, or unique and another record's than that whose
 * module and key the signal has. */
enum sg_status api_field_value(struct api_call *call,
			       const struct signal *whose, const char *name,
			       const char *value, const char **normal_out,
			       struct sg_err *err) MUST_CHECK;
/* A member of that title: an array where the field has many values. */
void api_add_field(struct json *to, const char *title, const char *name,
		   const char *value);

/* api_links.c */
struct api_link {
	const char *module, *key; /* in normal form */
	const char *relation;
	const char *to_module; /* NULL = as the relation is called */
	const char *to_key;
};
/* Fill a SIGNAL_LINK or SIGNAL_UNLINK that api_change() began. */
enum sg_status api_link_fill(struct api_call *call, struct signal *signal,
			     const struct api_link *link,
			     struct sg_err *err) MUST_CHECK;
enum sg_status api_links_json(struct api_call *call, uint32_t record_id,
			      struct json *to, struct sg_err *err) MUST_CHECK;

/* api_compare.c: into the answer, as `histogram` */
struct score_statistics;
void api_histogram_json(struct api_call *call,
			const struct score_settings *settings,
			const struct score_statistics *statistics,
			int64_t bins);

/* api_rules.c: of rules, automations and sequences. */
const char *api_rules_version(const struct api_call *call);
/* A set of the caller's, checked against what there is. */
struct ruleset;
enum sg_status api_rules_parse(struct api_call *call, const char *text,
			       struct ruleset **ruleset_out,
			       struct sg_err *err) MUST_CHECK;
enum sg_status api_rules_parse_body(struct api_call *call,
				    struct ruleset **ruleset_out,
				    struct sg_err *err) MUST_CHECK;
/* api_rules_run.c */
struct condition_explanation;
struct json *api_condition_json(const struct condition_explanation *condition);
/* api_explain.c: each part of a condition for the contact of this key. */
enum sg_status api_explain(struct api_call *call, const char *text,
			   const char *key, struct json *to,
			   struct sg_err *err) MUST_CHECK;

/* The handlers, by file. */
api_fn api_index, api_openapi;
/* api_contacts.c */
api_fn api_contacts_list, api_contacts_show, api_contacts_history;
/* api_contact_changes.c */
api_fn api_contacts_create, api_contacts_patch, api_contacts_delete;
api_fn api_contacts_tag, api_contacts_untag;
api_fn api_contacts_subscribe, api_contacts_unsubscribe;
api_fn api_consent_show, api_consent_put;
api_fn api_suppressions_all, api_suppressions_put, api_suppressions_delete;
/* api_scores.c, api_why.c, api_score_change.c */
api_fn api_contacts_link, api_contacts_unlink, api_contacts_rename;
api_fn api_modules_all, api_fields_all, api_signals_unmatched;
api_fn api_scores_histogram, api_scores_compare;
api_fn api_scores_list, api_scores_top, api_scores_summary;
api_fn api_scores_of, api_scores_why, api_scores_change, api_scores_history;
api_fn api_events, api_recent;
api_fn api_contacts_bulk, api_signals_bulk;
api_fn api_lists_patch, api_segments_show, api_segments_patch;
api_fn api_lists_all, api_lists_create, api_lists_show, api_lists_delete;
api_fn api_signals_kinds, api_signals_emit, api_signals_recent;
api_fn api_signals_judge;
api_fn api_signals_explain;
api_fn api_verdicts;
api_fn api_rules_get, api_rules_check, api_rules_put;
api_fn api_rules_run, api_rules_run_show, api_rules_run_cancel;
api_fn api_rules_simulate, api_rules_test, api_rules_show, api_rules_history;
api_fn api_rules_uses;
struct rule_uses *rule_uses_new(void);
void rule_uses_free(struct rule_uses *uses);
api_fn api_segments_all, api_segments_save, api_segments_delete;
api_fn api_segments_count;
api_fn api_import, api_export;
api_fn api_imports_all, api_imports_begin, api_imports_show, api_imports_chunk;
api_fn api_imports_delete;
api_fn api_person_data, api_person_forget;
api_fn api_broadcasts_all, api_broadcasts_create, api_broadcasts_show;
api_fn api_broadcasts_delete, api_broadcasts_test;
/* api_split_mail.c: two versions of a broadcast's mail. */
struct broadcast_draft;
enum sg_status api_draft_split(struct api_call *call,
			       struct broadcast_draft *draft,
			       struct sg_err *err) MUST_CHECK;
struct store_broadcast;
/* versions: as counted (broadcast_counted.h); NULL: not yet. */
void api_add_split(struct api_call *call,
		   const struct store_broadcast *broadcast,
		   const struct json *versions);
api_fn api_broadcasts_act, api_broadcasts_recipients;

/* --- api_templates.c: `template`, or `subject`, `text` and `html` ----------
 */

struct broadcast_draft;
enum sg_status api_body_template(struct api_call *call,
				 struct broadcast_draft *draft,
				 struct sg_err *err) MUST_CHECK;

/* --- api_warnings.c: lists, broadcasts, sequences that are not there ------ */

struct condition;
struct ruleset;
/* Each after api_store(). */
void api_warn_of_names(struct api_call *call,
		       const struct condition *condition);
void api_warn_of_names_in(struct api_call *call, const char *where);
void api_warn_of_rules(struct api_call *call, const struct ruleset *file);
/* api.c: into the answer; it does so itself for what is finished. */
void api_add_warnings(struct api_call *call);

/* --- api_broadcast_compare.c, api_broadcast_links.c ----------------------- */

api_fn api_broadcasts_compare, api_broadcasts_links;

/* --- api_broadcast_preview.c --------------------------------------------- */

api_fn api_broadcasts_preview;

/* Which of the two versions: "a" (NULL, too) or "b". */
enum sg_status api_broadcast_version(const char *text, bool *other_out,
				     struct sg_err *err) MUST_CHECK;
/* A mail as it would be sent: what it says, or itself (Accept: message/rfc822,
 * format=raw). */
bool api_wants_raw_mail(const struct api_call *call);
enum sg_status api_answer_mail(struct api_call *call, const char *mail,
			       size_t len, struct sg_err *err) MUST_CHECK;
api_fn api_broadcasts_clicks, api_templates_check, api_templates_render;
api_fn api_templates_all;
/* api_mail.c */
api_fn api_mail_classify, api_mail_token, api_mail_instrument;
api_fn api_split_all, api_split_redo, api_split_drop;
api_fn api_page_snippet; /* api_snippet.c */
api_fn api_plugins_all, api_plugins_check;
api_fn api_forms_all, api_forms_show, api_forms_snippet; /* api_forms.c */
api_fn api_forms_submissions;
api_fn api_surveys_all, api_surveys_show, api_surveys_results;
api_fn api_webhooks_all, api_webhooks_show, api_webhooks_test;
api_fn api_webhooks_confirm;
api_fn api_status_show, api_verify, api_reload, api_backup, api_audit;
api_fn api_tokens_all, api_tokens_create, api_tokens_revoke;
api_fn api_users_all, api_users_create, api_users_patch, api_users_delete;
api_fn api_password_change;
api_fn api_keys_all, api_keys_rotate, api_keys_retire;

/* --- api_outbox.c -------------------------------------------------------- */

api_fn api_outbox_all, api_outbox_show, api_outbox_redo, api_outbox_drop;
/* "outbox" of the status. */
enum sg_status api_outbox_json(struct api_call *call, struct json *to,
			       struct sg_err *err) MUST_CHECK;

api_fn api_bulk_begin, api_bulk_all, api_bulk_show; /* api_bulk.c */

/* --- api_automations.c -------------------------------------------------- */

api_fn api_automations_all, api_automations_show, api_firings_all;
struct store_firing;
/* As an entry of the history. */
struct json *api_firing_entry(const struct store_firing *firing);
/* "firings" of a contact: the last ones. */
enum sg_status api_firings_of(struct api_call *call,
			      const struct store_record *record,
			      struct json *to, struct sg_err *err) MUST_CHECK;

/* --- api_sequences.c ----------------------------------------------------- */

api_fn api_sequences_all, api_sequences_show, api_sequences_records;
api_fn api_sequences_clicks;
api_fn api_contacts_enrol, api_contacts_unenrol;
/* "sequences" of a contact. */
enum sg_status api_sequences_of(struct api_call *call,
				const struct store_record *record,
				struct json *to, struct sg_err *err) MUST_CHECK;
struct ruleset;
/* api_sequence_steps.c: "active" … of the whole, and "steps". */
struct sequence;
enum sg_status api_sequence_add_steps(struct api_call *call,
				      const struct sequence *sequence,
				      struct json *to,
				      struct sg_err *err) MUST_CHECK;
void api_sequences_text(const struct api_call *call, struct buf *to);
void api_sequences_differences(struct api_call *call,
			       const struct ruleset *after,
			       struct json *add_to);

/* --- api_automations.c: beside the rules -------------------------------- */

struct ruleset;
void api_automations_text(const struct api_call *call, struct buf *to);
/* "automations" of the answer. */
void api_automations_items(struct api_call *call);
void api_automations_differences(struct api_call *call,
				 const struct ruleset *after,
				 struct json *add_to);

#endif
