/* hit_facts.c - see hit_facts.h. */
#include "gate/hit_facts.h"

#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/inet.h"
#include "base/text.h"
#include "gate/agent_family.h"
#include "gate/gate.h"

const struct conf_option gate_privacy_options[] = {
	{.name = "address",
	 .type = CONF_TEXT,
	 .fallback = "network",
	 .help = "what is kept of a client's address: full, network (IPv4 /24, "
		 "IPv6 /48) or drop"},
	{.name = "agent",
	 .type = CONF_TEXT,
	 .fallback = "family",
	 .help = "and of its user agent: full, family (as Firefox on Linux) or "
		 "drop"},
	{.name = "keep_hits",
	 .type = CONF_DURATION,
	 .fallback = "30d",
	 .most = 36500LL * 24 * 3600000,
	 .help = "then both are deleted; the signal stays; 0s = they are never "
		 "stored"},
	{.name = "do_not_track",
	 .type = CONF_TEXT,
	 .fallback = "ignore",
	 .help = "hits with `DNT: 1` or `Sec-GPC: 1`: ignore (they count), "
		 "no-score or no-record"},
	{0},
};

static enum sg_status
take_word(const struct conf_section *section, const char *name,
	  const char *const *words, int *out, struct sg_err *err)
{
	const char *text = conf_text(section, name);

	for (int i = 0; i < 3; i++)
		if (text_equal_ascii(text, words[i])) {
			*out = i;
			return SG_OK;
		}
	return conf_refuse(section, name, err,
			   "`%s` in `privacy`: expected %s, %s or %s, not `%s`",
			   name, words[0], words[1], words[2], text);
}

static void
take_salt(struct hit_privacy *privacy, const struct keys *keys)
{
	unsigned char derived[TAG_KEY_SIZE];

	if (!keys) {
		crypto_random(privacy->salt, sizeof(privacy->salt));
		return;
	}
	keys_derive(keys, "hit source", derived);
	memcpy(privacy->salt, derived, sizeof(privacy->salt));
}

enum sg_status
hit_privacy_init(struct hit_privacy *privacy,
		 const struct conf_section *section, const struct keys *keys,
		 struct sg_err *err)
{
	static const char *const address[] = {"full", "network", "drop"};
	static const char *const agent[] = {"full", "family", "drop"};
	static const char *const wish[] = {"ignore", "no-score", "no-record"};
	int words[3] = {HIT_PART, HIT_PART, HIT_WISH_IGNORE};
	enum sg_status status = SG_OK;

	take_salt(privacy, keys);
	if (section)
		status = take_word(section, "address", address, &words[0], err);
	if (section && status == SG_OK)
		status = take_word(section, "agent", agent, &words[1], err);
	if (section && status == SG_OK)
		status = take_word(section, "do_not_track", wish, &words[2],
				   err);
	privacy->address = (enum hit_detail)words[0];
	privacy->agent = (enum hit_detail)words[1];
	privacy->do_not_track = (enum hit_wish)words[2];
	/* For no time at all: it does not even go to the spool. */
	if (section && conf_int(section, "keep_hits") == 0)
		privacy->address = privacy->agent = HIT_DROP;
	return status;
}

/* Each hit comes by here: nothing of stdio. */
void
hit_network(const char *peer, char network[HIT_ADDRESS_SIZE])
{
	struct inet_address address;
	const char *prefix = "/48";

	network[0] = '\0';
	if (!inet_parse(peer, strlen(peer), &address))
		return;
	if (inet_is_v4(&address)) {
		address.bytes[15] = 0;
		prefix = "/24";
	} else {
		memset(address.bytes + 6, 0, 10);
	}
	inet_print(&address, network);
	memcpy(network + strlen(network), prefix, 4);
}

static void
append_hex(char *to, uint64_t number)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < 16; i++, number <<= 4)
		to[i] = digits[number >> 60];
}

static const char *
source_of(const struct hit_privacy *privacy, const char *network,
	  const struct hit_request *request, const char *agent,
	  struct pool *pool)
{
	char of[sizeof(int64_t) + HIT_ADDRESS_SIZE + HIT_AGENT_MOST + 1];
	size_t len = strlen(network),
	       agent_len = strnlen(agent, HIT_AGENT_MOST);
	int64_t day = request->at / CLOCK_DAY_MS;
	char *network_at = of + sizeof(day), *hex;

	if (!*network)
		return "";
	memcpy(network_at, network, len + 1); /* the NUL is between the two */
	memcpy(network_at + len + 1, agent, agent_len);
	len += sizeof(day) + 1 + agent_len;
	hex = pool_alloc(pool, HIT_SOURCE_LEN + 1);
	for (size_t i = 0; i < 2; i++, day--) {
		memcpy(of, &day, sizeof(day));
		append_hex(hex + 16 * i,
			   crypto_table_hash(of, len, privacy->salt));
	}
	hex[HIT_SOURCE_LEN] = '\0';
	return hex;
}

static bool
wishes_no_tracking(const struct hit_request *request)
{
	static const char *const names[] = {"DNT", "Sec-GPC"};

	for (size_t i = 0; i < 2; i++) {
		const char *value = request->header(request->handle, names[i]);

		if (value && strcmp(value, "1") == 0)
			return true;
	}
	return false;
}

/* What is in a header may be anything; a property is UTF-8. */
static const char *
clean(struct pool *pool, const char *text)
{
	struct buf buf = BUF_INIT;
	const char *copy;

	text_append_clean(&buf, text, strnlen(text, HIT_AGENT_MOST));
	copy = pool_strdup(pool, buf_ok(&buf) ? buf_text(&buf) : "");
	buf_done(&buf);
	return copy;
}

static const char *
agent_of(const struct hit_privacy *privacy, const char *agent,
	 struct pool *pool)
{
	char family[AGENT_FAMILY_SIZE];

	if (privacy->agent == HIT_DROP)
		return "";
	if (privacy->agent == HIT_FULL)
		return clean(pool, agent);
	agent_family(agent, family);
	return pool_strdup(pool, family);
}

bool
hit_facts_of(const struct hit_privacy *privacy,
	     const struct hit_request *request, struct pool *pool,
	     struct hit_facts *facts_out)
{
	const char *agent = request->header(request->handle, "User-Agent");
	char network[HIT_ADDRESS_SIZE];
	bool wish = privacy->do_not_track != HIT_WISH_IGNORE &&
		    wishes_no_tracking(request);

	if (wish && privacy->do_not_track == HIT_WISH_NO_RECORD)
		return false;
	agent = agent ? agent : "";
	hit_network(request->peer ? request->peer : "", network);
	*facts_out = (struct hit_facts){
		.address = privacy->address == HIT_PART
				   ? pool_strdup(pool, network)
			   : privacy->address == HIT_FULL && *network
				   ? pool_strdup(pool, request->peer)
				   : "",
		.agent = agent_of(privacy, agent, pool),
		.source = request->shared ? ""
					  : source_of(privacy, network, request,
						      agent, pool),
		.unscored = wish,
	};
	return true;
}
