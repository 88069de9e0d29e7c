/* webhook_check.c - who sent it: a signature over the body, or HTTP Basic. */
#include "webhook.h"

#include <string.h>

static bool
is_signed(const struct sg_call *call, const struct webhook *hook,
	  const struct sg_request *request)
{
	const struct sg_host *host = call->host;
	const char *signature =
		host->request_header(call, request, hook->signature_header);
	size_t len = strlen(hook->signature_prefix);

	return signature &&
	       strncmp(signature, hook->signature_prefix, len) == 0 &&
	       host->hmac_sha256_is(hook->secret,
				    request->body ? request->body : "",
				    request->body_len, signature + len);
}

bool
webhook_check(const struct sg_call *call, const struct webhook *hook,
	      const struct sg_request *request)
{
	const struct sg_host *host = call->host;
	const char *given;

	if (hook->secret && !is_signed(call, hook, request))
		return false;
	if (!hook->authorization)
		return true;
	given = host->request_header(call, request, "Authorization");
	return given && host->equal(given, hook->authorization);
}
