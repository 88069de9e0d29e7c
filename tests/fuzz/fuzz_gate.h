/*
 * fuzz_gate.h - a gate with real plugins and a spool of its own, for those that
 * fuzz what plugins take from outside. The spool stays small: past max_bytes a
 * plugin answers 503. For one file only: it is all static.
 */
#ifndef TESTS_FUZZ_FUZZ_GATE_H
#define TESTS_FUZZ_FUZZ_GATE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/log.h"
#include "gate/gate.h"
#include "http/reply.h"

static struct sg_gate *gate;
static struct keys *gate_keys;
static char gate_folder[] = "/tmp/scoregate-fuzz-XXXXXX";

static void
must(enum sg_status status, const struct sg_err *err)
{
	if (status == SG_OK)
		return;
	fprintf(stderr, "%s\n", err->text);
	abort();
}

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

	snprintf(path, sizeof(path), "%s/keys", gate_folder);
	snprintf(spool_path, sizeof(spool_path), "%s/spool", gate_folder);
	must(keys_open(path, 1, &gate_keys, &err), &err);
	with.keys = gate_keys;
	must(spool_open(&spool, &with.spool, &err), &err);
	with.kinds = signal_kinds_new();
	must(gate_open(&with, &gate, &err), &err);
}

static void
remove_folder(void)
{
	char command[80];
	FILE *rm;

	snprintf(command, sizeof(command), "rm -rf %s", gate_folder);
	rm = popen(command, "r");
	if (rm)
		pclose(rm);
}

/* `settings` has a section `plugin` for each of `names`, in that order. */
static void
load_plugins(const char *settings, const char *const *names)
{
	static const struct conf_option options[] = {
		{.name = "plugin", .type = CONF_RAW},
		{0},
	};
	struct conf_section *conf;
	struct sg_err err;

	must(crypto_start(&err), &err);
	log_set_level(LOG_LEVEL_ERROR);
	if (!mkdtemp(gate_folder))
		abort();
	atexit(remove_folder);
	open_gate();
	must(conf_parse("fuzz", settings, 1, options, &conf, &err), &err);
	for (size_t i = 0; names[i]; i++) {
		char path[128];

		snprintf(path, sizeof(path), BUILD_DIR "/plugins/%s.so",
			 names[i]);
		must(gate_load(gate, path, conf_section_at(conf, "plugin", i),
			       &err),
		     &err);
	}
	conf_free(conf);
}

#endif
