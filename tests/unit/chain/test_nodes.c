/* test_nodes.c - the nodes of a chain, asked over loopback: each way to be bad
 * in turn, beside a good one and alone. */
#include "chain/nodes.h"

#include "base/time.h"

#include "../edge/turn.h"
#include "../unit.h"

#include "node_server.h"

#define GOOD_RESULT "\"0x600d\""

static struct {
	struct evm_nodes *nodes;
	struct evm_nodes_head head;
	unsigned heads, alerts[EVM_NODES_DISAGREED + 1];
	char alert[512];

	unsigned done, wanted;
	enum stoa_status status;
	char result[160], message[160], about[1024];
	int64_t code;
	size_t data_len;
	bool is_revert, closes;
	unsigned node;
	uint32_t nodes_said;
} w;

static void
on_head(void *owner, const struct evm_nodes_head *head)
{
	(void)owner;
	w.head = *head;
	w.heads++;
}

static void
on_alert(void *owner, enum evm_nodes_alert alert, const char *text)
{
	(void)owner;
	w.alerts[alert]++;
	snprintf(w.alert, sizeof(w.alert), "%s", text);
}

static void
on_done(void *owner, const struct evm_nodes_reply *reply)
{
	(void)owner;
	w.done++;
	w.status = reply->status;
	snprintf(w.result, sizeof(w.result), "%.*s",
	    (int)reply->result.text.len, reply->result.text.data);
	snprintf(w.message, sizeof(w.message), "%.*s", (int)reply->message.len,
	    reply->message.data);
	snprintf(w.about, sizeof(w.about), "%s", reply->about);
	w.code = reply->code;
	w.data_len = reply->data.len;
	w.is_revert = reply->is_revert;
	w.node = reply->node;
	w.nodes_said = reply->nodes;
	if (w.closes) {
		evm_nodes_close(w.nodes);
		w.nodes = NULL;
	}
}

static bool
is_done(void)
{
	return w.done >= w.wanted;
}

static struct evm_nodes_options
usual(unsigned count)
{
	static const struct stoa_breaker_rule rule = {.failures_min = 3,
	    .window_us = 5 * STOA_US_PER_S,
	    .open_us = 200 * STOA_US_PER_MS,
	    .open_us_max = STOA_US_PER_S,
	    .probes = 1};
	static struct evm_nodes_place places[NODE_COUNT];

	for (unsigned i = 0; i < NODE_COUNT; i++) {
		static const char *const names[] = {"one", "two", "three"};

		places[i] = (struct evm_nodes_place){.url = node_server_url(i),
		    .token = i == 1 ? "tokentoken" : NULL,
		    .name = names[i]};
	}
	return (struct evm_nodes_options){.loop = turn_loop(),
	    .chain_id = 137,
	    .places = places,
	    .place_count = count,
	    .seed = 1,
	    .poll_us = 20 * STOA_US_PER_MS,
	    .timeout_us = 3 * STOA_US_PER_S,
	    .try_us = 300 * STOA_US_PER_MS,
	    .breaker = &rule,
	    .on_head = on_head,
	    .on_alert = on_alert};
}

static void
open_with(const struct evm_nodes_options *options)
{
	assert_int_equal(evm_nodes_open(options, &w.nodes), STOA_OK);
}

static bool
has_head(void)
{
	return w.head.is_final_known;
}

static bool
all_known(void)
{
	for (unsigned i = 0; i < evm_nodes_count(w.nodes); i++) {
		if (evm_nodes_stat(w.nodes, i).state == EVM_NODE_UNKNOWN) {
			return false;
		}
	}
	return has_head();
}

static void
open_usual(unsigned count)
{
	struct evm_nodes_options options = usual(count);

	open_with(&options);
	turn_until(all_known);
}

static enum stoa_status
ask(enum evm_nodes_kind kind)
{
	const struct evm_nodes_request request = {
	    .kind = kind, .method = "eth_call", .params = STOA_STR("[1]")};

	w.done = 0;
	w.wanted = 1;
	assert_int_equal(
	    evm_nodes_ask(w.nodes, &request, on_done, NULL, NULL), STOA_OK);
	assert_int_equal(w.done, 0);
	turn_until(is_done);
	return w.status;
}

