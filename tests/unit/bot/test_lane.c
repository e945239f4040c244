#include "../unit.h"

#include "bot/lane.h"

#define ADA   STOA_STR("console.t_ada")
#define GRACE STOA_STR("console.t_grace")

static void
test_lane_runs_one_members_commands_in_order(void **state)
{
	struct bot_lane_item items[3];
	struct bot_lanes l;

	(void)state;
	bot_lanes_init(&l, 1);
	assert_int_equal(bot_lane_join(&l, ADA, &items[0], 8), BOT_LANE_FIRST);
	assert_int_equal(bot_lane_join(&l, ADA, &items[1], 8), BOT_LANE_WAITS);
	assert_int_equal(bot_lane_join(&l, ADA, &items[2], 8), BOT_LANE_WAITS);
	assert_ptr_equal(bot_lane_leave(&l, ADA), &items[1]);
	assert_ptr_equal(bot_lane_leave(&l, ADA), &items[2]);
	assert_null(bot_lane_leave(&l, ADA));
	assert_int_equal(l.count, 0);
	assert_int_equal(bot_lane_join(&l, ADA, &items[0], 8), BOT_LANE_FIRST);
	bot_lanes_fini(&l);
}

static void
test_lane_members_do_not_wait_for_each_other(void **state)
{
	struct bot_lane_item items[4];
	struct bot_lanes l;

	(void)state;
	bot_lanes_init(&l, 1);
	assert_int_equal(bot_lane_join(&l, ADA, &items[0], 8), BOT_LANE_FIRST);
	assert_int_equal(
	    bot_lane_join(&l, GRACE, &items[1], 8), BOT_LANE_FIRST);
	assert_int_equal(bot_lane_join(&l, ADA, &items[2], 8), BOT_LANE_WAITS);
	assert_null(bot_lane_leave(&l, GRACE));
	assert_ptr_equal(bot_lane_leave(&l, ADA), &items[2]);
	bot_lanes_fini(&l);
}

static void
test_lane_takes_no_more_than_may_wait(void **state)
{
	struct bot_lane_item items[4];
	struct bot_lanes l;

	(void)state;
	bot_lanes_init(&l, 1);
	assert_int_equal(bot_lane_join(&l, ADA, &items[0], 2), BOT_LANE_FIRST);
	assert_int_equal(bot_lane_join(&l, ADA, &items[1], 2), BOT_LANE_WAITS);
	assert_int_equal(bot_lane_join(&l, ADA, &items[2], 2), BOT_LANE_WAITS);
	assert_int_equal(bot_lane_join(&l, ADA, &items[3], 2), BOT_LANE_FULL);
	assert_int_equal(l.count, 3);
	(void)bot_lane_leave(&l, ADA);
	assert_int_equal(bot_lane_join(&l, ADA, &items[3], 2), BOT_LANE_WAITS);
	bot_lanes_fini(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lane_runs_one_members_commands_in_order),
	    cmocka_unit_test(test_lane_members_do_not_wait_for_each_other),
	    cmocka_unit_test(test_lane_takes_no_more_than_may_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
