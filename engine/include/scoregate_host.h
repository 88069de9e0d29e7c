/*
 * scoregate_host.h - the functions that a plugin gets, `call->host`: the second
 * half of scoregate_plugin.h, which includes it and whose rules hold.
 */
#ifndef SCOREGATE_HOST_H
#define SCOREGATE_HOST_H

#include "scoregate_plugin.h"

enum sg_log_level { SG_LOG_ERROR, SG_LOG_WARN, SG_LOG_INFO, SG_LOG_DEBUG };

/* GET of another server. */
struct sg_fetch {
	size_t size;
	const char *url; /* https, or http to this machine; no redirects */
	const char *authorization; /* of that name's header; NULL = none */
	size_t most;		   /* bytes of the answer */
	int64_t timeout_ms;	   /* for all of it */
};

enum sg_site {
	SG_SITE_PUBLIC_URL,    /* "https://t.example.com", no slash at end */
	SG_SITE_BOUNCE_DOMAIN, /* "" = none */
	SG_SITE_UNSUBSCRIBE_ADDRESS, /* "unsubscribe@…"; "" = none */
	/* since 1.1: a folder for what outlives the process, in files named
	 * after the plugin; "" = none */
	SG_SITE_STATE,
	SG_SITE_TIMEZONE /* "Europe/Berlin"; "UTC". Since 1.6 */
};

/* Who is signed in. The strings belong to the call. Since 1.5. */
struct sg_user {
	size_t size;
	const char *name;
	const char *role;	/* "reader", "operator", "manager" */
	const char *session;	/* what their browser keeps: a secret */
	const char *form_token; /* stands in each form of this session */
};

/* A call of the API, as a person who is signed in makes it. Since 1.5. */
struct sg_ask {
	size_t size;
	const struct sg_user *user;
	const struct sg_request *request; /* the audit notes its address */
	const char *method;
	const char *path;     /* "/contacts?limit=20", below /api/v1 */
	const char *type;     /* of the body; NULL = JSON */
	const char *accept;   /* NULL = any */
	const char *if_match; /* `version` of what is changed; NULL = any */
	const char *body;     /* NULL = none */
	size_t body_len;
};

/* What the API said. Belongs to the call. Since 1.5. */
struct sg_told {
	size_t size;
	int status;
	const char *type;    /* "" = none */
	const char *version; /* its ETag; "" = none */
	const char *body;
	size_t len;
	const struct sg_json *json; /* NULL: it is none */
};

/* What a configuration may have of its own. Since 1.6. */
enum sg_named {
	SG_NAMED_TEMPLATE,
	SG_NAMED_SCORE,
	SG_NAMED_UNIQUE_FIELD /* `unique = yes`, or external_id_… */
};

#define SG_FORMAT(f, a) __attribute__((format(printf, f, a)))

/* In the order in which they came; grows at the end only. */
struct sg_host {
	size_t size;
	uint16_t abi_major, abi_minor;

	/* -- telling people. Never a token, a body or a password. -- */
	void (*log)(const struct sg_call *call, enum sg_log_level level,
		    const char *format, ...) SG_FORMAT(3, 4);
	/* Writes the reason, returns `status`. */
	enum sg_status (*fail)(struct sg_err *err, enum sg_status status,
			       const char *format, ...) SG_FORMAT(3, 4);
	const char *(*site)(const struct sg_call *call, enum sg_site which);

	/* -- memory of the call; never NULL -- */
	void *(*alloc)(const struct sg_call *call, size_t size); /* zeroed */
	char *(*copy)(const struct sg_call *call, const char *text);
	struct sg_text *(*text)(const struct sg_call *call); /* 1 MB most */

