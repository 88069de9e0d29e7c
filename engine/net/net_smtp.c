/* net_smtp.c - see net_smtp.h. */
#include "net/net_smtp.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/net_start.h"

enum { URL_SIZE = 600, REPLY_SIZE = 512, STATUS_SIZE = 16 };

/* One connection's worth of work: an easy handle and the mail on it. */
struct lane {
	struct net_smtp *smtp;
	CURL *curl;
	struct net_smtp_mail mail;
	struct curl_slist *recipients;
	size_t sent; /* bytes handed to curl */
	enum net_smtp_stage stage;
	int code; /* of the last reply since the stage began, 0 = none */
	bool busy;
	bool again; /* on a new connection, the kept one having been dead */
	bool held;  /* the owner would not have it handed over */
	bool quitting;
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
	int *sockets; /* open ones, so that the end waits for none */
	size_t n_sockets, cap_sockets;
	bool knows_utf8; /* the server offers SMTPUTF8 (RFC 6531) */
	long timeout_ms;
};

static bool
is_ascii(const char *text)
{
	while (*text && (unsigned char)*text < 0x80)
		text++;
	return *text == '\0';
}

/* The server has no way to hear of such an address. */
static bool
cannot_be_said(const struct lane *lane)
{
	return !lane->smtp->knows_utf8 && (!is_ascii(lane->mail.recipient) ||
					   !is_ascii(lane->mail.sender));
}

static size_t
on_read(char *to, size_t size, size_t n, void *arg)
{
	struct lane *lane = arg;
	size_t room = size * n, left = lane->mail.len - lane->sent;
	size_t len = left < room ? left : room;

	if (cannot_be_said(lane))
		return CURL_READFUNC_ABORT;
	if (len == left && lane->stage != NET_AT_END) {
		lane->held = !lane->mail.handing_over(lane->mail.arg);
		if (lane->held)
			return CURL_READFUNC_ABORT;
		lane->stage = NET_AT_END;
		lane->code = 0;
	}
	memcpy(to, lane->mail.data + lane->sent, len);
	lane->sent += len;
	return len;
}

/* Keeps the last reply line, for its enhanced status code and its words. */
static size_t
on_reply(char *bytes, size_t size, size_t n, void *arg)
{
	static const char utf8[] = "SMTPUTF8";
	struct lane *lane = arg;
	size_t len = size * n;

	while (len && isspace((unsigned char)bytes[len - 1]))
		len--;
	if (lane->quitting || len < 3 || !isdigit((unsigned char)bytes[0]))
		return size * n;
	snprintf(lane->reply, sizeof(lane->reply), "%.*s", (int)len, bytes);
	lane->code = (int)strtol(bytes, NULL, 10);
	if (lane->stage == NET_AT_CONNECT && len == 4 + sizeof(utf8) - 1 &&
	    !strncasecmp(bytes + 4, utf8, sizeof(utf8) - 1))
		lane->smtp->knows_utf8 = true;
	/* Kept only when the whole dialogue came to its end: else the next
	 * mail would read this one's answer. Nor after "451": a Postfix whose
	 * milter failed says nothing else to this connection, even when the
	 * milter is back. */
	if (lane->stage == NET_AT_END && lane->code / 100 != 4)
		curl_easy_setopt(lane->curl, CURLOPT_FORBID_REUSE, 0L);
	return size * n;
}

static void
enter(struct lane *lane, enum net_smtp_stage stage)
{
	lane->stage = stage;
	lane->code = 0;
}

/* curl waits for the answer to QUIT, and everything with it. */
static void
quit(struct lane *lane)
{
	lane->quitting = true;
	curl_easy_setopt(lane->curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, 1L);
}

/* What we say to the server tells where we are. */
static int
on_debug(CURL *curl, curl_infotype type, char *bytes, size_t len, void *arg)
{
	struct lane *lane = arg;

	(void)curl;
	if (type != CURLINFO_HEADER_OUT || lane->stage == NET_AT_END) {
		/* Nothing to learn. */
	} else if (len > 5 && !strncmp(bytes, "MAIL ", 5)) {
		enter(lane, NET_AT_MAIL);
	} else if (len > 5 && !strncmp(bytes, "RCPT ", 5)) {
		enter(lane, NET_AT_RCPT);
	} else if (len > 4 && !strncmp(bytes, "DATA", 4)) {
		enter(lane, NET_AT_DATA);
	}
	if (type == CURLINFO_HEADER_OUT && len > 4 &&
	    !strncmp(bytes, "QUIT", 4))
		quit(lane);
	return 0;
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

static curl_socket_t
on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *at)
{
	struct net_smtp *smtp = arg;
	int fd = socket(at->family, at->socktype | SOCK_CLOEXEC, at->protocol);

	(void)purpose;
	if (fd >= 0 && smtp->n_sockets < smtp->cap_sockets)
		smtp->sockets[smtp->n_sockets++] = fd;
	return fd;
}

static int
on_close(void *arg, curl_socket_t fd)
{
	struct net_smtp *smtp = arg;
	size_t i;

	for (i = 0; i < smtp->n_sockets; i++)
		if (smtp->sockets[i] == fd)
			smtp->sockets[i--] = smtp->sockets[--smtp->n_sockets];
	return close(fd);
}

