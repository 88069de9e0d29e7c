/* broadcast_parts.h - what the files of this folder share. */
#ifndef ENGINE_BROADCAST_BROADCAST_PARTS_H
#define ENGINE_BROADCAST_BROADCAST_PARTS_H

#include <pthread.h>

#include "base/record_set.h"
#include "broadcast/broadcast.h"
#include "broadcast/template.h"
#include "net/net_smtp.h"

/* So many are sent at the same time; the others wait for one to end. */
enum { BROADCAST_RUNNING_MOST = 32 };

/* What somebody wants of a broadcast that is being sent. */
enum broadcast_wish { WISH_NONE, WISH_PAUSE, WISH_CANCEL };

/* One that is being sent: what other threads may see and say of it. */
struct broadcast_running {
	char name[80]; /* "" = this place is free */
	enum broadcast_wish wish;
	double rate;
	char waits[BROADCAST_WAITS_SIZE]; /* why; "" = it does not */
};

/* One whose recipients somebody chooses, who alone may do so. */
struct broadcast_claim {
	const char *name;
	struct broadcast_claim *next;
};

struct broadcasts {
	struct apply *apply;
	struct spool *spool;
	struct scoreboard *scoreboard;
	struct store_readers *readers;
	const struct keys *keys;
	char *journals;	  /* folder */
	char *public_url; /* NULL = none */
	bool has_forward_page;
	struct sg_gate *gate; /* NULL: mails are not instrumented here */

	/* From `smtp { … }`. */
	struct net_smtp_options smtp;
	double pace;	    /* mails a second, 0 = as fast as it goes */
	double domain_pace; /* to one recipient domain */
	int64_t retry_ms;   /* before those put off are tried again */
	unsigned tries;	    /* for a recipient that gets 4xx */
	int64_t recheck_ms; /* condition looked at again when it began longer
			       ago; < 0 = never */
	bool sync;	    /* journal with fdatasync */
	bool instrument_here;

	struct counter *counter; /* broadcast_counted.h */
	pthread_t thread;
	bool started;

	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t wake;
	bool stopping;
	bool woken;
	struct broadcast_running running[BROADCAST_RUNNING_MOST];
	struct broadcast_claim *claims;
};

/* broadcast_settings.c: what is said of one broadcast, as JSON in the store;
 * what it does not say (0) is the configuration's. */
struct broadcast_settings {
	int64_t at; /* when it is to be sent, 0 = not scheduled */
	double pace, domain_pace;
	double split[2]; /* percent who get each version; 0 = there is one */
	bool by_opens;	 /* the better one: more opened, not clicked */
	int64_t after_ms, decide_at;
	int winner; /* variant + 1; 0 = not decided */
};
void broadcast_settings_read(const char *text,
			     struct broadcast_settings *settings_out);
void broadcast_settings_write(const struct broadcast_settings *settings,
			      struct buf *to);
enum sg_status broadcast_settings_put(struct store *store, const char *name,
				      const struct broadcast_settings *settings,
				      struct sg_err *err) MUST_CHECK;
/* broadcast_running.c: the places of those that are being sent. */
/* NULL: all are taken. */
struct broadcast_running *broadcast_running_add(struct broadcasts *broadcasts,
						const char *name);
void broadcast_running_remove(struct broadcasts *broadcasts,
			      struct broadcast_running *running);
bool broadcast_is_running(struct broadcasts *broadcasts, const char *name);
/* Why nothing of it goes at the moment; "": something does. */
void broadcast_running_say(struct broadcasts *broadcasts,
			   struct broadcast_running *running, const char *why);
/* It was paused or cancelled: nothing of it is handed over any more. */
bool broadcast_running_is_over(struct broadcasts *broadcasts,
			       const struct broadcast_running *running);
void broadcast_running_wish(struct broadcasts *broadcasts, const char *name,
			    enum broadcast_wish wish);
/* False: another has it. The claim is the caller's, until its end. */
bool broadcast_claim(struct broadcasts *broadcasts,
		     struct broadcast_claim *claim, const char *name);
void broadcast_claim_end(struct broadcasts *broadcasts,
			 struct broadcast_claim *claim);
bool broadcasts_are_stopping(struct broadcasts *broadcasts);
/* The sending thread looks for work. */
void broadcasts_wake(struct broadcasts *broadcasts);
/* broadcast_begin.c: choose the recipients and begin; `from` is the state it
 * must be in. Takes its time. */
enum sg_status broadcast_begin(struct broadcasts *broadcasts, const char *name,
			       enum broadcast_state from,
			       const struct apply_also *also,
			       struct sg_err *err) MUST_CHECK;

