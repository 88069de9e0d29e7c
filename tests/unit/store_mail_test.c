/* store_mail_test.c - what the store promises about mail and all the rest. */
#include "store_aid.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "store/store_audit.h"
#include "store/store_broadcast.h"
#include "store/store_external.h"
#include "store/store_message.h"
#include "store/store_position.h"
#include "store/store_forget.h"
#include "store/store_record.h"
#include "store/store_retain.h"
#include "store/store_suppression.h"
#include "store/store_timer.h"
#include "store/store_token.h"

/* --- mail --------------------------------------------------------------- */

static void
a_suppression_holds_until_it_expires(void **state)
{
	struct store_suppression row = {.record_key = 1,
					.reason = "soft-bounces",
					.evidence = "4.2.2",
					.source = "bounce",
					.created_at = aid_now,
					.expires_at = aid_now + 10};
	struct record_set *set = record_set_new();
	struct store_suppression_page page = {.now = aid_now, .most = 1};
	struct store_suppressions recent;
	uint32_t id = store_aid_add(1, "ann@far.test"),
		 other = store_aid_add(2, "");

	OK(store_suppression_put(aid_store, &row, &aid_err));
	OK(store_suppression_get(aid_store, 1, aid_now + 9, aid_pool, &row,
				 &aid_err));
	assert_string_equal(row.evidence, "4.2.2");
	NONE(store_suppression_get(aid_store, 1, aid_now + 10, aid_pool, &row,
				   &aid_err));
	OK(store_record_add_alias(aid_store, 9, other, &aid_err));
	row.record_key = 9;
	row.expires_at = 0;
	OK(store_suppression_put(aid_store, &row, &aid_err));
	OK(store_suppression_select(aid_store, aid_now, set, &aid_err));
	store_aid_set(set, id, other, 2);
	set = record_set_new();
	OK(store_suppression_select(aid_store, aid_now + 10, set, &aid_err));
	store_aid_set(set, other, 0, 1);
	OK(store_suppressions_recent(aid_store, &page, aid_pool, &recent,
				     &aid_err));
	assert_int_equal(recent.n_rows, 1);
	assert_int_equal(recent.rows[0].record_key, 1);
	assert_string_equal(recent.rows[0].address, "ann@far.test");
	page.has_place = true;
	page.before_at = recent.rows[0].created_at;
	page.after_key = 1;
	OK(store_suppressions_recent(aid_store, &page, aid_pool, &recent,
				     &aid_err));
	assert_int_equal(recent.n_rows, 1);
	assert_int_equal(recent.rows[0].record_key, 9);
	assert_string_equal(recent.rows[0].address, "");
	page.has_place = false;
	page.now = aid_now + 10;
	OK(store_suppressions_recent(aid_store, &page, aid_pool, &recent,
				     &aid_err));
	assert_int_equal(recent.rows[0].record_key, 9);
	OK(store_suppression_remove(aid_store, 9, &aid_err));
	NONE(store_suppression_remove(aid_store, 9, &aid_err));
}

static void
add_sender(void *arg, uint64_t message_id, const char *sender)
{
	buf_printf(arg, "%d=%s ", (int)(message_id >> 16), sender);
}

static void
the_newest_senders_come_first(void **state)
{
	struct store_message message = {.record_key = 5, .campaign = ""};
	struct buf text = BUF_INIT;

	(void)state;
	for (uint64_t i = 1; i <= 4; i++) {
		message.message_id = (i * 10) << 16 | 3;
		message.sender = i % 2 ? "a@b" : "c@d";
		OK(store_message_add(aid_store, &message, &aid_err));
	}
	OK(store_message_each_sender(aid_store, 20, 2, add_sender, &text,
				     &aid_err));
	assert_string_equal(buf_text(&text), "40=c@d 30=a@b ");
	buf_reset(&text);
	OK(store_message_each_sender(aid_store, 30, 9, add_sender, &text,
				     &aid_err));
	assert_string_equal(buf_text(&text), "40=c@d 30=a@b ");
	buf_done(&text);
}

