/*
 * apply_year - a whole applier (spool, store, automations, sequences) whose
 * clock is told to it, in lines of JSON on standard input. For
 * tests/e2e/test_year.py, which does the same by itself.
 *
 *   {"directory": "/tmp/x", "now": MS}       first: where, and when it begins
 *   {"rules": "…"}
 *   {"now": MS}                              all that is due then is done
 *   {"kind": N, "name": "email.opened", "key": "ann@example.com",
 *    "message": 0, "properties": {}}         happens now
 *   {"restart": true}
 *   {"end": true}    -> {"score": …}, {"firing": …}, {"move": …}, {"mail": …}
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/apply.h"
#include "base/crypto.h"
#include "base/json.h"
#include "store/store_automation.h"
#include "store/store_history.h"
#include "store/store_outbox.h"
#include "store/store_record.h"

enum { WAIT_MS = 60000, ROWS_MOST = 1000000 };

static const unsigned char secret[32] = "a secret of thirty-two bytes....";

struct year {
	char store_path[512], spool_path[512];
	struct spool *spool;
	struct scoreboard *board;
	struct signal_kinds *kinds;
	struct consent_set *consents;
	struct apply *apply;
	struct score_settings scores[1];
	_Atomic int64_t now;
	struct sg_err err;
};

static int64_t
time_of(void *arg)
{
	return ((struct year *)arg)->now;
}

static enum sg_status
start(struct year *year)
{
	struct spool_options spool = {.directory = year->spool_path,
				      .segment_bytes = 1 << 20,
				      .max_bytes = 1 << 30,
				      .sync_ms = 1};
	struct apply_options options = {.store_path = year->store_path,
					.record_secret = secret,
					.scores = year->scores,
					.n_scores = 1,
					.create_contacts = true,
					.checkpoint_ms = 60000,
					.batch_most = 5000,
					.now = time_of,
					.now_arg = year};
	enum sg_status status = spool_open(&spool, &year->spool, &year->err);

	if (status != SG_OK)
		return status;
	options.spool = year->spool;
	options.scoreboard = year->board = scoreboard_new(year->now);
	options.kinds = year->kinds = signal_kinds_new();
	options.consents = year->consents = consent_set_new();
	status = apply_open(&options, &year->apply, &year->err);
	return status == SG_OK ? apply_start(year->apply, &year->err) : status;
}

static void
stop(struct year *year)
{
	apply_stop(year->apply, WAIT_MS);
	apply_close(year->apply);
	signal_kinds_free(year->kinds);
	consent_set_free(year->consents);
	scoreboard_free(year->board);
	spool_close(year->spool);
	year->apply = NULL;
}

static int64_t
number(const struct json *line, const char *name)
{
	int64_t value;

	return json_get_int(line, name, &value) ? value : 0;
}

static enum sg_status
begin(struct year *year, const struct json *line)
{
	const char *directory = json_get_text(line, "directory");

	snprintf(year->store_path, sizeof(year->store_path), "%s/store",
		 directory);
	snprintf(year->spool_path, sizeof(year->spool_path), "%s/spool",
		 directory);
	year->scores[0] = (struct score_settings){
		.name = "lead", .degrade = 5, .degrade_negative = true};
	year->now = number(line, "now");
	return start(year);
}

static enum sg_status
set_rules(struct year *year, const char *text)
{
	struct condition_names names = {0};
	struct rule_context context = {.names = &names};
	struct ruleset *ruleset;
	enum sg_status status =
		rules_parse("rules.conf", text, &context, &ruleset, &year->err);

	if (status != SG_OK)
		return status;
	status = apply_rules(year->apply, ruleset, "test", false, true,
			     &year->err);
	ruleset_free(ruleset);
	return status;
}

struct properties {
	struct pool *pool;
	struct signal *signal;
	enum sg_status status;
};

static bool
add_property(void *arg, const char *name, struct json *value)
{
	struct properties *to = arg;
	struct buf text = BUF_INIT;

	(void)json_scalar(value, &text);
	to->status = signal_set(to->signal, pool_strdup(to->pool, name),
				pool_strdup(to->pool, buf_text(&text)), NULL);
	buf_done(&text);
	return to->status == SG_OK;
}

static enum sg_status
happen(struct year *year, const struct json *line)
{
	struct signal signal;
	struct properties properties = {pool_new(), &signal, SG_OK};
	bool kept;

	signal_init(&signal, json_get_text(line, "name"), year->now);
	signal.kind = (enum signal_kind)number(line, "kind");
	signal.key = json_get_text(line, "key");
	signal.message_id = (uint64_t)number(line, "message");
	signal.source = "test";
	json_each(json_get(line, "properties"), add_property, &properties);
	if (properties.status == SG_OK)
		properties.status = apply_submit(year->apply, &signal, 1,
						 WAIT_MS, &kept, &year->err);
	pool_free(properties.pool);
	return properties.status;
}

/* --- what came of it ------------------------------------------------------ */

static void
say(struct json *line)
{
	struct buf text = BUF_INIT;

	json_write(line, &text);
	puts(buf_text(&text));
	buf_done(&text);
	json_free(line);
}

