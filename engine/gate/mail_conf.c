/* mail_conf.c - see mail_conf.h. */
#include "gate/mail_conf.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/text.h"
#include "gate/gate.h"
#include "gate/split_worker.h"

const struct conf_option gate_mail_options[] = {
	{.name = "match_headers",
	 .type = CONF_TEXT_LIST,
	 .fallback = "{ \"X-Scoregate-Campaign\" }",
	 .help = "outbound mail with one of these is instrumented: \"Name\" "
		 "or \"Name: glob\""},
	{.name = "match_senders",
	 .type = CONF_TEXT_LIST,
	 .help = "or from one of these senders (globs)"},
	{.name = "match_users",
	 .type = CONF_TEXT_LIST,
	 .help = "or sent by one of these authenticated users (globs)"},
	{.name = "outbound_daemons",
	 .type = CONF_TEXT_LIST,
	 .help = "the MTA's {daemon_name}s whose mail goes out (globs)"},
	{.name = "inbound_daemons",
	 .type = CONF_TEXT_LIST,
	 .help = "the MTA's {daemon_name}s whose mail comes in (globs)"},
	{.name = "trusted",
	 .type = CONF_TEXT_LIST,
	 .fallback = "{ \"127.0.0.0/8\", \"::1/128\" }",
	 .help = "networks whose mail goes out when no daemon name says so"},
	{.name = "track",
	 .type = CONF_TEXT,
	 .fallback = "all",
	 .help = "none, opens, clicks or all; X-Scoregate-Track overrides"},
	{.name = "honeypot",
	 .type = CONF_BOOL,
	 .fallback = "no",
	 .help = "yes: each HTML mail has a link that nobody sees; who follows "
		 "it is a machine"},
	{.name = "multi_recipient",
	 .type = CONF_TEXT,
	 .fallback = "pass",
	 .help = "several recipients in one transaction: pass, message or "
		 "split"},
	{.name = "reinject",
	 .type = CONF_TEXT,
	 .help = "HOST:PORT of a listener of the MTA with the signer and "
		 "without this milter: where split sends private copies"},
	{.name = "split_max",
	 .type = CONF_SIZE,
	 .fallback = "1G",
	 .least = 1 << 20,
	 .most = 1e15,
	 .help = "most bytes of mail that waits to be sent there"},
	{.name = "already_signed",
	 .type = CONF_TEXT,
	 .fallback = "skip",
	 .help = "a message with a DKIM signature: skip or rewrite"},
	{.name = "max_message",
	 .type = CONF_SIZE,
	 .fallback = "30M",
	 .help = "larger mail passes untouched"},
	{.name = "max_headers",
	 .type = CONF_INT,
	 .fallback = "1000",
	 .least = 10,
	 .most = 2000,
	 .help = "mail with more header fields passes untouched"},
	{.name = "max_header_bytes",
	 .type = CONF_SIZE,
	 .fallback = "512k",
	 .help = "mail with more header bytes passes untouched"},
	{.name = "on_trouble",
	 .type = CONF_TEXT,
	 .fallback = "continue",
	 .help = "when something goes wrong in here: continue or tempfail"},
	{.name = "verp_lifetime",
	 .type = CONF_DURATION,
	 .fallback = "30d",
	 .help = "how long after sending a bounce address is taken"},
	{.name = "verp_fallback",
	 .type = CONF_TEXT,
	 .help = "where ordinary mail to a bounce address goes when who sent "
		 "the message is not known"},
	{.name = "keep_bounces",
	 .type = CONF_BOOL,
	 .fallback = "no",
	 .help = "deliver bounces on after they were counted"},
	{0},
};

bool
mail_conf_track(const char *text, unsigned *track_out)
{
	static const struct {
		const char *name;
		unsigned track;
	} table[] = {
		{"none", 0},
		{"opens", SG_TRACK_OPENS},
		{"clicks", SG_TRACK_CLICKS},
		{"all", SG_TRACK_OPENS | SG_TRACK_CLICKS},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (text_equal_ascii(text, table[i].name)) {
			*track_out = table[i].track;
			return true;
		}
	return false;
}

static enum sg_status
refuse(const struct conf_section *section, const char *option,
       const char *expected, struct sg_err *err)
{
	return err_set(err, SG_REFUSED,
		       "%s:%u: `%s` in `mail` is `%s`; %s was expected",
		       conf_file(section), conf_option_line(section, option),
		       option, conf_text(section, option), expected);
}

/* One of two words; true for the second. */
static enum sg_status
read_choice(const struct conf_section *section, const char *option,
	    const char *first, const char *second, bool *is_second_out,
	    struct sg_err *err)
{
	const char *text = conf_text(section, option);
	char expected[64];

	*is_second_out = text_equal_ascii(text, second);
	if (*is_second_out || text_equal_ascii(text, first))
		return SG_OK;
	snprintf(expected, sizeof(expected), "%s or %s", first, second);
	return refuse(section, option, expected, err);
}

struct network {
	unsigned char bytes[16];
	int family;
	unsigned bits;
};

static bool
network_parse(const char *text, struct network *network)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	long long bits;
	char address[64];

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	memset(network, 0, sizeof(*network));
	network->family = strchr(address, ':') ? AF_INET6 : AF_INET;
	network->bits = network->family == AF_INET6 ? 128 : 32;
	if (inet_pton(network->family, address, network->bytes) != 1)
		return false;
	if (!slash)
		return true;
	if (!text_to_int(slash + 1, &bits) || bits < 0 ||
	    bits > (long long)network->bits)
		return false;
	network->bits = (unsigned)bits;
	return true;
}

