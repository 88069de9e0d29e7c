/* net_http.c - see net_http.h. */
#include "net/net_http.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/net_start.h"

#define BODY_MOST ((size_t)256 << 20)

enum { SERVER_SIZE = 300 };

struct net_client {
	CURL *curl;
	char error[CURL_ERROR_SIZE];
};

/* Where the bytes of one answer go. */
struct arrival {
	CURL *curl;
	const struct net_http_request *request;
	struct net_http_response *response;
};

enum sg_status
net_client_new(struct net_client **client_out, struct sg_err *err)
{
	struct net_client *client;

	if (net_start(err) != SG_OK)
		return SG_FAILED;
	client = calloc(1, sizeof(*client));
	if (client)
		client->curl = curl_easy_init();
	if (!client || !client->curl) {
		free(client);
		return err_set(err, SG_FAILED, "libcurl gives no handle");
	}
	*client_out = client;
	return SG_OK;
}

void
net_client_free(struct net_client *client)
{
	if (!client)
		return;
	curl_easy_cleanup(client->curl);
	free(client);
}

static size_t
on_bytes(char *bytes, size_t size, size_t n, void *arg)
{
	struct arrival *arrival = arg;
	const struct net_http_request *request = arrival->request;
	long status = 0;

	curl_easy_getinfo(arrival->curl, CURLINFO_RESPONSE_CODE, &status);
	if (request->sink && status >= 200 && status < 300)
		return request->sink(request->sink_arg, bytes, size * n)
			       ? size * n
			       : 0;
	if (request->answer_most) {
		size_t room =
			request->answer_most - arrival->response->body.len;

		buf_append(&arrival->response->body, bytes,
			   size * n < room ? size * n : room);
		return size * n;
	}
	buf_append(&arrival->response->body, bytes, size * n);
	return buf_ok(&arrival->response->body) ? size * n : 0;
}

static struct curl_slist *
add_header(struct curl_slist *list, const char *name, const char *value)
{
	struct curl_slist *longer;
	struct buf line = BUF_INIT;

	if (!value)
		return list;
	buf_printf(&line, "%s%s", name, value);
	longer = curl_slist_append(list, buf_text(&line));
	buf_done(&line);
	return longer ? longer : list;
}

static struct curl_slist *
headers_of(const struct net_http_request *request)
{
	struct curl_slist *list = NULL;
	size_t i;

	list = add_header(list, "Authorization: Bearer ", request->bearer);
	list = add_header(list, "Accept: ", request->accept);
	list = add_header(list, "Content-Type: ", request->content_type);
	list = add_header(list, "", request->header);
	for (i = 0; i < request->n_headers; i++)
		list = add_header(list, "", request->headers[i]);
	/* Waiting for "100 Continue" only costs time on a local socket. */
	return add_header(list, "Expect:", "");
}

static void
set_options(struct net_client *client, const struct net_http_request *request,
	    struct curl_slist *headers, struct arrival *arrival)
{
	CURL *curl = client->curl;

	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->error);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_URL, request->url);
	/* A part may be named "..": …/tags/.. is not the contact. */
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, request->timeout_ms);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, arrival);
	if (request->socket_path)
		curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH,
				 request->socket_path);
	if (request->content_type) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS,
				 request->body ? request->body : "");
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)request->body_len);
	}
}

/* "https://hooks.example.com" of a URL. Who it names lies open; a password, the
 * path and what is behind it may be all that it takes to be let in. */
static const char *
server_of(const char *url, char out[SERVER_SIZE])
{
	const char *host = strstr(url, "://"), *at;
	size_t len;

	host = host ? host + 3 : url;
	len = strcspn(host, "/?#");
	while ((at = memchr(host, '@', len))) {
		len -= (size_t)(at + 1 - host);
		host = at + 1;
	}
	snprintf(out, SERVER_SIZE, "%s://%.*s",
		 strncmp(url, "https:", 6) == 0 ? "https" : "http", (int)len,
		 host);
	return out;
}

static enum sg_status
refuse(const struct net_client *client, const struct net_http_request *request,
       CURLcode code, struct sg_err *err)
{
	char server[SERVER_SIZE];
	bool away = code == CURLE_COULDNT_CONNECT ||
		    code == CURLE_COULDNT_RESOLVE_HOST ||
		    code == CURLE_OPERATION_TIMEDOUT;

	return err_set(err, away ? SG_BUSY : SG_FAILED, "%s: %s",
		       request->socket_path ? request->socket_path
					    : server_of(request->url, server),
		       client->error[0] ? client->error
					: curl_easy_strerror(code));
}

enum sg_status
net_http_call(struct net_client *client, const struct net_http_request *request,
	      struct net_http_response *response, struct sg_err *err)
{
	struct arrival arrival = {client->curl, request, response};
	struct curl_slist *headers = headers_of(request);
	CURLcode code;
	long status = 0;

	buf_init(&response->body, BODY_MOST);
	client->error[0] = '\0';
	set_options(client, request, headers, &arrival);
	code = curl_easy_perform(client->curl);
	curl_slist_free_all(headers);
	if (code != CURLE_OK) {
		buf_done(&response->body);
		return refuse(client, request, code, err);
	}
	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	response->status = (int)status;
	return SG_OK;
}
