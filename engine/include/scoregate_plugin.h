/*
 * scoregate_plugin.h - the plugin ABI: all that a plugin is built on.
 *
 * A plugin is one shared object, NAME.so, that exports one symbol:
 *
 *     SG_PLUGIN const struct sg_plugin sg_plugin_NAME = { SG_PLUGIN_HEAD, … };
 *
 * The gate reads this descriptor from the file and compares magic, size, major,
 * minor and name before any code of the plugin runs; `scoregate plugin check`
 * prints what it found. Everything the plugin needs from Scoregate comes as a
 * table of functions, `call->host`: a plugin finds nothing else of Scoregate.
 * See scoregate-plugin(7), and plugins/hello for one with a comment a line.
 *
 * Memory    Strings and structs that the host hands over are borrowed for the
 *           call, those a plugin hands over are copied before the function
 *           returns, unless it says otherwise. What comes from alloc(), copy()
 *           or text() belongs to the call and is freed after it. In start() it
 *           belongs to the plugin and is freed after stop().
 * Threads   start() and stop() run alone. Routes and mail hooks run on several
 *           threads at once, also with each other; tick() on one thread, never
 *           twice at once, beside them. So the state is read-only after
 *           start(), or has a lock of its own. A `call` stays on its thread.
 * Errors    SG_OK, SG_NONE (nothing to do), SG_REFUSED (the input is wrong),
 *           SG_BUSY (not now), SG_FAILED (broken here). A hook's SG_FAILED is
 *           counted and logged with the text given to fail(); after several in
 *           a row the plugin is suspended, each time twice as long, while mail
 *           and web flow on. A plugin that crashes takes the process with it.
 * Growth    Structs grow at their end only, and say their size first; a new
 *           function raises SCOREGATE_ABI_MINOR, any other change
 *           SCOREGATE_ABI_MAJOR. tests/lint/abi holds both to that.
 */
#ifndef SCOREGATE_PLUGIN_H
#define SCOREGATE_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scoregate_status.h"

#define SCOREGATE_ABI_MAGIC 0x53434754u /* "SCGT" */
#define SCOREGATE_ABI_MAJOR 1
#define SCOREGATE_ABI_MINOR 6

struct sg_host;	    /* the functions, below */
struct sg_err;	    /* a reason for people; written by host->fail() */
struct sg_settings; /* a section of the configuration */
struct sg_text;	    /* bytes under construction; belong to a call */
struct sg_form;	    /* a parsed form body; belongs to a call */
struct sg_json;	    /* a value of a parsed JSON text; belongs to a call */
struct sg_reply;    /* the HTTP answer; filled through host functions */
struct sg_page;	    /* a page for people, or a row of one */

/* Stands first in every entry of a plugin. Made by the host. */
struct sg_call {
	const struct sg_host *host;
	void *state; /* what start() left in *state_out */
	int64_t now; /* ms since 1970 UTC: the one clock of this call */
};

/* --- signals ------------------------------------------------------------- */

/* What an entry is: something that happened, or a change to the record. */
enum sg_signal_kind {
	SG_SIGNAL_HAPPENED = 1,
	SG_FIELD_SET = 4,    /* properties: name, value ("" removes)  */
	SG_TAG_ADD = 5,	     /* tag                                   */
	SG_TAG_REMOVE = 6,   /* tag                                   */
	SG_LIST_JOIN = 7,    /* list, how                             */
	SG_LIST_CONFIRM = 8, /* list, how                             */
	SG_LIST_LEAVE = 9,   /* list ("" = all), how                  */
	SG_SCORE_ADD = 10,   /* score, points; since 1.4              */
	SG_SCORE_SET = 11,   /* score, points; only_if empty (not scored yet)
				or higher (than it is); since 1.4 */
	SG_SUPPRESS = 13,    /* reason, evidence                      */
	SG_UNSUPPRESS = 14,  /* reason; since 1.4                     */
	/* A later verdict (verdict, verdict_reason) on hits that the record
	 * has: on those of its message_id; properties signal ("" = any), since
	 * and until, ISO 8601. What they scored is put right. Since 1.2. */
	SG_JUDGE = 15,
	SG_CONSENT = 20, /* what (opens, clicks), state (granted, denied),
			    source, wording; since 1.4 */
	/*
	 * A mail to the record by way of the outbox: kept with what stands
	 * beside it in the same emit(), made and signed when it is sent.
	 * Properties: template (of the configuration; "" = ours), title,
	 * language ("en"), and of its {{confirm_url}}: path ("/f/news/"), id
	 * (a message id, 16 hex digits) and payload of the SG_TOKEN_CONFIRM
	 * behind it. Goes to who unsubscribed, too: they asked. Since 1.4.
	 */
	SG_MAIL = 26
};

