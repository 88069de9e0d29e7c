/*
 * webhook_check.c - who sent it. What is configured must all hold: a signature
 * by one of the schemes below, HTTP Basic or a bearer token, a shared secret.
 * The sender hears only that it is not right; the operator hears why.
 */
#include "webhook.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MINUTE_MS = 60000,
	HOUR_MS = 3600000,
	SIGNATURES_MOST = 8,
	PARAMS_MOST = 200
};

bool
webhook_refuse(struct webhook_check *check, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(check->why, sizeof(check->why), format, args);
	va_end(args);
	return false;
}

/* A copy: another header may be asked for before this one is used. */
const char *
webhook_check_header(const struct webhook_check *check, const char *name)
{
	const struct sg_call *call = check->call;
	const char *value =
		call->host->request_header(call, check->request, name);

	return value ? call->host->copy(call, value) : NULL;
}

bool
webhook_is_fresh(struct webhook_check *check, const char *timestamp)
{
	int64_t window_ms = check->hook->window_ms, at, age;

	if (!window_ms)
		return true;
	if (webhook_date(check->call, timestamp, NULL, NULL, &at) != SG_OK)
		return webhook_refuse(check, "its time cannot be read");
	age = check->call->now - at;
	if (age > window_ms || -age > window_ms)
		return webhook_refuse(
			check,
			"it was signed %lld s %s, more than "
			"replay_window",
			(long long)((age < 0 ? -age : age) / 1000),
			age < 0 ? "from now" : "ago");
	return true;
}

/* --- HMAC over a text ---------------------------------------------------- */

/* The URL as the sender has it. */
static const char *
url_of(const struct webhook_check *check)
{
	const struct sg_call *call = check->call;
	const char *query = check->request->query;
	struct sg_text *url = call->host->text(call);

	if (check->hook->url)
		call->host->print(url, "%s", check->hook->url);
	else
		call->host->print(url, "%s/h/%s",
				  call->host->site(call, SG_SITE_PUBLIC_URL),
				  check->request->path);
	if (query[0])
		call->host->print(url, "?%s", query);
	return call->host->text_value(url);
}

/* "v0:{timestamp}:{body}" */
static struct webhook_bytes
signed_text(const struct webhook_check *check, const char *id,
	    const char *timestamp)
{
	const struct sg_host *host = check->call->host;
	const struct sg_request *request = check->request;
	struct sg_text *text = host->text(check->call);

	for (const char *c = check->hook->signed_text; *c; c++) {
		if (strncmp(c, "{body}", 6) == 0) {
			host->append(text, request->body ? request->body : "",
				     request->body_len);
			c += 5;
		} else if (strncmp(c, "{timestamp}", 11) == 0) {
			host->print(text, "%s", timestamp);
			c += 10;
		} else if (strncmp(c, "{url}", 5) == 0) {
			host->print(text, "%s", url_of(check));
			c += 4;
		} else if (strncmp(c, "{id}", 4) == 0) {
			host->print(text, "%s", id);
			c += 3;
		} else {
			host->append(text, c, 1);
		}
	}
	return (struct webhook_bytes){host->text_value(text),
				      host->text_len(text)};
}

static struct webhook_bytes
secret_of(const struct webhook *hook)
{
	return (struct webhook_bytes){hook->secret, hook->secret_len};
}

static bool
is_signed(struct webhook_check *check, struct webhook_bytes text,
	  const char *signature)
{
	struct webhook *hook = check->hook;

	return webhook_hmac_is(hook->hash, secret_of(hook), text, signature) ||
	       webhook_refuse(check, "the signature is not that of `secret`");
}

