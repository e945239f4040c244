/* test_nodes_health.c - which nodes may be asked, and which block is final. */
#include "chain/nodes_health.h"

#include "chain/nodes_limits.h"

#include "../unit.h"

#define S INT64_C(1000000)

static const struct stoa_breaker_rule rule = {.failures_min = 3,
    .window_us = 30 * S,
    .open_us = 5 * S,
    .open_us_max = 20 * S,
    .probes = 1};

static struct node_health
well(uint64_t head, int64_t now_us)
{
	struct node_health h;

	node_health_init(&h, &rule);
	node_health_checked(&h, true, now_us);
	h.has_head = true;
	h.head = head;
	h.head_us = now_us;
	return h;
}

static bool
may_read(const struct node_health *h, int64_t now_us)
{
	return node_health_may_pass(h, NODE_READ, 100, 10, now_us);
}

static void
test_unchecked_is_only_checked(void **state)
{
	struct node_health h;

	(void)state;
	node_health_init(&h, &rule);
	assert_true(node_health_may_pass(&h, NODE_CHECK, 0, 10, 0));
	assert_false(node_health_may_pass(&h, NODE_READ, 0, 10, 0));
	assert_false(node_health_may_pass(&h, NODE_SEND, 0, 10, 0));
	node_health_checked(&h, true, 0);
	/* Where its head is, nobody knows yet. */
	assert_false(node_health_may_pass(&h, NODE_READ, 0, 10, 0));
	assert_true(node_health_may_pass(&h, NODE_SEND, 0, 10, 0));
}

static void
test_behind_is_not_read_but_sent_to(void **state)
{
	struct node_health h = well(90, 0);

	(void)state;
	assert_true(may_read(&h, 0));
	h.head = 89;
	assert_false(may_read(&h, 0));
	assert_int_equal(node_health_state(&h, 100, 10, 0), EVM_NODE_LAGGING);
	assert_true(node_health_may_pass(&h, NODE_SEND, 100, 10, 0));
	/* Ahead of what others say is not behind. */
	assert_true(node_health_may_pass(&h, NODE_READ, 10, 10, 0));
}

static void
test_wrong_chain_is_asked_again_late(void **state)
{
	struct node_health h = well(100, 0);

	(void)state;
	node_health_checked(&h, false, 0);
	assert_int_equal(
	    node_health_state(&h, 100, 10, 0), EVM_NODE_WRONG_CHAIN);
	assert_false(may_read(&h, 0));
	assert_false(node_health_may_pass(
	    &h, NODE_CHECK, 100, 10, EVM_NODE_BANNED_US - 1));
	assert_true(node_health_check_us(&h, 0) == EVM_NODE_BANNED_US);
	assert_true(
	    node_health_may_pass(&h, NODE_CHECK, 100, 10, EVM_NODE_BANNED_US));
}

static void
test_limited_waits_as_told_or_longer_each_time(void **state)
{
	struct node_health h = well(100, 0);
	int64_t now_us = 0, want_us = EVM_NODE_LIMITED_US;

	(void)state;
	node_health_limited(&h, 7 * S, 0);
	assert_false(may_read(&h, 7 * S - 1));
	assert_int_equal(node_health_state(&h, 100, 10, 0), EVM_NODE_LIMITED);
	assert_true(may_read(&h, 7 * S));
	/* Nobody is told to come back tomorrow. */
	node_health_limited(&h, 86400 * S, 10 * S);
	assert_true(may_read(&h, 10 * S + EVM_NODE_LIMITED_US_MAX));
	node_health_succeeded(&h, 100 * S);
	for (now_us = 100 * S; want_us <= EVM_NODE_LIMITED_US_MAX;
	     want_us *= 2) {
		node_health_limited(&h, 0, now_us);
		assert_true(h.limited_until_us == now_us + want_us);
		now_us = h.limited_until_us;
	}
	node_health_limited(&h, 0, now_us);
	assert_true(h.limited_until_us == now_us + EVM_NODE_LIMITED_US_MAX);
	assert_int_equal(h.breaker.opened_count, 0);
}