enum sg_verdict { SG_HUMAN = 0, SG_PROXY = 1, SG_MACHINE = 2 };

struct sg_prop {
	const char *name;  /* [a-z0-9_.]+ */
	const char *value; /* UTF-8, at most 16384 bytes */
};

/* NULL strings are "". At most 64 properties, 64 kB in all. */
struct sg_signal {
	size_t size; /* sizeof(struct sg_signal) */
	enum sg_signal_kind kind;
	const char *name;    /* "email.opened"; only for SG_SIGNAL_HAPPENED,
				and only one that this plugin declared */
	uint64_t record_key; /* from a token or record_key(); 0 = see key */
	const char *module;  /* "" = contact */
	const char *key;     /* e-mail address or other key, where known; or
				"field.NAME=VALUE" of a unique field */
	uint64_t message_id; /* 0 = belongs to no message */
	int64_t happened_at; /* ms UTC, 0 = now */
	const char *because; /* explanation for people */
	enum sg_verdict verdict;
	const char *verdict_reason;
	const char *external_id; /* the sender's own id of this event: the same
				    one within 30 days is dropped */
	const struct sg_prop *props;
	size_t n_props;
	/* So long it does not count yet, in case something later speaks
	 * against it; 0 = it counts at once. Since 1.2. */
	int64_t settle_ms;
};

/* settle_ms: as the configuration says. */
#define SG_SETTLE (-1)

/* How far an entry is kept when emit() returns; in a route SG_WRITTEN may come
 * as late as just before the answer leaves, with those of other requests. */
enum sg_keep {
	SG_WRITTEN, /* survives this process: opens, clicks */
	SG_SYNCED   /* survives the machine: whatever we answer 200 for */
};

/* A signal this plugin can emit: rules may name only declared ones. A table
 * of them ends with {0}. */
struct sg_signal_declaration {
	const char *name;	/* "source.verb" in the past tense */
	const char *properties; /* "url, campaign" */
	const char *summary;	/* one line for people */
};

/* --- settings ------------------------------------------------------------ */

enum sg_option_type {
	SG_OPTION_TEXT = 1,
	SG_OPTION_NUMBER,
	SG_OPTION_INT,
	SG_OPTION_BOOL,
	SG_OPTION_DURATION, /* "90d": ms as int */
	SG_OPTION_SIZE,	    /* "30M": bytes as int */
	SG_OPTION_PERCENT,
	SG_OPTION_TEXT_LIST,
	SG_OPTION_SECTION, /* one, without a title */
	SG_OPTION_TITLED   /* many, each with a title */
};

/* What may stand in `plugin "NAME" { … }`. A table ends with {0}. */
struct sg_option {
	const char *name;
	enum sg_option_type type;
	const char *fallback;		 /* as in a file; NULL = unset */
	double least, most;		 /* numbers; both 0 = any */
	const struct sg_option *options; /* of a section */
	const char *help;		 /* one line for people */
};

/* --- web ----------------------------------------------------------------- */

/* One HTTP request, borrowed for the call. */
struct sg_request {
	size_t size;	    /* of this struct, for growth at its end */
	const char *method; /* "GET", "HEAD", "POST", … */
	const char *path;   /* after the route's prefix; raw, not decoded */
	const char *query;  /* after '?', "" = none; raw */
	const char *body;
	size_t body_len;
	const char *peer;    /* numeric address of the client */
	int64_t received_at; /* ms UTC */
	const void *handle;  /* the server's own */
};

/* Answers every method; the host has bounded the request. A table of routes
 * ends with {0}. The prefix begins with '/'; one that ends with it, too, has
 * all that begins with it ("/o/"), another just itself ("/t.js"; since 1.4). */
typedef enum sg_status sg_answer_fn(const struct sg_call *call,
				    const struct sg_request *request,
				    struct sg_reply *reply, struct sg_err *err);
struct sg_route {
	const char *prefix;
	sg_answer_fn *answer;
	const char *summary;
};

/* What somebody typed. Since 1.4. */
enum sg_value {
	SG_VALUE_TEXT = 1,
	SG_VALUE_EMAIL,
	SG_VALUE_NUMBER, /* as 12.5 */
	SG_VALUE_DATE,	 /* ISO 8601: 2026-01-31, or with a time */
	SG_VALUE_PHONE,	 /* E.164: +493012345 */
	SG_VALUE_URL	 /* absolute, http or https */
};

/* A file in a form; borrowed for the call. Since 1.4. */
struct sg_file {
	size_t size;
	const char *name;     /* of the form's field */
	const char *filename; /* as the sender calls it: never a path of ours */
	const char *type;     /* as the sender says */
	const char *bytes;
	size_t len;
};

/* --- tokens -------------------------------------------------------------- */

