/*
 * webhook_confirm.c - SNS sends events only when the subscription was confirmed
 * by fetching a URL. Who asks for that may be anybody who knows our address, so
 * it waits for the operator (`scoregate webhook confirm NAME`), also over a
 * restart, unless the configuration says `confirm = yes`.
 */
#include "webhook.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 512, FETCH_MOST = 65536, FETCH_MS = 8000 };

/* --- over a restart ------------------------------------------------------ */

/* false: there is no folder, or the name is none of a file. */
static bool
file_of(const struct sg_call *call, const struct webhook *hook,
	const char *more, char path[PATH_SIZE])
{
	const char *folder = call->host->site(call, SG_SITE_STATE);
	const char *allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
			      "WXYZ0123456789_-";

	return folder[0] && hook->name[0] &&
	       !hook->name[strspn(hook->name, allowed)] &&
	       snprintf(path, PATH_SIZE, "%s/webhook-%s.subscription%s", folder,
			hook->name, more) < PATH_SIZE;
}

/* What is in it lets anybody confirm: for us alone. */
static void
save(const struct sg_call *call, const struct webhook *hook)
{
	const struct webhook_news *news = hook->news;
	char path[PATH_SIZE], fresh[PATH_SIZE];
	FILE *file;
	int fd;

	if (!file_of(call, hook, "", path) ||
	    !file_of(call, hook, ".new", fresh))
		return;
	if (!news->confirm_at) {
		unlink(path);
		return;
	}
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!file) {
		if (fd >= 0)
			close(fd);
		return;
	}
	fprintf(file, "%" PRId64 "\n%s\n%s\n", news->confirm_at,
		news->confirm_topic, news->confirm_url);
	if (fclose(file) == 0)
		rename(fresh, path);
}

void
webhook_confirm_load(const struct sg_call *call, struct webhook *hook)
{
	struct webhook_news *news = hook->news;
	char path[PATH_SIZE], line[64];
	FILE *file;

	if (!file_of(call, hook, "", path) || !(file = fopen(path, "re")))
		return;
	if (fgets(line, sizeof(line), file) &&
	    fgets(news->confirm_topic, sizeof(news->confirm_topic), file) &&
	    fgets(news->confirm_url, sizeof(news->confirm_url), file)) {
		news->confirm_at = strtoll(line, NULL, 10);
		news->confirm_topic[strcspn(news->confirm_topic, "\n")] = '\0';
		news->confirm_url[strcspn(news->confirm_url, "\n")] = '\0';
	}
	fclose(file);
}

/* --- confirming ---------------------------------------------------------- */

static enum sg_status
fetch(const struct sg_call *call, const char *url, struct sg_err *err)
{
	struct sg_fetch what = {.size = sizeof(what),
				.url = url,
				.most = FETCH_MOST,
				.timeout_ms = FETCH_MS};

	return call->host->fetch(call, &what, call->host->text(call), err);
}

enum sg_status
webhook_confirm(const struct sg_call *call, struct webhook *hook,
		struct sg_err *err)
{
	struct webhook_news *news = hook->news;
	enum sg_status status;
	const char *url;

	pthread_mutex_lock(&news->lock);
	url = news->confirm_at ? call->host->copy(call, news->confirm_url)
			       : NULL;
	pthread_mutex_unlock(&news->lock);
	if (!url)
		return call->host->fail(err, SG_NONE,
					"no subscription of %s waits",
					hook->name);
	status = fetch(call, url, err);
	if (status != SG_OK)
		return status;
	pthread_mutex_lock(&news->lock);
	news->confirm_at = 0;
	save(call, hook);
	pthread_mutex_unlock(&news->lock);
	return SG_OK;
}

static void
note(const struct sg_call *call, struct webhook *hook, const char *topic,
     const char *url)
{
	struct webhook_news *news = hook->news;

	pthread_mutex_lock(&news->lock);
	news->confirm_at = call->now;
	snprintf(news->confirm_url, sizeof(news->confirm_url), "%s", url);
	snprintf(news->confirm_topic, sizeof(news->confirm_topic), "%s", topic);
	news->confirm_url[strcspn(news->confirm_url, "\r\n")] = '\0';
	news->confirm_topic[strcspn(news->confirm_topic, "\r\n")] = '\0';
	save(call, hook);
	pthread_mutex_unlock(&news->lock);
	call->host->log(call, SG_LOG_WARN,
			"a subscription waits to be confirmed webhook=%s "
			"command=\"scoregate webhook confirm %s\"",
			hook->name, hook->name);
}

enum sg_status
webhook_sns_subscription(struct webhook_check *check, struct sg_err *err)
{
	const struct sg_call *call = check->call;
	struct webhook *hook = check->hook;
	const char *type, *url, *topic;

	if (!hook->scheme || hook->scheme->check != webhook_sns_check)
		return SG_NONE;
	type = webhook_document_text(call, check->document, NULL, "/Type");
	url = webhook_document_text(call, check->document, NULL,
				    "/SubscribeURL");
	topic = webhook_document_text(call, check->document, NULL, "/TopicArn");
	if (!type || strcmp(type, "Notification") == 0)
		return SG_NONE;
	if (strcmp(type, "SubscriptionConfirmation") != 0)
		return SG_OK; /* one that ended, by whom has the account */
	if (!url || !webhook_sns_host(call, hook, url))
		return call->host->fail(err, SG_REFUSED,
					"its SubscribeURL is not of Amazon's "
					"hosts");
	if (!call->host->setting_bool(webhook_setting(call, hook, "confirm"),
				      "confirm")) {
		note(call, hook, topic, url);
		return SG_OK;
	}
	return fetch(call, url, err) == SG_OK ? SG_OK : SG_BUSY;
}
