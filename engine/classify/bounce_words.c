/*
 * bounce_words.c - see bounce_words.h: words that name a reason, and the
 * matching of words.
 */
#include "classify/bounce_words.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct pattern {
	enum bounce_reason reason;
	const char *words;
};

/* In order: the first that matches decides. */
static const struct pattern PLAIN[] = {
	/* What is said of the sender must not be taken for the recipient. */
	{BOUNCE_AUTH_FAILURE, "sender&spf"},
	{BOUNCE_POLICY, "sender address rejected"},
	{BOUNCE_POLICY, "sender verif*"},
	{BOUNCE_POLICY, "sender domain"},
	{BOUNCE_POLICY, "domain of sender"},
	{BOUNCE_POLICY, "sender rejected"},
	{BOUNCE_POLICY, "helo command rejected"},
	{BOUNCE_POLICY, "reverse dns"},
	{BOUNCE_POLICY, "reverse hostname"},
	{BOUNCE_POLICY, "cannot find your"},
	{BOUNCE_POLICY, "ptr record*"},
	{BOUNCE_POLICY, "rdns"},
	{BOUNCE_GREYLISTED, "greylist*"},
	{BOUNCE_GREYLISTED, "graylist*"},
	{BOUNCE_GREYLISTED, "grey list*"},
	{BOUNCE_GREYLISTED, "gray list*"},
	/* Names that are not found for now, then those that are not there. */
	{BOUNCE_NETWORK, "host not found try again"},
	{BOUNCE_NETWORK, "temporary dns"},
	{BOUNCE_NETWORK, "temporary lookup"},
	{BOUNCE_NETWORK, "name server&temporar*"},
	{BOUNCE_HOST_UNKNOWN, "host unknown"},
	{BOUNCE_HOST_UNKNOWN, "unknown host"},
	{BOUNCE_HOST_UNKNOWN, "host not found"},
	{BOUNCE_HOST_UNKNOWN, "domain not found"},
	{BOUNCE_HOST_UNKNOWN, "domain name not found"},
	{BOUNCE_HOST_UNKNOWN, "domain does not exist"},
	{BOUNCE_HOST_UNKNOWN, "domain doesn t exist"},
	{BOUNCE_HOST_UNKNOWN, "no such domain"},
	{BOUNCE_HOST_UNKNOWN, "no such host"},
	{BOUNCE_HOST_UNKNOWN, "unknown domain"},
	{BOUNCE_HOST_UNKNOWN, "non existent domain"},
	{BOUNCE_HOST_UNKNOWN, "nxdomain"},
	{BOUNCE_NETWORK, "name server reply"},
	{BOUNCE_HOST_UNKNOWN, "null mx"},
	{BOUNCE_HOST_UNKNOWN, "no mx record*"},
	{BOUNCE_HOST_UNKNOWN, "no smtp service"},
	{BOUNCE_HOST_UNKNOWN, "domain is not reachable"},
	{BOUNCE_HOST_UNKNOWN, "find&mail exchanger"},
	{BOUNCE_HOST_UNKNOWN, "domain&unbekannt*"},
	{BOUNCE_HOST_UNKNOWN, "domaine inconnu"},
	{BOUNCE_HOST_UNKNOWN, "dominio desconocido"},
	{BOUNCE_HOST_UNKNOWN, "invalid domain"},
	{BOUNCE_HOST_UNKNOWN, "host does not accept mail"},
	{BOUNCE_HOST_UNKNOWN, "domain does not accept mail"},
	{BOUNCE_HOST_UNKNOWN, "bad destination host"},
	{BOUNCE_HOST_UNKNOWN, "bad destination system"},
	{BOUNCE_HOST_UNKNOWN, "unrouteable mail domain"},
	{BOUNCE_HOST_UNKNOWN, "unrouteable domain"},
	{BOUNCE_HOST_UNKNOWN, "not a mail exchanger"},
	{BOUNCE_MOVED, "user&moved"},
	{BOUNCE_MOVED, "recipient&moved"},
	{BOUNCE_MOVED, "has moved to"},
	{BOUNCE_MOVED, "new address"},
	{BOUNCE_MOVED, "address has changed"},
	{BOUNCE_MOVED, "changed their address"},
	{BOUNCE_SYSTEM_FULL, "no space left"},
	{BOUNCE_SYSTEM_FULL, "insufficient system storage"},
	{BOUNCE_SYSTEM_FULL, "insufficient system resource*"},
	{BOUNCE_SYSTEM_FULL, "insufficient disk space"},
	{BOUNCE_SYSTEM_FULL, "mail system full"},
	{BOUNCE_MESSAGE_TOO_BIG, "message too big"},
	{BOUNCE_MESSAGE_TOO_BIG, "message too large"},
	{BOUNCE_MESSAGE_TOO_BIG, "message is too*"},
	{BOUNCE_MESSAGE_TOO_BIG, "message size exceed*"},
	{BOUNCE_MESSAGE_TOO_BIG, "message size limit"},
	{BOUNCE_MESSAGE_TOO_BIG, "message length exceed*"},
	{BOUNCE_MESSAGE_TOO_BIG, "message&exceeds&maximum&size"},
	{BOUNCE_MESSAGE_TOO_BIG, "maximum message size"},
	{BOUNCE_MESSAGE_TOO_BIG, "message file too big"},
	{BOUNCE_MAILBOX_FULL, "quota"},
	{BOUNCE_MAILBOX_FULL, "overquota"},
	{BOUNCE_MAILBOX_FULL, "mailbox&full"},
	{BOUNCE_MAILBOX_FULL, "mailbox&exceed*"},
	{BOUNCE_MAILBOX_FULL, "mailbox size limit"},
	{BOUNCE_MAILBOX_FULL, "inbox&full"},
	{BOUNCE_MAILBOX_FULL, "account&full"},
	{BOUNCE_MAILBOX_FULL, "folder&full"},
	{BOUNCE_MAILBOX_FULL, "mailfolder&full"},
	{BOUNCE_MAILBOX_FULL, "out of storage"},
	{BOUNCE_MAILBOX_FULL, "storage&exceed*"},
	{BOUNCE_MAILBOX_FULL, "insufficient storage"},
	{BOUNCE_MAILBOX_FULL, "not enough space"},
	{BOUNCE_MAILBOX_FULL, "not enough storage"},
	{BOUNCE_MAILBOX_FULL, "not enough disk"},
	{BOUNCE_MAILBOX_FULL, "postfach&voll"},
	{BOUNCE_MAILBOX_FULL, "boîte&pleine"},
	{BOUNCE_MAILBOX_FULL, "buzón&lleno"},
	{BOUNCE_MAILBOX_FULL, "casella&piena"},
	{BOUNCE_MAILBOX_FULL, "caixa&cheia"},
	{BOUNCE_MAILBOX_FULL, "cuota"},
	{BOUNCE_MAILBOX_FULL, "postvak&vol"},
	{BOUNCE_MAILBOX_DISABLED, "account&disabled"},
	{BOUNCE_MAILBOX_DISABLED, "mailbox&disabled"},
	{BOUNCE_MAILBOX_DISABLED, "user&disabled"},
	{BOUNCE_MAILBOX_DISABLED, "recipient&disabled"},
	{BOUNCE_MAILBOX_DISABLED, "address&disabled"},
	{BOUNCE_MAILBOX_DISABLED, "account&suspended"},
	{BOUNCE_MAILBOX_DISABLED, "user&suspended"},
	{BOUNCE_MAILBOX_DISABLED, "recipient&suspended"},
	{BOUNCE_MAILBOX_DISABLED, "mailbox&suspended"},
	{BOUNCE_MAILBOX_DISABLED, "account&inactive"},
	{BOUNCE_MAILBOX_DISABLED, "mailbox&inactive"},
	{BOUNCE_MAILBOX_DISABLED, "user&inactive"},
	{BOUNCE_MAILBOX_DISABLED, "recipient&inactive"},
	{BOUNCE_MAILBOX_DISABLED, "deactivated"},
	{BOUNCE_MAILBOX_DISABLED, "mailbox&frozen"},
	{BOUNCE_MAILBOX_DISABLED, "account&closed"},
	{BOUNCE_MAILBOX_DISABLED, "account&expired"},
	{BOUNCE_MAILBOX_DISABLED, "account&locked"},
	{BOUNCE_MAILBOX_DISABLED, "no longer active"},
	{BOUNCE_MAILBOX_DISABLED, "not active"},
	{BOUNCE_MAILBOX_DISABLED, "no longer in use"},
	{BOUNCE_MAILBOX_DISABLED, "no longer available"},
	{BOUNCE_MAILBOX_DISABLED, "no longer&employ*"},
	{BOUNCE_MAILBOX_DISABLED, "no longer&accept*"},
	{BOUNCE_USER_UNKNOWN, "user unknown"},
	{BOUNCE_USER_UNKNOWN, "unknown user*"},
	{BOUNCE_USER_UNKNOWN, "user not known"},
	{BOUNCE_USER_UNKNOWN, "user is unknown"},
	{BOUNCE_USER_UNKNOWN, "no such user*"},
	{BOUNCE_USER_UNKNOWN, "no such recipient*"},
	{BOUNCE_USER_UNKNOWN, "no such mailbox*"},
	{BOUNCE_USER_UNKNOWN, "no such person"},
	{BOUNCE_USER_UNKNOWN, "no such address"},
	{BOUNCE_USER_UNKNOWN, "no such local user"},
	{BOUNCE_USER_UNKNOWN, "no mailbox"},
	{BOUNCE_USER_UNKNOWN, "no account"},
	{BOUNCE_USER_UNKNOWN, "no user"},
	{BOUNCE_USER_UNKNOWN, "unknown recipient*"},
	{BOUNCE_USER_UNKNOWN, "recipient unknown"},
	{BOUNCE_USER_UNKNOWN, "unknown address*"},
	{BOUNCE_USER_UNKNOWN, "address unknown"},
	{BOUNCE_USER_UNKNOWN, "unknown mailbox"},
	{BOUNCE_USER_UNKNOWN, "mailbox unknown"},
	{BOUNCE_USER_UNKNOWN, "unknown local part"},
	{BOUNCE_USER_UNKNOWN, "unknown or illegal alias"},
	{BOUNCE_USER_UNKNOWN, "user not found"},
	{BOUNCE_USER_UNKNOWN, "recipient not found"},
	{BOUNCE_USER_UNKNOWN, "recipientnotfound"},
	{BOUNCE_USER_UNKNOWN, "recipnotfound"},
	{BOUNCE_USER_UNKNOWN, "mailbox not found"},
	{BOUNCE_USER_UNKNOWN, "account not found"},
	{BOUNCE_USER_UNKNOWN, "address not found"},
	{BOUNCE_USER_UNKNOWN, "could not be found"},
	{BOUNCE_USER_UNKNOWN, "couldn t be found"},
	{BOUNCE_USER_UNKNOWN, "not found in directory"},
	{BOUNCE_USER_UNKNOWN, "not listed in"},
	{BOUNCE_USER_UNKNOWN, "invalid recipient*"},
	{BOUNCE_USER_UNKNOWN, "invalid mailbox"},
	{BOUNCE_USER_UNKNOWN, "invalid user*"},
	{BOUNCE_USER_UNKNOWN, "invalid address"},
	{BOUNCE_USER_UNKNOWN, "bad address"},
	{BOUNCE_USER_UNKNOWN, "bad recipient*"},
	{BOUNCE_USER_UNKNOWN, "bad destination mailbox"},
	{BOUNCE_USER_UNKNOWN, "not a known user"},
	{BOUNCE_USER_UNKNOWN, "not a valid"},
	{BOUNCE_USER_UNKNOWN, "isn t a valid"},
	{BOUNCE_USER_UNKNOWN, "not a registered"},
	{BOUNCE_USER_UNKNOWN, "not our customer"},
	{BOUNCE_USER_UNKNOWN, "does not exist"},
	{BOUNCE_USER_UNKNOWN, "doesn t exist"},
	{BOUNCE_USER_UNKNOWN, "not exist"},
	{BOUNCE_USER_UNKNOWN, "doesn t have an&account"},
	{BOUNCE_USER_UNKNOWN, "doesn t have a&account"},
	{BOUNCE_USER_UNKNOWN, "not known at this"},
	{BOUNCE_USER_UNKNOWN, "no valid recipient*"},
	{BOUNCE_USER_UNKNOWN, "unbekannt*&benutzer"},
	{BOUNCE_USER_UNKNOWN, "empfänger&unbekannt"},
	{BOUNCE_USER_UNKNOWN, "utilisateur inconnu"},
	{BOUNCE_USER_UNKNOWN, "destinataire inconnu"},
	{BOUNCE_USER_UNKNOWN, "usuario desconocido"},
	{BOUNCE_USER_UNKNOWN, "destinatario desconocido"},
	{BOUNCE_USER_UNKNOWN, "utente sconosciuto"},
	{BOUNCE_USER_UNKNOWN, "usuário desconhecido"},
	{BOUNCE_USER_UNKNOWN, "onbekende gebruiker"},
	{BOUNCE_USER_UNKNOWN, "nieznany użytkownik"},
	{BOUNCE_USER_UNKNOWN, "unrouteable address"},
	/* Microsoft's edge says it of addresses its directory lacks. */
	{BOUNCE_USER_UNKNOWN, "recipient address rejected access denied"},
	{BOUNCE_RELAY_DENIED, "relay access denied"},
	{BOUNCE_RELAY_DENIED, "relaying denied"},
	{BOUNCE_RELAY_DENIED, "relay denied"},
	{BOUNCE_RELAY_DENIED, "unable to relay"},
	{BOUNCE_RELAY_DENIED, "cannot relay"},
	{BOUNCE_RELAY_DENIED, "relay not permitted"},
	{BOUNCE_RELAY_DENIED, "relaying not*"},
	{BOUNCE_RELAY_DENIED, "relaying is*"},
	{BOUNCE_RELAY_DENIED, "not permitted to relay"},
	{BOUNCE_RELAY_DENIED, "not an open relay"},
	{BOUNCE_RELAY_DENIED, "do not relay"},
	{BOUNCE_RELAY_DENIED, "no relaying"},
	{BOUNCE_RELAY_DENIED, "rcpthosts"},
	{BOUNCE_VIRUS, "virus*"},
	{BOUNCE_VIRUS, "malware"},
	{BOUNCE_VIRUS, "infected"},
	{BOUNCE_AUTH_FAILURE, "spf"},
	{BOUNCE_AUTH_FAILURE, "dkim"},
	{BOUNCE_AUTH_FAILURE, "dmarc"},
	{BOUNCE_AUTH_FAILURE, "unauthenticated"},
	{BOUNCE_AUTH_FAILURE, "authentication checks"},
	{BOUNCE_RATE_LIMITED, "too many connections"},
	{BOUNCE_RATE_LIMITED, "too many messages"},
	{BOUNCE_RATE_LIMITED, "too many recipients"},
	{BOUNCE_RATE_LIMITED, "too many sessions"},
	{BOUNCE_RATE_LIMITED, "too many concurrent"},
	{BOUNCE_RATE_LIMITED, "too many errors"},
	{BOUNCE_RATE_LIMITED, "too fast"},
	{BOUNCE_RATE_LIMITED, "too frequent*"},
	{BOUNCE_RATE_LIMITED, "rate limit*"},
	{BOUNCE_RATE_LIMITED, "ratelimit*"},
	{BOUNCE_RATE_LIMITED, "throttl*"},
	{BOUNCE_RATE_LIMITED, "at a rate that"},
	{BOUNCE_RATE_LIMITED, "connection limit*"},
	{BOUNCE_RATE_LIMITED, "limit on the number of"},
	{BOUNCE_REPUTATION, "blacklist*"},
	{BOUNCE_REPUTATION, "black list*"},
	{BOUNCE_REPUTATION, "blocklist*"},
	{BOUNCE_REPUTATION, "block list*"},
	{BOUNCE_REPUTATION, "denylist*"},
	{BOUNCE_REPUTATION, "blocked using"},
	{BOUNCE_REPUTATION, "rbl"},
	{BOUNCE_REPUTATION, "dnsbl"},
	{BOUNCE_REPUTATION, "spamhaus"},
	{BOUNCE_REPUTATION, "spamcop"},
	{BOUNCE_REPUTATION, "reputation"},
	{BOUNCE_REPUTATION, "listed at"},
	{BOUNCE_REPUTATION, "your ip&blocked"},
	{BOUNCE_REPUTATION, "dynamic ip"},
	{BOUNCE_SPAM, "spam"},
	{BOUNCE_SPAM, "spammy"},
	{BOUNCE_SPAM, "unsolicited"},
	{BOUNCE_SPAM, "junk mail"},
	{BOUNCE_SPAM, "bulk mail"},
	{BOUNCE_EXPIRED, "retry time*&exceeded"},
	{BOUNCE_EXPIRED, "retry time not reached"},
	{BOUNCE_EXPIRED, "delivery time expired"},
	{BOUNCE_EXPIRED, "message expired"},
	{BOUNCE_EXPIRED, "too long in&queue"},
	{BOUNCE_EXPIRED, "in the queue too long"},
	{BOUNCE_EXPIRED, "in my queue too long"},
	{BOUNCE_EXPIRED, "queue&expired"},
	{BOUNCE_CONTENT, "attachment*"},
	{BOUNCE_CONTENT, "content rejected"},
	{BOUNCE_CONTENT, "message content"},
	{BOUNCE_CONTENT, "rfc 5322"},
	{BOUNCE_CONTENT, "rfc 2822"},
	{BOUNCE_SYNTAX, "syntax error"},
	{BOUNCE_SYNTAX, "bad sequence"},
	{BOUNCE_SYNTAX, "unrecognized command*"},
	{BOUNCE_SYNTAX, "command not recognized"},
	{BOUNCE_NETWORK, "connection timed out"},
	{BOUNCE_NETWORK, "connection refused"},
	{BOUNCE_NETWORK, "connection reset"},
	{BOUNCE_NETWORK, "connection dropped"},
	{BOUNCE_NETWORK, "lost connection"},
	{BOUNCE_NETWORK, "network is unreachable"},
	{BOUNCE_NETWORK, "network unreachable"},
	{BOUNCE_NETWORK, "no route to host"},
	{BOUNCE_NETWORK, "loops back"},
	{BOUNCE_NETWORK, "mail loop*"},
	{BOUNCE_NETWORK, "too many hops"},
	{BOUNCE_NETWORK, "hop count"},
	{BOUNCE_NETWORK, "starttls"},
};

