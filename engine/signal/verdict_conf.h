/*
 * verdict_conf.h - conf/verdict.conf: the lists and windows by which a hit is
 * taken for a machine's. Immutable once read; verdict.conf(5) is its manual.
 * The book has the one in force, for any thread, and takes another one while
 * it is used.
 */
#ifndef ENGINE_SIGNAL_VERDICT_CONF_H
#define ENGINE_SIGNAL_VERDICT_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/pool.h"
#include "signal/signal.h"

enum {
	VERDICT_FILE_MOST = 1 << 20,  /* bytes */
	VERDICT_ROWS_MOST = 1000,     /* texts of user agents */
	VERDICT_BUCKETS = 256,	      /* by a row's first two characters */
	VERDICT_REASON_MOST = 200,    /* bytes of an agent's name */
	VERDICT_OLD_MS = 3600 * 1000, /* then a replaced one is freed */
};

struct verdict_header {
	const char *name, *contains;
};

enum verdict_match { VERDICT_IS, VERDICT_BEGINS, VERDICT_CONTAINS };

struct verdict_agent {
	enum verdict_match match;
	const char *text; /* VERDICT_IS: as it stands; else in lower case */
	size_t len;
	enum verdict verdict;
	const char *reason; /* the agent's name */
	int next;	    /* in its bucket, -1 = none */
};

/* What all hits of a message, or of a source, say together. */
struct verdict_windows {
	int64_t settle_ms;    /* -1: as scoregate.conf has it */
	unsigned burst_links; /* 0 = off */
	int64_t burst_ms;
	unsigned sweep_recipients; /* 0 = off */
	int64_t sweep_ms;
	bool before_delivery;
	int64_t delivery_margin_ms;
};

struct verdict_conf {
	struct pool *pool;
	struct verdict_header *headers;
	size_t n_headers;
	/* The first that fits decides; `bots` stand behind the agents. */
	struct verdict_agent *agents;
	size_t n_agents;
	bool bot_words;
	struct verdict_windows windows;
	/* The first row or -1: of VERDICT_CONTAINS, and of the others. */
	int buckets[VERDICT_BUCKETS], fronts[VERDICT_BUCKETS];
};

/* Of a text's first two characters, in lower case. */
static inline size_t
verdict_bucket(const char *at)
{
	return ((unsigned char)at[0] * 31u + (unsigned char)at[1]) %
	       VERDICT_BUCKETS;
}

/* The reason of a word of `bots`. */
#define VERDICT_BOT_REASON "declared bot"

/* What the shipped file says; compiled in. */
extern const char verdict_default_text[];

/* SG_REFUSED: "FILE:LINE:COLUMN: what is wrong". */
enum sg_status verdict_conf_parse(const char *file_name, const char *text,
				  struct verdict_conf **conf_out,
				  struct sg_err *err) MUST_CHECK;
/* path NULL: what is compiled in. */
enum sg_status verdict_conf_read(const char *path,
				 struct verdict_conf **conf_out,
				 struct sg_err *err) MUST_CHECK;
void verdict_conf_free(struct verdict_conf *conf);

struct verdict_book;

/* Takes conf. */
struct verdict_book *verdict_book_new(struct verdict_conf *conf);
void verdict_book_free(struct verdict_book *book);
/* The one in force; good for VERDICT_OLD_MS, which no call lasts. Its agents'
 * reasons live as long as the book. */
const struct verdict_conf *verdict_book_get(struct verdict_book *book);
/* Takes conf. One thread at a time. `now` is of a clock that does not jump:
 * what is replaced may still be in use. */
void verdict_book_put(struct verdict_book *book, struct verdict_conf *conf,
		      int64_t now);

#endif