static void
lane_reset(struct lane *lane)
{
	lane->sent = 0;
	lane->again = lane->held = lane->quitting = false;
	enter(lane, NET_AT_CONNECT);
	lane->reply[0] = lane->error[0] = '\0';
	curl_easy_setopt(lane->curl, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(lane->curl, CURLOPT_SERVER_RESPONSE_TIMEOUT,
			 lane->smtp->timeout_ms / 1000 + 1);
	curl_easy_setopt(lane->curl, CURLOPT_FRESH_CONNECT, 0L);
}

/* What does not change from mail to mail. */
static enum sg_status
lane_open(struct net_smtp *smtp, struct lane *lane, struct sg_err *err)
{
	CURL *curl = lane->curl = curl_easy_init();

	lane->smtp = smtp;
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
	curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L); /* on_debug hears it */
	curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, on_debug);
	curl_easy_setopt(curl, CURLOPT_DEBUGDATA, lane);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_open);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, smtp);
	curl_easy_setopt(curl, CURLOPT_CLOSESOCKETFUNCTION, on_close);
	curl_easy_setopt(curl, CURLOPT_CLOSESOCKETDATA, smtp);
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
	smtp->cap_sockets = smtp->n_lanes * 8;
	smtp->sockets = calloc(smtp->cap_sockets, sizeof(*smtp->sockets));
	smtp->multi = curl_multi_init();
	smtp->tls = options->tls;
	smtp->verify = options->verify;
	smtp->timeout_ms = options->timeout_ms ? options->timeout_ms : 300000;
	smtp->user = options->user ? strdup(options->user) : NULL;
	smtp->password = options->password ? strdup(options->password) : NULL;
	make_url(smtp, options);
	if (!smtp->lanes || !smtp->multi || !smtp->sockets)
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

/* What a reply, or none, means where we were. */
static enum net_smtp_end
end_of(const struct lane *lane, CURLcode curl_code)
{
	int class = lane->code / 100;

	if (curl_code == CURLE_OK)
		return NET_SMTP_SENT;
	if (lane->held)
		return NET_SMTP_HELD;
	if (lane->code == 421 || lane->stage == NET_AT_CONNECT)
		return NET_SMTP_UNREACHABLE;
	if (lane->stage == NET_AT_MAIL)
		return class == 5 ? NET_SMTP_SENDER_REFUSED
				  : NET_SMTP_UNREACHABLE;
	if (class == 5 || cannot_be_said(lane))
		return NET_SMTP_REFUSED;
	if (class == 4 || lane->stage != NET_AT_END)
		return NET_SMTP_LATER;
	/* Any 2xx accepts (RFC 5321 §4.2.1); curl knows 250 alone. */
	return class == 2 ? NET_SMTP_SENT : NET_SMTP_DOUBTFUL;
}

static void
fill_result(const struct lane *lane, CURLcode code, char status[STATUS_SIZE],
	    struct net_smtp_result *result)
{
	enhanced_status(lane->reply, status);
	result->end = end_of(lane, code);
	result->stage = lane->stage;
	result->code = lane->code;
	result->status = status;
	result->text = lane->reply;
	if (lane->held)
		result->text = "not handed over";
	else if (result->end == NET_SMTP_REFUSED && lane->code < 500) {
		result->code = 550; /* RFC 6531 §3.5 */
		result->status = "5.6.7";
		result->text = "550 5.6.7 the server offers no SMTPUTF8 "
			       "for this address";
	} else if (code != CURLE_OK && result->end != NET_SMTP_SENT &&
		   (lane->code < 400 || !lane->reply[0]))
		result->text =
			lane->error[0] ? lane->error : curl_easy_strerror(code);
}

/* The server had closed a connection that we had kept: once more, on a new
 * one. Nothing of the mail was given away. */
static bool
try_again(struct net_smtp *smtp, struct lane *lane,
	  const struct net_smtp_result *result)
{
	long connects = 0;

	if (lane->again || result->end != NET_SMTP_UNREACHABLE ||
	    lane->stage >= NET_AT_DATA ||
	    (lane->code != 0 && lane->code != 421))
		return false;
	curl_easy_getinfo(lane->curl, CURLINFO_NUM_CONNECTS, &connects);
	if (connects > 0)
		return false;
	lane_reset(lane);
	lane->again = true;
	curl_easy_setopt(lane->curl, CURLOPT_FRESH_CONNECT, 1L);
	return curl_multi_add_handle(smtp->multi, lane->curl) == CURLM_OK;
}

static void
finish(struct net_smtp *smtp, struct lane *lane, CURLcode code, bool retry)
{
	struct net_smtp_mail mail = lane->mail;
	struct net_smtp_result result;
	char status[STATUS_SIZE];

	curl_multi_remove_handle(smtp->multi, lane->curl);
	fill_result(lane, code, status, &result);
	if (retry && try_again(smtp, lane, &result))
		return;
	curl_slist_free_all(lane->recipients);
	lane->recipients = NULL;
	lane->busy = false;
	smtp->under_way--;
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
			finish(smtp, &smtp->lanes[i], CURLE_ABORTED_BY_CALLBACK,
			       false);
		curl_easy_cleanup(smtp->lanes[i].curl);
	}
	/* curl says QUIT and waits two minutes for a server that is stuck: we
	 * do not listen any more. */
	for (i = 0; i < smtp->n_sockets; i++)
		shutdown(smtp->sockets[i], SHUT_RD);
	curl_multi_cleanup(smtp->multi);
	free(smtp->sockets);
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
	lane_reset(lane);
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
		finish(smtp, (struct lane *)(void *)lane, code, true);
		n++;
	}
	return n;
}

void
net_smtp_wake(struct net_smtp *smtp)
{
	curl_multi_wakeup(smtp->multi);
}

static void
perform(struct net_smtp *smtp)
{
	int running;

	curl_multi_perform(smtp->multi, &running);
}

void
net_smtp_run(struct net_smtp *smtp, int wait_ms)
{
	perform(smtp);
	if (collect(smtp) || wait_ms == 0)
		return;
	curl_multi_poll(smtp->multi, NULL, 0, wait_ms, NULL);
	perform(smtp);
	collect(smtp);
}
