/* net_smtp.c - see net_smtp.h. */
#include "net/net_smtp.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/net_start.h"

enum { URL_SIZE = 600, REPLY_SIZE = 512, STATUS_SIZE = 16 };

/* One connection's worth of work: an easy handle and the mail on it. */
struct lane {
	CURL *curl;
	struct net_smtp_mail mail;
	struct curl_slist *recipients;
	size_t sent; /* bytes handed to curl */
	bool busy;
	bool over;		/* the last bytes were handed over */
	char reply[REPLY_SIZE]; /* the last reply line */
	char error[CURL_ERROR_SIZE];
};

struct net_smtp {
	CURLM *multi;
	struct lane *lanes;
	size_t n_lanes;
	size_t under_way;
	char url[URL_SIZE];
	char *user, *password;
	enum net_smtp_tls tls;
	bool verify;
	long timeout_ms;
};

static size_t
on_read(char *to, size_t size, size_t n, void *arg)
{
	struct lane *lane = arg;
	size_t room = size * n, left = lane->mail.len - lane->sent;
	size_t len = left < room ? left : room;

	if (len == left && !lane->over) {
		lane->over = true;
		lane->mail.handing_over(lane->mail.arg);
	}
	memcpy(to, lane->mail.data + lane->sent, len);
	lane->sent += len;
	return len;
}

/* Keeps the last reply line, for its enhanced status code and its words. */
static size_t
on_reply(char *bytes, size_t size, size_t n, void *arg)
{
	struct lane *lane = arg;
	size_t len = size * n;

	while (len && isspace((unsigned char)bytes[len - 1]))
		len--;
	if (len >= 3 && isdigit((unsigned char)bytes[0]))
		snprintf(lane->reply, sizeof(lane->reply), "%.*s", (int)len,
			 bytes);
	return size * n;
}

static void
set_security(const struct net_smtp *smtp, CURL *curl)
{
	static const long use[] = {
		[NET_TLS_NONE] = CURLUSESSL_NONE,
		[NET_TLS_TRY] = CURLUSESSL_TRY,
		[NET_TLS_NEED] = CURLUSESSL_ALL,
		[NET_TLS_IMPLICIT] = CURLUSESSL_ALL,
	};

	curl_easy_setopt(curl, CURLOPT_USE_SSL, use[smtp->tls]);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, smtp->verify ? 1L : 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, smtp->verify ? 2L : 0L);
	if (smtp->user) {
		curl_easy_setopt(curl, CURLOPT_USERNAME, smtp->user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD,
				 smtp->password ? smtp->password : "");
	}
}

/* What does not change from mail to mail. */
static enum sg_status
lane_open(struct net_smtp *smtp, struct lane *lane, struct sg_err *err)
{
	CURL *curl = lane->curl = curl_easy_init();

	if (!curl)
		return err_set(err, SG_FAILED, "libcurl gives no handle");
	curl_easy_setopt(curl, CURLOPT_URL, smtp->url);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, smtp->timeout_ms);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, lane->error);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(curl, CURLOPT_READDATA, lane);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_reply);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, lane);
	curl_easy_setopt(curl, CURLOPT_PRIVATE, lane);
	set_security(smtp, curl);
	return SG_OK;
}

static void
make_url(struct net_smtp *smtp, const struct net_smtp_options *options)
{
	bool ip6 = strchr(options->host, ':') != NULL;

	snprintf(smtp->url, sizeof(smtp->url), "%s://%s%s%s:%u/%s",
		 options->tls == NET_TLS_IMPLICIT ? "smtps" : "smtp",
		 ip6 ? "[" : "", options->host, ip6 ? "]" : "", options->port,
		 options->ehlo ? options->ehlo : "");
}

enum sg_status
net_smtp_new(const struct net_smtp_options *options, struct net_smtp **smtp_out,
	     struct sg_err *err)
{
	struct net_smtp *smtp;
	enum sg_status status;
	size_t i;

	status = net_start(err);
	if (status != SG_OK)
		return status;
	smtp = calloc(1, sizeof(*smtp));
	if (!smtp)
		return err_set(err, SG_FAILED, "out of memory");
	smtp->n_lanes = options->connections ? options->connections : 1;
	smtp->lanes = calloc(smtp->n_lanes, sizeof(*smtp->lanes));
	smtp->multi = curl_multi_init();
	smtp->tls = options->tls;
	smtp->verify = options->verify;
	smtp->timeout_ms = options->timeout_ms ? options->timeout_ms : 300000;
	smtp->user = options->user ? strdup(options->user) : NULL;
	smtp->password = options->password ? strdup(options->password) : NULL;
	make_url(smtp, options);
	if (!smtp->lanes || !smtp->multi)
		status = err_set(err, SG_FAILED, "out of memory");
	else
		curl_multi_setopt(smtp->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
				  (long)smtp->n_lanes);
	for (i = 0; status == SG_OK && i < smtp->n_lanes; i++)
		status = lane_open(smtp, &smtp->lanes[i], err);
	if (status == SG_OK)
		*smtp_out = smtp;
	else
		net_smtp_free(smtp);
	return status;
}