static void
messages_are_counted_by_the_time_in_their_ids(void **state)
{
	struct store_message message = {.record_key = 5, .campaign = ""};
	int64_t n = 0, last_at = 0;

	for (int64_t at = 1000; at <= 5000; at += 1000) {
		message.message_id = (uint64_t)at << 16 | 7;
		message.sent_at = at;
		OK(store_message_add(aid_store, &message, &aid_err));
	}
	OK(store_message_count(aid_store, 2000, 4000, &n, &last_at, &aid_err));
	assert_int_equal(n, 2);
	assert_int_equal(last_at, 3000);
	OK(store_message_count(aid_store, 0, INT64_MAX, &n, &last_at,
			       &aid_err));
	assert_int_equal(n, 5);
	OK(store_message_count(aid_store, 9000, INT64_MAX, &n, &last_at,
			       &aid_err));
	assert_int_equal(n, 0);
	assert_int_equal(last_at, 0);
}

static void
a_message_is_found_by_id_and_by_message_id_header(void **state)
{
	struct store_message message = {.message_id = UINT64_MAX,
					.record_key = 5,
					.rfc_id = 77,
					.campaign = "spring",
					.subject = "Hello",
					.sender = "news@example.com",
					.sent_at = aid_now};
	struct store_message out;

	OK(store_message_add(aid_store, &message, &aid_err));
	message.campaign = "other";
	OK(store_message_add(aid_store, &message, &aid_err));
	OK(store_message_get(aid_store, UINT64_MAX, 5, aid_pool, &out,
			     &aid_err));
	assert_string_equal(out.campaign, "spring");
	message.message_id = 8;
	message.sent_at = aid_now + 1;
	OK(store_message_add(aid_store, &message, &aid_err));
	OK(store_message_find(aid_store, 77, 5, aid_pool, &out, &aid_err));
	assert_true(out.message_id == 8);
	NONE(store_message_find(aid_store, 77, 6, aid_pool, &out, &aid_err));
	NONE(store_message_get(aid_store, 1, 5, aid_pool, &out, &aid_err));
}

static struct store_broadcast
draft(const char *name)
{
	struct store_broadcast broadcast = {.name = name,
					    .template = "Subject: x\r\n\0y",
					    .template_len = 14,
					    .condition = "has score",
					    .sender = "News <n@x.org>",
					    .author = "anna",
					    .created_at = aid_now};

	return broadcast;
}

static void
a_broadcast_goes_from_draft_to_sent(void **state)
{
	struct store_broadcast spring = draft("spring"), out;
	struct store_broadcasts all;

	OK(store_broadcast_create(aid_store, &spring, &aid_err));
	assert_int_equal(store_broadcast_create(aid_store, &spring, &aid_err),
			 SG_REFUSED);
	OK(store_broadcast_get(aid_store, "spring", aid_pool, &out, &aid_err));
	assert_int_equal(out.state, BROADCAST_DRAFT);
	assert_int_equal(out.template_len, 14);
	assert_memory_equal(out.template, "Subject: x\r\n\0y", 15);
	assert_string_equal(out.settings, "{}");
	assert_true(out.started_at == 0 && out.finished_at == 0);
	OK(store_broadcast_set_state(aid_store, "spring", BROADCAST_SENDING, "",
				     aid_now + 1, &aid_err));
	OK(store_broadcast_set_state(aid_store, "spring", BROADCAST_PAUSED,
				     "421 from the relay", aid_now + 2,
				     &aid_err));
	OK(store_broadcast_set_state(aid_store, "spring", BROADCAST_SENDING, "",
				     aid_now + 3, &aid_err));
	OK(store_broadcast_set_state(aid_store, "spring", BROADCAST_SENT, "",
				     aid_now + 4, &aid_err));
	NONE(store_broadcast_set_state(aid_store, "fall", BROADCAST_SENT, "",
				       aid_now, &aid_err));
	OK(store_broadcasts_all(aid_store, aid_pool, &all, &aid_err));
	assert_int_equal(all.n_rows, 1);
	assert_int_equal(all.rows[0].state, BROADCAST_SENT);
	assert_true(all.rows[0].started_at == aid_now + 1);
	assert_true(all.rows[0].finished_at == aid_now + 4);
	assert_null(all.rows[0].template);
	assert_int_equal(broadcast_state_find("paused"), BROADCAST_PAUSED);
	assert_int_equal(broadcast_state_find("lost"), -1);
}

static void
queue_ids(const char *name, uint32_t first, uint32_t last)
{
	struct store_recipient row = {.state = RECIPIENT_QUEUED,
				      .changed_at = aid_now};

	for (row.record_id = first; row.record_id <= last; row.record_id++)
		OK(store_recipients_add(aid_store, name, &row, 1, &aid_err));
}

