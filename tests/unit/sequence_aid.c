/* sequence_aid.c - see sequence_aid.h. */
#include "sequence_aid.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

void
sequence_begin(struct applier *applier, const char *rules)
{
	applier_init(applier);
	applier->now = 1577872800000; /* 2020-01-01T10:00, a Wednesday */
	applier_open(applier);
	applier_rules(applier, rules, false);
}

void
sequence_end(struct applier *applier)
{
	applier_verify(applier);
	applier_close(applier);
	applier_done(applier);
}

void
sequence_pass(struct applier *applier, int64_t ms)
{
	applier_move_to(applier, applier->now + ms);
}

struct signal
sequence_signal(struct applier *applier, enum signal_kind kind,
		const char *address, const char *const props[])
{
	static const char *const names[] = {
		[SIGNAL_RECORD_CREATE] = "record.created",
		[SIGNAL_RECORD_DELETE] = "record.deleted",
		[SIGNAL_LIST_JOIN] = "list.joined",
		[SIGNAL_LIST_LEAVE] = "list.left",
		[SIGNAL_TAG_ADD] = "tag.added",
		[SIGNAL_TAG_REMOVE] = "tag.removed",
		[SIGNAL_FIELD_SET] = "field.changed",
		[SIGNAL_SCORE_SET] = "score.set",
		[SIGNAL_SEQUENCE] = "sequence.started",
		[SIGNAL_SUPPRESS] = "record.suppressed"};
	struct signal signal =
		applier_change(kind, names[kind], address, applier->now);

	signal.received_at = applier->now;
	for (; props && props[0]; props += 2)
		applier_set(&signal, props[0], props[1]);
	return signal;
}

void
sequence_change(struct applier *applier, enum signal_kind kind,
		const char *address, const char *const props[])
{
	struct signal signal = sequence_signal(applier, kind, address, props);

	applier_submit(applier, &signal);
}

static const char *const news[] = {"list", "news", "how", "test", NULL};

void
sequence_join(struct applier *applier, const char *address)
{
	sequence_change(applier, SIGNAL_LIST_JOIN, address, news);
}

void
sequence_leave(struct applier *applier)
{
	sequence_change(applier, SIGNAL_LIST_LEAVE, ANN, news);
}

void
sequence_tag(struct applier *applier, const char *name)
{
	const char *const props[] = {"tag", name, NULL};

	sequence_change(applier, SIGNAL_TAG_ADD, ANN, props);
}

struct store_outbox_rows
sequence_outbox(struct applier *applier, struct pool *pool)
{
	struct store_outbox_rows rows;

	assert_int_equal(store_outbox_due(applier_reader(applier), INT64_MAX,
					  1000, pool, &rows, NULL),
			 SG_OK);
	return rows;
}

void
sequence_sent_is(struct applier *applier, const char *want)
{
	struct pool *pool = pool_new();
	struct store_outbox_rows rows = sequence_outbox(applier, pool);
	struct buf got = BUF_INIT;
	size_t i;

	for (i = 0; i < rows.n_rows; i++)
		buf_printf(&got, "%s%s", i ? " " : "", rows.rows[i].target);
	assert_string_equal(buf_text(&got), want);
	buf_done(&got);
	pool_free(pool);
}
