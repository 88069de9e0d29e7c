/* http_answer.c - from a reply to libmicrohttpd's response. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/http_private.h"

enum { STREAM_MAGIC = 0x48535452, STREAM_BLOCK = 65536, STREAM_PAUSE_S = 600 };

/* A body that is made while it is sent: what `next` gave and is not sent yet.
 */
struct streaming {
	unsigned magic;
	struct reply_stream stream;
	struct buf piece;
	size_t sent;
	bool ended;
};

static ssize_t
stream_read(void *arg, uint64_t position, char *to, size_t most)
{
	struct streaming *self = arg;
	size_t len;

	assert(self->magic == STREAM_MAGIC);
	while (self->sent == self->piece.len && !self->ended) {
		buf_reset(&self->piece);
		self->sent = 0;
		self->ended =
			!self->stream.next(self->stream.arg, &self->piece);
		if (!buf_ok(&self->piece))
			return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	len = self->piece.len - self->sent;
	if (len == 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (len > most)
		len = most;
	memcpy(to, self->piece.data + self->sent, len);
	self->sent += len;
	return (ssize_t)len;
}

static void
stream_free(void *arg)
{
	struct streaming *self = arg;

	if (self->stream.done)
		self->stream.done(self->stream.arg);
	buf_done(&self->piece);
	free(self);
}

static struct MHD_Response *
make_stream(struct sg_reply *reply)
{
	struct streaming *self = calloc(1, sizeof(*self));
	struct MHD_Response *response;

	if (!self)
		return NULL;
	self->magic = STREAM_MAGIC;
	buf_init(&self->piece, 0);
	self->stream = reply->stream;
	response = MHD_create_response_from_callback(
		MHD_SIZE_UNKNOWN, STREAM_BLOCK, stream_read, self, stream_free);
	if (!response) {
		free(self);
		return NULL;
	}
	memset(&reply->stream, 0, sizeof(reply->stream));
	return response;
}

static struct MHD_Response *
make(struct sg_reply *reply)
{
	static char nothing[] = "";
	size_t len = 0;
	char *bytes;
	struct MHD_Response *response;

	if (reply->stream.next)
		return make_stream(reply);
	if (reply->fixed)
		return MHD_create_response_from_buffer(
			reply->fixed_len, (void *)(uintptr_t)reply->fixed,
			MHD_RESPMEM_PERSISTENT);
	if (reply->body.len == 0)
		return MHD_create_response_from_buffer(0, nothing,
						       MHD_RESPMEM_PERSISTENT);
	bytes = buf_take(&reply->body, &len);
	response = MHD_create_response_from_buffer(len, bytes,
						   MHD_RESPMEM_MUST_FREE);
	if (!response)
		free(bytes);
	return response;
}

/* How the message ends is the server's business alone. */
bool
http_answer_is_framing(const char *name)
{
	switch (name[0] | 0x20) {
	case 'c':
		return strcasecmp(name, "Content-Length") == 0 ||
		       strcasecmp(name, "Connection") == 0;
	case 't':
		return strcasecmp(name, "Transfer-Encoding") == 0;
	case 'd':
		return strcasecmp(name, "Date") == 0;
	default:
		return false;
	}
}

int
http_answer_status(struct sg_reply *reply)
{
	if (!buf_ok(&reply->body)) {
		buf_reset(&reply->body);
		return 500;
	}
	if (reply->status < 200 || reply->status > 599)
		return 500;
	return reply->status;
}

enum MHD_Result
http_answer(struct MHD_Connection *connection, struct sg_reply *reply,
	    bool close_after)
{
	int status = http_answer_status(reply);
	bool streams = reply->stream.next != NULL;
	bool has_body = reply->body.len || reply->fixed || streams;
	struct MHD_Response *response = make(reply);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	/* Whoever asked for a stream may look at it page by page. */
	if (streams)
		MHD_set_connection_option(connection,
					  MHD_CONNECTION_OPTION_TIMEOUT,
					  STREAM_PAUSE_S);
	if (has_body && !reply_get_header(reply, "Content-Type"))
		MHD_add_response_header(response, "Content-Type",
					HTTP_ANSWER_TYPE);
	for (size_t i = 0; i < reply->n_headers; i++)
		if (!http_answer_is_framing(reply->headers[i].name))
			MHD_add_response_header(response,
						reply->headers[i].name,
						reply->headers[i].value);
	if (close_after)
		MHD_add_response_header(response, "Connection", "close");
	result = MHD_queue_response(connection, (unsigned)status, response);
	MHD_destroy_response(response);
	return result;
}