static const struct pattern VAGUE[] = {
	{BOUNCE_EXPIRED, "expired"},
	{BOUNCE_NETWORK, "timed out"},
	{BOUNCE_NETWORK, "timeout"},
	{BOUNCE_NETWORK, "dns"},
	{BOUNCE_NETWORK, "not responding"},
	{BOUNCE_NETWORK, "could not connect"},
	{BOUNCE_NETWORK, "unable to connect"},
	{BOUNCE_USER_UNKNOWN, "550&mailbox unavailable"},
	{BOUNCE_USER_UNKNOWN, "550&mailbox not available"},
	{BOUNCE_POLICY, "policy"},
	{BOUNCE_POLICY, "policies"},
	{BOUNCE_POLICY, "authentication"},
	{BOUNCE_USER_UNKNOWN, "recipient rejected"},
	{BOUNCE_USER_UNKNOWN, "address rejected"},
	{BOUNCE_POLICY, "access denied"},
	{BOUNCE_POLICY, "not allowed"},
	{BOUNCE_POLICY, "not authorized"},
	{BOUNCE_POLICY, "prohibited"},
	{BOUNCE_POLICY, "banned"},
	{BOUNCE_POLICY, "blocked"},
	{BOUNCE_POLICY, "rejected"},
	{BOUNCE_POLICY, "refused"},
	{BOUNCE_POLICY, "denied"},
};

