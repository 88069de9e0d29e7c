/*
 * condition_set_test.c - a condition over all records says the same as over
 * each: random populations, random expressions, a real store and scoreboard.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "condition_aid.h"
#include "rule/condition_set.h"
#include "score/scoreboard.h"
#include "seed_more.h"
#include "store/store_broadcast.h"
#include "store/store_history.h"
#include "store/store_ledger.h"
#include "store/store_list.h"
#include "store/store_record.h"

/* 2026-02-15T12:00Z */
#define NOW ((int64_t)1771156800000)

enum { RECORDS = 150, EXPRESSIONS = 500 };

static char directory[] = "/tmp/condition_set_XXXXXX";
static struct store *store;
static struct scoreboard *board;
static struct sg_err err;

#define OK(call) assert_ok((call), __LINE__)

static void
assert_ok(enum sg_status status, int line)
{
	if (status != SG_OK)
		fail_msg("line %d: %s", line, err.text);
}

static unsigned
below(uint64_t *seed, unsigned n)
{
	return aid_random(seed) % n;
}

static int64_t
some_time_ago(uint64_t *seed)
{
	return NOW - (int64_t)below(seed, 60 * 24) * 3600000;
}

static void
make_fields(uint64_t *seed, uint32_t id)
{
	static const char *const countries[] = {"de", "DE", "at", "fr", "42"};
	static const char *const renewals[] = {"2026-02-20", "2026-03-01",
					       "2025-01-01", "soon", "7"};
	static const char *const sizes[] = {"straße", "STRASSE", "groß", "4"};
	static const char *const vips[] = {"true", "no", "1", "maybe"};
	char number[16];

	if (below(seed, 3)) {
		snprintf(number, sizeof(number), "%d",
			 (int)below(seed, 60) - 9);
		OK(store_field_set(store, id, "age", number, &err));
	}
	if (below(seed, 3))
		OK(store_field_set(store, id, "country",
				   countries[below(seed, 5)], &err));
	if (below(seed, 2))
		OK(store_field_set(store, id, "renewal",
				   renewals[below(seed, 5)], &err));
	if (below(seed, 2))
		OK(store_field_set(store, id, "Größe", sizes[below(seed, 4)],
				   &err));
	if (below(seed, 2))
		OK(store_field_set(store, id, "vip", vips[below(seed, 4)],
				   &err));
	if (below(seed, 2)) {
		snprintf(number, sizeof(number), "0%u", below(seed, 50));
		OK(store_field_set(store, id, "zip", number, &err));
	}
}

static void
make_member(uint64_t *seed, uint32_t id, const char *list)
{
	struct store_member member = {
		list, id, (enum list_state)(1 + below(seed, 3)), NOW, "form"};

	if (below(seed, 2))
		OK(store_member_set(store, &member, &err));
}

static void
make_state(uint64_t *seed, uint32_t id, uint32_t score_id, size_t rate)
{
	struct score_state state = {.scored = true,
				    .as_of = some_time_ago(seed)};

	if (below(seed, 3) == 0)
		return;
	if (below(seed, 4) == 0)
		state.manual[0] = 20;
	if (below(seed, 4) == 0)
		state.manual[1] = -(double)below(seed, 40);
	if (below(seed, 2))
		state.field[0] = 10;
	if (below(seed, 3)) {
		state.touch[0][0] = below(seed, 30);
		state.touch[rate][0] = below(seed, 100);
		state.touch[rate][1] = -(double)below(seed, 30);
	}
	scoreboard_put(board, id, score_id, &state);
}

static void
make_signal(uint64_t *seed, uint32_t id)
{
	static const char *const names[] = {"email.opened", "email.clicked",
					    "order.paid", "field.changed",
					    "broadcast.sent"};
	static const char *const urls[] = {"https://x/Pricing", "https://x/"};
	static const char *const fields[] = {"age", "country"};
	struct store_history_place place = {0, id, 1, below(seed, 8) != 0,
					    0, 0};
	int64_t at = some_time_ago(seed);
	const char *name = names[below(seed, 5)];
	char amount[16];
	struct signal signal;

	snprintf(amount, sizeof(amount), "%u", below(seed, 50));
	signal_init(&signal, name, at);
	signal.verdict = below(seed, 5) ? VERDICT_HUMAN
					: (enum verdict)(1 + below(seed, 2));
	OK(signal_set(&signal, "url", urls[below(seed, 2)], &err));
	OK(signal_set(&signal, "amount", amount, &err));
	if (below(seed, 2))
		OK(signal_set(&signal,
			      strcmp(name, "broadcast.sent") ? "campaign"
							     : "broadcast",
			      below(seed, 2) ? "spring" : "winter", &err));
	if (strcmp(name, "field.changed") == 0) {
		signal.kind = SIGNAL_FIELD_SET;
		OK(signal_set(&signal, "name", fields[below(seed, 2)], &err));
		OK(signal_set(&signal, "value", amount, &err));
	}
	place.id = store_new_id(store, at);
	OK(store_history_append(store, &place, &signal, &err));
}

