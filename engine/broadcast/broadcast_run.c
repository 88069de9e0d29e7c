/*
 * broadcast_run.c - the beginning and the end of sending one broadcast; see
 * broadcast_run.h.
 */
#include "broadcast/broadcast_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "rule/condition_set.h"

/* What an earlier run left in the journal. */
static void
remember(void *arg, const struct journal_line *line)
{
	struct run *run = arg;
	struct store_recipient row = {.record_id = line->record_id,
				      .reason = line->reason,
				      .message_id = line->message_id,
				      .changed_at = run->started_at};

	switch (line->mark) {
	case JOURNAL_HANDING_OVER:
		row.state = RECIPIENT_DOUBTFUL;
		row.reason = "no answer was noted before the stop";
		break;
	case JOURNAL_SENT:
		row.state = RECIPIENT_SENT;
		break;
	case JOURNAL_FAILED:
		row.state = RECIPIENT_FAILED;
		break;
	default: /* refused for now */
		record_set_remove(run->handed, line->record_id);
		row.state = RECIPIENT_QUEUED;
		run_put(run, &row);
		return;
	}
	record_set_add(run->handed, line->record_id);
	run_put(run, &row);
}

static enum sg_status
prepare(struct run *run, struct sg_err *err)
{
	struct broadcasts *broadcasts = run->broadcasts;
	struct apply_names *names;
	enum sg_status status;

	run->started_at = clock_now();
	run->calm_ms = RUN_CALM_FIRST_MS;
	run->handed = record_set_new();
	run->retried = record_set_new();
	status = store_readers_take(broadcasts->readers, &run->store, err);
	if (status == SG_OK)
		status = store_broadcast_get(run->store, run->name, run->pool,
					     &run->row, err);
	/* Paused or cancelled just before we began. */
	if (status == SG_OK && run->row.state != BROADCAST_SENDING)
		status = SG_NONE;
	if (status == SG_OK)
		status = broadcast_template(
			broadcasts, run->store, run->row.template,
			run->row.template_len, &run->template, err);
	if (status != SG_OK)
		return status;
	names = calloc(1, sizeof(*names));
	if (!names)
		return err_set(err, SG_FAILED, "out of memory");
	apply_names_init(names, broadcasts->apply, run->store);
	status = condition_parse(run->row.condition, &names->names,
				 &run->condition, err);
	free(names);
	if (status == SG_OK)
		status = net_smtp_new(&broadcasts->smtp, &run->smtp, err);
	if (status == SG_OK)
		status = journal_open(broadcasts->journals, run->name, remember,
				      run, &run->journal, err);
	if (status == SG_OK && !run_flush(run))
		status = err_set(err, SG_BUSY, "the store is away");
	return status;
}

struct new_state {
	const char *name;
	enum broadcast_state state;
	const char *trouble;
};

static enum sg_status
set_state_call(void *arg, struct store *store, struct sg_err *err)
{
	struct new_state *new_state = arg;

	return store_broadcast_set_state(store, new_state->name,
					 new_state->state, new_state->trouble,
					 clock_now(), err);
}

static bool
set_state(struct run *run, enum broadcast_state state, const char *trouble)
{
	struct new_state new_state = {run->name, state, trouble};
	struct sg_err err;

	if (apply_call(run->broadcasts->apply, set_state_call, &new_state,
		       &err) == SG_OK)
		return true;
	log_error("broadcast %s: its state is not stored: %s", run->name,
		  err.text);
	return false;
}

static void
finish(struct run *run, bool complete, enum broadcast_wish wish)
{
	if (run->smtp)
		run_drain(run);
	net_smtp_free(run->smtp);
	run->smtp = NULL;
	if (!run_flush(run))
		return; /* the journal knows; the next run stores it */
	if (complete && set_state(run, BROADCAST_SENT, "")) {
		log_info("broadcast %s is sent: mails=%llu", run->name,
			 (unsigned long long)run->n_sent);
		journal_remove(run->journal);
	} else if (wish == WISH_PAUSE) {
		set_state(run, BROADCAST_PAUSED, "");
	} else if (wish == WISH_CANCEL) {
		set_state(run, BROADCAST_CANCELLED, "");
		journal_remove(run->journal);
	}
}

static void
run_done(struct run *run)
{
	net_smtp_free(run->smtp);
	journal_close(run->journal);
	condition_free(run->condition);
	template_free(run->template);
	record_set_free(run->handed);
	record_set_free(run->retried);
	if (run->store)
		store_readers_give(run->broadcasts->readers, run->store);
	pool_free(run->pool);
	free(run);
}

void
broadcast_run(struct broadcasts *broadcasts, const char *name)
{
	struct run *run = calloc(1, sizeof(*run));
	enum broadcast_wish wish = WISH_NONE;
	enum sg_status status;
	struct sg_err err;
	bool complete = false;

	if (!run)
		return;
	run->broadcasts = broadcasts;
	run->name = name;
	run->pool = pool_new();
	status = prepare(run, &err);
	if (status == SG_OK) {
		complete = run_send_all(run, &wish, &err, &status);
		finish(run, complete, wish);
	}
	if (status == SG_BUSY) {
		log_warn("broadcast %s waits: %s", name, err.text);
		clock_sleep_ms(RUN_CALM_FIRST_MS);
	} else if (status != SG_OK && status != SG_NONE) {
		log_error("broadcast %s failed: %s", name, err.text);
		set_state(run, BROADCAST_FAILED, err.text);
	}
	run_done(run);
}