static enum stoa_status
send(void)
{
	w.done = 0;
	w.wanted = 1;
	assert_int_equal(evm_nodes_send(w.nodes, STOA_STR("\x02transaction"),
			     on_done, NULL, NULL),
	    STOA_OK);
	turn_until(is_done);
	return w.status;
}

static int
set_up(void **state)
{
	(void)state;
	memset(&w, 0, sizeof(w));
	node_server_open();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	evm_nodes_close(w.nodes);
	turn_loop_close();
	node_server_close();
	return 0;
}

/* ---- one good node ---- */

static void
test_open_learns_head_and_final(void **state)
{
	(void)state;
	open_usual(1);
	assert_true(w.head.number == 100);
	assert_true(w.head.time_s == 1700000200);
	assert_true(w.head.base_fee_wei == 1000000000);
	assert_true(w.head.final_number == 96);
	assert_false(w.head.is_by_confirmations);
	assert_true(evm_nodes_is_ready(w.nodes));
	assert_int_equal(ask(EVM_READ), STOA_OK);
	assert_string_equal(w.result, GOOD_RESULT);
	assert_int_equal(ask(EVM_READ_AGREED), STOA_OK); /* alone: alone */
}

static void
test_open_refuses_what_cannot_be(void **state)
{
	static const char *const urls[] = {"ftp://h/x", "http://", "http://a b",
	    "http://user:word@host/", "h", "http:///x"};
	struct evm_nodes_place place = {.url = "http://127.0.0.1:1"};
	struct evm_nodes_options options = usual(1);
	struct evm_nodes *nodes = NULL;

	(void)state;
	options.places = &place;
	for (size_t i = 0; i < STOA_COUNT(urls); i++) {
		place.url = urls[i];
		assert_int_equal(
		    evm_nodes_open(&options, &nodes), STOA_INVALID);
	}
	place.url = "http://127.0.0.1:1";
	options.chain_id = 0;
	assert_int_equal(evm_nodes_open(&options, &nodes), STOA_INVALID);
	options.chain_id = 1;
	place.token = "a\nb";
	assert_int_equal(evm_nodes_open(&options, &nodes), STOA_INVALID);
}

/* ---- one bad node beside a good one, and alone ---- */

static void
test_bad_node_is_replaced_and_named(void **state)
{
	static const struct {
		enum node_mode mode;
		const char *fault;
	} cases[] = {
	    {NODE_HTML, "HTTP 502"},
	    {NODE_TORN, "not JSON"},
	    {NODE_OTHER_ID, "another request"},
	    {NODE_HANGS, "no answer in time"},
	    {NODE_REFUSES_KEY, "HTTP 401: the key is refused"},
	    {NODE_LIMITS, "asked too often"},
	};

	(void)state;
	node_server_set_delay(600);
	for (size_t i = 0; i < STOA_COUNT(cases); i++) {
		struct evm_nodes_stat stat;

		node_server_set(0, NODE_GOOD);
		w.head.is_final_known = false;
		open_usual(2);
		assert_int_equal(ask(EVM_READ), STOA_OK);
		assert_int_equal(w.node, 0);
		node_server_set(0, cases[i].mode);
		for (unsigned n = 0; n < 5; n++) {
			assert_int_equal(ask(EVM_READ), STOA_OK);
			assert_string_equal(w.result, GOOD_RESULT);
			assert_int_equal(w.node, 1);
		}
		stat = evm_nodes_stat(w.nodes, 0);
		assert_non_null(strstr(stat.error, cases[i].fault));
		assert_true(cases[i].mode == NODE_LIMITS ? stat.limited > 0
							 : stat.failures > 0);
		evm_nodes_close(w.nodes);
		w.nodes = NULL;
	}
}

