/* net_link.c - see net_link.h. */
#include "net/net_link.h"

#include <ctype.h>
#include <curl/curl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/net_reply.h"

/* A link looks whether it was cut this often, whatever it waits for. */
enum { SOCKETS_MOST = 8, LOOK_MS = 1000 };

static const char *const keywords[] = {"PIPELINING", "SMTPUTF8", "SIZE"};
enum { N_KEYWORDS = sizeof(keywords) / sizeof(keywords[0]) };

struct net_link {
	const struct net_server *server;
	CURL *curl; /* NULL = not connected */
	int fd;
	bool offers[N_KEYWORDS];
	int code;		    /* of the last reply while it connects */
	char reply[NET_REPLY_SIZE]; /* likewise, its line */
	char error[CURL_ERROR_SIZE];
	atomic_bool cut;
	pthread_mutex_t lock;	   /* what follows */
	int sockets[SOCKETS_MOST]; /* open ones */
	size_t n_sockets;
};

struct net_link *
net_link_new(const struct net_server *server)
{
	struct net_link *link = calloc(1, sizeof(*link));

	if (!link)
		return NULL;
	link->server = server;
	pthread_mutex_init(&link->lock, NULL);
	return link;
}

void
net_link_free(struct net_link *link)
{
	if (!link)
		return;
	net_link_close(link);
	pthread_mutex_destroy(&link->lock);
	free(link);
}

/* --- its sockets --------------------------------------------------------- */

static curl_socket_t
on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *at)
{
	struct net_link *link = arg;
	int fd = -1;

	(void)purpose;
	pthread_mutex_lock(&link->lock);
	if (!atomic_load(&link->cut) && link->n_sockets < SOCKETS_MOST)
		fd = socket(at->family, at->socktype | SOCK_CLOEXEC,
			    at->protocol);
	if (fd >= 0)
		link->sockets[link->n_sockets++] = fd;
	pthread_mutex_unlock(&link->lock);
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static int
on_close(void *arg, curl_socket_t fd)
{
	struct net_link *link = arg;
	size_t i;
	int status;

	pthread_mutex_lock(&link->lock);
	for (i = 0; i < link->n_sockets; i++)
		if (link->sockets[i] == fd)
			link->sockets[i--] = link->sockets[--link->n_sockets];
	status = close(fd);
	pthread_mutex_unlock(&link->lock);
	return status;
}

/* Whoever waits for them sees the end. */
static void
shut(struct net_link *link)
{
	size_t i;

	pthread_mutex_lock(&link->lock);
	for (i = 0; i < link->n_sockets; i++)
		shutdown(link->sockets[i], SHUT_RDWR);
	pthread_mutex_unlock(&link->lock);
}

void
net_link_cut(struct net_link *link)
{
	atomic_store(&link->cut, true);
	shut(link);
}

/* --- connecting ---------------------------------------------------------- */

static bool
is_word(const char *line, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && !strncasecmp(line, word, n) &&
	       (len == n || line[n] == ' ');
}

/* Replies up to where mails may be sent, a line a call. */
static size_t
on_reply(char *bytes, size_t size, size_t n, void *arg)
{
	struct net_link *link = arg;
	size_t len = size * n, i;

	while (len && isspace((unsigned char)bytes[len - 1]))
		len--;
	if (len < 3 || !isdigit((unsigned char)bytes[0]))
		return size * n;
	snprintf(link->reply, sizeof(link->reply), "%.*s", (int)len, bytes);
	link->code = (int)strtol(link->reply, NULL, 10);
	/* What was offered before STARTTLS is void (RFC 3207 §4.2). */
	if (link->code == 220)
		memset(link->offers, 0, sizeof(link->offers));
	for (i = 0; link->code == 250 && len > 4 && i < N_KEYWORDS; i++)
		if (is_word(bytes + 4, len - 4, keywords[i]))
			link->offers[i] = true;
	return size * n;
}

/* Asked every second at least: for what no socket can tell. */
static int
on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct net_link *link = arg;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return atomic_load(&link->cut);
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

static void
set_up(struct net_link *link, long timeout_ms)
{
	CURL *curl = link->curl;

	curl_easy_setopt(curl, CURLOPT_URL, link->server->url);
	curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
	curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT,
			 timeout_ms / 1000 + 1);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, link->error);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_reply);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, link);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_open);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, link);
	curl_easy_setopt(curl, CURLOPT_CLOSESOCKETFUNCTION, on_close);
	curl_easy_setopt(curl, CURLOPT_CLOSESOCKETDATA, link);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, link);
	set_security(link->server, curl);
}

