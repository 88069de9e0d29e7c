/* Webhook bodies from outside, through the gate and the real plugin into a
 * spool: always an answer, and never a signal that cannot be read back. */
#include <assert.h>

#include "fuzz_gate.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One a format; the last byte of the input says which. */
static const char settings[] =
	"plugin \"webhook\" {\n"
	"webhook \"json\" { unsigned = yes\n"
	"event \"order.paid\" { when = { \"/type = order\" }\n"
	"email = \"/who\" id = \"/id\" at = \"/at\"\n"
	"properties = { \"a = /a/0/b\", \"c = /c~1d\", \"e = /e * 2 / /f\",\n"
	"\"g = date(/g)\", \"h = date(/h, '%d.%m.%Y %H:%M', "
	"'Europe/Berlin')\",\n"
	"\"i = find(/i, './a', 'b', './c')\", \"j = round(/j, 2)\" } }\n"
	"event \"any.thing\" { each = \"/l/*/m\" email = \"first(./a, ../b, "
	".)\"\n properties = { \"k = lower(address(./k))\" } }\n"
	"event \"email.bounced\" { each = \"*\" email = \"./m\"\n"
	"properties = { \"status = ./s\", \"diagnostic = ./d\" } } }\n"
	"webhook \"inside\" { unsigned = yes inside = \"/Message\"\n"
	"event \"any.thing\" { email = \"/m\" } }\n"
	"webhook \"xml\" { unsigned = yes format = xml\n"
	"namespaces = { \"o = urn:o\" }\n"
	"event \"order.paid\" { each = \"//o:item\" email = \"./@who\"\n"
	"properties = { \"a = ./o:price * 2\", \"n = count(//o:item)\",\n"
	"\"s = path('sum(//o:price)')\" } }\n"
	"event \"any.thing\" { email = \"/a/b\" } }\n"
	"webhook \"form\" { unsigned = yes format = form\n"
	"event \"sms.received\" { record = { \"email = after(/From, ':')\" }\n"
	"properties = { \"text = /Body\", \"n = /a[b]\" } } }\n"
	"webhook \"mailgun\" { signature = mailgun secret = s replay_window = "
	"0s\n"
	"event \"any.thing\" { email = \"/m\" } }\n"
	"webhook \"twilio\" { signature = twilio secret = s format = form\n"
	"event \"any.thing\" { email = \"/m\" } }\n"
	"webhook \"sns\" { signature = sns topics = { \"*\" }\n"
	"certificate = \"tests/fuzz/webhook_topic.pem\" event \"any.thing\" { "
	"email = \"/m\" } }\n"
	"}\n";
static const char *const hooks[] = {"/h/json",	 "/h/xml",     "/h/form",
				    "/h/inside", "/h/mailgun", "/h/twilio",
				    "/h/sns"};
int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char *const plugins[] = {"webhook", NULL};

	load_plugins(settings, plugins);
	return 0;
}

static const char *
find_header(const void *handle, const char *name)
{
	if (strcmp(name, "Content-Type") == 0)
		return strcmp(handle, "/h/form") == 0 ||
				       strcmp(handle, "/h/twilio") == 0
			       ? "application/x-www-form-urlencoded"
			       : "application/json";
	return "c2lnbmVk";
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = sizeof(hooks) / sizeof(hooks[0]);
	const char *path = hooks[size ? data[size - 1] % n : 0];
	char *body = malloc(size ? size : 1);
	struct sg_request request = {.size = sizeof(request),
				     .method = "POST",
				     .path = path,
				     .query = "",
				     .body = body,
				     .body_len = size ? size - 1 : 0,
				     .received_at = 1700000000000,
				     .handle = path};
	struct sg_reply reply;

	if (size)
		memcpy(body, data, size - 1);
	reply_init(&reply);
	assert(gate_route(gate, &request, find_header, &reply));
	assert(reply.status == 200 || reply.status == 400 ||
	       reply.status == 401 || reply.status == 422 ||
	       reply.status == 503);
	reply_done(&reply);
	free(body);
	return 0;
}