static void
test_one_bad_node_ends_the_call_with_its_fault(void **state)
{
	(void)state;
	open_usual(1);
	node_server_set(0, NODE_HTML);
	assert_int_equal(ask(EVM_READ), STOA_UNAVAILABLE);
	assert_non_null(strstr(w.about, "one: HTTP 502"));
	node_server_set(0, NODE_GOOD);
	assert_int_equal(ask(EVM_READ), STOA_OK);
}

static bool
is_open(void)
{
	return evm_nodes_stat(w.nodes, 0).breaker == STOA_BREAKER_OPEN;
}

static bool
is_well(void)
{
	return evm_nodes_stat(w.nodes, 0).state == EVM_NODE_WELL;
}

static void
test_breaker_opens_and_the_chain_is_checked_again(void **state)
{
	unsigned checks;

	(void)state;
	open_usual(1);
	checks = node_server_count(0, "eth_chainId");
	node_server_set(0, NODE_HTML);
	turn_until(is_open);
	assert_true(evm_nodes_stat(w.nodes, 0).opened >= 1);
	assert_int_equal(evm_nodes_stat(w.nodes, 0).state, EVM_NODE_FAILING);
	node_server_set(0, NODE_GOOD);
	turn_until(is_well);
	assert_true(node_server_count(0, "eth_chainId") > checks);
}

static bool
is_wrong(void)
{
	return w.alerts[EVM_NODES_WRONG_CHAIN] > 0;
}

static void
test_other_chain_is_found_at_the_start(void **state)
{
	struct evm_nodes_options options = usual(2);

	(void)state;
	node_server_set_chain(0, 1);
	open_with(&options);
	turn_until(is_wrong);
	assert_non_null(strstr(w.alert, "one is of chain 1, not 137"));
	assert_int_equal(ask(EVM_READ), STOA_OK);
	assert_int_equal(w.node, 1);
	assert_int_equal(node_server_count(0, "eth_call"), 0);
	assert_int_equal(
	    evm_nodes_stat(w.nodes, 0).state, EVM_NODE_WRONG_CHAIN);
	assert_int_equal(w.alerts[EVM_NODES_WRONG_CHAIN], 1);
}

static void
test_other_chain_is_found_when_a_node_comes_back(void **state)
{
	(void)state;
	open_usual(2);
	node_server_set(0, NODE_HTML);
	turn_until(is_open);
	node_server_set_chain(0, 80002);
	node_server_set(0, NODE_GOOD);
	turn_until(is_wrong);
	assert_int_equal(ask(EVM_READ), STOA_OK);
	assert_int_equal(w.node, 1);
	assert_int_equal(node_server_count(0, "eth_call"), 0);
}

static void
test_all_of_another_chain_ends_at_once(void **state)
{
	struct evm_nodes_options options = usual(1);

	(void)state;
	node_server_set_chain(0, 1);
	open_with(&options);
	assert_int_equal(ask(EVM_READ), STOA_UNAVAILABLE);
	assert_non_null(strstr(w.about, "one: of another chain"));
}

static bool
is_lagging(void)
{
	return evm_nodes_stat(w.nodes, 0).state == EVM_NODE_LAGGING;
}

static void
test_node_behind_is_not_read_from(void **state)
{
	(void)state;
	open_usual(2);
	node_server_set_head(1, 111);
	turn_until(is_lagging);
	assert_true(evm_nodes_stat(w.nodes, 0).lag == 11);
	assert_int_equal(ask(EVM_READ), STOA_OK);
	assert_int_equal(w.node, 1);
	node_server_set_head(0, 109);
	turn_until(is_well);
	assert_int_equal(ask(EVM_READ), STOA_OK);
	assert_int_equal(w.node, 0);
}

/* ---- errors in words ---- */

static void
test_revert_is_an_answer(void **state)
{
	(void)state;
	open_usual(2);
	node_server_set(0, NODE_REVERTS);
	assert_int_equal(ask(EVM_READ), STOA_DENIED);
	assert_true(w.is_revert);
	assert_true(w.code == 3);
	assert_int_equal(w.data_len, 4);
	assert_int_equal(node_server_count(1, "eth_call"), 0);
	assert_true(evm_nodes_stat(w.nodes, 0).failures == 0);
}