static void
recipients_move_on_in_batches(void **state)
{
	struct store_recipient batch[] = {
		{1, RECIPIENT_SENT, "", 11, aid_now, 0, NULL},
		{2, RECIPIENT_HANDING_OVER, "", 12, aid_now, 0, NULL},
		{3, RECIPIENT_SKIPPED, "suppressed", 0, aid_now, 0, NULL},
		{9, RECIPIENT_FAILED, "550 5.1.1", 19, aid_now, 0, NULL},
	};
	uint64_t counts[RECIPIENT_N_STATES], doubtful = 0;
	struct store_recipients rows;
	struct store_recipient one;

	queue_ids("spring", 1, 5);
	OK(store_recipients_put(aid_store, "spring", batch, 4, &aid_err));
	queue_ids("spring", 1, 6); /* who has a state keeps it */
	OK(store_recipients_counts(aid_store, "spring", counts, &aid_err));
	assert_int_equal(counts[RECIPIENT_QUEUED], 3);
	assert_int_equal(counts[RECIPIENT_SENT], 1);
	assert_int_equal(counts[RECIPIENT_HANDING_OVER], 1);
	OK(store_recipient_slice(aid_store, "spring", RECIPIENT_QUEUED, 4, 10,
				 aid_pool, &rows, &aid_err));
	assert_int_equal(rows.n_rows, 2);
	assert_int_equal(rows.rows[0].record_id, 5);
	OK(store_recipient_slice(aid_store, "spring", -1, 0, 100, aid_pool,
				 &rows, &aid_err));
	assert_int_equal(rows.n_rows, 7);
	OK(store_recipients_doubt(aid_store, "spring", aid_now, &doubtful,
				  &aid_err));
	assert_int_equal(doubtful, 1);
	OK(store_recipients_counts(aid_store, "spring", counts, &aid_err));
	assert_int_equal(counts[RECIPIENT_HANDING_OVER], 0);
	assert_int_equal(counts[RECIPIENT_DOUBTFUL], 1);
	assert_int_equal(counts[RECIPIENT_SKIPPED], 1);
	assert_int_equal(counts[RECIPIENT_FAILED], 1);
	OK(store_recipient_get(aid_store, "spring", 2, aid_pool, &one,
			       &aid_err));
	assert_int_equal(one.state, RECIPIENT_DOUBTFUL);
	assert_true(one.message_id == 12);
	OK(store_recipient_get(aid_store, "spring", 3, aid_pool, &one,
			       &aid_err));
	assert_string_equal(one.reason, "suppressed");
	NONE(store_recipient_get(aid_store, "spring", 77, aid_pool, &one,
				 &aid_err));
	assert_int_equal(recipient_state_find("handing-over"),
			 RECIPIENT_HANDING_OVER);
	assert_int_equal(recipient_state_find(""), -1);
}

static void
the_queued_are_found_among_many_that_are_not(void **state)
{
	struct store_recipients_asked asked = {
		.name = "fall", .most = 2, .look_at_most = 4};
	struct store_recipients_found found;
	struct store_recipient sent = {.state = RECIPIENT_SENT};
	uint64_t n;

	queue_ids("fall", 1, 10);
	for (sent.record_id = 2; sent.record_id <= 8; sent.record_id++)
		OK(store_recipients_put(aid_store, "fall", &sent, 1, &aid_err));
	OK(store_recipients_next(aid_store, &asked, aid_pool, &found,
				 &aid_err));
	assert_int_equal(found.n_rows, 1); /* of 1 to 4 */
	assert_int_equal(found.rows[0].record_id, 1);
	assert_int_equal(found.after, 4);
	assert_false(found.over);
	asked.after = found.after;
	OK(store_recipients_next(aid_store, &asked, aid_pool, &found,
				 &aid_err));
	assert_int_equal(found.n_rows, 0);
	assert_int_equal(found.after, 8);
	asked.after = found.after;
	asked.with_key = true;
	OK(store_recipients_next(aid_store, &asked, aid_pool, &found,
				 &aid_err));
	assert_int_equal(found.n_rows, 2);
	assert_int_equal(found.rows[1].record_id, 10);
	assert_string_equal(found.rows[1].key, ""); /* no such record */
	asked.after = found.after;
	OK(store_recipients_next(aid_store, &asked, aid_pool, &found,
				 &aid_err));
	assert_int_equal(found.n_rows, 0);
	assert_true(found.over);
	OK(store_recipients_clear(aid_store, "fall", 7, &n, &aid_err));
	assert_int_equal(n, 7);
	OK(store_recipients_clear(aid_store, "fall", 7, &n, &aid_err));
	assert_int_equal(n, 3);
}