/* A token of one kind is refused everywhere else. */
enum sg_token_kind {
	SG_TOKEN_OPEN = 1,
	SG_TOKEN_CLICK = 2,
	SG_TOKEN_BOUNCE = 3,
	SG_TOKEN_UNSUBSCRIBE = 4,
	SG_TOKEN_VISITOR = 5,
	SG_TOKEN_CONFIRM = 7,
	SG_TOKEN_FORWARD = 8, /* payload: the campaign. Since 1.3. */
	SG_TOKEN_STAMP = 9    /* when a page was made: the time of its message
				 id; payload: which page. Since 1.4. */
};

enum sg_token_form {
	SG_TOKEN_URL,	 /* base64url, with payload: one path segment */
	SG_TOKEN_ADDRESS /* base32 in lower case, without payload: 45
			    characters of a local part, any case */
};

struct sg_token {
	enum sg_token_kind kind;
	uint64_t message_id;
	uint64_t record_key;
	const char *payload; /* at most 1500 bytes, not NUL-terminated */
	size_t payload_len;
};

/* --- mail ---------------------------------------------------------------- */

enum {
	SG_TRACK_OPENS = 1,
	SG_TRACK_CLICKS = 2,
	SG_TRACK_HONEYPOT = 4 /* a link that nobody sees. Since 1.4. */
};

/* An outgoing message to one recipient that the operator wants instrumented. */
struct sg_outgoing {
	size_t size;
	uint64_t message_id; /* ours; stands in every token of it */
	uint64_t record_key;
	const char *recipient; /* envelope, without angle brackets */
	const char *sender;    /* envelope, as it came */
	const char *campaign;  /* "" = none */
	const char *list;      /* X-Scoregate-List, else List-Id; "" = none */
	const char *broadcast; /* "" = none */
	unsigned track;	       /* SG_TRACK_… wanted for this message */
	bool body_editable;    /* false: signed or encrypted; headers only */
	const void *handle;
	/* since 1.1 */
	const char *queue_id; /* the MTA's name of it; "" = unknown */
	const char *rfc_id;   /* Message-ID, with <>; "" = none */
};

/* true: `target_out` is what the link shall point to. false: leave it alone.
 * target: character references decoded, absolute, http or https; NUL after
 * target[len]. */
typedef bool sg_map_link_fn(const struct sg_call *call, void *arg,
			    const char *target, size_t len,
			    struct sg_text *target_out);

/* What the text of an incoming message says it is (design: mail §2). */
enum sg_mail_kind {
	SG_MAIL_ORDINARY = 0,
	SG_MAIL_BOUNCE,
	SG_MAIL_DELAY,
	SG_MAIL_DELIVERED, /* a notice of success */
	SG_MAIL_COMPLAINT,
	SG_MAIL_OPT_OUT, /* a feedback report of that type */
	SG_MAIL_READ,	 /* disposition notification */
	SG_MAIL_AUTO_REPLY,
	SG_MAIL_AUTH_REPORT /* about authentication: no effect */
};

enum sg_bounce_class { SG_BOUNCE_NONE = 0, SG_BOUNCE_SOFT, SG_BOUNCE_HARD };

/* What the report says of one recipient. Strings "" = not said. */
struct sg_finding {
	size_t size;
	enum sg_mail_kind kind;
	const char *address; /* original recipient, else final */
	enum sg_bounce_class bounce;
	const char *status;	/* "5.1.1" (RFC 3463) */
	const char *reason;	/* "user-unknown", "mailbox-full", … */
	const char *diagnostic; /* the other server's words */
};

/* What an ordinary or automatic mail does to one that it names. */
enum sg_answer { SG_ANSWER_NONE = 0, SG_ANSWER_REPLY, SG_ANSWER_FORWARD };

/* A recipient of the incoming message whose address is one of ours. */
struct sg_own_recipient {
	size_t size;
	const char *address;
	struct sg_token token; /* SG_TOKEN_BOUNCE or SG_TOKEN_UNSUBSCRIBE */
};

/*
 * Mail to a bounce or unsubscribe address of ours, and, since 1.1, mail that
 * comes in to anybody and may be about a message of ours (`n_own` is 0): a
 * report, an answer, a copy passed on. The latter is only looked at.
 */
struct sg_incoming {
	size_t size;
	const char *sender; /* envelope; "" = the null sender */
	const char *subject;
	enum sg_mail_kind kind;
	const char *feedback_type;	   /* complaints: "abuse" */
	const char *evidence;		   /* the line that decided */
	const struct sg_finding *findings; /* may be none */
	size_t n_findings;		   /* each findings->size bytes apart */
	const struct sg_own_recipient *own; /* likewise; may be none */
	size_t n_own;
	const void *handle;
	/* since 1.1 */
	enum sg_answer answer;
	const char *from;   /* the header's, a bare address; "" = none */
	const char *to;	    /* header To and Cc and the envelope, with ", " */
	const char *rfc_id; /* its own Message-ID, with <>; "" = none */
	/* Message-IDs that it names, the nearest first, each with <> */
	const char *about;
	/* A token of ours that stands in a report or in what is passed on: as
	 * good as one in the address. Its kind is 0 when there is none. */
	struct sg_token quoted;
	const char *user_agent; /* of who reports; "" = not said */
};

