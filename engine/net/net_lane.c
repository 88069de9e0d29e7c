/* net_lane.c - see net_lane.h. */
#include "net/net_lane.h"

#include <ctype.h>
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SOCKETS_MOST = 8 };

struct net_lane {
	struct net_server *server;
	CURL *curl;
	const struct net_smtp_mail *mail;
	size_t sent; /* bytes handed to curl */
	enum net_smtp_stage stage;
	int code;  /* of the last reply since the stage began, 0 = none */
	bool held; /* the owner would not have it handed over */
	bool quitting;
	char reply[NET_REPLY_SIZE]; /* the last reply line */
	char error[CURL_ERROR_SIZE];
	atomic_bool cut;
	pthread_mutex_t lock;	   /* what follows */
	int sockets[SOCKETS_MOST]; /* open ones */
	size_t n_sockets;
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
cannot_be_said(const struct net_lane *lane)
{
	return !atomic_load(&lane->server->knows_utf8) &&
	       (!is_ascii(lane->mail->recipient) ||
		!is_ascii(lane->mail->sender));
}

static size_t
on_read(char *to, size_t size, size_t n, void *arg)
{
	struct net_lane *lane = arg;
	size_t room = size * n, left = lane->mail->len - lane->sent;
	size_t len = left < room ? left : room;

	if (cannot_be_said(lane))
		return CURL_READFUNC_ABORT;
	if (len == left && lane->stage != NET_AT_END) {
		lane->held = !lane->mail->handing_over(lane->mail->arg);
		if (lane->held)
			return CURL_READFUNC_ABORT;
		lane->stage = NET_AT_END;
		lane->code = 0;
	}
	memcpy(to, lane->mail->data + lane->sent, len);
	lane->sent += len;
	return len;
}

/* Keeps the last reply line, for its enhanced status code and its words. */
static size_t
on_reply(char *bytes, size_t size, size_t n, void *arg)
{
	static const char utf8[] = "SMTPUTF8";
	struct net_lane *lane = arg;
	size_t len = size * n;

	while (len && isspace((unsigned char)bytes[len - 1]))
		len--;
	if (lane->quitting || len < 3 || !isdigit((unsigned char)bytes[0]))
		return size * n;
	snprintf(lane->reply, sizeof(lane->reply), "%.*s", (int)len, bytes);
	lane->code = (int)strtol(bytes, NULL, 10);
	if (lane->stage == NET_AT_CONNECT && len == 4 + sizeof(utf8) - 1 &&
	    !strncasecmp(bytes + 4, utf8, sizeof(utf8) - 1))
		atomic_store(&lane->server->knows_utf8, true);
	/* Kept only when the whole dialogue came to its end: else the next
	 * mail would read this one's answer. Nor after "451": a Postfix whose
	 * milter failed says nothing else to this connection, even when the
	 * milter is back. */
	if (lane->stage == NET_AT_END && lane->code / 100 != 4)
		curl_easy_setopt(lane->curl, CURLOPT_FORBID_REUSE, 0L);
	return size * n;
}

static void
enter(struct net_lane *lane, enum net_smtp_stage stage)
{
	lane->stage = stage;
	lane->code = 0;
}

/* curl waits for the answer to QUIT, and everything with it. */
static void
quit(struct net_lane *lane)
{
	lane->quitting = true;
	curl_easy_setopt(lane->curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, 1L);
}

/* What we say to the server tells where we are. */
static int
on_debug(CURL *curl, curl_infotype type, char *bytes, size_t len, void *arg)
{
	struct net_lane *lane = arg;

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
set_security(const struct net_server *server, CURL *curl)
{
	static const long use[] = {
		[NET_TLS_NONE] = CURLUSESSL_NONE,
		[NET_TLS_TRY] = CURLUSESSL_TRY,
		[NET_TLS_NEED] = CURLUSESSL_ALL,
		[NET_TLS_IMPLICIT] = CURLUSESSL_ALL,
	};

	curl_easy_setopt(curl, CURLOPT_USE_SSL, use[server->tls]);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER,
			 server->verify ? 1L : 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST,
			 server->verify ? 2L : 0L);
	if (server->user) {
		curl_easy_setopt(curl, CURLOPT_USERNAME, server->user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD,
				 server->password ? server->password : "");
	}
}

/* --- its sockets --------------------------------------------------------- */

static curl_socket_t
on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *at)
{
	struct net_lane *lane = arg;
	int fd = -1;

	(void)purpose;
	pthread_mutex_lock(&lane->lock);
	if (!atomic_load(&lane->cut) && lane->n_sockets < SOCKETS_MOST)
		fd = socket(at->family, at->socktype | SOCK_CLOEXEC,
			    at->protocol);
	if (fd >= 0)
		lane->sockets[lane->n_sockets++] = fd;
	pthread_mutex_unlock(&lane->lock);
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static int
on_close(void *arg, curl_socket_t fd)
{
	struct net_lane *lane = arg;
	size_t i;
	int status;

	pthread_mutex_lock(&lane->lock);
	for (i = 0; i < lane->n_sockets; i++)
		if (lane->sockets[i] == fd)
			lane->sockets[i--] = lane->sockets[--lane->n_sockets];
	status = close(fd);
	pthread_mutex_unlock(&lane->lock);
	return status;
}

/* curl sees the end of the connection, whatever it waits for. */
static void
shut(struct net_lane *lane, int how)
{
	size_t i;

	pthread_mutex_lock(&lane->lock);
	for (i = 0; i < lane->n_sockets; i++)
		shutdown(lane->sockets[i], how);
	pthread_mutex_unlock(&lane->lock);
}

void
net_lane_cut(struct net_lane *lane)
{
	atomic_store(&lane->cut, true);
	shut(lane, SHUT_RDWR);
}

/* Asked every second at least: for what no socket can tell. */
static int
on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct net_lane *lane = arg;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return atomic_load(&lane->cut);
}