static void
test_failures_open_the_breaker_and_ask_for_a_check(void **state)
{
	struct node_health h = well(100, 0);

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		assert_true(node_health_pass(&h, NODE_CHECK, 100, 10, i));
		node_health_failed(&h, i);
		assert_false(may_read(&h, i));
	}
	assert_int_equal(node_health_state(&h, 100, 10, 3), EVM_NODE_FAILING);
	assert_false(node_health_may_pass(&h, NODE_CHECK, 100, 10, 3));
	assert_true(node_health_check_us(&h, 3) == 5 * S + 2);
	assert_true(node_health_pass(&h, NODE_CHECK, 100, 10, 6 * S));
	/* One probe at a time. */
	assert_false(node_health_pass(&h, NODE_CHECK, 100, 10, 6 * S));
	node_health_succeeded(&h, 6 * S);
	node_health_checked(&h, true, 6 * S);
	assert_true(may_read(&h, 6 * S));
}

static void
test_blame_grows_though_all_else_succeeds(void **state)
{
	struct node_health h = well(100, 0);
	int64_t now_us = 0, want_us = 5 * S;

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		node_health_succeeded(&h, 0);
	}
	node_health_blamed(&h, 0);
	node_health_blamed(&h, 0);
	node_health_checked(&h, true, 0);
	assert_true(may_read(&h, 0));
	for (unsigned i = 0; i < 4; i++) {
		node_health_blamed(&h, now_us);
		node_health_checked(&h, true, now_us);
		assert_false(may_read(&h, now_us + want_us - 1));
		assert_true(may_read(&h, now_us + want_us));
		now_us += want_us;
		want_us = want_us < 20 * S ? 2 * want_us : want_us;
	}
	/* Long ago is forgotten. */
	node_health_blamed(&h, now_us + 1000 * S);
	node_health_checked(&h, true, now_us + 1000 * S);
	assert_true(may_read(&h, now_us + 1000 * S));
}

/* ---- what is final ---- */

static struct evm_block
block(uint64_t number, uint8_t hash)
{
	struct evm_block b = {.number = number};

	b.hash.bytes[0] = hash;
	return b;
}

static void
say(struct nodes_final *f, unsigned node, uint64_t number, uint8_t hash,
    int64_t now_us)
{
	struct evm_block b = block(number, hash);

	nodes_final_said(f, node, &b, now_us);
}

static enum nodes_final_change
decide(struct nodes_final *f, uint32_t nodes, int64_t now_us)
{
	const struct nodes_final_rule r = {.nodes = nodes,
	    .usable = nodes,
	    .fresh_us = now_us - 20 * S,
	    .alone_us = 10 * S};

	return nodes_final_decide(f, &r, now_us);
}

static void
test_final_is_the_second_highest(void **state)
{
	struct nodes_final f;

	(void)state;
	nodes_final_init(&f, 0);
	say(&f, 0, 50, 50, 0);
	assert_int_equal(decide(&f, 7, 0), NODES_FINAL_SAME);
	say(&f, 1, 40, 40, 0);
	assert_int_equal(decide(&f, 7, 0), NODES_FINAL_MOVED);
	assert_true(f.number == 40);
	say(&f, 2, 60, 60, 0);
	assert_int_equal(decide(&f, 7, 0), NODES_FINAL_MOVED);
	assert_true(f.number == 50);
	assert_int_equal(f.hash.bytes[0], 50);
	/* It never goes back. */
	say(&f, 0, 30, 30, 0);
	say(&f, 2, 30, 30, 0);
	assert_int_equal(decide(&f, 7, 0), NODES_FINAL_SAME);
	assert_true(f.number == 50);
}

static void
test_final_of_one_alone_comes_late(void **state)
{
	struct nodes_final f;

	(void)state;
	nodes_final_init(&f, 0);
	say(&f, 0, 50, 50, S);
	assert_int_equal(decide(&f, 3, S), NODES_FINAL_SAME);
	assert_int_equal(decide(&f, 3, 10 * S), NODES_FINAL_MOVED);
	/* At once where there is but one, or the other never says. */
	nodes_final_init(&f, 0);
	say(&f, 0, 50, 50, 0);
	assert_int_equal(decide(&f, 1, 0), NODES_FINAL_MOVED);
	nodes_final_init(&f, 0);
	say(&f, 0, 50, 50, 0);
	nodes_final_silent(&f, 1, 0);
	assert_int_equal(decide(&f, 3, 0), NODES_FINAL_MOVED);
	/* What was said long ago is forgotten. */
	say(&f, 0, 60, 60, 0);
	assert_int_equal(decide(&f, 3, 21 * S), NODES_FINAL_SAME);
}

