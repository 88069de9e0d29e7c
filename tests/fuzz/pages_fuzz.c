/*
 * pages_fuzz.c - what is sent to the pages that people see: forms, surveys,
 * unsubscribing, passing on. Through the gate and the real plugins into a
 * spool: always an answer; what was sent stands in it as text alone, and sends
 * nobody elsewhere. The first byte says to which page, the second of which
 * type the body is; then comes the query, a line, and the body.
 */
#include <assert.h>
#include <strings.h>

#include "base/text.h"
#include "fuzz_gate.h"
#include "token/token.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char settings[] =
	"plugin \"form\" { form \"demo\" { title = \"A demo\"\n"
	"origins = { \"https://a.test\" } redirects = { \"https://a.test/x\" "
	"}\n"
	"minimum_time = 0s per_address = off per_network = off\n"
	"field \"email\" { type = email } field \"name\" { longest = 5 }\n"
	"field \"seats\" { type = number least = 1 }\n"
	"field \"size\" { type = choice choices = { \"small\" }\n"
	"option \"large\" { points = 20 signal = \"size.large\" } } } }\n"
	"plugin \"survey\" { survey \"fit\" { identify = optional\n"
	"per_network = off question \"n\" { type = scale }\n"
	"question \"team\" { answer \"one\" { points = 1 }\n"
	"answer \"more\" { } } } }\n"
	"plugin \"unsubscribe\" { } plugin \"reply\" { }\n"
	"plugin \"forward\" { link = \"https://a.test/\" }\n";
static const char *const types[] = {"application/x-www-form-urlencoded",
				    "application/json",
				    "multipart/form-data; boundary=x", NULL};
static const char *paths[] = {"/f/demo", "/s/fit", NULL, NULL, NULL};
enum { N_PATHS = sizeof(paths) / sizeof(paths[0]) };

static const char *
path_of(const char *prefix, enum token_kind kind)
{
	static const char payload[] = "news";
	struct token token = {.kind = kind,
			      .message_id = 1,
			      .record_key = 1,
			      .payload = payload,
			      .payload_len = sizeof(payload) - 1};
	static struct buf texts[3];
	static size_t n;
	struct buf *text = &texts[n++];
	struct sg_err err;

	buf_append_text(text, prefix);
	must(token_make(gate_keys, &token, text, &err), &err);
	return buf_text(text);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char *const plugins[] = {"form",  "survey",  "unsubscribe",
					      "reply", "forward", NULL};

	load_plugins(settings, plugins);
	paths[2] = path_of("/u/", TOKEN_UNSUBSCRIBE);
	paths[3] = path_of("/w/", TOKEN_FORWARD);
	paths[4] = path_of("/f/demo/", TOKEN_CONFIRM);
	return 0;
}

static const char *
find_header(const void *handle, const char *name)
{
	if (strcasecmp(name, "Content-Type") == 0)
		return handle;
	return strcasecmp(name, "User-Agent") == 0 ? "Mozilla/5.0 (X11)" : NULL;
}

/* Ours alone, or that of the list. */
static void
check_location(const char *to)
{
	assert(!to || (to[0] == '/' && to[1] != '/' && to[1] != '\\') ||
	       strncmp(to, "https://t.example.com/", 22) == 0 ||
	       strcmp(to, "https://a.test/x") == 0);
	assert(!to || !strpbrk(to, "\r\n"));
}

static void
check(struct sg_reply *reply)
{
	const char *type = reply_get_header(reply, "Content-Type");
	const char *html = buf_text(&reply->body);

	assert(reply->status >= 200 && reply->status <= 503);
	assert(reply->status != 500);
	check_location(reply_get_header(reply, "Location"));
	assert(text_is_utf8(html, reply->body.len));
	if (!type || strncmp(type, "text/html", 9) != 0)
		return;
	assert(!strcasestr(html, "<script") && !strcasestr(html, "<img"));
	assert(reply_get_header(reply, "Content-Security-Policy"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sg_request request = {.size = sizeof(request),
				     .peer = "192.0.2.1",
				     .received_at = 1700000000000};
	struct sg_reply reply;
	char *text, *body;

	if (size < 3)
		return 0;
	text = malloc(size - 1);
	if (!text)
		abort();
	memcpy(text, data + 2, size - 2);
	text[size - 2] = '\0';
	body = memchr(text, '\n', size - 2);
	request.path = paths[data[0] % N_PATHS];
	request.method = data[0] & 0x80 ? "GET" : "POST";
	request.handle = types[data[1] % 4];
	request.query = body ? text : "";
	request.body = body ? body + 1 : text;
	request.body_len = size - 2 - (size_t)(request.body - text);
	if (body)
		*body = '\0';
	reply_init(&reply);
	assert(gate_route(gate, &request, find_header, &reply));
	check(&reply);
	reply_done(&reply);
	free(text);
	return 0;
}
