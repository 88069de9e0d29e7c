/* What web pages tell, from outside, through the gate and the real plugin into
 * a spool: always an answer, and never a signal that cannot be read back. */
#include <assert.h>
#include <strings.h>

#include "fuzz_gate.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char settings[] =
	"plugin \"page\" { origins = { \"https://a.test\" }\n"
	"score_origins = { \"https://a.test\" } rate = 1000000\n"
	"events = { \"demo.requested\" } }\n";
int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char *const plugins[] = {"page", NULL};

	load_plugins(settings, plugins);
	return 0;
}

static const char *
find_header(const void *handle, const char *name)
{
	(void)handle;
	if (strcasecmp(name, "Origin") == 0)
		return "https://a.test";
	return strcasecmp(name, "User-Agent") == 0 ? "Mozilla/5.0 (X11)" : NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sg_request request = {.size = sizeof(request),
				     .method = "POST",
				     .path = "/e",
				     .query = "",
				     .peer = "192.0.2.1",
				     .body = (const char *)data,
				     .body_len = size,
				     .received_at = 1700000000000};
	struct sg_reply reply;

	reply_init(&reply);
	assert(gate_route(gate, &request, find_header, &reply));
	assert(reply.status == 200 || reply.status == 400 ||
	       reply.status == 403 || reply.status == 413 ||
	       reply.status == 503);
	assert(reply.body.len && reply.body.data[0] == '{');
	reply_done(&reply);
	return 0;
}