size_t
bounce_words_append(char *words, size_t n, size_t size, const char *text)
{
	unsigned char c;

	if (n == 0)
		words[n++] = ' ';
	for (; *text && n < size - 2; text++) {
		c = (unsigned char)*text;
		if (isalnum(c) || c >= 0x80)
			words[n++] = (char)tolower(c);
		else if (words[n - 1] != ' ')
			words[n++] = ' ';
	}
	if (words[n - 1] != ' ')
		words[n++] = ' ';
	words[n] = '\0';
	return n;
}

void
bounce_words_normalise(char words[BOUNCE_WORDS_SIZE], const char *text)
{
	bounce_words_append(words, 0, BOUNCE_WORDS_SIZE, text);
}

/* One group of `len` bytes, at a word's beginning. */
static const char *
find_group(const char *words, const char *group, size_t len,
	   const char **end_out)
{
	bool is_open = len && group[len - 1] == '*';

	len -= is_open;
	for (; *words; words++) {
		if (*words == ' ' && words[1] == group[0] &&
		    strncmp(words + 1, group, len) == 0 &&
		    (is_open || words[1 + len] == ' ')) {
			*end_out = words + 1 + len;
			return words + 1;
		}
	}
	return NULL;
}

const char *
bounce_words_find(const char *words, const char *group, const char **end_out)
{
	return find_group(words, group, strlen(group), end_out);
}

