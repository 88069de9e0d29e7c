/*
 * broadcast.h - broadcasts: one template to all for whom a condition holds at
 * the moment of sending (design: broadcast). Any thread may call; one thread
 * of its own sends.
 *
 * Never twice, never lost: see broadcast_journal.h.
 */
#ifndef ENGINE_BROADCAST_BROADCAST_H
#define ENGINE_BROADCAST_BROADCAST_H

#include "apply/apply.h"
#include "base/conf.h"
#include "score/scoreboard.h"
#include "spool/spool.h"
#include "store/store.h"
#include "store/store_broadcast.h"
#include "token/keys.h"

struct broadcasts;
struct sg_gate;

struct broadcasts_options {
	struct apply *apply;
	struct spool *spool;
	struct scoreboard *scoreboard;
	struct store_readers *readers;
	const struct keys *keys;
	const char *state_directory; /* the journals' folder is made in it */
	const char *public_url;	     /* for {{unsubscribe_url}}; NULL = none */
	bool has_forward_page;	     /* {{forward_url}} leads somewhere */
	struct sg_gate *gate;	     /* for `instrument = here`; NULL = none */
	/* `smtp { … }`, parsed with broadcast_smtp_options; NULL = defaults. */
	const struct conf_section *smtp;
};

extern const struct conf_option broadcast_smtp_options[];
/* What the table cannot say of `smtp { … }`. SG_REFUSED: file, line, why. */
enum sg_status broadcasts_check(const struct conf_section *smtp,
				struct sg_err *err) MUST_CHECK;

/* Reads the journals of what was under way when we last stopped; nothing is
 * sent before broadcasts_start(). */
enum sg_status broadcasts_open(const struct broadcasts_options *options,
			       struct broadcasts **broadcasts_out,
			       struct sg_err *err) MUST_CHECK;
enum sg_status broadcasts_start(struct broadcasts *broadcasts,
				struct sg_err *err) MUST_CHECK;
/* Waits for the mails under way (at most some seconds), notes what came of
 * them, stops the thread. The broadcast goes on at the next start. */
void broadcasts_stop(struct broadcasts *broadcasts);
void broadcasts_close(struct broadcasts *broadcasts);

struct broadcast_draft {
	const char *name;     /* [A-Za-z0-9_.-]{1,64} */
	const char *template; /* an .eml file */
	size_t template_len;
	const char *condition;
	const char *sender;   /* From; NULL or "" = the template's */
	double pace;	      /* mails a second, 0 = the configuration's */
	double domain_pace;   /* to one recipient domain; likewise */
	const char *author;   /* audit name */
	bool include_unknown; /* who has no score passes `has score`, too */
	/* A second version; NULL: there is one. So many percent get each, by
	 * lot; who is left waits `after_ms` from the end of those for the one
	 * that more people (not machines) of a hundred clicked or opened. */
	const char *other_template;
	size_t other_len;
	double split[2];
	bool by_opens;
	int64_t after_ms;
	const struct apply_also *also; /* when it is made; NULL: nothing */
};

/* SG_REFUSED: a bad name, one that is taken, a bad template (line and column)
 * or condition (line, column, caret). */
enum sg_status broadcast_create(struct broadcasts *broadcasts,
				const struct broadcast_draft *draft,
				struct sg_err *err) MUST_CHECK;

/* Of `draft` only template and sender are read. */
enum sg_status broadcast_check_template(struct broadcasts *broadcasts,
					const struct broadcast_draft *draft,
					struct sg_err *err) MUST_CHECK;
/* The mail as that contact would get it. SG_REFUSED: no such contact. */
enum sg_status broadcast_render_template(struct broadcasts *broadcasts,
					 const struct broadcast_draft *draft,
					 const char *address, struct pool *pool,
					 const char **mail_out, size_t *len_out,
					 struct sg_err *err) MUST_CHECK;