	/* -- text. Appending past the most makes all of it "" -- */
	void (*append)(struct sg_text *to, const void *bytes, size_t len);
	void (*print)(struct sg_text *to, const char *format, ...)
		SG_FORMAT(2, 3);
	void (*append_html)(struct sg_text *to, const char *text);
	void (*append_url)(struct sg_text *to, const char *text);
	void (*append_json)(struct sg_text *to, const char *text); /* quoted */
	void (*append_base64)(struct sg_text *to, const void *bytes,
			      size_t len);
	const char *(*text_value)(const struct sg_text *text); /* NUL at end */
	size_t (*text_len)(const struct sg_text *text);
	/* `*` any run, `?` one character; without regard to case. */
	bool (*glob)(const char *glob, const char *text);

	/* -- settings; asking for one that is not in the table asserts -- */
	const struct sg_settings *(*settings)(const struct sg_call *call);
	bool (*setting_is_set)(const struct sg_settings *of, const char *name);
	const char *(*setting_text)(const struct sg_settings *of,
				    const char *name); /* NULL = unset */
	double (*setting_number)(const struct sg_settings *of,
				 const char *name);
	int64_t (*setting_int)(const struct sg_settings *of, const char *name);
	bool (*setting_bool)(const struct sg_settings *of, const char *name);
	size_t (*setting_list_count)(const struct sg_settings *of,
				     const char *name);
	const char *(*setting_list_at)(const struct sg_settings *of,
				       const char *name, size_t i);
	size_t (*setting_section_count)(const struct sg_settings *of,
					const char *name);
	const struct sg_settings *(*setting_section_at)(
		const struct sg_settings *of, const char *name, size_t i);
	const char *(*setting_title)(const struct sg_settings *of);
	/* "FILE:LINE: text" for a value that cannot be; SG_REFUSED. */
	enum sg_status (*setting_refuse)(const struct sg_settings *of,
					 const char *name, struct sg_err *err,
					 const char *format, ...)
		SG_FORMAT(4, 5);

	/* -- signals -- */
	/* A further signal, named by the configuration; in start() only. */
	enum sg_status (*declare)(const struct sg_call *call,
				  const struct sg_signal_declaration *signal,
				  struct sg_err *err);
	/*
	 * All of them in one write, or none. SG_BUSY: not kept, tell whoever
	 * sent it to try again. SG_REFUSED: breaks a bound, or not declared.
	 */
	enum sg_status (*emit)(const struct sg_call *call,
			       const struct sg_signal *signals,
			       size_t n_signals, enum sg_keep keep,
			       struct sg_err *err);
	/* SG_REFUSED: not an address. normal_out may be NULL. */
	enum sg_status (*record_key)(const struct sg_call *call,
				     const char *module, const char *key,
				     uint64_t *record_key_out,
				     struct sg_text *normal_out,
				     struct sg_err *err);

	/* -- tokens -- */
	enum sg_status (*token_make)(const struct sg_call *call,
				     const struct sg_token *token,
				     enum sg_token_form form,
				     struct sg_text *to, struct sg_err *err);
	/* SG_REFUSED: not one of ours, or of another kind. */
	enum sg_status (*token_read)(const struct sg_call *call,
				     enum sg_token_kind kind,
				     enum sg_token_form form, const char *text,
				     size_t len, struct sg_token *token_out,
				     struct sg_err *err);
	int64_t (*message_time)(uint64_t message_id); /* ms UTC */