static void
test_what_one_cannot_another_may(void **state)
{
	(void)state;
	node_server_set_text("header not found");
	open_usual(2);
	node_server_set(0, NODE_ERROR);
	assert_int_equal(ask(EVM_READ), STOA_OK);
	assert_int_equal(w.node, 1);
	node_server_set(1, NODE_ERROR);
	assert_int_equal(ask(EVM_READ), STOA_DENIED);
	assert_string_equal(w.message, "header not found");
	assert_true(w.code == -32000);
	assert_true(evm_nodes_stat(w.nodes, 0).failures == 0);
}

static void
test_answer_beyond_the_limit_is_refused(void **state)
{
	(void)state;
	open_usual(2);
	node_server_set(0, NODE_HUGE);
	assert_int_equal(ask(EVM_READ), STOA_TOO_LARGE);
}

static void
test_texts_hold_no_keys(void **state)
{
	struct evm_nodes_stat stat;
	struct stoa_buf line;

	(void)state;
	open_usual(2);
	node_server_set(0, NODE_ECHOES);
	node_server_set(1, NODE_ECHOES);
	assert_int_equal(ask(EVM_READ), STOA_DENIED);
	assert_non_null(strstr(w.message, "127.0.0.1"));
	assert_null(strstr(w.message, "secretkey"));
	assert_null(strstr(w.about, "secretkey"));
	stat = evm_nodes_stat(w.nodes, 0);
	assert_non_null(strstr(stat.error, "127.0.0.1"));
	assert_null(strstr(stat.error, "secretkey"));
	stoa_buf_init(&line, 4096);
	evm_nodes_state(w.nodes, &line);
	evm_nodes_metrics(w.nodes, &line);
	assert_null(strstr(line.data, "secretkey"));
	assert_non_null(
	    strstr(line.data, "stoa_chain_node_head{node=\"one\"} 100"));
	stoa_buf_fini(&line);
}

/* ---- two that must agree ---- */

static void
test_agreed_needs_two_that_say_the_same(void **state)
{
	(void)state;
	open_usual(2);
	assert_int_equal(ask(EVM_READ_AGREED), STOA_OK);
	assert_int_equal(w.nodes_said, 3);
	node_server_set(0, NODE_LIES);
	assert_int_equal(ask(EVM_READ_AGREED), STOA_CONFLICT);
	assert_non_null(
	    strstr(w.about, "eth_call: one and two gave different answers"));
	assert_string_equal(w.alert, w.about);
	assert_int_equal(w.alerts[EVM_NODES_DISAGREED], 1);
}

static void
test_agreed_waits_for_the_second(void **state)
{
	(void)state;
	open_usual(2);
	node_server_set(1, NODE_HTML);
	assert_int_equal(ask(EVM_READ_AGREED), STOA_UNAVAILABLE);
	assert_non_null(strstr(w.about, "two: HTTP 502"));
	node_server_set(1, NODE_GOOD);
	assert_int_equal(ask(EVM_READ_AGREED), STOA_OK);
}

static void
test_agreed_asks_a_third_and_names_the_odd_one(void **state)
{
	(void)state;
	open_usual(3);
	node_server_set(0, NODE_LIES);
	assert_int_equal(ask(EVM_READ_AGREED), STOA_OK);
	assert_string_equal(w.result, GOOD_RESULT);
	assert_int_equal(w.nodes_said, 6);
	assert_non_null(strstr(w.alert, "one gave another answer"));
	assert_non_null(
	    strstr(evm_nodes_stat(w.nodes, 0).error, "another answer"));
	node_server_set(0, NODE_HTML);
	assert_int_equal(ask(EVM_READ_AGREED), STOA_OK);
	assert_int_equal(w.nodes_said, 6);
}