static void
what_was_counted_is_kept(void **state)
{
	struct store_broadcast_counted first = {aid_now, 20, "{}"};
	struct store_broadcast_counted next = {aid_now + 1, 30, "[]"}, found;

	NONE(store_broadcast_get_counted(aid_store, "spring", aid_pool, &found,
					 &aid_err));
	OK(store_broadcast_put_counted(aid_store, "spring", &first, &aid_err));
	OK(store_broadcast_put_counted(aid_store, "spring", &next, &aid_err));
	OK(store_broadcast_get_counted(aid_store, "spring", aid_pool, &found,
				       &aid_err));
	assert_int_equal(found.took_ms, 30);
	assert_true(found.counted_at == aid_now + 1);
	assert_string_equal(found.counted, "[]");
}

static void
forget_nothing(void *arg, uint64_t record_key)
{
}

static void
what_came_of_a_broadcast_is_counted(void **state)
{
	struct store_recipient batch[] = {
		{1, RECIPIENT_SENT, "", 42, aid_now, 0, NULL},
		{2, RECIPIENT_SENT, "", 42, aid_now, 0, NULL},
		{3, RECIPIENT_SENT, "", 43, aid_now, 0,
		 NULL}, /* another message */
		{4, RECIPIENT_FAILED, "", 42, aid_now, 0, NULL},
	};
	struct record_set *set = record_set_new();
	struct store_broadcast_results results;

	OK(store_recipients_put(aid_store, "spring", batch, 4, &aid_err));
	store_aid_happen("email.opened", 1, aid_now, VERDICT_HUMAN);
	store_aid_happen("email.opened", 1, aid_now, VERDICT_HUMAN);
	store_aid_happen("email.opened", 2, aid_now, VERDICT_MACHINE);
	store_aid_happen("email.opened", 3, aid_now, VERDICT_HUMAN);
	store_aid_happen("email.clicked", 2, aid_now, VERDICT_HUMAN);
	OK(store_broadcast_select(aid_store, "spring", "opened", set,
				  &aid_err));
	store_aid_set(set, 1, 0, 1);
	set = record_set_new();
	OK(store_broadcast_select(aid_store, "spring", "clicked", set,
				  &aid_err));
	store_aid_set(set, 2, 0, 1);
	set = record_set_new();
	OK(store_broadcast_select(aid_store, "spring", NULL, set, &aid_err));
	store_aid_set(set, 1, 3, 3);
	set = record_set_new();
	OK(store_broadcast_select(aid_store, "spring", "sent", set, &aid_err));
	assert_int_equal(store_broadcast_select(aid_store, "spring", "seen",
						set, &aid_err),
			 SG_REFUSED);
	store_aid_set(set, 1, 2, 3);
	OK(store_broadcast_get_results(aid_store, "spring", STORE_RANGE_ALL,
				       aid_pool, &results, &aid_err));
	assert_int_equal(results.n_rows, 2);
	assert_string_equal(results.rows[1].signal, "email.opened");
	assert_int_equal(results.rows[1].people, 1);
	assert_int_equal(results.rows[1].hits, 2);
	assert_int_equal(results.rows[1].machine_hits, 1);
}

static void
count_opened(const char *people_hits)
{
	struct store_broadcast_results results;
	char text[64];

	OK(store_broadcast_get_results(aid_store, "spring", STORE_RANGE_ALL,
				       aid_pool, &results, &aid_err));
	assert_int_equal(results.n_rows, 1);
	snprintf(text, sizeof(text), "%d %d", (int)results.rows[0].people,
		 (int)results.rows[0].hits);
	assert_string_equal(text, people_hits);
}

/* Retention folds one hit after another; who is forgotten stays a number. */
static void
a_person_counts_once_whatever_of_it_is_folded(void **state)
{
	struct store_recipient batch[] = {
		{1, RECIPIENT_SENT, "", 42, aid_now, 0, NULL},
		{2, RECIPIENT_SENT, "", 42, aid_now, 0, NULL},
	};
	struct store_forgotten whom = {
		.record_id = 1, .key = "", .now = aid_now};
	struct record_set *set = record_set_new();

	OK(store_recipients_put(aid_store, "spring", batch, 2, &aid_err));
	store_aid_happen("email.opened", 1, aid_now, VERDICT_HUMAN);
	store_aid_happen("email.opened", 1, aid_now + 10, VERDICT_HUMAN);
	store_aid_happen("email.opened", 1, aid_now + 20, VERDICT_HUMAN);
	store_aid_happen("email.opened", 2, aid_now + 20, VERDICT_HUMAN);
	count_opened("2 4");
	OK(store_retain_remove(aid_store, 1, aid_now + 5, &aid_err));
	count_opened("2 4");
	OK(store_retain_remove(aid_store, 1, aid_now + 15, &aid_err));
	count_opened("2 4");
	OK(store_retain_remove(aid_store, 2, aid_now + 30, &aid_err));
	OK(store_broadcast_select(aid_store, "spring", "opened", set,
				  &aid_err));
	store_aid_set(set, 2, 1, 2);
	OK(store_forget(aid_store, &whom, forget_nothing, NULL, &aid_err));
	count_opened("2 4");
}