	/* -- requests -- */
	const char *(*request_header)(const struct sg_call *call,
				      const struct sg_request *request,
				      const char *name); /* NULL = absent */
	const char *(*request_param)(const struct sg_call *call,
				     const struct sg_request *request,
				     const char *name); /* decoded, or NULL */
	/*
	 * Who fetched this? false: no signal at all (HEAD, OPTIONS, or who
	 * asks not to be tracked, where that is heard). The reason is "" for a
	 * human, and lives as long as the process. What may be kept of who it
	 * was goes with the signals that the call emits after this.
	 */
	bool (*judge)(const struct sg_call *call,
		      const struct sg_request *request,
		      enum sg_verdict *verdict_out, const char **reason_out);
	/* The body by its Content-Type: application/x-www-form-urlencoded,
	 * multipart/form-data (files: form_file()), or a JSON object (of
	 * scalars, or arrays of them). SG_REFUSED says what is wrong. */
	enum sg_status (*form_parse)(const struct sg_call *call,
				     const struct sg_request *request,
				     struct sg_form **form_out,
				     struct sg_err *err);
	size_t (*form_count)(const struct sg_form *form);
	const char *(*form_name)(const struct sg_form *form, size_t i);
	const char *(*form_value)(const struct sg_form *form, size_t i);
	/* The first of that name, or NULL. */
	const char *(*form_get)(const struct sg_form *form, const char *name);
	enum sg_status (*json_parse)(const struct sg_call *call,
				     const char *text, size_t len,
				     const struct sg_json **json_out,
				     struct sg_err *err);
	/* RFC 6901; NULL when it leads nowhere. */
	const struct sg_json *(*json_pointer)(const struct sg_json *json,
					      const char *pointer);
	/* A scalar as text, NULL for an object, an array, null or NULL. */
	const char *(*json_text)(const struct sg_call *call,
				 const struct sg_json *json);
	size_t (*json_count)(const struct sg_json *json); /* 0: no array */
	const struct sg_json *(*json_at)(const struct sg_json *json, size_t i);

	/* -- answers -- */
	void (*reply_status)(struct sg_reply *reply, int status);
	void (*reply_header)(struct sg_reply *reply, const char *name,
			     const char *value);
	void (*reply_body)(struct sg_reply *reply, const void *bytes,
			   size_t len);
	void (*reply_text)(struct sg_reply *reply, int status,
			   const char *text);
	/* A whole HTML page, with the headers that a page needs. */
	void (*reply_page)(struct sg_reply *reply, int status,
			   const char *html);
	/* Not copied: bytes that live as long as the process. */
	void (*reply_fixed)(struct sg_reply *reply, const char *type,
			    const void *bytes, size_t len);

	/* -- secrets -- */
	/* Is `signature` (hex or base64) the HMAC-SHA256 of these bytes? */
	bool (*hmac_sha256_is)(const char *secret, const void *bytes,
			       size_t len, const char *signature);
	/* In a time that does not tell where they differ. */
	bool (*equal)(const char *a, const char *b);

	/* -- outgoing mail: intents, in outgoing() only -- */
	/* The first header of that name, unfolded; NULL = none. */
	const char *(*mail_header)(const struct sg_call *call,
				   const char *name);
	/* Before the last real </body> of each HTML part. */
	void (*mail_append_html)(const struct sg_call *call, const char *html);
	/* `fn` is asked once a link, after outgoing() returned and before the
	 * call ends. One plugin's function sees what the one before made. */
	void (*mail_map_links)(const struct sg_call *call, sg_map_link_fn *fn,
			       void *arg);
	/* Folded by the host where it must be. */
	void (*mail_add_header)(const struct sg_call *call, const char *name,
				const char *value);
	void (*mail_remove_header)(const struct sg_call *call,
				   const char *name);
	void (*mail_set_sender)(const struct sg_call *call,
				const char *address);

	/* -- incoming mail, in incoming() only -- */
	/* own[i] needs no delivery: what it says is kept. */
	void (*mail_take)(const struct sg_call *call, size_t i);

	/* -- the API, for a console: the answer to this request as `actor`
	 * would get it; roles are checked there -- */
	void (*api_call)(const struct sg_call *call, const char *actor,
			 const char *method, const char *path, const char *body,
			 size_t body_len, struct sg_reply *reply);

	/* -- since 1.1 -- */
	/* What an enhanced status code and a server's words mean for a mail
	 * that failed; the reason is static ("user-unknown"). */
	enum sg_bounce_class (*bounce_class)(const char *status,
					     const char *diagnostic,
					     const char **reason_out);