/* The enhanced status code (RFC 2034) behind the reply code, if it is one. */
static void
enhanced_status(const char *reply, char out[STATUS_SIZE])
{
	const char *from = strlen(reply) > 4 ? reply + 4 : "";
	size_t len = strspn(from, "0123456789.");

	out[0] = '\0';
	if (len >= 5 && len < STATUS_SIZE && strchr("245", from[0]) &&
	    from[1] == '.')
		snprintf(out, STATUS_SIZE, "%.*s", (int)len, from);
}

static enum net_smtp_end
end_of(const struct lane *lane, CURLcode curl_code, int reply)
{
	if (curl_code == CURLE_OK)
		return NET_SMTP_SENT;
	if (reply == 421 || curl_code == CURLE_COULDNT_CONNECT ||
	    curl_code == CURLE_COULDNT_RESOLVE_HOST ||
	    curl_code == CURLE_LOGIN_DENIED ||
	    curl_code == CURLE_USE_SSL_FAILED ||
	    curl_code == CURLE_SSL_CONNECT_ERROR ||
	    curl_code == CURLE_PEER_FAILED_VERIFICATION)
		return NET_SMTP_UNREACHABLE;
	if (reply >= 500)
		return NET_SMTP_REFUSED;
	if (reply >= 400)
		return NET_SMTP_LATER;
	/* A timeout or a lost connection: what counts is how far we were. */
	return lane->over ? NET_SMTP_DOUBTFUL : NET_SMTP_UNREACHABLE;
}

static void
finish(struct net_smtp *smtp, struct lane *lane, CURLcode code)
{
	struct net_smtp_mail mail = lane->mail;
	struct net_smtp_result result;
	char status[STATUS_SIZE];
	long reply = 0;

	curl_easy_getinfo(lane->curl, CURLINFO_RESPONSE_CODE, &reply);
	curl_multi_remove_handle(smtp->multi, lane->curl);
	curl_slist_free_all(lane->recipients);
	lane->recipients = NULL;
	lane->busy = false;
	smtp->under_way--;
	enhanced_status(lane->reply, status);
	result.end = end_of(lane, code, (int)reply);
	result.code = (int)reply;
	result.status = status;
	result.text = lane->reply;
	if (code != CURLE_OK && (reply < 400 || !lane->reply[0]))
		result.text =
			lane->error[0] ? lane->error : curl_easy_strerror(code);
	mail.done(mail.arg, &result);
}

void
net_smtp_free(struct net_smtp *smtp)
{
	size_t i;

	if (!smtp)
		return;
	for (i = 0; smtp->lanes && i < smtp->n_lanes; i++) {
		if (smtp->lanes[i].busy)
			finish(smtp, &smtp->lanes[i],
			       CURLE_ABORTED_BY_CALLBACK);
		curl_easy_cleanup(smtp->lanes[i].curl);
	}
	curl_multi_cleanup(smtp->multi);
	free(smtp->lanes);
	free(smtp->user);
	free(smtp->password);
	free(smtp);
}

static struct lane *
free_lane(struct net_smtp *smtp)
{
	size_t i;

	for (i = 0; i < smtp->n_lanes; i++)
		if (!smtp->lanes[i].busy)
			return &smtp->lanes[i];
	return NULL;
}

enum sg_status
net_smtp_send(struct net_smtp *smtp, const struct net_smtp_mail *mail,
	      struct sg_err *err)
{
	struct lane *lane = free_lane(smtp);

	if (!lane)
		return err_set(err, SG_BUSY, "every connection has a mail");
	lane->mail = *mail;
	lane->sent = 0;
	lane->over = false;
	lane->reply[0] = lane->error[0] = '\0';
	lane->recipients = curl_slist_append(NULL, mail->recipient);
	if (!lane->recipients)
		return err_set(err, SG_FAILED, "out of memory");
	curl_easy_setopt(lane->curl, CURLOPT_MAIL_FROM, mail->sender);
	curl_easy_setopt(lane->curl, CURLOPT_MAIL_RCPT, lane->recipients);
	curl_easy_setopt(lane->curl, CURLOPT_INFILESIZE_LARGE,
			 (curl_off_t)mail->len);
	if (curl_multi_add_handle(smtp->multi, lane->curl) != CURLM_OK) {
		curl_slist_free_all(lane->recipients);
		lane->recipients = NULL;
		return err_set(err, SG_FAILED, "libcurl takes no more mails");
	}
	lane->busy = true;
	smtp->under_way++;
	return SG_OK;
}

size_t
net_smtp_under_way(const struct net_smtp *smtp)
{
	return smtp->under_way;
}

size_t
net_smtp_room(const struct net_smtp *smtp)
{
	return smtp->n_lanes - smtp->under_way;
}

/* Calls `done` for each mail that ended; how many there were. */
static size_t
collect(struct net_smtp *smtp)
{
	CURLMsg *message;
	size_t n = 0;
	int left;

	while ((message = curl_multi_info_read(smtp->multi, &left))) {
		CURLcode code = message->data.result;
		char *lane = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
				  &lane);
		finish(smtp, (struct lane *)(void *)lane, code);
		n++;
	}
	return n;
}

void
net_smtp_run(struct net_smtp *smtp, int wait_ms)
{
	int running;

	curl_multi_perform(smtp->multi, &running);
	if (collect(smtp) || wait_ms == 0)
		return;
	curl_multi_poll(smtp->multi, NULL, 0, wait_ms, NULL);
	curl_multi_perform(smtp->multi, &running);
	collect(smtp);
}