static bool
hmac(struct webhook_check *check)
{
	const struct webhook *hook = check->hook;
	const char *given = webhook_check_header(check, hook->header);
	const char *timestamp = "";
	size_t len = strlen(hook->prefix);

	if (!given || strncmp(given, hook->prefix, len) != 0)
		return webhook_refuse(
			check, "the header %s has no signature%s%s",
			hook->header, len ? " after " : "", hook->prefix);
	if (hook->timestamp_header)
		timestamp = webhook_check_header(check, hook->timestamp_header);
	if (!timestamp)
		return webhook_refuse(check, "the header %s is missing",
				      hook->timestamp_header);
	return is_signed(check, signed_text(check, "", timestamp),
			 given + len) &&
	       (!hook->timestamp_header || webhook_is_fresh(check, timestamp));
}

/* "t=1492774577,v1=5257a8…,v0=…": any v1 may be ours, while a secret rolls. */
static bool
stripe(struct webhook_check *check)
{
	const struct sg_host *host = check->call->host;
	const char *given = webhook_check_header(check, check->hook->header);
	const char *signatures[SIGNATURES_MOST], *timestamp = NULL;
	struct webhook_bytes text;
	size_t n = 0;
	char *rest, *part;

	if (!given)
		return webhook_refuse(check, "the header %s is missing",
				      check->hook->header);
	rest = host->copy(check->call, given);
	while ((part = strsep(&rest, ","))) {
		part += strspn(part, " ");
		if (strncmp(part, "t=", 2) == 0)
			timestamp = part + 2;
		else if (strncmp(part, "v1=", 3) == 0 && n < SIGNATURES_MOST)
			signatures[n++] = part + 3;
	}
	if (!timestamp || !n)
		return webhook_refuse(check, "the header %s has no t= or v1=",
				      check->hook->header);
	text = signed_text(check, "", timestamp);
	for (size_t i = 0; i < n; i++)
		if (is_signed(check, text, signatures[i]))
			return webhook_is_fresh(check, timestamp);
	return false;
}

/* Standard Webhooks: "v1,BASE64 v1,BASE64" over id, time and body. */
static bool
standard(struct webhook_check *check)
{
	const char *id = webhook_check_header(check, "webhook-id");
	const char *timestamp =
		webhook_check_header(check, check->hook->timestamp_header);
	const char *given = webhook_check_header(check, check->hook->header);
	struct webhook_bytes text;
	char *rest, *part;

	if (!id || !timestamp || !given)
		return webhook_refuse(check, "a header of webhook-id, "
					     "webhook-timestamp and "
					     "webhook-signature is missing");
	text = signed_text(check, id, timestamp);
	rest = check->call->host->copy(check->call, given);
	webhook_refuse(check, "webhook-signature has no v1,");
	while ((part = strsep(&rest, " ")))
		if (strncmp(part, "v1,", 3) == 0 &&
		    is_signed(check, text, part + 3))
			return webhook_is_fresh(check, timestamp);
	return false;
}

/* --- those that look into the body --------------------------------------- */

/* The time and a token, signed; in the JSON, or as parameters of a form. */
static bool
mailgun(struct webhook_check *check)
{
	const struct webhook_document *document = check->document;
	bool is_form = document && document->format == FORMAT_FORM;
	const char *timestamp, *token, *given;
	struct sg_text *text = check->call->host->text(check->call);

	if (!document)
		return webhook_refuse(check, "the body cannot be read");
	timestamp = webhook_document_text(check->call, document, NULL,
					  is_form ? "/timestamp"
						  : "/signature/timestamp");
	token = webhook_document_text(check->call, document, NULL,
				      is_form ? "/token" : "/signature/token");
	given = webhook_document_text(check->call, document, NULL,
				      is_form ? "/signature"
					      : "/signature/signature");
	if (!timestamp || !token || !given)
		return webhook_refuse(check, "the body has no signature");
	check->call->host->print(text, "%s%s", timestamp, token);
	check->pair = check->call->host->text_value(text);
	return is_signed(check,
			 (struct webhook_bytes){
				 check->call->host->text_value(text),
				 check->call->host->text_len(text)},
			 given) &&
	       webhook_is_fresh(check, timestamp);
}

struct param {
	const char *name, *value;
};

static int
compare_params(const void *a, const void *b)
{
	const struct param *one = a, *other = b;
	int order = strcmp(one->name, other->name);

	return order ? order : strcmp(one->value, other->value);
}

