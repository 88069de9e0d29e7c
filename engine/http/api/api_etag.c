/*
 * api_etag.c - ETags: "VERSION-CONTENT". The version is of what can be changed:
 * an If-Match holds while nobody did, whatever scores have faded meanwhile. The
 * content is all that is shown: If-None-Match wants the very same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "http/api/api_call.h"
#include "store/store_version.h"

/* The next tag of a list, without quotes; NULL: no more. A weak one has
 * *weak_out set. */
static const char *
next_tag(const char **at, size_t *len_out, bool *weak_out)
{
	const char *tag = *at + strspn(*at, " \t,");
	size_t len;

	*weak_out = strncmp(tag, "W/", 2) == 0;
	if (*weak_out)
		tag += 2;
	if (*tag == '*') {
		*at = tag + 1;
		*len_out = 1;
		return tag;
	}
	if (*tag != '"')
		return NULL;
	tag++;
	len = strcspn(tag, "\"");
	*at = tag + len + (tag[len] == '"');
	*len_out = len;
	return tag;
}

static bool
is_any(const char *tag)
{
	return *tag == '*';
}

void
api_etag_set(struct api_call *call)
{
	const struct buf *body = &call->reply->body;
	const char *tag;
	uint64_t content;

	if (!call->version || call->reply->status >= 300 ||
	    call->reply->status == 204)
		return;
	content = crypto_hash64(body->data, body->len);
	tag = pool_printf(call->pool, "\"%s-%016llx\"", call->version,
			  (unsigned long long)content);
	reply_header(call->reply, "ETag", tag);
}

bool
api_etag_is_known(struct api_call *call)
{
	const char *etag = reply_get_header(call->reply, "ETag");
	const char *header =
		http_request_header(call->request, "If-None-Match");
	const char *tag;
	size_t len;
	bool weak;

	while (etag && header && (tag = next_tag(&header, &len, &weak)))
		if (is_any(tag) || (strlen(etag) == len + 2 &&
				    memcmp(etag + 1, tag, len) == 0))
			return true;
	return false;
}

bool
api_if_match_asked(const struct api_call *call)
{
	return http_request_header(call->request, "If-Match") ||
	       http_request_header(call->request, "If-None-Match");
}

/* Is one of them of this version, or any, where there is one? */
static bool
has_version(const char *header, const char *version)
{
	size_t n = strlen(version), len;
	const char *tag;
	bool weak;

	while ((tag = next_tag(&header, &len, &weak)))
		if (is_any(tag) ? n > 0
				: !weak && n > 0 && len > n && tag[n] == '-' &&
					  memcmp(tag, version, n) == 0)
			return true;
	return false;
}

enum sg_status
api_if_match(struct api_call *call, const char *version, struct sg_err *err)
{
	const char *match = http_request_header(call->request, "If-Match");
	const char *none = http_request_header(call->request, "If-None-Match");

	if (match && !has_version(match, version)) {
		call->problem = 412;
		return err_set(err, SG_REFUSED, "%s; get it again",
			       *version ? "it has been changed since"
					: "there is none any more");
	}
	if (none && has_version(none, version)) {
		call->problem = 412;
		return err_set(err, SG_REFUSED,
			       "it is there already, as If-None-Match has it");
	}
	return SG_OK;
}

const char *
api_version_of_text(const struct api_call *call, const char *text)
{
	return pool_printf(
		call->pool, "%016llx",
		(unsigned long long)crypto_hash64(text, strlen(text)));
}

enum sg_status
api_version_of_record(const struct api_call *call, struct store *store,
		      uint32_t record_id, const char **version_out,
		      struct sg_err *err)
{
	struct store_record_version version;
	enum sg_status status =
		store_record_version(store, record_id, &version, err);

	if (status == SG_OK)
		*version_out = pool_printf(call->pool, "%llx.%llx",
					   (unsigned long long)version.history,
					   (unsigned long long)version.ledger);
	return status;
}
