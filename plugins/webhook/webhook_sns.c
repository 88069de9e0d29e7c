/*
 * webhook_sns.c - messages of Amazon's Simple Notification Service: signed by
 * a certificate that the message names, fetched by https from Amazon's own
 * hosts only (so that host's chain is checked), made out to SNS and not
 * expired. That says that SNS sent it, not for whom: `topics` says that.
 */
#include "webhook.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CERTIFICATES_MOST = 16,
	PEM_MOST = 65536,
	URL_MOST = 512,
	FETCH_MS = 8000,
	MINUTE_MS = 60000,
	FETCHES_A_MINUTE = 10,
	DAY_MS = 86400000
};

struct certificate {
	char url[URL_MOST];
	char *pem;
	int64_t fetched_at;
};

struct webhook_certificates {
	pthread_mutex_t lock; /* guards all */
	struct certificate all[CERTIFICATES_MOST];
	size_t n, next;
	int64_t minute; /* since when the fetches are counted */
	unsigned fetches;
};

struct webhook_certificates *
webhook_certificates_new(void)
{
	struct webhook_certificates *new = calloc(1, sizeof(*new));

	if (new)
		pthread_mutex_init(&new->lock, NULL);
	return new;
}

void
webhook_certificates_free(struct webhook_certificates *certificates)
{
	if (!certificates)
		return;
	for (size_t i = 0; i < certificates->n; i++)
		free(certificates->all[i].pem);
	pthread_mutex_destroy(&certificates->lock);
	free(certificates);
}

/* --- whose host ---------------------------------------------------------- */

/* "us-east-1": letters and digits in parts, the last a number. A bucket could
 * be called sns, and be at sns.s3.amazonaws.com. */
static bool
is_region(const char *text, size_t len)
{
	size_t dashes = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '-')
			dashes++;
		else if (!islower((unsigned char)text[i]) &&
			 !isdigit((unsigned char)text[i]))
			return false;
	}
	return dashes >= 2 && isdigit((unsigned char)text[len - 1]) &&
	       islower((unsigned char)text[0]);
}

static bool
is_amazons(const char *url)
{
	static const char start[] = "https://sns.";
	static const char *const ends[] = {".amazonaws.com/",
					   ".amazonaws.com.cn/"};
	const char *region = url + sizeof(start) - 1;
	size_t len;

	if (strncmp(url, start, sizeof(start) - 1) != 0)
		return false;
	len = strcspn(region, "./");
	if (!len || !is_region(region, len))
		return false;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strncmp(region + len, ends[i], strlen(ends[i])) == 0)
			return true;
	return false;
}

bool
webhook_sns_host(const struct sg_call *call, const struct webhook *hook,
		 const char *url)
{
	const struct sg_settings *of =
		webhook_setting(call, hook, "certificate_hosts");

	if (strlen(url) >= sizeof(hook->news->confirm_url))
		return false;
	if (call->host->setting_list_count(of, "certificate_hosts") == 0)
		return is_amazons(url);
	return webhook_host_is_listed(call, hook, "certificate_hosts", url);
}

/* --- the certificate ----------------------------------------------------- */

/* NULL: not here, or a day old. */
static const char *
find(const struct sg_call *call, struct webhook_certificates *certificates,
     const char *url)
{
	const char *found = NULL;

	pthread_mutex_lock(&certificates->lock);
	for (size_t i = 0; !found && i < certificates->n; i++)
		if (strcmp(certificates->all[i].url, url) == 0 &&
		    call->now - certificates->all[i].fetched_at < DAY_MS)
			found = call->host->copy(call,
						 certificates->all[i].pem);
	pthread_mutex_unlock(&certificates->lock);
	return found;
}

static void
remember(const struct sg_call *call, struct webhook_certificates *certificates,
	 const char *url, const char *pem)
{
	struct certificate *to;
	char *copy = strdup(pem);

	if (!copy)
		return;
	pthread_mutex_lock(&certificates->lock);
	to = &certificates->all[certificates->next];
	certificates->next = (certificates->next + 1) % CERTIFICATES_MOST;
	if (certificates->n < CERTIFICATES_MOST)
		certificates->n++;
	free(to->pem);
	to->pem = copy;
	to->fetched_at = call->now;
	snprintf(to->url, sizeof(to->url), "%s", url);
	pthread_mutex_unlock(&certificates->lock);
}

/* Anybody can send us a name of a certificate. */
static bool
may_fetch(const struct sg_call *call, struct webhook_certificates *certificates)
{
	bool may;

	pthread_mutex_lock(&certificates->lock);
	if (llabs(call->now - certificates->minute) >= MINUTE_MS) {
		certificates->minute = call->now;
		certificates->fetches = 0;
	}
	may = certificates->fetches < FETCHES_A_MINUTE;
	certificates->fetches += may;
	pthread_mutex_unlock(&certificates->lock);
	return may;
}

static const char *
fetch(struct webhook_check *check, const char *url)
{
	const struct sg_call *call = check->call;
	struct webhook_certificates *certificates = check->hook->certificates;
	struct sg_text *text = call->host->text(call);
	struct sg_fetch what = {.size = sizeof(what),
				.url = url,
				.most = PEM_MOST,
				.timeout_ms = FETCH_MS};

	if (!may_fetch(call, certificates)) {
		webhook_refuse(check, "too many certificates were asked for");
		return NULL;
	}
	if (call->host->fetch(call, &what, text, NULL) != SG_OK) {
		webhook_refuse(check, "its certificate cannot be fetched: %.*s",
			       100, url);
		return NULL;
	}
	remember(call, certificates, url, call->host->text_value(text));
	return call->host->text_value(text);
}

