/* Webhook bodies from outside, through the gate and the real plugin into a
 * spool: always an answer, and never a signal that cannot be read back. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/log.h"
#include "gate/gate.h"
#include "http/reply.h"

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
static const struct conf_option options[] = {
	{.name = "plugin", .type = CONF_RAW},
	{0},
};
static struct sg_gate *gate;
static char folder[] = "/tmp/scoregate-fuzz-XXXXXX";

static void
must(enum sg_status status, const struct sg_err *err)
{
	if (status == SG_OK)
		return;
	fprintf(stderr, "%s\n", err->text);
	abort();
}

/* The spool stays small: past max_bytes the plugin answers 503. */
static void
open_gate(void)
{
	static char path[64], spool_path[64];
	struct spool_options spool = {.directory = spool_path,
				      .segment_bytes = 1 << 20,
				      .max_bytes = 8 << 20,
				      .sync_ms = 1000};
	struct gate_options with = {.public_url = "https://t.example.com"};
	struct sg_err err;

	snprintf(path, sizeof(path), "%s/keys", folder);
	snprintf(spool_path, sizeof(spool_path), "%s/spool", folder);
	must(keys_open(path, 1, (struct keys **)(void *)&with.keys, &err),
	     &err);
	must(spool_open(&spool, &with.spool, &err), &err);
	with.kinds = signal_kinds_new();
	must(gate_open(&with, &gate, &err), &err);
}

static void
remove_folder(void)
{
	char command[80];
	FILE *rm;

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	rm = popen(command, "r");
	if (rm)
		pclose(rm);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct conf_section *conf;
	struct sg_err err;

	must(crypto_start(&err), &err);
	log_set_level(LOG_LEVEL_ERROR);
	if (!mkdtemp(folder))
		abort();
	atexit(remove_folder);
	open_gate();
	must(conf_parse("fuzz", settings, 1, options, &conf, &err), &err);
	must(gate_load(gate, BUILD_DIR "/plugins/webhook.so",
		       conf_section_at(conf, "plugin", 0), &err),
	     &err);
	conf_free(conf);
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