/* --- the rest ----------------------------------------------------------- */

static void
a_token_is_found_by_hash_until_it_expires_or_is_revoked(void **state)
{
	unsigned char hash[STORE_TOKEN_HASH_SIZE] = "hash", other[32] = "none";
	struct store_token token = {.name = "ci",
				    .role = "operator",
				    .created_at = aid_now,
				    .expires_at = aid_now + 10};
	struct store_tokens all;
	struct store_token out;

	OK(store_token_create(aid_store, &token, hash, &aid_err));
	assert_int_equal(store_token_create(aid_store, &token, other, &aid_err),
			 SG_REFUSED);
	OK(store_token_find(aid_store, hash, aid_now, aid_pool, &out,
			    &aid_err));
	assert_string_equal(out.role, "operator");
	NONE(store_token_find(aid_store, hash, aid_now + 10, aid_pool, &out,
			      &aid_err));
	NONE(store_token_find(aid_store, other, aid_now, aid_pool, &out,
			      &aid_err));
	OK(store_token_revoke(aid_store, "ci", aid_now, &aid_err));
	NONE(store_token_revoke(aid_store, "ci", aid_now, &aid_err));
	NONE(store_token_find(aid_store, hash, aid_now, aid_pool, &out,
			      &aid_err));
	token.expires_at = 0;
	OK(store_token_create(aid_store, &token, other, &aid_err));
	OK(store_tokens_all(aid_store, false, aid_pool, &all, &aid_err));
	assert_int_equal(all.n_rows, 1);
	assert_true(all.rows[0].expires_at == 0);
	assert_true(all.rows[0].last_used_at == 0);
	OK(store_token_used(aid_store, all.rows[0].id, aid_now, &aid_err));
	OK(store_tokens_all(aid_store, true, aid_pool, &all, &aid_err));
	assert_int_equal(all.n_rows, 2);
	assert_true(all.rows[0].revoked_at != 0);
	assert_true(all.rows[1].last_used_at == aid_now);
}

static void
the_audit_is_read_newest_first(void **state)
{
	struct store_audit row = {0,	  aid_now, "anna", "list.create",
				  "news", NULL,	   "uid 0"};
	struct store_audit_filter filter = {0};
	struct store_audits rows;

	OK(store_audit_append(aid_store, &row, &aid_err));
	row.action = "list.delete";
	OK(store_audit_append(aid_store, &row, &aid_err));
	filter.most = 1;
	OK(store_audit_recent(aid_store, &filter, aid_pool, &rows, &aid_err));
	assert_int_equal(rows.n_rows, 1);
	assert_string_equal(rows.rows[0].action, "list.delete");
	filter.before_id = rows.rows[0].id;
	filter.most = 5;
	OK(store_audit_recent(aid_store, &filter, aid_pool, &rows, &aid_err));
	assert_int_equal(rows.n_rows, 1);
	assert_string_equal(rows.rows[0].detail, "");
	assert_string_equal(rows.rows[0].origin, "uid 0");
	filter = (struct store_audit_filter){.most = 5, .action = "list"};
	OK(store_audit_recent(aid_store, &filter, aid_pool, &rows, &aid_err));
	assert_int_equal(rows.n_rows, 2);
	filter.action = "list.delete";
	OK(store_audit_recent(aid_store, &filter, aid_pool, &rows, &aid_err));
	assert_int_equal(rows.n_rows, 1);
	filter.origin = "192.0.2.1";
	OK(store_audit_recent(aid_store, &filter, aid_pool, &rows, &aid_err));
	assert_int_equal(rows.n_rows, 0);
}

