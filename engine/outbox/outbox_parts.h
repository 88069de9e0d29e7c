/* outbox_parts.h - the inside of the outbox, for outbox*.c only. */
#ifndef ENGINE_OUTBOX_OUTBOX_PARTS_H
#define ENGINE_OUTBOX_OUTBOX_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "net/net_http.h"
#include "outbox/outbox.h"

enum { OUTBOX_LISTED_MOST = 2000, OUTBOX_TROUBLE_SIZE = 256 };

struct outbox;

/* One thread and what it is delivering. */
struct outbox_worker {
	struct outbox *outbox;
	pthread_t thread;
	int64_t id; /* of the row under way; 0 = none */
	char target[320];
	struct net_client *http; /* made when first needed */
	struct net_smtp *smtp;
};

struct outbox {
	struct outbox_options options;
	pthread_mutex_t lock;
	pthread_cond_t changed; /* monotonic clock */
	bool stopping;
	atomic_bool look; /* at the store, before `list` is over */
	unsigned n_workers;
	struct outbox_worker workers[OUTBOX_THREADS_MOST];
	/* What was due when last looked. */
	struct pool *pool;
	struct store_outbox_rows list;
	size_t at;
	int64_t next_due, next_expiry;
	/* Mails may wait for an MTA that was away; true at first: what waits
	 * may be from before a restart. */
	atomic_bool mta_was_away;
};

/* What came of a try. */
enum outbox_end {
	OUTBOX_DONE,
	OUTBOX_LATER,
	OUTBOX_POSTPONED,
	OUTBOX_NEVER,
	OUTBOX_NOT
};
/* What a try says of the MTA. */
enum outbox_mta { OUTBOX_MTA_UNKNOWN, OUTBOX_MTA_AWAY, OUTBOX_MTA_ANSWERS };
struct outbox_try {
	enum outbox_end end;
	enum outbox_mta mta;
	int64_t at; /* OUTBOX_POSTPONED: until then, and it was no try */
	char trouble[OUTBOX_TROUBLE_SIZE];
};

void outbox_say(struct outbox_try *try, enum outbox_end end, const char *format,
		...) PRINTF_LIKE(3, 4);

/* outbox_webhook.c */
void outbox_try_webhook(struct outbox_worker *worker,
			const struct store_outbox *row, struct outbox_try *try);
/* outbox_mail.c */
void outbox_try_mail(struct outbox_worker *worker,
		     const struct store_outbox *row, struct outbox_try *try);
/* outbox_away.c: called when what came of a try is written. When the MTA
 * answers that was away, the mails that waited for it leave at the pace, oldest
 * first, and not each by its own time. */
void outbox_learn(struct outbox *outbox, enum outbox_mta mta);
bool outbox_is_stopping(struct outbox *outbox);
/* outbox_notice.c: a mail that tells somebody what fired. */
enum sg_status outbox_write_notice(const struct outbox_conf *conf,
				   const struct store_outbox *row,
				   struct pool *pool,
				   struct outbox_mail *mail_out,
				   struct sg_err *err) MUST_CHECK;

#endif