/* One mail from a template to one record, outside of any broadcast. */
struct broadcast_one {
	const char *name;     /* the mail's campaign */
	const char *template; /* an .eml file */
	size_t template_len;
	const char *sender; /* From; NULL = the template's */
	uint32_t record_id;
	uint64_t message_id; /* its Message-ID is made of it */
	/* NULL: an ordinary mail. Else one that they asked for themselves: it
	 * goes to who unsubscribed or is suppressed, too. */
	const struct broadcast_confirm *confirm;
};
/* What {{confirm_url}} and {{title}} are. */
struct broadcast_confirm {
	const char *path;    /* "/f/news/", of our own public URL */
	uint64_t id;	     /* the token's message id */
	const char *payload; /* the token's */
	const char *title;
};
/* Our own template, when the configuration has none; "en" unless we have that
 * language. Static. */
const char *broadcast_confirm_template(const char *language);
struct mail_made;
struct broadcast_one_mail {
	const char *sender, *recipient;
	const char *data; /* CRLF line ends */
	size_t len;
	const char *campaign;
	uint64_t record_key, message_id;
	struct mail_made *made; /* instrumented here; NULL = it is not */
	int64_t not_before;	/* SG_BUSY: look again then */
};
/* In `pool`. SG_NONE: the record must not get it (suppressed, unsubscribed,
 * deleted, no address). SG_BUSY: its reader wants no mail for now. */
enum sg_status broadcast_make_one(struct broadcasts *broadcasts,
				  const struct broadcast_one *one,
				  struct pool *pool,
				  struct broadcast_one_mail *mail_out,
				  struct sg_err *err) MUST_CHECK;
/* Its email.sent, when it is about to be handed over: of one whose recipient
 * is refused there is none. Any other answer than SG_OK: not now. */
enum sg_status broadcast_one_keep(const struct broadcast_one_mail *mail,
				  struct sg_err *err) MUST_CHECK;
/* The MTA refused its recipient for good, with that reply: email.bounced. */
enum sg_status broadcast_one_refused(struct broadcasts *broadcasts,
				     const struct broadcast_one_mail *mail,
				     const char *reply,
				     struct sg_err *err) MUST_CHECK;
void broadcast_one_done(struct broadcast_one_mail *mail);
/* Why a record must not get a broadcast whatever its condition says
 * ("unsubscribed", "paused", …), in `pool`; "" = nothing. */
struct store_broadcast;
enum sg_status broadcasts_objection(struct broadcasts *broadcasts,
				    struct store *store,
				    const struct store_broadcast *row,
				    uint32_t record_id, struct pool *pool,
				    const char **reason_out,
				    struct sg_err *err) MUST_CHECK;
/* The server of `smtp { … }`; as long as the broadcasts are open. */
const struct net_smtp_options *
broadcasts_smtp(const struct broadcasts *broadcasts);

enum { BROADCAST_PREVIEW_MOST = 20 };

struct broadcast_person {
	uint32_t record_id;
	const char *email;
	bool has_score; /* "lead" */
	double score;
	const char *reason; /* why not; "" for recipients */
};

/* How many must not get it for that reason. */
struct broadcast_reason {
	const char *text;
	uint64_t n;
};
enum { BROADCAST_REASONS = 5 };

struct broadcast_preview {
	const char *condition;
	uint64_t n_recipients;
	uint64_t n_skipped; /* the condition holds, but they must not get it */
	struct broadcast_reason reasons[BROADCAST_REASONS];
	struct broadcast_person recipients[BROADCAST_PREVIEW_MOST];
	size_t n_recipients_shown;
	struct broadcast_person skipped[BROADCAST_PREVIEW_MOST];
	size_t n_skipped_shown;
	const char *mail; /* as `for_address`, else the first, gets it */
	size_t mail_len;
};

struct broadcast_preview_asked {
	const char *name;
	const char *for_address; /* NULL = the first recipient */
	bool other;		 /* the second version of its mail */
};

