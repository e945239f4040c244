/* test_reshard.c - each decision on the way from one count to another. */
#include "../unit.h"

#include "gateway/limits.h"
#include "gateway/reshard.h"

#define S STOA_US_PER_S

static void
test_aim_is_new_only_when_another_count_is_asked_for(void **state)
{
	static const struct {
		unsigned wanted;
		struct reshard_aim before;
		uint64_t want_plan;
	} cases[] = {
	    {4, {0, 0}, 9}, /* its first life */
	    {4, {4, 5}, 5}, /* started again as it was */
	    {2, {4, 5}, 9}, /* an operator has changed it */
	    {0, {4, 5}, 9}, /* follows from now on */
	    {0, {0, 5}, 5}, /* as before */
	    {4, {0, 5}, 9}, /* no longer follows */
	    {4, {4, 0}, 9}, /* it was given up: tried again */
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		struct reshard_aim aim =
		    reshard_aim(cases[i].wanted, cases[i].before, 9);

		assert_int_equal(aim.count, cases[i].wanted);
		assert_int_equal(aim.plan, cases[i].want_plan);
	}
}

static void
test_stand_is_what_the_plan_makes_of_a_wish(void **state)
{
	static const struct {
		struct reshard_aim aim;
		unsigned count;
		uint64_t plan;
		enum reshard_stand want;
	} cases[] = {
	    {{0, 5}, 2, 5, RESHARD_FOLLOWS}, {{0, 5}, 2, 9, RESHARD_FOLLOWS},
	    {{2, 5}, 2, 5, RESHARD_FOLLOWS}, {{2, 5}, 2, 9, RESHARD_FOLLOWS},
	    {{4, 5}, 2, 5, RESHARD_BRINGS},
	    {{4, 5}, 2, 9, RESHARD_OVERRULED}, /* another switch came first */
	    {{4, 0}, 2, 9, RESHARD_OVERRULED}, /* given up */
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		assert_int_equal(
		    reshard_stand(&cases[i].aim, cases[i].count, cases[i].plan),
		    cases[i].want);
	}
}

/* 2 -> 4 -> 2: A has 2 from the beginning, B is changed each time. Who was
 * overruled stays so over restarts, and never turns the plan back. */
static void
test_aim_does_not_turn_a_plan_back(void **state)
{
	struct reshard_aim a = reshard_aim(2, (struct reshard_aim){0}, 1);
	struct reshard_aim b = reshard_aim(4, (struct reshard_aim){0}, 1);

	(void)state;
	assert_int_equal(reshard_stand(&a, 2, 1), RESHARD_FOLLOWS);
	assert_int_equal(reshard_stand(&b, 2, 1), RESHARD_BRINGS);
	/* B has switched. Both end and are started again. */
	a = reshard_aim(2, a, 7);
	b = reshard_aim(4, b, 7);
	assert_int_equal(reshard_stand(&a, 4, 7), RESHARD_OVERRULED);
	assert_int_equal(reshard_stand(&b, 4, 7), RESHARD_FOLLOWS);
	/* An operator goes back. */
	b = reshard_aim(2, b, 7);
	assert_int_equal(reshard_stand(&b, 4, 7), RESHARD_BRINGS);
	assert_int_equal(reshard_stand(&a, 2, 12), RESHARD_FOLLOWS);
	assert_int_equal(reshard_stand(&b, 2, 12), RESHARD_FOLLOWS);
}

static void
test_is_settled_once_all_guilds_are_there(void **state)
{
	static const struct {
		struct reshard_shard shard;
		bool want;
	} cases[] = {
	    {{true, GATEWAY_KEPT_US, 0, 0}, true},
	    {{false, GATEWAY_KEPT_US, 0, 0}, false},
	    /* What a resume has repeated would be among what is kept. */
	    {{true, GATEWAY_KEPT_US - 1, 0, 0}, false},
	    {{true, 60 * S, 1, 0}, false},
	    {{true, 60 * S, 1, GATEWAY_GUILDS_US - 1}, false},
	    /* It is not available, and Discord says nothing of it. */
	    {{true, 60 * S, 1, GATEWAY_GUILDS_US}, true},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		assert_int_equal(
		    reshard_is_settled(&cases[i].shard), cases[i].want);
	}
}