static void
a_position_is_kept_for_each_spool(void **state)
{
	struct spool_position one = {{1, 0xff}, 3, 4}, two = {{2}, 5, 6}, out;
	struct spool_position never = {{0}, 0, 0}, before = one;

	NONE(store_position_get(aid_store, one.id, &out, &aid_err));
	OK(store_position_set(aid_store, &never, &one, &aid_err));
	OK(store_position_set(aid_store, &never, &two, &aid_err));
	one.offset = UINT64_C(1) << 40;
	OK(store_position_set(aid_store, &before, &one, &aid_err));
	/* A node of the same id that does not know of it is refused. */
	before.offset++;
	assert_int_equal(
		store_position_set(aid_store, &never, &before, &aid_err),
		SG_FAILED);
	assert_non_null(strstr(aid_err.text, "a copy"));
	OK(store_position_get(aid_store, one.id, &out, &aid_err));
	assert_int_equal(spool_position_compare(&one, &out), 0);
	assert_memory_equal(one.id, out.id, SPOOL_ID_SIZE);
	OK(store_position_get(aid_store, two.id, &out, &aid_err));
	assert_true(out.segment == 5);
}

static void
an_external_id_is_new_once_in_30_days(void **state)
{
	int64_t day = CLOCK_DAY_MS;

	OK(store_external_add(aid_store, UINT64_MAX, aid_now, &aid_err));
	NONE(store_external_add(aid_store, UINT64_MAX, aid_now, &aid_err));
	NONE(store_external_add(aid_store, UINT64_MAX, aid_now - day / 2,
				&aid_err));
	NONE(store_external_add(aid_store, UINT64_MAX, aid_now + 30 * day,
				&aid_err));
	OK(store_external_add(aid_store, 5, aid_now, &aid_err));
	OK(store_external_expire(aid_store, aid_now + 30 * day, &aid_err));
	NONE(store_external_add(aid_store, 5, aid_now + day, &aid_err));
	OK(store_external_expire(aid_store, aid_now + 31 * day, &aid_err));
	OK(store_external_add(aid_store, 5, aid_now + day, &aid_err));
	OK(store_external_add(aid_store, UINT64_MAX, aid_now + 32 * day,
			      &aid_err));
}

static void
a_record_has_one_timer_of_a_kind(void **state)
{
	struct store_timer timer = {4, "field-rules", NULL, aid_now + 10};
	struct store_timers due;
	int64_t next = 0;

	NONE(store_timer_next(aid_store, &next, &aid_err));
	OK(store_timer_set(aid_store, &timer, &aid_err));
	timer.due_at = aid_now + 5;
	OK(store_timer_set(aid_store, &timer, &aid_err));
	timer.record_id = 3;
	timer.due_at = aid_now + 7;
	OK(store_timer_set(aid_store, &timer, &aid_err));
	OK(store_timer_next(aid_store, &next, &aid_err));
	assert_true(next == aid_now + 5);
	OK(store_timers_due(aid_store, aid_now + 4, 10, aid_pool, &due,
			    &aid_err));
	assert_int_equal(due.n_rows, 0);
	OK(store_timers_due(aid_store, aid_now + 7, 10, aid_pool, &due,
			    &aid_err));
	assert_int_equal(due.n_rows, 2);
	assert_int_equal(due.rows[0].record_id, 4);
	OK(store_timer_remove(aid_store, 4, "field-rules", "", &aid_err));
	OK(store_timer_remove(aid_store, 4, "field-rules", "", &aid_err));
	OK(store_timers_due(aid_store, aid_now + 7, 10, aid_pool, &due,
			    &aid_err));
	assert_int_equal(due.n_rows, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_suppression_holds_until_it_expires),
		STORE_TEST(a_message_is_found_by_id_and_by_message_id_header),
		STORE_TEST(the_newest_senders_come_first),
		STORE_TEST(messages_are_counted_by_the_time_in_their_ids),
		STORE_TEST(a_broadcast_goes_from_draft_to_sent),
		STORE_TEST(recipients_move_on_in_batches),
		STORE_TEST(the_queued_are_found_among_many_that_are_not),
		STORE_TEST(what_was_counted_is_kept),
		STORE_TEST(what_came_of_a_broadcast_is_counted),
		STORE_TEST(a_person_counts_once_whatever_of_it_is_folded),
		STORE_TEST(
			a_token_is_found_by_hash_until_it_expires_or_is_revoked),
		STORE_TEST(the_audit_is_read_newest_first),
		STORE_TEST(a_position_is_kept_for_each_spool),
		STORE_TEST(an_external_id_is_new_once_in_30_days),
		STORE_TEST(a_record_has_one_timer_of_a_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