/* --- scores and actions -------------------------------------------------- */

/* The record as of the signal's event time. */
struct sg_record {
	size_t size;
	const char *module, *key;
	const void *handle;
	/* "" = no such field; a score's name gives false for "no score". */
	const char *(*field)(const struct sg_record *record, const char *name);
	bool (*tag)(const struct sg_record *record, const char *name);
	bool (*score)(const struct sg_record *record, const char *name,
		      double *points_out);
};

/* The strings are static, or live as long as the plugin. */
struct sg_points {
	const char *score; /* "lead" */
	double points;
	const char *because;
};

/*
 * Points a plugin proposes for a signal, beside the rules. Pure: the same
 * inputs give the same answer, no clock, no state but what start() made, so
 * that it can be replayed. Writes at most `most`, returns how many.
 */
typedef size_t sg_score_fn(const struct sg_call *call,
			   const struct sg_signal *signal,
			   const struct sg_record *record,
			   struct sg_points *points_out, size_t most);

/* Something an automation can do. A table ends with {0}. */
struct sg_action {
	const char *name;
	const char *summary;
	const struct sg_option *options;
	enum sg_status (*run)(const struct sg_call *call,
			      const struct sg_record *record,
			      const struct sg_settings *settings,
			      struct sg_err *err);
};

/* --- assets --------------------------------------------------------------- */

/*
 * What the plugin's folder holds beside its code, compiled in by the Makefile
 * as NAME_assets: templates of pages (*.html), messages in each language
 * (en.conf, de.conf) and scripts (*.js). The form of the first two stands in
 * scoregate-pages(5). A table ends with {0}. Since 1.4.
 */
struct sg_asset {
	const char *name;
	const char *bytes;
	size_t len;
};

/* --- the descriptor ------------------------------------------------------ */

/*
 * Identity is plain bytes, so that it can be read from the file without
 * running anything of it. Hooks that are NULL are not called.
 */
struct sg_plugin {
	uint32_t magic;
	uint32_t size;	    /* of this struct as the plugin knows it */
	uint16_t abi_major; /* must be the host's */
	uint16_t abi_minor; /* the least the plugin needs */
	char name[32];	    /* as in the file's name and the symbol */
	char version[20];
	char summary[100]; /* one line for people */

	const struct sg_signal_declaration *signals;
	const struct sg_option *options;
	const struct sg_route *routes;
	const struct sg_action *actions;

	/* SG_OK, or the plugin is not loaded and the daemon says why. */
	enum sg_status (*start)(const struct sg_call *call, void **state_out,
				struct sg_err *err);
	void (*stop)(const struct sg_call *call);
	/* About every second. */
	enum sg_status (*tick)(const struct sg_call *call, struct sg_err *err);
	/* State intents by the host's functions; the engine edits. After
	 * anything but SG_OK this plugin's intents are dropped. */
	enum sg_status (*outgoing)(const struct sg_call *call,
				   const struct sg_outgoing *mail,
				   struct sg_err *err);
	/* SG_BUSY: could not be kept now; mail to nobody but our own
	 * addresses is then kept by the MTA for another try. */
	enum sg_status (*incoming)(const struct sg_call *call,
				   const struct sg_incoming *mail,
				   struct sg_err *err);
	sg_score_fn *score;
	/* since 1.4: what the plugin tells the operator about itself, and does
	 * when told to: the API's, never the public's. `path` is its own
	 * business; the answer is JSON. */
	sg_answer_fn *inspect;
	/* since 1.4: its templates and messages; those of page(). */
	const struct sg_asset *assets;
	/* since 1.5: routes of the private listener and the Unix socket; the
	 * public listener has nothing there. They may wait. */
	const struct sg_route *private_routes;
};

#define SG_PLUGIN __attribute__((visibility("default")))
#define SG_PLUGIN_HEAD                                                  \
	.magic = SCOREGATE_ABI_MAGIC, .size = sizeof(struct sg_plugin), \
	.abi_major = SCOREGATE_ABI_MAJOR, .abi_minor = SCOREGATE_ABI_MINOR
/* What the smallest descriptor we take holds: that of 1.0. */
#define SG_PLUGIN_SIZE_LEAST \
	(offsetof(struct sg_plugin, score) + sizeof(sg_score_fn *))

#include "scoregate_host.h"

#endif