	/* -- since 1.3 -- */
	/* What stands in it, for people: lives as long as `err`. */
	const char *(*reason)(const struct sg_err *err);

	/* -- since 1.4 -- */
	/*
	 * Another file of settings, by a table of the plugin's own; in start()
	 * only, and it lives as long as the plugin. `name` without a slash at
	 * its beginning is looked for beside the configuration, then among what
	 * is installed (/usr/share/scoregate). SG_NONE: there is none.
	 */
	enum sg_status (*settings_read)(const struct sg_call *call,
					const char *name,
					const struct sg_option *options,
					const struct sg_settings **settings_out,
					struct sg_err *err);
	/* ISO 8601; without an offset it is in `zone` (IANA name, NULL = UTC).
	 */
	enum sg_status (*time_parse)(const char *text, const char *zone,
				     int64_t *at_out, struct sg_err *err);
	/* "2026-01-31T09:00:00.000Z" */
	const char *(*time_text)(const struct sg_call *call, int64_t at);
	/* Waits; for routes that may. SG_OK: the body of an answer 2xx,
	 * appended. SG_REFUSED: another answer, or a URL that is not fetched.
	 * SG_BUSY, SG_FAILED: none came. */
	enum sg_status (*fetch)(const struct sg_call *call,
				const struct sg_fetch *what, struct sg_text *to,
				struct sg_err *err);
	/* Are these bytes UTF-8 without a NUL, as a signal takes them? */
	bool (*is_text)(const char *bytes, size_t len);
	/* A message id of now that nothing else has. */
	uint64_t (*new_id)(const struct sg_call *call);
	/* May `who` do `what` (a word of the plugin's) once more? So many
	 * `times` in `per_ms`; 0 times = no limit. In memory, bounded. */
	bool (*rate)(const struct sg_call *call, const char *what,
		     const char *who, unsigned times, int64_t per_ms);
	/* "120/1m", "5/h", "off" of a setting, for rate(). SG_REFUSED: what
	 * was expected. */
	enum sg_status (*rate_read)(const char *text, unsigned *times_out,
				    int64_t *per_ms_out, struct sg_err *err);
	/* That of the request's peer: "192.0.2.0/24", "2001:db8:1::/48". */
	void (*network)(const struct sg_call *call,
			const struct sg_request *request, struct sg_text *to);
	/* The value in normal form. SG_REFUSED: not of that type; the text
	 * says what was expected. `country`: of a phone number without one,
	 * "49"; "" = it must have one. */
	enum sg_status (*value)(const struct sg_call *call, enum sg_value type,
				const char *country, const char *value,
				struct sg_text *to, struct sg_err *err);
	/* The same as the record's field of this name is declared. */
	enum sg_status (*field_value)(const struct sg_call *call,
				      const char *field, const char *value,
				      struct sg_text *to, struct sg_err *err);
	/*
	 * Has somebody done just this within `ms`? SG_OK: no: do it, then say
	 * once_end(). SG_NONE: yes: answer as then. Waits for one that is at
	 * it; SG_BUSY when that takes too long.
	 */
	enum sg_status (*once_begin)(const struct sg_call *call,
				     const char *text, int64_t ms,
				     struct sg_err *err);
	void (*once_end)(const struct sg_call *call, const char *text,
			 bool done);
	/* A score that does not degrade, unless the configuration has it
	 * already; in start() only. */
	enum sg_status (*declare_score)(const struct sg_call *call,
					const char *name, struct sg_err *err);
	/* The files of a multipart form; those without a name are none. NULL:
	 * no more. */
	const struct sg_file *(*form_file)(const struct sg_form *form,
					   size_t i);
	/* Into a file of a random name in a folder of ours, 0600, synced; gone
	 * when the record is forgotten. */
	enum sg_status (*keep_file)(const struct sg_call *call,
				    uint64_t record_key, const void *bytes,
				    size_t len, struct sg_text *name_out,
				    struct sg_err *err);
	void (*drop_file)(const struct sg_call *call, const char *name);