/*
 * With which three bytes words begin, hashed: of some hundred patterns few are
 * left to be looked for.
 */
enum { BEGINNINGS = 4096, BEGINNING_LEN = 3 };

struct beginnings {
	uint64_t bits[BEGINNINGS / 64];
};

static unsigned
beginning_of(const char *word)
{
	uint32_t bytes = (uint32_t)(unsigned char)word[0] << 16 |
			 (uint32_t)(unsigned char)word[1] << 8 |
			 (unsigned char)word[2];

	return bytes * UINT32_C(2654435761) >> 20;
}

static void
read_beginnings(const char *words, struct beginnings *to)
{
	unsigned at;

	memset(to, 0, sizeof(*to));
	for (; *words; words++) {
		if (*words != ' ' || !words[1] || !words[2])
			continue;
		at = beginning_of(words + 1);
		to->bits[at / 64] |= UINT64_C(1) << at % 64;
	}
}

/* False: it stands nowhere. A short group or one open early is looked for. */
static bool
may_begin(const struct beginnings *in, const char *group, size_t len)
{
	unsigned at;

	if (len < BEGINNING_LEN || memchr(group, '*', BEGINNING_LEN))
		return true;
	at = beginning_of(group);
	return in->bits[at / 64] >> at % 64 & 1;
}