/* broadcast_select.c: who gets it, who does not and why. */
struct broadcast_selection {
	struct record_set *recipients;
	struct record_set *suppressed, *unsubscribed, *no_address;
	struct record_set *paused;  /* wants none until a day to come */
	struct record_set *doubles; /* another of them has the address */
};
enum sg_status broadcast_select(struct broadcasts *broadcasts,
				struct store *store, const char *condition,
				const char *list, int64_t now,
				struct broadcast_selection *selection_out,
				struct sg_err *err) MUST_CHECK;
/* broadcast_pause.c */
enum sg_status broadcast_select_paused(struct store *store, int64_t now,
				       struct record_set *paused,
				       struct sg_err *err) MUST_CHECK;
/* 0: it is not. */
enum sg_status broadcast_paused_until(struct store *store, uint32_t record_id,
				      int64_t now, int64_t *until_out,
				      struct sg_err *err) MUST_CHECK;
void broadcast_selection_done(struct broadcast_selection *selection);

/* broadcast_mail.c: one recipient's mail. */
struct broadcast_mail {
	char *sender;	 /* envelope sender */
	char *recipient; /* address */
	uint64_t record_key;
	uint64_t message_id;			 /* given, or 0 = a new one */
	const struct broadcast_confirm *confirm; /* given, or NULL */
	bool only_shown;	/* given: its links of ours do not work */
	struct buf data;	/* CRLF */
	struct mail_made *made; /* NULL: not instrumented here */
};
/* SG_NONE: no such record, or it has no address any more. Of `mail` only what
 * is given is read. */
enum sg_status broadcast_mail_make(struct broadcasts *broadcasts,
				   struct store *store,
				   const struct store_broadcast *broadcast,
				   const struct template *template,
				   uint32_t record_id, int64_t now,
				   struct broadcast_mail *mail,
				   struct sg_err *err) MUST_CHECK;
void broadcast_mail_done(struct broadcast_mail *mail);

/* broadcast_split.c: two versions of one mail. */
/* Who gets which, and who waits for the better one. */
struct broadcast_lots {
	struct record_set *second, *waiting; /* NULL: there is one version */
};
enum sg_status broadcast_split_lots(const char *name,
				    const struct record_set *recipients,
				    const struct broadcast_settings *said,
				    struct broadcast_lots *lots_out,
				    struct sg_err *err) MUST_CHECK;
void broadcast_lots_done(struct broadcast_lots *lots);
/* All that were queued are sent: does somebody wait, and from when on is it
 * known for which version? SG_NONE: nobody does, it is over. */
enum sg_status broadcast_split_wait(struct broadcasts *broadcasts,
				    const char *name,
				    struct sg_err *err) MUST_CHECK;
/* broadcast_decide.c */
/* It is time: the better one is chosen, and those who waited are queued. Takes
 * its time. */
enum sg_status broadcast_split_decide(struct broadcasts *broadcasts,
				      const char *name,
				      struct sg_err *err) MUST_CHECK;

/* broadcast_here.c: with `instrument = here`; else nothing is done. */
enum sg_status broadcast_here(const struct broadcasts *broadcasts,
			      struct broadcast_mail *mail,
			      struct sg_err *err) MUST_CHECK;
/* Its email.sent, when it is about to be handed over. */
enum sg_status broadcast_here_keep(const struct broadcast_mail *mail,
				   int64_t now, struct sg_err *err) MUST_CHECK;

/* broadcast_refusal.c: class, reason, status and diagnostic of "550 5.1.1 No
 * such user". The signal borrows `reply` and `status`, which is "" before. */
enum { BROADCAST_STATUS_SIZE = 16 };
enum sg_status broadcast_set_refusal(struct signal *signal, const char *reply,
				     char status[BROADCAST_STATUS_SIZE],
				     struct sg_err *err) MUST_CHECK;

/* broadcast_one.c: of somebody's lists: left everything, this one, or every one
 * there was. */
struct store_members;
bool broadcast_has_left(const struct store_members *members, const char *list);
/* Whatever a condition says, and in whatever module the address stands.
 * SG_NONE: it must not; `err` says why, in a word before the first colon. */
enum sg_status broadcast_may_get(struct store *store, uint32_t record_id,
				 const char *list, int64_t now,
				 struct sg_err *err) MUST_CHECK;

/* broadcast_preview.c: as it would be got now. SG_NONE: no such broadcast;
 * SG_REFUSED: no such contact, no such version. */
enum sg_status broadcast_make_for(struct broadcasts *broadcasts,
				  const struct broadcast_preview_asked *asked,
				  struct broadcast_mail *mail_out,
				  struct sg_err *err) MUST_CHECK;

/* broadcast_runner.c: the sending thread. */
void *broadcasts_send(void *broadcasts);

/* Template of a stored broadcast, its names checked as at creation. */
enum sg_status broadcast_template(struct broadcasts *broadcasts,
				  struct store *store, const char *text,
				  size_t len, struct template **template_out,
				  struct sg_err *err) MUST_CHECK;

#endif