	/* -- pages for people, since 1.4 --
	 * One layout around all of them, in the reader's language, of
	 * templates that the operator can replace. What is set is escaped for
	 * where the template puts it. */
	/* NAME.html of the plugin's own files, or "notice" with the values
	 * heading and text. Asserts that there is one. */
	struct sg_page *(*page)(const struct sg_call *call,
				const struct sg_request *request,
				const char *name);
	void (*page_set)(struct sg_page *page, const char *name,
			 const char *value);
	/* One more of {{#each NAME}}: set its values on what comes back. */
	struct sg_page *(*page_row)(struct sg_page *page, const char *name);
	/* The message of that key, with the values set so far, as text. */
	const char *(*page_say)(struct sg_page *page, const char *key);
	const char *(*page_language)(const struct sg_page *page); /* "de" */
	/* A source for a directive of the page's Content-Security-Policy:
	 * ("form-action", "https://shop.example.com"). */
	void (*page_allow)(struct sg_page *page, const char *directive,
			   const char *source);
	/* With all headers that a page needs. */
	void (*reply_with)(struct sg_reply *reply, int status,
			   struct sg_page *page);
	/*
	 * What the store has of a record now: {"contact": as GET /contacts/KEY
	 * shows it, or null, "consent": {…}, "lists": [{"name", "title"}]}.
	 * Reads the store: for routes that may wait. SG_BUSY: not now.
	 */
	enum sg_status (*look)(const struct sg_call *call, uint64_t record_key,
			       const struct sg_json **json_out,
			       struct sg_err *err);
	/* Has the record said no to being tracked by signals of this name?
	 * In memory: in any route. */
	bool (*denies)(const struct sg_call *call, uint64_t record_key,
		       const char *signal);
	/* "sha256-…", as `integrity` of a <script> has it. */
	void (*append_integrity)(struct sg_text *to, const void *bytes,
				 size_t len);

	/* -- people who sign in, since 1.5; for routes that may wait -- */
	/* SG_REFUSED: no such name and password, or tried too often: the text
	 * is for the person, and does not say which of the two is wrong. */
	enum sg_status (*sign_in)(const struct sg_call *call,
				  const struct sg_request *request,
				  const char *name, const char *password,
				  struct sg_user *user_out, struct sg_err *err);
	/* Whose session is this? SG_NONE: nobody's, or one that was not used
	 * for `idle_ms`, or is older than `life_ms`. */
	enum sg_status (*signed_in)(const struct sg_call *call,
				    const char *session, int64_t idle_ms,
				    int64_t life_ms, struct sg_user *user_out,
				    struct sg_err *err);
	enum sg_status (*sign_out)(const struct sg_call *call,
				   const struct sg_request *request,
				   const struct sg_user *user,
				   struct sg_err *err);
	/* The API checks the role, as it is now, and the audit notes the name.
	 */
	void (*ask)(const struct sg_call *call, const struct sg_ask *ask,
		    struct sg_told *told_out);
	/* An object's members, in their order; 0 for anything else. */
	size_t (*json_members)(const struct sg_json *json);
	const struct sg_json *(*json_member)(const struct sg_json *json,
					     size_t i, const char **name_out);

	/* -- outgoing mail, since 1.5; in outgoing() only -- */
	/* mail_map_links()'s function is asked of the URLs in plain text, too.
	 */
	void (*mail_map_text)(const struct sg_call *call);

	/* -- since 1.6; in start() only -- */
	/* Is there one of that name? true also where nobody knows: a trial
	 * reads no more of a configuration than the plugins' sections. */
	bool (*is_named)(const struct sg_call *call, enum sg_named what,
			 const char *name);

	/* -- since 1.6 -- */
	/* As clocks show it in the installation's time zone:
	 * "2026-01-31T10:00:00.000+01:00" */
	const char *(*time_local)(const struct sg_call *call, int64_t at);
};

#endif