/* The URL, and behind it the parameters in order of name. */
static const char *
twilio_text(const struct webhook_check *check)
{
	const struct sg_host *host = check->call->host;
	struct sg_text *text = host->text(check->call);
	struct sg_form *form = check->document->form;
	size_t n = host->form_count(form);
	struct param *params =
		host->alloc(check->call, (n + 1) * sizeof(*params));

	for (size_t i = 0; i < n; i++) {
		params[i].name = host->form_name(form, i);
		params[i].value = host->form_value(form, i);
	}
	qsort(params, n, sizeof(*params), compare_params);
	host->print(text, "%s", url_of(check));
	for (size_t i = 0; i < n; i++)
		if (i == 0 || compare_params(&params[i - 1], &params[i]) != 0)
			host->print(text, "%s%s", params[i].name,
				    params[i].value);
	return host->text_value(text);
}

/* Of a body that is no form the URL has its hash. */
static bool
is_hashed(struct webhook_check *check)
{
	const struct sg_request *request = check->request;
	const char *given = check->call->host->request_param(
		check->call, request, "bodySHA256");

	return (given &&
		check->call->host->equal(
			given, webhook_hash_hex(check->call, HASH_SHA256,
						(struct webhook_bytes){
							request->body,
							request->body_len}))) ||
	       webhook_refuse(check, "bodySHA256 is not that of the body");
}

/* For the operator to compare; what is secret in it stays out: a name and a
 * password before the host, `token` among the parameters. */
static bool
refuse_with_url(struct webhook_check *check)
{
	const char *url = url_of(check), *host = strstr(url, "://"), *at;
	size_t len = strcspn(url, "?"), start = 0;

	host = host ? host + 3 : url;
	at = memchr(host, '@', strcspn(host, "/?"));
	if (at)
		start = (size_t)(at - url);
	return webhook_refuse(check,
			      "the signature is not that of `secret` and "
			      "%.*s%s%.*s",
			      at ? (int)(host - url) : 0, url, at ? "..." : "",
			      (int)(len - start), url + start);
}

static bool
twilio(struct webhook_check *check)
{
	const char *given = webhook_check_header(check, check->hook->header);
	const char *text;

	if (!given || !check->document)
		return webhook_refuse(check, given ? "the body cannot be read"
						   : "the header "
						     "X-Twilio-Signature is "
						     "missing");
	if (check->document->format == FORMAT_FORM)
		text = twilio_text(check);
	else if (is_hashed(check))
		text = url_of(check);
	else
		return false;
	return is_signed(check, (struct webhook_bytes){text, strlen(text)},
			 given) ||
	       refuse_with_url(check);
}

/* --- a key pair ---------------------------------------------------------- */

static bool
sendgrid(struct webhook_check *check)
{
	const struct webhook *hook = check->hook;
	const char *given = webhook_check_header(check, hook->header);
	const char *timestamp =
		webhook_check_header(check, hook->timestamp_header);

	if (!given || !timestamp)
		return webhook_refuse(check, "the header %s is missing",
				      given ? hook->timestamp_header
					    : hook->header);
	if (!webhook_signed_by_key(hook->public_key,
				   signed_text(check, "", timestamp), given))
		return webhook_refuse(check, "the signature is not that of "
					     "`public_key`");
	return webhook_is_fresh(check, timestamp);
}

/* How long a sender may take: where a retry is not signed anew, as long as it
 * goes on trying. */
