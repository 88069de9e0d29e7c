/* apply_aid.c - see apply_aid.h. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply_aid.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "signal/record_key.h"
#include "store/store_record.h"

const unsigned char applier_secret[32] = "a secret of thirty-two bytes....";

enum { WAIT_MS = 20000 };

void
applier_init(struct applier *applier)
{
	memset(applier, 0, sizeof(*applier));
	assert_int_equal(crypto_start(NULL), SG_OK);
	scratch_make(&applier->scratch);
	snprintf(applier->store_path, sizeof(applier->store_path), "%s",
		 scratch_file(&applier->scratch, "store"));
	snprintf(applier->spool_path, sizeof(applier->spool_path), "%s",
		 scratch_file(&applier->scratch, "spool"));
	applier->scores[0] = (struct score_settings){
		.name = "lead", .degrade = 10, .degrade_negative = true};
	applier->scores[1] = (struct score_settings){.name = "fit",
						     .degrade_negative = true};
	applier->scores[2] =
		(struct score_settings){.name = "drift", .degrade = 1};
	applier->checkpoint_ms = 60000;
}

int64_t
applier_time(const struct applier *applier)
{
	return applier->now ? applier->now : clock_now();
}

static int64_t
time_of(void *arg)
{
	return applier_time(arg);
}

void
applier_move_to(struct applier *applier, int64_t now)
{
	struct sg_err err = {0};

	applier->now = now;
	if (apply_catch_up(applier->apply, WAIT_MS, &err) != SG_OK)
		fail_msg("%s", err.text);
}

void
applier_open(struct applier *applier)
{
	struct spool_options spool = {.directory = applier->spool_path,
				      .segment_bytes = 1 << 20,
				      .max_bytes = 1 << 30,
				      .sync_ms = 5};
	struct apply_options options = {
		.store_path = applier->store_path,
		.record_secret = applier_secret,
		.scores = applier->scores,
		.n_scores = 3,
		.bands = applier->bands,
		.teams = applier->teams,
		.n_teams = applier->n_teams,
		.create_contacts = true,
		.bounces = applier->bounces,
		.checkpoint_ms = applier->checkpoint_ms,
		.retention_ms = applier->retention_ms,
		.verdicts = applier->verdicts,
		.keep_hits_ms = applier->keep_hits_ms,
		.keep_audit_ms = applier->keep_audit_ms,
		.batch_most = 5000,
		.late_rows_most = applier->late_rows_most,
		.save_from = applier->save_from,
		.batch_wait_ms = 1,
		.cache_unpacked = 1, /* each is packed when its batch is over */
		.now = time_of,
		.now_arg = applier};
	struct sg_err err = {0};

	if (spool_open(&spool, &applier->spool, &err) != SG_OK)
		fail_msg("%s", err.text);
	applier->board = scoreboard_new(clock_now());
	applier->kinds = signal_kinds_new();
	options.spool = applier->spool;
	options.scoreboard = applier->board;
	options.kinds = applier->kinds;
	applier->consents = consent_set_new();
	options.consents = applier->consents;
	if (apply_open(&options, &applier->apply, &err) != SG_OK)
		fail_msg("%s", err.text);
	if (!applier->stopped)
		assert_int_equal(apply_start(applier->apply, &err), SG_OK);
}

void
applier_close(struct applier *applier)
{
	store_close(applier->reader);
	applier->reader = NULL;
	apply_stop(applier->apply, WAIT_MS);
	apply_close(applier->apply);
	applier->apply = NULL;
	signal_kinds_free(applier->kinds);
	consent_set_free(applier->consents);
	scoreboard_free(applier->board);
	spool_close(applier->spool);
}

void
applier_done(struct applier *applier)
{
	if (applier->apply)
		applier_close(applier);
	scratch_remove(&applier->scratch);
}

struct ruleset *
applier_parse(const char *text)
{
	struct condition_names names = {0};
	struct rule_context context = {.names = &names};
	struct ruleset *ruleset = NULL;
	struct sg_err err = {0};

	if (rules_parse("rules.conf", text, &context, &ruleset, &err) != SG_OK)
		fail_msg("%s", err.text);
	return ruleset;
}

void
applier_rules(struct applier *applier, const char *text, bool take_back)
{
	struct ruleset *ruleset = applier_parse(text);
	struct sg_err err = {0};

	if (apply_rules(applier->apply, ruleset, "test", take_back, true,
			&err) != SG_OK)
		fail_msg("%s", err.text);
	ruleset_free(ruleset);
}

struct signal
applier_signal(const char *name, const char *address, int64_t at)
{
	struct signal signal;

	signal_init(&signal, name, at);
	if (signal.received_at < clock_now())
		signal.received_at = clock_now();
	signal.key = address;
	signal.source = "test";
	return signal;
}

struct signal
applier_change(enum signal_kind kind, const char *name, const char *address,
	       int64_t at)
{
	struct signal signal = applier_signal(name, address, at);

	signal.kind = kind;
	return signal;
}

void
applier_set(struct signal *signal, const char *name, const char *value)
{
	assert_int_equal(signal_set(signal, name, value, NULL), SG_OK);
}

void
applier_submit(struct applier *applier, const struct signal *signal)
{
	struct sg_err err = {0};
	bool kept;

	if (apply_submit(applier->apply, signal, 1, WAIT_MS, &kept, &err) !=
	    SG_OK)
		fail_msg("%s", err.text);
}

struct store *
applier_reader(struct applier *applier)
{
	struct sg_err err = {0};

	if (!applier->reader && store_open(applier->store_path, DB_READ_ONLY,
					   &applier->reader, &err) != SG_OK)
		fail_msg("%s", err.text);
	return applier->reader;
}

uint32_t
applier_find(struct applier *applier, const char *address)
{
	struct pool *pool = pool_new();
	struct store_record record = {0};
	enum sg_status status;

	status = store_record_find(
		applier_reader(applier),
		record_key_hash(applier_secret, "contact", address), pool,
		&record, NULL);
	assert_true(status == SG_OK || status == SG_NONE);
	pool_free(pool);
	return status == SG_OK ? record.id : 0;
}

double
applier_score_of(struct applier *applier, const char *address,
		 uint32_t score_id, int64_t at)
{
	uint32_t id = applier_find(applier, address);
	struct score_summary summary;

	scoreboard_summary(applier->board, id, score_id, at, &summary);
	return summary.has_score ? summary.value[SCORE_SCORE] : NAN;
}

double
applier_score(struct applier *applier, const char *address, int64_t at)
{
	return applier_score_of(applier, address, 1, at);
}

void
applier_verify(struct applier *applier)
{
	struct verify_report report;
	struct sg_err err = {0};

	if (apply_verify(applier->apply, true, &report, &err) != SG_OK)
		fail_msg("%s", err.text);
	if (report.differences)
		fail_msg("%llu differences: %s",
			 (unsigned long long)report.differences,
			 report.first_difference);
}
