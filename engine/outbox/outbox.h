/*
 * outbox.h - delivers what automations wrote to the outbox: webhooks, notices,
 * templates, plugins' actions. Each row is tried until it is delivered, each
 * try under the same key: at least once, and a receiver that remembers keys
 * has it exactly once.
 *
 * What is due is in the store, so a restart forgets nothing: a row that was
 * under way when we were killed is tried again. Threads of its own; results
 * are written through apply_call().
 */
#ifndef ENGINE_OUTBOX_OUTBOX_H
#define ENGINE_OUTBOX_OUTBOX_H

#include "apply/apply.h"
#include "net/net_smtp.h"
#include "outbox/outbox_conf.h"
#include "store/store_outbox.h"

struct outbox;

/* One mail to hand to the MTA. Everything in the pool it was made with. */
struct outbox_mail {
	const char *sender, *recipient;
	const char *data; /* CRLF line ends */
	size_t len;
	/* Asked when its last bytes are about to go: false = not now. NULL:
	 * they may. */
	bool (*handing_over)(void *arg);
	/* With SG_BUSY: nobody may have it before; that was no try. 0 = later,
	 * as after any trouble. */
	int64_t not_before;
	/* Its recipient was refused for good, with that reply; or NULL. */
	void (*refused)(void *arg, const char *reply);
	void (*done)(void *arg); /* after it; NULL = nothing to free */
	void *arg;
};

struct outbox_options {
	struct apply *apply;
	struct store_readers *readers;
	const struct outbox_conf *conf;
	const struct net_smtp_options *smtp;
	/* Mails a second when they had to wait for the MTA; 0 = 50. */
	double pace;
	/* The parts that know templates and plugins; the mail is all zero
	 * before. SG_OK; SG_NONE: it is not
	 * to be done (err says why): dropped; SG_REFUSED: it never can be:
	 * dead; else later. */
	enum sg_status (*make_mail)(void *arg, const struct store_outbox *row,
				    struct pool *pool,
				    struct outbox_mail *mail_out,
				    struct sg_err *err);
	enum sg_status (*run)(void *arg, const struct store_outbox *row,
			      struct sg_err *err);
	void *arg;
};

enum sg_status outbox_open(const struct outbox_options *options,
			   struct outbox **outbox_out,
			   struct sg_err *err) MUST_CHECK;
enum sg_status outbox_start(struct outbox *outbox,
			    struct sg_err *err) MUST_CHECK;
/* From of what we write ourselves: the configuration's, or made of the host's
 * name. */
const char *outbox_from(const struct outbox_conf *conf, struct pool *pool);
/* Something is due; any thread, `outbox` may be NULL. */
void outbox_wake(struct outbox *outbox);
/* Waits for the tries under way. */
void outbox_stop(struct outbox *outbox);
void outbox_close(struct outbox *outbox);

/* --- for the tests ------------------------------------------------------ */

/* How long to wait after the n-th try (from 1): doubling from `first` up to
 * `most`, plus up to a half by `chance`. */
int64_t outbox_back_off(unsigned tries, int64_t first_ms, int64_t most_ms,
			uint64_t chance);

#endif