static void
make_ledger(uint64_t *seed, uint32_t id)
{
	struct store_ledger entry = {.record_id = id,
				     .score_id = 1,
				     .at = some_time_ago(seed),
				     .delta = 5,
				     .class = 2,
				     .side = 1,
				     .entry = LEDGER_ENTRY_POINTS,
				     .explanation = ""};

	entry.id = store_new_id(store, entry.at);
	OK(store_ledger_append(store, &entry, &err));
}

static void
make_recipient(uint64_t *seed, uint32_t id)
{
	struct store_recipient row = {
		id,  (enum recipient_state)below(seed, RECIPIENT_N_STATES),
		"",  0,
		NOW, 0,
		NULL};

	if (below(seed, 2))
		OK(store_recipients_put(store, "spring", &row, 1, &err));
}

static void
make_record(uint64_t *seed, uint32_t n, const uint32_t score_ids[2],
	    const size_t rates[2])
{
	static const char *const modules[] = {"contact", "contact", "lead",
					      "deal"};
	const char *module = modules[below(seed, 4)];
	char key[64];
	unsigned i, hits;
	uint32_t id;

	snprintf(key, sizeof(key), "%c%u@%s", 'a' + (char)below(seed, 4), n,
		 below(seed, 2) ? "example.com" : "example.org");
	OK(store_record_create(store, n + 1000, module,
			       below(seed, 9) ? key : "", some_time_ago(seed),
			       &id, &err));
	scoreboard_set_record(board, id, module);
	make_fields(seed, id);
	if (below(seed, 3) == 0)
		OK(store_tag_add(store, id, "vip", &err));
	make_member(seed, id, "news");
	make_member(seed, id, "sales");
	make_state(seed, id, score_ids[0], rates[0]);
	make_state(seed, id, score_ids[1], rates[1]);
	hits = below(seed, 3) ? below(seed, 8) : 0;
	for (i = 0; i < hits; i++)
		make_signal(seed, id);
	for (i = below(seed, 4); i > 0; i--)
		make_ledger(seed, id);
	make_recipient(seed, id);
	if (below(seed, 12) == 0)
		OK(store_record_delete(store, id, NOW, &err));
}

static void
make_scores(uint32_t ids[2], size_t rates[2])
{
	struct score_settings lead = {.id = 1,
				      .name = "lead",
				      .degrade = 5,
				      .degrade_negative = true};
	struct score_settings fit = {.id = 2,
				     .name = "fit",
				     .degrade_negative = true,
				     .has_default = true,
				     .has_ceiling = true,
				     .ceiling = 60};

	OK(scoreboard_add_score(board, &lead, &err));
	OK(scoreboard_add_score(board, &fit, &err));
	OK(scoreboard_rate_index(board, 5, &rates[0], &err));
	OK(scoreboard_rate_index(board, 20, &rates[1], &err));
	ids[0] = 1;
	ids[1] = 2;
}

static void
populate(uint64_t seed)
{
	uint32_t ids[2];
	size_t rates[2];
	struct store_broadcast broadcast = {.name = "spring",
					    .template = "",
					    .condition = "",
					    .sender = "",
					    .settings = "{}",
					    .author = "test",
					    .created_at =
						    NOW - 50 * CLOCK_DAY_MS};
	char path[64];
	uint32_t n;

	snprintf(path, sizeof(path), "%s/%llu.db", directory,
		 (unsigned long long)seed);
	OK(store_open(path, DB_READ_WRITE, &store, &err));
	board = scoreboard_new(NOW - 100 * CLOCK_DAY_MS);
	make_scores(ids, rates);
	OK(store_begin(store, &err));
	OK(store_broadcast_create(store, &broadcast, &err));
	scoreboard_write_begin(board);
	for (n = 1; n <= RECORDS; n++)
		make_record(&seed, n, ids, rates);
	scoreboard_write_end(board);
	OK(store_commit(store, &err));
}

static void
empty(void)
{
	scoreboard_free(board);
	store_close(store);
}

/* true: the same for the record. */
static bool
same_for(const struct condition *condition, const struct record_set *selected,
	 uint32_t id)
{
	struct stored_view *view = NULL;
	bool answer;

	if (stored_view_open(store, board, id, NOW, &view, &err) == SG_NONE)
		return !record_set_has(selected, id);
	assert_non_null(view);
	answer = condition_test(condition, stored_view_get(view), NULL, NOW);
	OK(stored_view_check(view, &err));
	stored_view_close(view);
	return answer == record_set_has(selected, id);
}