static bool
match(const char *words, const struct beginnings *in, const char *pattern)
{
	const char *end;
	size_t len;

	for (;;) {
		len = strcspn(pattern, "&");
		if ((in && !may_begin(in, pattern, len)) ||
		    !find_group(words, pattern, len, &end))
			return false;
		if (!pattern[len])
			return true;
		pattern += len + 1;
	}
}

bool
bounce_words_match(const char *words, const char *pattern)
{
	return match(words, NULL, pattern);
}

bool
bounce_words_any(const char *words, const char *const *patterns)
{
	struct beginnings in;

	if (!patterns || !*patterns)
		return false;
	read_beginnings(words, &in);
	for (; *patterns; patterns++) {
		if (match(words, &in, *patterns))
			return true;
	}
	return false;
}

static enum bounce_reason
first_match(const char *words, const struct pattern *patterns, size_t n)
{
	struct beginnings in;
	size_t i;

	read_beginnings(words, &in);
	for (i = 0; i < n; i++) {
		if (match(words, &in, patterns[i].words))
			return patterns[i].reason;
	}
	return BOUNCE_OTHER;
}

enum bounce_reason
bounce_words_plain(const char *words)
{
	return first_match(words, PLAIN, sizeof(PLAIN) / sizeof(PLAIN[0]));
}

enum bounce_reason
bounce_words_vague(const char *words)
{
	return first_match(words, VAGUE, sizeof(VAGUE) / sizeof(VAGUE[0]));
}