static struct json *
row(const char *what, const char *value, const char *key, int64_t at)
{
	struct json *line = json_new_object();

	json_add_text(line, what, value);
	json_add_text(line, "key", key);
	json_add_int(line, "at", at);
	return line;
}

static enum sg_status
say_firings(struct year *year, struct store *store, struct pool *pool)
{
	struct store_firing_page page = {.most = ROWS_MOST};
	struct store_firings rows;
	enum sg_status status =
		store_firings_recent(store, &page, pool, &rows, &year->err);

	for (size_t i = rows.n_rows; status == SG_OK && i-- > 0;)
		say(row("firing", rows.rows[i].name, rows.rows[i].key,
			store_id_time(rows.rows[i].id)));
	return status;
}

static enum sg_status
say_mails(struct year *year, struct store *store, struct pool *pool)
{
	struct store_outbox_rows rows;
	struct store_record record;
	enum sg_status status = store_outbox_due(store, INT64_MAX, ROWS_MOST,
						 pool, &rows, &year->err);

	for (size_t i = 0; status == SG_OK && i < rows.n_rows; i++) {
		status = store_record_get(store, rows.rows[i].record_id, pool,
					  &record, &year->err);
		if (status == SG_OK)
			say(row("mail", rows.rows[i].target, record.key,
				rows.rows[i].created_at));
	}
	return status;
}

static enum sg_status
say_moves(struct year *year, struct store *store, struct pool *pool,
	  const struct store_record *record)
{
	struct store_history_rows rows;
	struct signal signal;
	enum sg_status status =
		store_history_of(store, record->id, pool, &rows, &year->err);

	for (size_t i = 0; status == SG_OK && i < rows.n_rows; i++) {
		const char *step, *what;
		struct json *line;

		if (rows.rows[i].kind != SIGNAL_SEQUENCE)
			continue;
		status = store_history_signal(&rows.rows[i], pool, &signal,
					      &year->err);
		step = signal_get(&signal, "step");
		what = signal_get(&signal, "what");
		line = row("move", signal.name, record->key,
			   signal.happened_at);
		json_add_text(line, "step", step ? step : "");
		json_add_text(line, "what", what ? what : "");
		say(line);
	}
	return status;
}

static enum sg_status
say_record(struct year *year, struct store *store, struct pool *pool,
	   uint32_t id)
{
	struct store_record record;
	struct score_summary summary;
	struct json *line;
	enum sg_status status =
		store_record_get(store, id, pool, &record, &year->err);

	if (status != SG_OK)
		return status;
	scoreboard_summary(year->board, id, 1, year->now, &summary);
	line = row("score", "lead", record.key, year->now);
	if (summary.has_score)
		json_add_number(line, "points", summary.value[SCORE_SCORE]);
	say(line);
	return say_moves(year, store, pool, &record);
}

static enum sg_status
end(struct year *year)
{
	struct store *store;
	struct store_records records;
	struct verify_report report;
	struct pool *pool = pool_new();
	enum sg_status status =
		store_open(year->store_path, DB_READ_ONLY, &store, &year->err);

	if (status != SG_OK)
		return status;
	status = store_record_slice(store, 0, ROWS_MOST, pool, &records,
				    &year->err);
	for (size_t i = 0; status == SG_OK && i < records.n_rows; i++)
		status = say_record(year, store, pool, records.rows[i].id);
	if (status == SG_OK)
		status = say_firings(year, store, pool);
	if (status == SG_OK)
		status = say_mails(year, store, pool);
	if (status == SG_OK)
		status = apply_verify(year->apply, true, &report, &year->err);
	if (status == SG_OK && report.differences)
		status = err_set(&year->err, SG_FAILED, "verify: %s",
				 report.first_difference);
	store_close(store);
	pool_free(pool);
	return status;
}

static enum sg_status
do_line(struct year *year, const struct json *line)
{
	if (json_get(line, "directory"))
		return begin(year, line);
	if (json_get(line, "rules"))
		return set_rules(year, json_get_text(line, "rules"));
	if (json_get(line, "end"))
		return end(year);
	if (json_get(line, "restart")) {
		stop(year);
		return start(year);
	}
	if (json_get(line, "name")) {
		enum sg_status status = happen(year, line);

		return status == SG_OK ? apply_catch_up(year->apply, WAIT_MS,
							&year->err)
				       : status;
	}
	year->now = number(line, "now");
	return apply_catch_up(year->apply, WAIT_MS, &year->err);
}

int
main(void)
{
	static struct year year;
	enum sg_status status = crypto_start(&year.err);
	char *text = NULL;
	size_t size = 0;
	ssize_t len;

	while (status == SG_OK && (len = getline(&text, &size, stdin)) > 0) {
		struct json *line;

		status = json_parse(text, (size_t)len, &line, &year.err);
		if (status != SG_OK)
			break;
		status = do_line(&year, line);
		json_free(line);
	}
	if (status != SG_OK)
		fprintf(stderr, "apply_year: %s\n", year.err.text);
	free(text);
	if (year.apply)
		stop(&year);
	return status == SG_OK ? 0 : 1;
}
