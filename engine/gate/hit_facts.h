/*
 * hit_facts.h - what is kept of who fetched something: no more than `privacy`
 * in the configuration lets be kept. It is made before the spool sees the
 * signal, so nothing of ours ever has on disk what is not to be kept. It goes
 * with the signal as properties `hit.…`, which the applier puts into a table of
 * their own that is emptied in time. Any thread.
 */
#ifndef ENGINE_GATE_HIT_FACTS_H
#define ENGINE_GATE_HIT_FACTS_H

#include "base/conf.h"
#include "gate/verdict.h"
#include "scoregate_plugin.h"
#include "token/keys.h"

enum hit_detail { HIT_FULL, HIT_PART, HIT_DROP };
enum hit_wish { HIT_WISH_IGNORE, HIT_WISH_NO_SCORE, HIT_WISH_NO_RECORD };

enum {
	HIT_SALT_SIZE = 16,
	HIT_ADDRESS_SIZE = 64,
	HIT_AGENT_MOST = 300,
	HIT_SOURCE_LEN = 32
};

struct hit_privacy {
	enum hit_detail address, agent;
	enum hit_wish do_not_track;
	/* Of the installation's keys: the same after a restart, and on all
	 * nodes. A source has another number on each day (UTC), so that no
	 * reader can be followed for longer than two; without the keys nobody
	 * can tell which source it was. */
	unsigned char salt[HIT_SALT_SIZE];
};

/* section NULL: the defaults; keys NULL: a salt of this start only. */
enum sg_status hit_privacy_init(struct hit_privacy *privacy,
				const struct conf_section *section,
				const struct keys *keys,
				struct sg_err *err) MUST_CHECK;

struct hit_facts {
	const char *address, *agent; /* as far as they may be kept; "" */
	/* Its number of the day, then that of the day before, so that hits on
	 * either side of midnight are known to be of one: HIT_SOURCE_LEN hex
	 * digits; "" = not known. */
	const char *source;
	bool unscored; /* they asked for it, by a header: kept, counts not */
};

struct hit_request {
	verdict_header_fn *header;
	const void *handle;
	const char *peer;
	bool shared; /* verdict_found */
	int64_t at;
};

/* "192.0.2.0/24", "2001:db8:1::/48"; "" for no address. */
void hit_network(const char *peer, char network[HIT_ADDRESS_SIZE]);

/* false: nothing of this is to be recorded. Strings are the pool's. */
bool hit_facts_of(const struct hit_privacy *privacy,
		  const struct hit_request *request, struct pool *pool,
		  struct hit_facts *facts_out);

#endif