static void
test_agreed_reverts_agree(void **state)
{
	(void)state;
	open_usual(2);
	node_server_set(0, NODE_REVERTS);
	node_server_set(1, NODE_REVERTS);
	assert_int_equal(ask(EVM_READ_AGREED), STOA_DENIED);
	assert_true(w.is_revert);
	assert_int_equal(w.nodes_said, 3);
	/* In words of their own. */
	node_server_set_text("execution reverted: over the limit");
	node_server_set(1, NODE_ERROR);
	assert_int_equal(ask(EVM_READ_AGREED), STOA_DENIED);
	assert_true(w.is_revert);
	node_server_set(1, NODE_GOOD);
	assert_int_equal(ask(EVM_READ_AGREED), STOA_CONFLICT);
}

/* ---- sending ---- */

static void
test_send_goes_to_all(void **state)
{
	(void)state;
	open_usual(3);
	assert_int_equal(send(), STOA_OK);
	assert_int_equal(w.nodes_said, 7);
	assert_int_equal(strlen(w.result), 68);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(
		    node_server_count(i, "eth_sendRawTransaction"), 1);
	}
	node_server_set(0, NODE_HTML);
	node_server_set(1, NODE_HANGS);
	node_server_set_delay(700);
	assert_int_equal(send(), STOA_OK);
	assert_int_equal(w.nodes_said, 4);
}

static void
test_send_known_is_taken(void **state)
{
	static const char *const texts[] = {"already known", "AlreadyKnown",
	    "Known transaction", "transaction already imported",
	    "ALREADY_EXISTS: already known"};

	(void)state;
	open_usual(1);
	node_server_set(0, NODE_ERROR);
	for (size_t i = 0; i < STOA_COUNT(texts); i++) {
		node_server_set_text(texts[i]);
		assert_int_equal(send(), STOA_OK);
		assert_int_equal(w.nodes_said, 1);
	}
	node_server_set_text("insufficient funds for gas * price + value");
	assert_int_equal(send(), STOA_DENIED);
	assert_non_null(strstr(w.message, "insufficient funds"));
	node_server_set_text("replacement transaction underpriced");
	assert_int_equal(send(), STOA_DENIED);
}

static void
test_send_used_nonce_is_ours_or_not(void **state)
{
	(void)state;
	open_usual(2);
	node_server_set_text("nonce too low: next nonce 5, tx nonce 3");
	node_server_set(0, NODE_USED_NONCE);
	node_server_set(1, NODE_USED_NONCE);
	assert_int_equal(send(), STOA_DENIED);
	assert_non_null(strstr(w.message, "nonce too low"));
	node_server_set_mined(1, 1);
	assert_int_equal(send(), STOA_OK);
	assert_int_equal(w.nodes_said, 2);
}

static void
test_send_other_hash_is_no_success(void **state)
{
	(void)state;
	open_usual(1);
	node_server_set(0, NODE_LIES);
	assert_int_equal(send(), STOA_UNAVAILABLE);
	assert_non_null(strstr(w.about, "another hash"));
	assert_true(evm_nodes_stat(w.nodes, 0).failures > 0);
}

/* ---- what is final ---- */

static bool
is_guessed(void)
{
	return w.head.is_by_confirmations;
}

static bool
is_back(void)
{
	return w.alerts[EVM_NODES_FINALITY_BACK] > 0;
}

static void
test_final_by_confirmations_when_nobody_says(void **state)
{
	static const enum node_final silent[] = {FINAL_NULL, FINAL_ERROR};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(silent); i++) {
		memset(&w, 0, sizeof(w));
		node_server_set_final(0, silent[i]);
		node_server_set_head(0, 100);
		open_usual(1);
		turn_until(is_guessed);
		assert_true(w.head.final_number == 36);
		assert_int_equal(w.alerts[EVM_NODES_FINALITY_GUESSED], 1);
		node_server_set_final(0, FINAL_BEHIND);
		node_server_set_head(0, 101);
		turn_until(is_back);
		assert_true(w.head.final_number == 97);
		assert_false(w.head.is_by_confirmations);
		evm_nodes_close(w.nodes);
		w.nodes = NULL;
	}
}