/* Everything in `pool`. SG_NONE: no such broadcast; SG_REFUSED: no such
 * contact, or there is no second version. */
enum sg_status
broadcast_get_preview(struct broadcasts *broadcasts,
		      const struct broadcast_preview_asked *asked,
		      struct pool *pool, struct broadcast_preview *preview_out,
		      struct sg_err *err) MUST_CHECK;

/* Starts it: the recipients are chosen now and stored as queued. SG_NONE: no
 * such; SG_REFUSED: it was sent already, or is being sent. `also`, here and
 * below, is done in the same transaction. */
enum sg_status broadcast_send(struct broadcasts *broadcasts, const char *name,
			      const struct apply_also *also,
			      struct sg_err *err) MUST_CHECK;
/* The same at that moment (ms UTC), or as soon after it as we run; until then
 * it is `scheduled` and can be moved to another moment or cancelled. */
enum sg_status broadcast_send_at(struct broadcasts *broadcasts,
				 const char *name, int64_t at,
				 const struct apply_also *also,
				 struct sg_err *err) MUST_CHECK;
/* From its next start on: at send, at resume. */
enum sg_status broadcast_set_pace(struct broadcasts *broadcasts,
				  const char *name, double pace,
				  double domain_pace,
				  struct sg_err *err) MUST_CHECK;
/* SG_REFUSED: not in a state for that; the text says which it is in. */
enum sg_status broadcast_pause(struct broadcasts *broadcasts, const char *name,
			       const struct apply_also *also,
			       struct sg_err *err) MUST_CHECK;
enum sg_status broadcast_resume(struct broadcasts *broadcasts, const char *name,
				const struct apply_also *also,
				struct sg_err *err) MUST_CHECK;
enum sg_status broadcast_cancel(struct broadcasts *broadcasts, const char *name,
				const struct apply_also *also,
				struct sg_err *err) MUST_CHECK;

/* What its settings say of its versions. */
struct broadcast_split {
	double percent[2]; /* 0: there is one version */
	bool by_opens;
	int64_t decide_at; /* 0 = not known yet */
	int winner;	   /* 1, 2; 0 = none yet */
};
void broadcast_get_split(const char *settings, struct broadcast_split *out);

/* Only one that nobody got yet: a draft, or one not begun. */
enum sg_status broadcast_delete(struct broadcasts *broadcasts, const char *name,
				struct sg_err *err) MUST_CHECK;
/* The doubtful (it is not known whether the MTA has their mail) are queued
 * again, with the same Message-ID: some get it twice. Of one that is sent,
 * paused or failed; then it goes on. */
enum sg_status broadcast_resend_doubtful(struct broadcasts *broadcasts,
					 const char *name,
					 const struct apply_also *also,
					 struct sg_err *err) MUST_CHECK;

/* The mail as `as` says would get it, to that address, now; its subject begins
 * with "[Test] ", it is not instrumented and no record knows of it. SG_NONE: no
 * such broadcast; SG_REFUSED: no such contact, or what the MTA said. */
enum sg_status broadcast_send_test(struct broadcasts *broadcasts,
				   const struct broadcast_preview_asked *as,
				   const char *to,
				   struct sg_err *err) MUST_CHECK;

enum { BROADCAST_WAITS_SIZE = 200 };
struct broadcast_progress {
	bool running; /* mails are being sent right now */
	double rate;  /* mails a second of late */
	/* Why none of them goes at the moment: what the MTA said, or that it
	 * does not answer. "" = they go. */
	char waits[BROADCAST_WAITS_SIZE];
};
/* When a stored broadcast's settings say it is to be sent, 0 = not said. */
int64_t broadcast_scheduled_at(const char *settings);
/* The rows are in the store (store_broadcast.h); this is what is not. */
void broadcast_get_progress(struct broadcasts *broadcasts, const char *name,
			    struct broadcast_progress *progress_out);

#endif