/* --- open and close ------------------------------------------------------ */

/* What does not change from mail to mail. */
static void
set_up(struct net_lane *lane)
{
	const struct net_server *server = lane->server;
	CURL *curl = lane->curl;

	curl_easy_setopt(curl, CURLOPT_URL, server->url);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, server->timeout_ms);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, lane->error);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(curl, CURLOPT_READDATA, lane);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_reply);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, lane);
	curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L); /* on_debug hears it */
	curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, on_debug);
	curl_easy_setopt(curl, CURLOPT_DEBUGDATA, lane);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_open);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, lane);
	curl_easy_setopt(curl, CURLOPT_CLOSESOCKETFUNCTION, on_close);
	curl_easy_setopt(curl, CURLOPT_CLOSESOCKETDATA, lane);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, lane);
	set_security(server, curl);
}

struct net_lane *
net_lane_open(struct net_server *server)
{
	struct net_lane *lane = calloc(1, sizeof(*lane));

	if (!lane)
		return NULL;
	lane->server = server;
	lane->curl = curl_easy_init();
	if (!lane->curl) {
		free(lane);
		return NULL;
	}
	pthread_mutex_init(&lane->lock, NULL);
	set_up(lane);
	return lane;
}

void
net_lane_close(struct net_lane *lane)
{
	if (!lane)
		return;
	/* curl says QUIT and waits two minutes for a server that is stuck: we
	 * do not listen any more. */
	shut(lane, SHUT_RD);
	curl_easy_cleanup(lane->curl);
	pthread_mutex_destroy(&lane->lock);
	free(lane);
}

/* --- what comes of a mail ------------------------------------------------ */

/* The enhanced status code (RFC 2034) behind the reply code, if it is one. */
static void
enhanced_status(const char *reply, char out[NET_STATUS_SIZE])
{
	const char *from = strlen(reply) > 4 ? reply + 4 : "";
	size_t len = strspn(from, "0123456789.");

	out[0] = '\0';
	if (len >= 5 && len < NET_STATUS_SIZE && strchr("245", from[0]) &&
	    from[1] == '.')
		snprintf(out, NET_STATUS_SIZE, "%.*s", (int)len, from);
}

/* What a reply, or none, means where we were. */
static enum net_smtp_end
end_of(const struct net_lane *lane, CURLcode curl_code)
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
fill_answer(const struct net_lane *lane, CURLcode code,
	    struct net_answer *answer)
{
	const char *text = lane->reply;

	enhanced_status(lane->reply, answer->status);
	answer->end = end_of(lane, code);
	answer->stage = lane->stage;
	answer->code = lane->code;
	if (lane->held) {
		text = "not handed over";
	} else if (answer->end == NET_SMTP_REFUSED && lane->code < 500) {
		answer->code = 550; /* RFC 6531 §3.5 */
		snprintf(answer->status, sizeof(answer->status), "5.6.7");
		text = "550 5.6.7 the server offers no SMTPUTF8 "
		       "for this address";
	} else if (code != CURLE_OK && answer->end != NET_SMTP_SENT &&
		   (lane->code < 400 || !lane->reply[0])) {
		text = lane->error[0] ? lane->error : curl_easy_strerror(code);
	}
	snprintf(answer->text, sizeof(answer->text), "%s", text);
}

/* --- one mail ------------------------------------------------------------ */

static void
reset(struct net_lane *lane)
{
	lane->sent = 0;
	lane->held = lane->quitting = false;
	enter(lane, NET_AT_CONNECT);
	lane->reply[0] = lane->error[0] = '\0';
	curl_easy_setopt(lane->curl, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(lane->curl, CURLOPT_SERVER_RESPONSE_TIMEOUT,
			 lane->server->timeout_ms / 1000 + 1);
}

static void
send_once(struct net_lane *lane, struct net_answer *answer)
{
	reset(lane);
	fill_answer(lane, curl_easy_perform(lane->curl), answer);
}

/* The server had closed a connection that we had kept: once more, on a new
 * one. Nothing of the mail was given away. */
static bool
was_dead(const struct net_lane *lane, const struct net_answer *answer)
{
	long connects = 0;

	if (answer->end != NET_SMTP_UNREACHABLE || lane->stage >= NET_AT_DATA ||
	    (lane->code != 0 && lane->code != 421) || atomic_load(&lane->cut))
		return false;
	curl_easy_getinfo(lane->curl, CURLINFO_NUM_CONNECTS, &connects);
	return connects == 0;
}

void
net_lane_send(struct net_lane *lane, const struct net_smtp_mail *mail,
	      struct net_answer *answer_out)
{
	struct curl_slist *recipients =
		curl_slist_append(NULL, mail->recipient);
	CURL *curl = lane->curl;

	lane->mail = mail;
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, mail->sender);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
	curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)mail->len);
	curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 0L);
	send_once(lane, answer_out);
	if (was_dead(lane, answer_out)) {
		curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
		send_once(lane, answer_out);
	}
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, NULL);
	curl_slist_free_all(recipients);
	lane->mail = NULL;
}