static void
test_final_by_confirmations_when_it_stalls(void **state)
{
	struct evm_nodes_options options = usual(2);

	(void)state;
	options.final_stall_us = 200 * STOA_US_PER_MS;
	node_server_set_final(0, FINAL_STUCK);
	node_server_set_final(1, FINAL_STUCK);
	open_with(&options);
	turn_until(all_known);
	assert_true(w.head.final_number == 3);
	turn_until(is_guessed);
	assert_true(w.head.final_number == 36);
	assert_int_equal(w.alerts[EVM_NODES_FINALITY_GUESSED], 1);
}

static bool
is_later(void)
{
	return w.head.number >= 150;
}

static void
test_final_is_what_two_say(void **state)
{
	struct evm_nodes_options options = usual(2);

	(void)state;
	node_server_set_final(1, FINAL_STUCK);
	options.lag_max = 1000;
	options.poll_us = 100 * STOA_US_PER_MS;
	open_with(&options);
	turn_until(all_known);
	node_server_set_head(0, 150);
	turn_until(is_later);
	assert_true(w.head.final_number == 3);
}

/* ---- ends ---- */

static void
test_close_in_a_callback(void **state)
{
	const struct evm_nodes_request request = {.method = "eth_call"};

	(void)state;
	open_usual(2);
	w.closes = true;
	w.wanted = 1;
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(
		    evm_nodes_ask(w.nodes, &request, on_done, NULL, NULL),
		    STOA_OK);
	}
	turn_until(is_done);
	assert_int_equal(w.done, 1);
	assert_null(w.nodes);
}

static void
test_cancel_brings_no_callback(void **state)
{
	const struct evm_nodes_request request = {.method = "eth_call"};
	struct evm_nodes_call *call = NULL;

	(void)state;
	open_usual(1);
	assert_int_equal(
	    evm_nodes_ask(w.nodes, &request, on_done, NULL, &call), STOA_OK);
	evm_nodes_cancel(call);
	assert_int_equal(ask(EVM_READ), STOA_OK);
	assert_int_equal(w.done, 1);
}

static void
test_too_many_calls_are_refused(void **state)
{
	const struct evm_nodes_request request = {.method = "eth_call"};

	(void)state;
	open_usual(1);
	for (unsigned i = 0; i < 256; i++) {
		assert_int_equal(
		    evm_nodes_ask(w.nodes, &request, on_done, NULL, NULL),
		    STOA_OK);
	}
	assert_int_equal(
	    evm_nodes_ask(w.nodes, &request, on_done, NULL, NULL), STOA_BUSY);
	w.wanted = 256;
	turn_until(is_done);
	assert_int_equal(w.status, STOA_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_open_learns_head_and_final),
	    TEST(test_open_refuses_what_cannot_be),
	    TEST(test_bad_node_is_replaced_and_named),
	    TEST(test_one_bad_node_ends_the_call_with_its_fault),
	    TEST(test_breaker_opens_and_the_chain_is_checked_again),
	    TEST(test_other_chain_is_found_at_the_start),
	    TEST(test_other_chain_is_found_when_a_node_comes_back),
	    TEST(test_all_of_another_chain_ends_at_once),
	    TEST(test_node_behind_is_not_read_from),
	    TEST(test_revert_is_an_answer),
	    TEST(test_what_one_cannot_another_may),
	    TEST(test_answer_beyond_the_limit_is_refused),
	    TEST(test_texts_hold_no_keys),
	    TEST(test_agreed_needs_two_that_say_the_same),
	    TEST(test_agreed_waits_for_the_second),
	    TEST(test_agreed_asks_a_third_and_names_the_odd_one),
	    TEST(test_agreed_reverts_agree),
	    TEST(test_send_goes_to_all),
	    TEST(test_send_known_is_taken),
	    TEST(test_send_used_nonce_is_ours_or_not),
	    TEST(test_send_other_hash_is_no_success),
	    TEST(test_final_by_confirmations_when_nobody_says),
	    TEST(test_final_by_confirmations_when_it_stalls),
	    TEST(test_final_is_what_two_say),
	    TEST(test_close_in_a_callback),
	    TEST(test_cancel_brings_no_callback),
	    TEST(test_too_many_calls_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