static const char *
certificate_of(struct webhook_check *check, const char *url)
{
	size_t len = url ? strlen(url) : 0;
	const char *pem;

	if (check->hook->certificate)
		return check->hook->certificate;
	if (len < 5 || len >= URL_MOST || strcmp(url + len - 4, ".pem") != 0 ||
	    strchr(url, '?') ||
	    !webhook_sns_host(check->call, check->hook, url)) {
		webhook_refuse(check,
			       "its certificate is not of Amazon's hosts: %.*s",
			       100, url ? url : "none is named");
		return NULL;
	}
	pem = find(check->call, check->hook->certificates, url);
	return pem ? pem : fetch(check, url);
}

/* --- the message --------------------------------------------------------- */

static const char *
member(const struct webhook_check *check, const char *path)
{
	return webhook_document_text(check->call, check->document, NULL, path);
}

/* The members that are signed, by name, each with its value, a line each. */
static const char *
signed_text(const struct webhook_check *check, const char *type)
{
	static const char *const notification[] = {
		"Message",  "MessageId", "Subject", "Timestamp",
		"TopicArn", "Type",	 NULL};
	static const char *const subscription[] = {
		"Message", "MessageId", "SubscribeURL", "Timestamp",
		"Token",   "TopicArn",	"Type",		NULL};
	const char *const *names =
		strcmp(type, "Notification") == 0 ? notification : subscription;
	const struct sg_host *host = check->call->host;
	struct sg_text *text = host->text(check->call);
	struct sg_text *path;
	const char *value;

	for (; *names; names++) {
		path = host->text(check->call);
		host->print(path, "/%s", *names);
		value = member(check, host->text_value(path));
		if (value)
			host->print(text, "%s\n%s\n", *names, value);
	}
	return host->text_value(text);
}

static bool
is_signed(struct webhook_check *check, const char *type, const char *pem)
{
	const char *version = member(check, "/SignatureVersion");
	const char *signature = member(check, "/Signature");
	const char *text = signed_text(check, type);
	struct webhook_certified by = {.pem = pem,
				       .authorities = check->hook->authority,
				       .name = "sns.amazonaws.com",
				       .now = check->call->now};
	const char *wrong;

	if (!version || !signature ||
	    (strcmp(version, "1") != 0 && strcmp(version, "2") != 0))
		return webhook_refuse(check, "it has no signature of version 1 "
					     "or 2");
	wrong = webhook_signed_by_certificate(
		&by, version[0] == '1' ? HASH_SHA1 : HASH_SHA256,
		(struct webhook_bytes){text, strlen(text)}, signature);
	return !wrong || webhook_refuse(check, "%s", wrong);
}

bool
webhook_sns_check(struct webhook_check *check)
{
	const char *type, *topic, *pem;

	if (!check->document || check->document->format != FORMAT_JSON)
		return webhook_refuse(check, "the body is no JSON");
	type = member(check, "/Type");
	topic = member(check, "/TopicArn");
	if (!type || !topic)
		return webhook_refuse(check, "it has no Type or TopicArn");
	if (!webhook_listed(check->call, check->hook, "topics", topic))
		return webhook_refuse(
			check, "the topic %.*s is not in `topics`", 120, topic);
	pem = certificate_of(check, member(check, "/SigningCertURL"));
	return pem && is_signed(check, type, pem) &&
	       webhook_is_fresh(check, member(check, "/Timestamp"));
}

/* --- read at start ------------------------------------------------------- */

static enum sg_status
read_file(const struct sg_call *call, const struct webhook *hook,
	  const char *option, const char **out, struct sg_err *err)
{
	const char *path = webhook_setting_text(call, hook, option);
	char *text = call->host->alloc(call, PEM_MOST + 1);
	FILE *file;

	if (!path)
		return SG_OK;
	file = fopen(path, "re");
	if (!file)
		return call->host->setting_refuse(
			webhook_setting(call, hook, option), option, err,
			"%s cannot be read: %s", path, strerror(errno));
	text[fread(text, 1, PEM_MOST, file)] = '\0';
	fclose(file);
	if (!webhook_certificate_is(text))
		return call->host->setting_refuse(
			webhook_setting(call, hook, option), option, err,
			"%s has no certificate in PEM", path);
	*out = text;
	return SG_OK;
}

enum sg_status
webhook_sns_read(const struct sg_call *call, struct webhook *hook,
		 struct sg_err *err)
{
	const struct sg_settings *topics =
		webhook_setting(call, hook, "topics");
	enum sg_status status;

	if (call->host->setting_list_count(topics, "topics") == 0)
		return call->host->setting_refuse(
			hook->own, NULL, err,
			"webhook \"%s\" needs `topics`: anybody with an "
			"account can send signed messages of a topic of theirs",
			hook->name);
	status = read_file(call, hook, "certificate", &hook->certificate, err);
	if (status == SG_OK)
		status = read_file(call, hook, "certificate_authority",
				   &hook->authority, err);
	return status;
}
