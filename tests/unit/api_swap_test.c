/* api_swap_test.c - one answer, one set of scores: `rules run` switches while
 * a list of contacts is being written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "api_aid.h"
#include "base/clock.h"
#include "score/scoreboard.h"

enum { PEOPLE = 150, SWAPS = 60 };

struct swapper {
	struct scoreboard *board, *other;
	atomic_bool over;
};

static void
give_all(struct scoreboard *board, double points)
{
	struct score_state state;

	score_state_init(&state, clock_now());
	state.scored = true;
	state.manual[0] = points;
	scoreboard_write_begin(board);
	for (uint32_t id = 1; id <= PEOPLE; id++) {
		scoreboard_set_record(board, id, "contact");
		scoreboard_put(board, id, 1, &state);
	}
	scoreboard_write_end(board);
}

static struct scoreboard *
board_beside(struct scoreboard *board)
{
	struct scoreboard *other = scoreboard_new(clock_now());
	struct score_settings settings;
	struct sg_err err;

	for (size_t i = 0; i < scoreboard_n_scores(board); i++) {
		assert_int_equal(scoreboard_score_at(board, i, &settings),
				 SG_OK);
		assert_int_equal(scoreboard_add_score(other, &settings, &err),
				 SG_OK);
	}
	return other;
}

static void *
swap_often(void *arg)
{
	struct swapper *swapper = arg;
	struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};

	for (int i = 0; i < SWAPS; i++) {
		nanosleep(&pause, NULL); /* answers come between */
		scoreboard_write_begin(swapper->board);
		scoreboard_swap(swapper->board, swapper->other);
		scoreboard_write_end(swapper->board);
	}
	atomic_store(&swapper->over, true);
	return NULL;
}

static void
all_are_alike(struct api_server *server)
{
	struct json *items = json_get(server->json, "items");
	double first, score;

	assert_true(json_get_number(json_at(items, 0), "score", &first));
	for (size_t i = 1; i < PEOPLE; i++) {
		assert_true(
			json_get_number(json_at(items, i), "score", &score));
		if (fabs(score - first) > 0.5)
			fail_msg("%g and %g in one answer", first, score);
	}
}

static void
nobody_sees_old_and_new_scores_mixed(void **state)
{
	struct api_server *server = *state;
	struct swapper swapper = {.board = server->board};
	pthread_t thread;
	char body[64];

	for (int i = 0; i < PEOPLE; i++) {
		snprintf(body, sizeof(body), "{\"email\":\"p%d@far.test\"}", i);
		api_expect(server, 201, "POST", "/contacts", body);
	}
	swapper.other = board_beside(server->board);
	give_all(swapper.board, 2);
	give_all(swapper.other, 50);
	assert_int_equal(pthread_create(&thread, NULL, swap_often, &swapper),
			 0);
	while (!atomic_load(&swapper.over)) {
		api_expect(server, 200, "GET",
			   "/contacts?columns=score&limit=1000", NULL);
		all_are_alike(server);
	}
	pthread_join(thread, NULL);
	scoreboard_free(swapper.other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			nobody_sees_old_and_new_scores_mixed, api_server_start,
			api_server_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