static uint64_t
check_expression(const char *text)
{
	struct condition *condition = NULL;
	struct record_set *selected = NULL;
	uint64_t count;
	uint32_t id;

	OK(condition_parse(text, aid_names(), &condition, &err));
	OK(condition_select(condition, store, board, NOW, &selected, &err));
	for (id = 1; id <= RECORDS; id++) {
		if (!same_for(condition, selected, id))
			fail_msg("record %u: the set says %s for\n%s", id,
				 record_set_has(selected, id) ? "yes" : "no",
				 text);
	}
	count = record_set_count(selected);
	record_set_free(selected);
	condition_free(condition);
	return count;
}

static void
set_and_single_evaluation_agree(void **state)
{
	uint64_t seed, round;
	struct buf text = BUF_INIT;
	unsigned i, useful = 0;
	uint64_t count;

	for (round = 1; round <= 2; round++) {
		seed = 990000 + round + seed_more();
		print_message("seed %llu\n", (unsigned long long)seed);
		populate(seed);
		for (i = 0; i < EXPRESSIONS / 2; i++) {
			buf_reset(&text);
			aid_expression(&seed, i % 4, &text);
			count = check_expression(buf_text(&text));
			useful += count > 0 && count < RECORDS * 9 / 10;
		}
		empty();
	}
	/* else it compares nothing with nothing */
	assert_true(useful > EXPRESSIONS / 3);
	buf_done(&text);
}

static void
each_leaf_agrees_by_itself(void **state)
{
	static const char *const leaves[] = {
		"has score",
		"has score 'fit'",
		"has score != 30",
		"has score 'fit' = 60",
		"has score 'fit' between 0 and 60",
		"score 'fit' = 0",
		"percent = 0",
		"percent = 100",
		"percent > 0",
		"percent >= 50",
		"percent 'fit' <= 50",
		"50 <= percent",
		"0 != percent",
		"score != 30",
		"30 > score",
		"score 'quiz:onboarding' > 0",
		"percent 'quiz:onboarding' = 0",
		"band 'hot' or band 'mild'",
		"record.created within 20d",
		"record.created where (tag 'vip')",
		"record.created at least 2 times",
		"record.changed where (signal.old > signal.new)",
		"field.changed where (signal.old is empty)",
		"field.changed where (signal.new >= 25) at least 2 times",
		"score.changed within 20d at least 2 times",
		"score.changed where (signal.points = 5 and signal.score = "
		"'LEAD')",
		"broadcast 'spring' opened or broadcast 'winter' clicked",
		"broadcast 'spring'",
		"broadcast 'winter' sent",
		"field.age = field.zip",
		"field.age + field.age > 40",
		"field.age > score",
		"email contains 'a1' or created within 3d",
		"email.clicked where (signal.amount > field.age)",
		NULL};
	size_t i;

	populate(31);
	for (i = 0; leaves[i]; i++)
		print_message("%s: %u\n", leaves[i],
			      (unsigned)check_expression(leaves[i]));
	empty();
}

static void
a_store_that_fails_is_told(void **state)
{
	static const char *const texts[] = {
		"tag 'vip'",
		"list 'news' or field.age > 3",
		"created within 3d and field.age = field.zip",
		"email.clicked where (tag 'vip')",
		"broadcast 'spring' opened",
	};
	struct condition *condition;
	struct record_set *selected;
	unsigned n, failed = 0;
	enum sg_status status;
	size_t i;

	populate(32);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		OK(condition_parse(texts[i], aid_names(), &condition, &err));
		for (n = 1; n < 40; n++) {
			selected = NULL;
			db_fail_after(store_db(store), n);
			status = condition_select(condition, store, board, NOW,
						  &selected, &err);
			db_fail_after(store_db(store), 0);
			assert_true(status == SG_OK ? selected != NULL
						    : selected == NULL);
			failed += status != SG_OK;
			record_set_free(selected);
		}
		condition_free(condition);
	}
	assert_true(failed > 10);
	empty();
}

static int
make_directory(void **state)
{
	return mkdtemp(directory) ? 0 : -1;
}

static int
remove_directory(void **state)
{
	static const char *const names[] = {"990001", "990002", "31", "32"};
	static const char *const ends[] = {"db", "db-wal", "db-shm"};
	char path[96];
	size_t i, j;

	for (i = 0; i < 4; i++) {
		for (j = 0; j < 3; j++) {
			snprintf(path, sizeof(path), "%s/%s.%s", directory,
				 names[i], ends[j]);
			unlink(path);
		}
	}
	return rmdir(directory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_leaf_agrees_by_itself),
		cmocka_unit_test(set_and_single_evaluation_agree),
		cmocka_unit_test(a_store_that_fails_is_told),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