static void
test_is_due_when_nothing_can_be_missed(void **state)
{
	static const struct {
		struct reshard_look look;
		bool want;
	} cases[] = {
	    {{4, 0, 2, 0}, false},
	    {{4, 3, 2, 0}, false},
	    {{4, 4, 2, 0}, true},
	    {{4, 4, 2, 1}, true},
	    {{4, 3, 2, 1}, false},
	    /* Nobody hears anything: each new shard publishes when it can. */
	    {{4, 0, 2, 2}, true},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		assert_int_equal(reshard_is_due(&cases[i].look), cases[i].want);
	}
}

/* The set that follows keeps what the one before it might not have heard when
 * it left: both hear an event within GATEWAY_KEPT_US of each other. */
static void
test_is_kept_until_the_old_set_has_surely_said_it(void **state)
{
	int64_t sure = 100 * S;

	(void)state;
	assert_true(reshard_is_kept(sure, sure));
	assert_true(reshard_is_kept(sure + 60 * S, sure));
	assert_true(reshard_is_kept(sure - GATEWAY_KEPT_US, sure));
	assert_false(reshard_is_kept(sure - GATEWAY_KEPT_US - 1, sure));
}

static void
test_leave_hears_all_and_stores_it_first(void **state)
{
	static const int64_t min = GATEWAY_OVERLAP_US_MIN;
	static const int64_t max = GATEWAY_OVERLAP_US_MAX;
	const struct {
		struct reshard_past past;
		enum reshard_leave want;
	} cases[] = {
	    {{true, false, false, 0, 0}, RESHARD_HEARS},
	    {{true, false, true, 0, min - 1}, RESHARD_HEARS},
	    {{true, false, true, 0, min}, RESHARD_LEAVES},
	    {{true, false, true, 3, min}, RESHARD_STORES},
	    /* It cannot be reached, or has far to catch up: there is an end. */
	    {{true, false, false, 0, max - 1}, RESHARD_HEARS},
	    {{true, false, false, 0, max}, RESHARD_LEAVES},
	    {{true, false, false, 3, max}, RESHARD_STORES},
	    /* What was taken is stored, however long that takes. */
	    {{true, false, true, 1, 10 * max}, RESHARD_STORES},
	    {{false, false, false, 0, 0}, RESHARD_LEAVES},
	    {{false, false, false, 1, 0}, RESHARD_STORES},
	    /* Never in force: the others say all that it has. */
	    {{true, true, false, 3, 0}, RESHARD_LEAVES},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		assert_int_equal(reshard_leave(&cases[i].past), cases[i].want);
	}
}

/* Two replicas that both count a shard do not make it two. */
static void
test_bits_count_each_shard_once(void **state)
{
	uint8_t ours[2] = {0}, other[3] = {0};

	(void)state;
	reshard_bits_set(ours, sizeof(ours), 0);
	reshard_bits_set(ours, sizeof(ours), 9);
	reshard_bits_set(ours, sizeof(ours), 16); /* beyond it */
	assert_int_equal(reshard_bits_count(ours, sizeof(ours)), 2);
	reshard_bits_set(other, sizeof(other), 9);
	reshard_bits_set(other, sizeof(other), 15);
	reshard_bits_set(other, sizeof(other), 20);
	reshard_bits_add(ours, sizeof(ours), other, sizeof(other));
	assert_int_equal(reshard_bits_count(ours, sizeof(ours)), 3);
	reshard_bits_add(ours, sizeof(ours), other, 1);
	assert_int_equal(reshard_bits_count(ours, sizeof(ours)), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_aim_is_new_only_when_another_count_is_asked_for),
	    cmocka_unit_test(test_stand_is_what_the_plan_makes_of_a_wish),
	    cmocka_unit_test(test_aim_does_not_turn_a_plan_back),
	    cmocka_unit_test(test_is_settled_once_all_guilds_are_there),
	    cmocka_unit_test(test_is_due_when_nothing_can_be_missed),
	    cmocka_unit_test(test_is_kept_until_the_old_set_has_surely_said_it),
	    cmocka_unit_test(test_leave_hears_all_and_stores_it_first),
	    cmocka_unit_test(test_bits_count_each_shard_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