static void
note_error(struct net_link *link, CURLcode code)
{
	if (!link->error[0])
		snprintf(link->error, sizeof(link->error), "%s",
			 curl_easy_strerror(code));
}

enum net_link_end
net_link_open(struct net_link *link, int64_t until)
{
	int64_t left = until - clock_monotonic_ms();
	curl_socket_t fd = CURL_SOCKET_BAD;
	CURLcode code = CURLE_OUT_OF_MEMORY;

	net_link_close(link);
	link->code = 0;
	link->reply[0] = link->error[0] = '\0';
	memset(link->offers, 0, sizeof(link->offers));
	link->curl = curl_easy_init();
	if (link->curl) {
		set_up(link, left > 0 ? (long)left : 1);
		code = curl_easy_perform(link->curl);
	}
	if (code == CURLE_OK)
		code = curl_easy_getinfo(link->curl, CURLINFO_ACTIVESOCKET,
					 &fd);
	if (code == CURLE_OK && fd != CURL_SOCKET_BAD) {
		link->fd = (int)fd;
		return NET_LINK_OK;
	}
	note_error(link, code);
	net_link_close(link);
	return code == CURLE_OPERATION_TIMEDOUT ? NET_LINK_LATE : NET_LINK_LOST;
}

int
net_link_code(const struct net_link *link)
{
	return link->code;
}

const char *
net_link_trouble(const struct net_link *link)
{
	return link->code >= 400 ? link->reply : link->error;
}

bool
net_link_offers(const struct net_link *link, const char *keyword)
{
	size_t i;

	for (i = 0; i < N_KEYWORDS; i++)
		if (!strcmp(keywords[i], keyword))
			return link->offers[i];
	return false;
}

void
net_link_close(struct net_link *link)
{
	if (!link->curl)
		return;
	/* curl would wait for a server that is stuck. */
	shut(link);
	curl_easy_cleanup(link->curl);
	link->curl = NULL;
}

/* --- bytes --------------------------------------------------------------- */

/* Until something can be done, or the time is over, or it was cut. */
static enum net_link_end
wait_for(const struct net_link *link, short events, int64_t until)
{
	for (;;) {
		struct pollfd ready = {link->fd, events, 0};
		int64_t left = until - clock_monotonic_ms();

		if (atomic_load(&link->cut))
			return NET_LINK_LOST;
		if (left <= 0)
			return NET_LINK_LATE;
		if (poll(&ready, 1, left < LOOK_MS ? (int)left : LOOK_MS) > 0)
			return NET_LINK_OK;
	}
}

bool
net_link_is_alive(struct net_link *link)
{
	char byte;
	size_t n;

	return link->curl && !atomic_load(&link->cut) &&
	       curl_easy_recv(link->curl, &byte, 1, &n) == CURLE_AGAIN;
}

enum net_link_end
net_link_write(struct net_link *link, const char *bytes, size_t len,
	       int64_t until)
{
	enum net_link_end end = NET_LINK_OK;

	while (len && end == NET_LINK_OK) {
		size_t n = 0;
		CURLcode code = curl_easy_send(link->curl, bytes, len, &n);

		bytes += n;
		len -= n;
		if (code == CURLE_AGAIN)
			end = wait_for(link, POLLOUT, until);
		else if (code != CURLE_OK)
			end = NET_LINK_LOST;
	}
	return end;
}

enum net_link_end
net_link_read(struct net_link *link, char *to, size_t size, int64_t until,
	      size_t *n_out)
{
	for (;;) {
		/* With TLS, bytes may wait where poll() does not see them. */
		CURLcode code = curl_easy_recv(link->curl, to, size, n_out);
		enum net_link_end end;

		if (code != CURLE_AGAIN)
			return code == CURLE_OK && *n_out ? NET_LINK_OK
							  : NET_LINK_LOST;
		end = wait_for(link, POLLIN, until);
		if (end != NET_LINK_OK)
			return end;
	}
}