static void
test_final_with_two_hashes_stands_still(void **state)
{
	struct nodes_final f;

	(void)state;
	nodes_final_init(&f, 0);
	say(&f, 0, 50, 1, 0);
	say(&f, 1, 50, 2, 0);
	assert_int_equal(decide(&f, 3, 0), NODES_FINAL_CONFLICT);
	assert_false(f.is_known);
	assert_int_equal(decide(&f, 3, 0), NODES_FINAL_SAME); /* told once */
	say(&f, 1, 50, 1, 0);
	assert_int_equal(decide(&f, 3, 0), NODES_FINAL_MOVED);
	/* Both deny what they said. */
	say(&f, 0, 50, 3, 0);
	say(&f, 1, 50, 3, 0);
	assert_int_equal(decide(&f, 3, 0), NODES_FINAL_CONFLICT);
	assert_int_equal(f.hash.bytes[0], 1);
}

static void
test_final_is_guessed_when_it_stalls_or_nobody_says(void **state)
{
	struct nodes_final f;
	struct evm_block b = block(60, 60);
	bool is_first = false;

	(void)state;
	nodes_final_init(&f, 0);
	say(&f, 0, 50, 50, 0);
	say(&f, 1, 50, 50, 0);
	(void)decide(&f, 3, 0);
	assert_false(nodes_final_is_stalled(&f, 3, 120 * S, 119 * S));
	assert_true(nodes_final_is_stalled(&f, 3, 120 * S, 120 * S));
	assert_true(nodes_final_guess(&f, &b, 120 * S, &is_first));
	assert_true(is_first);
	assert_true(f.number == 60);
	assert_false(nodes_final_guess(&f, &b, 120 * S, &is_first));
	b = block(61, 61);
	assert_true(nodes_final_guess(&f, &b, 121 * S, &is_first));
	assert_false(is_first);
	assert_true(nodes_final_is_stalled(&f, 3, 120 * S, 122 * S));
	say(&f, 0, 61, 61, 123 * S);
	say(&f, 1, 61, 61, 123 * S);
	assert_int_equal(decide(&f, 3, 123 * S), NODES_FINAL_SAME);
	say(&f, 0, 70, 70, 124 * S);
	say(&f, 1, 70, 70, 124 * S);
	assert_int_equal(decide(&f, 3, 124 * S), NODES_FINAL_BACK);
	assert_false(nodes_final_is_stalled(&f, 3, 120 * S, 125 * S));
	nodes_final_init(&f, 0);
	nodes_final_silent(&f, 0, 0);
	assert_false(nodes_final_is_stalled(&f, 3, 120 * S, 1));
	nodes_final_silent(&f, 1, 0);
	assert_true(nodes_final_is_stalled(&f, 3, 120 * S, 1));
	assert_false(nodes_final_is_stalled(&f, 0, 120 * S, 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_unchecked_is_only_checked),
	    cmocka_unit_test(test_behind_is_not_read_but_sent_to),
	    cmocka_unit_test(test_wrong_chain_is_asked_again_late),
	    cmocka_unit_test(test_limited_waits_as_told_or_longer_each_time),
	    cmocka_unit_test(
		test_failures_open_the_breaker_and_ask_for_a_check),
	    cmocka_unit_test(test_blame_grows_though_all_else_succeeds),
	    cmocka_unit_test(test_final_is_the_second_highest),
	    cmocka_unit_test(test_final_of_one_alone_comes_late),
	    cmocka_unit_test(test_final_with_two_hashes_stands_still),
	    cmocka_unit_test(
		test_final_is_guessed_when_it_stalls_or_nobody_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