static bool
network_has(const struct network *network, const struct network *address)
{
	unsigned whole = network->bits / 8, rest = network->bits % 8;
	unsigned char mask = (unsigned char)(0xff00u >> rest);

	return network->family == address->family &&
	       memcmp(network->bytes, address->bytes, whole) == 0 &&
	       (!rest ||
		((network->bytes[whole] ^ address->bytes[whole]) & mask) == 0);
}

bool
mail_conf_trusts(const struct mail_conf *conf, const char *address)
{
	struct network network, client;

	if (!network_parse(address, &client))
		return false;
	for (size_t i = 0; i < conf_list_count(conf->section, "trusted"); i++)
		if (network_parse(conf_list_at(conf->section, "trusted", i),
				  &network) &&
		    network_has(&network, &client))
			return true;
	return false;
}

bool
mail_conf_lists(const struct mail_conf *conf, const char *option,
		const char *text)
{
	for (size_t i = 0; i < conf_list_count(conf->section, option); i++)
		if (text_glob_fold(conf_list_at(conf->section, option, i),
				   text))
			return true;
	return false;
}

static enum sg_status
check_trusted(const struct conf_section *section, struct sg_err *err)
{
	struct network network;
	const char *text;

	for (size_t i = 0; i < conf_list_count(section, "trusted"); i++) {
		text = conf_list_at(section, "trusted", i);
		if (!network_parse(text, &network))
			return err_set(err, SG_REFUSED,
				       "%s:%u: `%s` in `trusted` is no network "
				       "(192.0.2.0/24, 2001:db8::/32)",
				       conf_file(section),
				       conf_option_line(section, "trusted"),
				       text);
	}
	return SG_OK;
}

/* One that no mail can have would match nothing for ever, in silence. */
static enum sg_status
check_headers(const struct conf_section *section, struct sg_err *err)
{
	size_t n = conf_list_count(section, "match_headers");

	for (size_t i = 0; i < n; i++) {
		const char *text = conf_list_at(section, "match_headers", i);
		size_t len = strcspn(text, ":");

		if (len == 0 || strcspn(text, " \t") < len)
			return conf_refuse(section, "match_headers", err,
					   "`match_headers`: expected \"Name\" "
					   "or \"Name: glob\", not `%s`",
					   text);
	}
	return SG_OK;
}

static enum sg_status
read_multi(struct mail_conf *conf, struct sg_err *err)
{
	static const char *const words[] = {"pass", "message", "split"};
	const struct conf_section *section = conf->section;
	const char *text = conf_text(section, "multi_recipient");
	unsigned port;
	char host[256];
	int i = 0;

	conf->reinject = conf_text(section, "reinject");
	if (conf->reinject &&
	    split_address_parse(conf->reinject, host, &port, NULL) != SG_OK)
		return refuse(section, "reinject", "HOST:PORT", err);
	while (i < 3 && !text_equal_ascii(text, words[i]))
		i++;
	if (i == 3)
		return refuse(section, "multi_recipient",
			      "pass, message or split", err);
	conf->multi = (enum mail_multi)i;
	if (conf->multi == MAIL_MULTI_SPLIT && !conf->reinject)
		return refuse(section, "multi_recipient",
			      "`reinject` with it, or pass or message", err);
	return SG_OK;
}

static enum sg_status
read_choices(struct mail_conf *conf, struct sg_err *err)
{
	const struct conf_section *section = conf->section;
	bool rewrite = false;
	enum sg_status status;

	if (!mail_conf_track(conf_text(section, "track"), &conf->track))
		return refuse(section, "track", "none, opens, clicks or all",
			      err);
	status = read_multi(conf, err);
	if (status != SG_OK)
		return status;
	status = read_choice(section, "on_trouble", "continue", "tempfail",
			     &conf->tempfail_on_trouble, err);
	if (status == SG_OK)
		status = read_choice(section, "already_signed", "skip",
				     "rewrite", &rewrite, err);
	conf->skip_signed = !rewrite;
	if (status == SG_OK)
		status = check_trusted(section, err);
	if (status == SG_OK)
		status = check_headers(section, err);
	return status;
}

enum sg_status
mail_conf_init(struct mail_conf *conf, const struct conf_section *section,
	       struct sg_err *err)
{
	enum sg_status status;

	memset(conf, 0, sizeof(*conf));
	if (!section) {
		status = conf_parse("mail", "", 1, gate_mail_options,
				    &conf->own, err);
		if (status != SG_OK)
			return status;
		section = conf->own;
	}
	conf->section = section;
	status = read_choices(conf, err);
	if (status != SG_OK)
		return status;
	conf->keep_bounces = conf_bool(section, "keep_bounces");
	conf->honeypot = conf_bool(section, "honeypot");
	conf->message_most = conf_int(section, "max_message");
	conf->headers_most = conf_int(section, "max_headers");
	conf->header_bytes_most = conf_int(section, "max_header_bytes");
	conf->verp_ms = conf_int(section, "verp_lifetime");
	conf->verp_fallback = conf_text(section, "verp_fallback");
	conf->split_most = conf_int(section, "split_max");
	return SG_OK;
}

void
mail_conf_done(struct mail_conf *conf)
{
	conf_free(conf->own);
	conf->own = NULL;
}
