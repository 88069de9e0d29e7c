/* store_broadcast_hit_test.c - who did what with the mails of a broadcast, by
 * either way to it. */
#include "store_aid.h"

#include "store/store_broadcast.h"

enum { RECIPIENTS = 3, STRANGER = 4 };

static void
send_to_three(void)
{
	const struct store_broadcast spring = {.name = "spring",
					       .template = "x",
					       .template_len = 1,
					       .condition = "",
					       .sender = "a@x",
					       .settings = "{}",
					       .author = "ann",
					       .created_at = aid_now};
	struct store_recipient row = {.state = RECIPIENT_SENT,
				      .reason = "",
				      .message_id = 42,
				      .changed_at = aid_now};

	OK(store_broadcast_create(aid_store, &spring, &aid_err));
	OK(store_broadcast_set_state(aid_store, "spring", BROADCAST_SENDING, "",
				     aid_now, &aid_err));
	assert_int_equal(store_aid_add(1, "ann@x"), 1);
	assert_int_equal(store_aid_add(2, "bob@x"), 2);
	assert_int_equal(store_aid_add(3, "cleo@x"), 3);
	assert_int_equal(store_aid_add(4, "stranger@x"), STRANGER);
	for (row.record_id = 1; row.record_id <= RECIPIENTS; row.record_id++)
		OK(store_recipients_add(aid_store, "spring", &row, 1,
					&aid_err));
}

static void
click(uint32_t record_id, int64_t after_ms, enum verdict verdict)
{
	store_aid_happen("email.clicked", record_id, aid_now + after_ms,
			 verdict);
}

static void
add_hit(void *arg, const struct store_broadcast_hit *hit)
{
	*(uint32_t *)arg += 1u << 8 * (hit->record_id - 1);
}

/* In the order they came in, however many at once; and all of them. */
static void
clicks_are(const uint32_t *want, size_t n, uint32_t want_sum)
{
	struct store_broadcast_hits_asked asked = {.name = "spring",
						   .signal = "email.clicked"};
	uint32_t sum = 0;
	struct store_broadcast_each each = {"spring", "email.clicked", add_hit,
					    &sum};
	struct store_broadcast_hits hits;
	size_t at, i;

	for (asked.most = 1; asked.most <= n + 1; asked.most++) {
		asked.after = 0;
		at = 0;
		do {
			OK(store_broadcast_get_hits(aid_store, &asked, aid_pool,
						    &hits, &aid_err));
			for (i = 0; i < hits.n_rows; i++) {
				assert_true(at < n);
				assert_int_equal(hits.rows[i].record_id,
						 want[at++]);
				assert_true(hits.rows[i].id > asked.after);
				asked.after = hits.rows[i].id;
			}
		} while (hits.n_rows == asked.most);
		assert_int_equal(at, n);
	}
	OK(store_broadcast_each_hit(aid_store, &each, &aid_err));
	assert_int_equal(sum, want_sum);
}

static void
both_ways_lead_to_the_same_hits(void **state)
{
	static const uint32_t want[] = {1, 2, 1, 3, 3};
	int i;

	send_to_three();
	clicks_are(NULL, 0, 0);
	click(1, 5000, VERDICT_HUMAN);
	click(STRANGER, 5500, VERDICT_HUMAN);
	click(2, 100, VERDICT_MACHINE); /* heard of later */
	store_aid_happen("email.opened", 2, aid_now, VERDICT_HUMAN);
	click(1, 6000, VERDICT_HUMAN);
	click(3, -3600000, VERDICT_PROXY); /* by another server's clock */
	click(3, 7000, VERDICT_HUMAN);
	clicks_are(want, 5, 2 | 1 << 8 | 2 << 16); /* of six hits */
	for (i = 0; i < 20; i++)
		click(STRANGER, i, VERDICT_HUMAN);
	clicks_are(want, 5, 2 | 1 << 8 | 2 << 16); /* of three recipients */
}

static void
a_broadcast_that_is_not_there_has_none(void **state)
{
	store_aid_add(1, "ann@x");
	click(1, 0, VERDICT_HUMAN);
	clicks_are(NULL, 0, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(both_ways_lead_to_the_same_hits),
		STORE_TEST(a_broadcast_that_is_not_there_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
