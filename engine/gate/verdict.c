/* verdict.c - see verdict.h. The lists are conf/verdict.conf's. */
#include "gate/verdict.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

enum { AGENT_MOST = 512 }; /* what is looked at of a user agent */

static char
lower_ascii(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
is_prefetch(const struct verdict_conf *conf, verdict_header_fn *header,
	    const void *handle)
{
	for (size_t i = 0; i < conf->n_headers; i++) {
		const char *value = header(handle, conf->headers[i].name);

		if (value &&
		    text_contains_fold(value, conf->headers[i].contains))
			return true;
	}
	return false;
}

/* "Googlebot/2.1", "(compatible; bingbot; …)"; not CUBOT, which makes
 * telephones. */
static bool
has_bot_word(const char *lower)
{
	const char *at = lower;

	for (; (at = strstr(at, "bot")); at += 3)
		if (!isalnum((unsigned char)at[3]) &&
		    (at - lower < 2 || memcmp(at - 2, "cu", 2) != 0))
			return true;
	return false;
}

/* A text that may be anywhere has three characters or more. */
static bool
is_at(const char *at, const struct verdict_agent *row)
{
	return at[0] == row->text[0] && at[1] == row->text[1] &&
	       at[2] == row->text[2] && strncmp(at, row->text, row->len) == 0;
}

/* The first row among those whose text is somewhere in it, or `most`. */
static size_t
first_contained(const struct verdict_conf *conf, const char *lower, size_t most)
{
	for (const char *at = lower; *at; at++) {
		int i = conf->buckets[verdict_bucket(at)];

		for (; i >= 0 && (size_t)i < most; i = conf->agents[i].next)
			if (is_at(at, &conf->agents[i]))
				most = (size_t)i;
	}
	return most;
}

/* This runs for every pixel: one way over the text, not one for each row. */
static size_t
first_agent(const struct verdict_conf *conf, const char *agent,
	    const char *lower)
{
	int i = *lower ? conf->fronts[verdict_bucket(lower)] : -1;

	for (; i >= 0; i = conf->agents[i].next) {
		const struct verdict_agent *row = &conf->agents[i];

		if (row->match == VERDICT_IS
			    ? strcmp(agent, row->text) == 0
			    : strncmp(lower, row->text, row->len) == 0)
			break;
	}
	return first_contained(conf, lower, i < 0 ? conf->n_agents : (size_t)i);
}

static void
judge_agent(const struct verdict_conf *conf, const char *agent,
	    struct verdict_found *found)
{
	char lower[AGENT_MOST];
	size_t len = 0, i;

	for (; len < sizeof(lower) - 1 && agent[len]; len++)
		lower[len] = lower_ascii(agent[len]);
	lower[len] = '\0';
	i = first_agent(conf, agent, lower);
	if (i < conf->n_agents) {
		found->verdict = conf->agents[i].verdict;
		found->shared = found->verdict != VERDICT_MACHINE;
		if (found->verdict != VERDICT_HUMAN)
			found->reason = conf->agents[i].reason;
	} else if (conf->bot_words && has_bot_word(lower)) {
		found->verdict = VERDICT_MACHINE;
		found->reason = VERDICT_BOT_REASON;
	}
}

bool
verdict_judge(const struct verdict_conf *conf, const char *method,
	      verdict_header_fn *header, const void *handle,
	      struct verdict_found *found_out)
{
	const char *agent;

	*found_out = (struct verdict_found){VERDICT_HUMAN, "", false};
	if (strcmp(method, "HEAD") == 0 || strcmp(method, "OPTIONS") == 0)
		return false;
	if (is_prefetch(conf, header, handle)) {
		*found_out = (struct verdict_found){VERDICT_MACHINE,
						    "prefetch header", false};
		return true;
	}
	agent = header(handle, "User-Agent");
	if (agent)
		judge_agent(conf, agent, found_out);
	return true;
}
