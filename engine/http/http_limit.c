/*
 * http_limit.c - how much one address may have of the public face: connections
 * at a time, requests in a while. Opens, clicks and unsubscriptions are
 * limited link by link: a provider's image proxy asks for thousands of readers,
 * but for each of their images only now and then. An open or a click past the
 * limit is answered like any other and leaves no signal; everything else hears
 * 429.
 */
#include <stdlib.h>
#include <string.h>

#include "http/http_private.h"

enum { RATE_KEYS = 1 << 16, KEY_MOST = 512 };

struct kept_policy {
	struct http_policy policy; /* first: what readers see */
	struct kept_policy *before;
};

static struct kept_policy *
kept_of(struct http *http)
{
	return (struct kept_policy *)(uintptr_t)atomic_load(&http->policy);
}

enum sg_status
http_set_policy(struct http *http, const struct http_policy *policy,
		struct sg_err *err)
{
	struct kept_policy *kept = malloc(sizeof(*kept));

	if (!kept)
		return err_set(err, SG_FAILED, "out of memory");
	kept->policy = *policy;
	/* Readers hold the old one no longer than a request, but nobody waits
	 * for them: it is small, and a reload is rare. */
	kept->before = kept_of(http);
	atomic_store(&http->policy, &kept->policy);
	return SG_OK;
}

enum sg_status
http_limit_start(struct http *http, struct sg_err *err)
{
	const struct http_policy none = {0};

	http->guests = http_guests_new();
	http->rate = rate_new(RATE_KEYS);
	if (!http->guests || !http->rate)
		return err_set(err, SG_FAILED, "out of memory");
	return http_set_policy(http, &none, err);
}

void
http_limit_stop(struct http *http)
{
	struct kept_policy *kept = kept_of(http);

	while (kept) {
		struct kept_policy *before = kept->before;

		free(kept);
		kept = before;
	}
	http_guests_free(http->guests);
	rate_free(http->rate);
}

static bool
begins(const char *path, const char *with)
{
	return strncmp(path, with, strlen(with)) == 0;
}

static bool
is_always_answered(const char *path)
{
	return begins(path, "/o/") || begins(path, "/c/");
}

static uint64_t
key_of(struct http *http, const struct inet_address *from, const char *path)
{
	struct inet_address subscriber = inet_subscriber(from);
	char key[KEY_MOST];
	size_t len = sizeof(subscriber.bytes), path_len = 0;

	memcpy(key, subscriber.bytes, len);
	if (is_always_answered(path) || begins(path, "/u/")) {
		/* The end of a token is what differs most. */
		path_len = strlen(path);
		if (path_len > sizeof(key) - len) {
			path += path_len - (sizeof(key) - len);
			path_len = sizeof(key) - len;
		}
		memcpy(key + len, path, path_len);
	}
	return rate_key(http->rate, key, len + path_len);
}

enum http_may
http_limit_request(struct http *http, const struct http_origin *from,
		   const char *path, int64_t now, int64_t *wait_ms)
{
	const struct http_policy *policy = atomic_load(&http->policy);

	/* Whoever watches over us is not to be told that we are not well. */
	if (policy->requests.times == 0 || !from->known ||
	    strcmp(path, "/healthz") == 0)
		return HTTP_MAY;
	if (rate_take(http->rate, &policy->requests,
		      key_of(http, &from->address, path), now, wait_ms))
		return HTTP_MAY;
	atomic_fetch_add(&http->limited, 1);
	return is_always_answered(path) ? HTTP_MAY_SEE : HTTP_MAY_NOT;
}

void
http_limit_refuse(struct sg_reply *reply, int64_t wait_ms)
{
	char seconds[24];

	snprintf(seconds, sizeof(seconds), "%lld",
		 (long long)((wait_ms + 999) / 1000));
	reply_header(reply, "Retry-After", seconds);
	reply_text(reply, 429,
		   "too many requests from your address, try again "
		   "later\n");
}

/* --- connections ---------------------------------------------------------- */

void
http_limit_enter(struct http *http, struct http_origin *from)
{
	const struct http_policy *policy = atomic_load(&http->policy);
	unsigned n;

	from->trusted = http_trust_has(&policy->trust,
				       from->known ? &from->address : NULL);
	from->counted = from->known && !from->trusted && policy->per_address;
	from->crowd = false;
	if (!from->counted)
		return;
	n = http_guests_enter(http->guests, &from->address);
	from->crowd = n > policy->per_address;
}

void
http_limit_leave(struct http *http, struct http_origin *from)
{
	if (from->counted)
		http_guests_leave(http->guests, &from->address);
	from->counted = false;
}

/* --- behind a proxy --------------------------------------------------------
 */

void
http_limit_origin(struct http *http, const struct http_origin *peer,
		  const struct http_handle *handle, struct http_origin *from)
{
	const struct http_policy *policy = atomic_load(&http->policy);
	const char *name = http_trust_header_name(&policy->trust);
	const char *lines[HTTP_ORIGIN_LINES_MOST];
	size_t n;

	from->known = peer->known;
	from->address = peer->address;
	if (!peer->trusted || !name)
		return;
	n = handle->all(handle, name, lines, HTTP_ORIGIN_LINES_MOST);
	if (n > 0 && n <= HTTP_ORIGIN_LINES_MOST &&
	    http_origin_find(&policy->trust, lines, n, &from->address))
		from->known = true;
}
