/* What web pages tell, from outside, through the gate and the real plugin into
 * a spool: always an answer, and never a signal that cannot be read back. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/log.h"
#include "gate/gate.h"
#include "http/reply.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char settings[] =
	"plugin \"page\" { origins = { \"https://a.test\" }\n"
	"score_origins = { \"https://a.test\" } rate = 1000000\n"
	"events = { \"demo.requested\" } }\n";
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
	must(gate_load(gate, BUILD_DIR "/plugins/page.so",
		       conf_section_at(conf, "plugin", 0), &err),
	     &err);
	conf_free(conf);
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