static const struct webhook_scheme schemes[] = {
	{.name = "hmac",
	 .header = "X-Signature",
	 .check = hmac,
	 .window_ms = 5 * MINUTE_MS},
	{.name = "calcom", .header = "X-Cal-Signature-256", .check = hmac},
	{.name = "calendly",
	 .header = "Calendly-Webhook-Signature",
	 .signed_text = "{timestamp}.{body}",
	 .window_ms = 5 * MINUTE_MS,
	 .check = stripe},
	{.name = "discourse",
	 .header = "X-Discourse-Event-Signature",
	 .prefix = "sha256=",
	 .check = hmac},
	{.name = "facebook",
	 .header = "X-Hub-Signature-256",
	 .prefix = "sha256=",
	 .check = hmac},
	{.name = "github",
	 .header = "X-Hub-Signature-256",
	 .prefix = "sha256=",
	 .check = hmac},
	{.name = "mailgun",
	 .window_ms = 12 * HOUR_MS,
	 .check = mailgun,
	 .reads_document = true,
	 .signs_a_pair = true},
	{.name = "sendgrid",
	 .header = "X-Twilio-Email-Event-Webhook-Signature",
	 .timestamp_header = "X-Twilio-Email-Event-Webhook-Timestamp",
	 .signed_text = "{timestamp}{body}",
	 .window_ms = 24 * HOUR_MS,
	 .check = sendgrid,
	 .has_key = true},
	{.name = "shopify", .header = "X-Shopify-Hmac-Sha256", .check = hmac},
	{.name = "slack",
	 .header = "X-Slack-Signature",
	 .prefix = "v0=",
	 .timestamp_header = "X-Slack-Request-Timestamp",
	 .signed_text = "v0:{timestamp}:{body}",
	 .window_ms = 5 * MINUTE_MS,
	 .check = hmac},
	{.name = "sns",
	 .window_ms = 24 * HOUR_MS,
	 .check = webhook_sns_check,
	 .reads_document = true,
	 .has_key = true},
	{.name = "standard",
	 .header = "webhook-signature",
	 .timestamp_header = "webhook-timestamp",
	 .signed_text = "{id}.{timestamp}.{body}",
	 .window_ms = 5 * MINUTE_MS,
	 .check = standard},
	{.name = "stripe",
	 .header = "Stripe-Signature",
	 .signed_text = "{timestamp}.{body}",
	 .window_ms = 5 * MINUTE_MS,
	 .check = stripe},
	{.name = "twilio",
	 .header = "X-Twilio-Signature",
	 .hash = HASH_SHA1,
	 .check = twilio,
	 .reads_document = true},
	{.name = "typeform",
	 .header = "Typeform-Signature",
	 .prefix = "sha256=",
	 .check = hmac},
	{.name = "woocommerce",
	 .header = "X-WC-Webhook-Signature",
	 .check = hmac},
	{.name = "x",
	 .header = "X-Twitter-Webhooks-Signature",
	 .prefix = "sha256=",
	 .check = hmac},
	{.name = "zendesk",
	 .header = "X-Zendesk-Webhook-Signature",
	 .timestamp_header = "X-Zendesk-Webhook-Signature-Timestamp",
	 .signed_text = "{timestamp}{body}",
	 .window_ms = HOUR_MS,
	 .check = hmac},
};

const struct webhook_scheme *
webhook_scheme_find(const char *name)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strcmp(schemes[i].name, name) == 0)
			return &schemes[i];
	return NULL;
}

/* --- all ----------------------------------------------------------------- */

static bool
has_token(struct webhook_check *check)
{
	const struct webhook *hook = check->hook;
	const char *given =
		hook->token_header
			? webhook_check_header(check, hook->token_header)
			: check->call->host->request_param(check->call,
							   check->request,
							   hook->token_param);

	return (given && check->call->host->equal(given, hook->token)) ||
	       webhook_refuse(check, "`token` is not in the %s %s",
			      hook->token_header ? "header" : "parameter",
			      hook->token_header ? hook->token_header
						 : hook->token_param);
}

bool
webhook_check(struct webhook_check *check)
{
	const struct webhook *hook = check->hook;
	const char *given;

	check->why[0] = '\0';
	if (hook->authorization) {
		given = webhook_check_header(check, "Authorization");
		if (!given ||
		    !check->call->host->equal(given, hook->authorization))
			return webhook_refuse(check, "Authorization is %s",
					      given ? "another" : "missing");
	}
	if (hook->token && !has_token(check))
		return false;
	return !hook->scheme || hook->scheme->check(check);
}
