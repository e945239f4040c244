/* test_nats.c - a broker's connection on the loop, at a broker of its own. */
#include "../unit.h"

#include "broker.h"
#include "turn.h"

#include "edge/limits.h"
#include "edge/nats.h"

#define SUBS 300

/* One end of what is said. */
struct end {
	struct stoa_nats *nats;
	struct stoa_nats_sub *subs[SUBS];
	unsigned ups, downs, fresh;
};

static struct broker broker;
static struct end talker, hearer;
static struct {
	unsigned count, want;
	unsigned out_of_order;
	uint64_t bytes;
	unsigned no_responders;
	int last_sub;
} heard;

static bool
is_all_heard(void)
{
	return heard.count >= heard.want;
}

static bool
are_up(void)
{
	return stoa_nats_is_up(talker.nats) && stoa_nats_is_up(hearer.nats);
}

static bool
are_down(void)
{
	return talker.downs > 0 && hearer.downs > 0;
}

static void
on_up(void *owner, bool is_fresh)
{
	struct end *e = owner;

	e->ups++;
	e->fresh += is_fresh;
}

static void
on_down(void *owner)
{
	struct end *e = owner;

	e->downs++;
}

static void
end_open(struct end *e, const char *name)
{
	struct stoa_nats_options o = {.loop = turn_loop(),
	    .url = broker.url,
	    .name = name,
	    .inbox = "_INBOX_test",
	    .is_lasting = true,
	    .up = on_up,
	    .down = on_down,
	    .owner = e};

	*e = (struct end){0};
	assert_int_equal(stoa_nats_open(&o, &e->nats), STOA_OK);
}

static int
setup(void **state)
{
	(void)state;
	broker_start(&broker);
	end_open(&talker, "talker");
	end_open(&hearer, "hearer");
	turn_until(are_up);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	stoa_nats_close(talker.nats);
	stoa_nats_close(hearer.nats);
	/* The loop stays: the library's threads may still post to it. */
	broker_end(&broker);
	return 0;
}

static void
expect(unsigned count)
{
	memset(&heard, 0, sizeof(heard));
	heard.want = count;
}

static void
subscribe(struct end *e, unsigned i, const char *subject, stoa_nats_fn fn)
{
	assert_int_equal(stoa_nats_subscribe(e->nats, subject, NULL, fn,
			     &e->subs[i], &e->subs[i]),
	    STOA_OK);
}

/* The broker knows of all that was subscribed before, when this has come. */
static void
on_echo(void *owner, const struct stoa_nats_msg *m)
{
	(void)owner;
	(void)m;
	heard.count++;
}

static void
settle(struct end *e)
{
	struct stoa_nats_sub *sub;

	expect(1);
	assert_int_equal(
	    stoa_nats_subscribe(e->nats, "settle", NULL, on_echo, NULL, &sub),
	    STOA_OK);
	assert_int_equal(
	    stoa_nats_publish(e->nats, "settle", NULL, NULL, 0, STOA_STR("")),
	    STOA_OK);
	turn_until(is_all_heard);
	stoa_nats_unsubscribe(sub);
}

static void
on_number(void *owner, const struct stoa_nats_msg *m)
{
	struct stoa_str data = stoa_nats_data(m);
	unsigned number;

	(void)owner;
	assert_true(data.len >= sizeof(number));
	memcpy(&number, data.data, sizeof(number));
	heard.out_of_order += number != heard.count;
	heard.count++;
	heard.bytes += data.len;
}

static void
numbers_publish(
    struct end *e, const char *subject, unsigned count, char *data, size_t len)
{
	struct stoa_header header = {"Nats-Msg-Id", "some id"};

	for (unsigned i = 0; i < count; i++) {
		memcpy(data, &i, sizeof(i));
		assert_int_equal(
		    stoa_nats_publish(e->nats, subject, NULL, &header, i % 2,
			stoa_str_of_bytes(data, len)),
		    STOA_OK);
	}
}

/* ---- what is said ---- */

/* Far more than a socket takes at once. */
static void
test_nats_one_turn_may_say_much(void **state)
{
	static char data[EDGE_MESSAGE_MAX];

	(void)state;
	subscribe(&hearer, 0, "much", on_number);
	settle(&hearer);
	expect(300);
	numbers_publish(&talker, "much", 300, data, sizeof(data));
	turn_until(is_all_heard);
	assert_int_equal(heard.out_of_order, 0);
	assert_int_equal(heard.bytes, (uint64_t)300 * sizeof(data));
	assert_int_equal(hearer.downs + talker.downs, 0);
	stoa_nats_unsubscribe(hearer.subs[0]);
}

static void
test_nats_refuses_what_is_too_long(void **state)
{
	static char data[EDGE_MESSAGE_MAX + 1];

	(void)state;
	assert_int_equal(stoa_nats_publish(talker.nats, "long", NULL, NULL, 0,
			     stoa_str_of_bytes(data, sizeof(data))),
	    STOA_TOO_LARGE);
}

static void
test_nats_last_words_are_sent(void **state)
{
	static char data[1024];
	static struct end brief; /* and what a closed one leaves */

	(void)state;
	end_open(&brief, "brief");
	subscribe(&hearer, 0, "last", on_number);
	settle(&hearer);
	while (!stoa_nats_is_up(brief.nats)) {
		settle(&hearer);
	}
	expect(20000);
	numbers_publish(&brief, "last", 20000, data, sizeof(data));
	stoa_nats_close(brief.nats);
	turn_until(is_all_heard);
	assert_int_equal(heard.out_of_order, 0);
	stoa_nats_unsubscribe(hearer.subs[0]);
}

/* ---- who hears it ---- */

static void
on_own(void *owner, const struct stoa_nats_msg *m)
{
	struct stoa_nats_sub **at = owner;
	char subject[32];

	(void)snprintf(subject, sizeof(subject), "own.%td", at - hearer.subs);
	assert_true(
	    stoa_str_is_equal(stoa_nats_subject(m), stoa_str_of(subject)));
	heard.count++;
}

static void
test_nats_each_hears_its_own(void **state)
{
	char subject[32];

	(void)state;
	for (unsigned i = 0; i < SUBS; i++) {
		(void)snprintf(subject, sizeof(subject), "own.%u", i);
		subscribe(&hearer, i, subject, on_own);
	}
	settle(&hearer);
	expect(10 * SUBS);
	for (unsigned i = 0; i < 10 * SUBS; i++) {
		(void)snprintf(
		    subject, sizeof(subject), "own.%u", i * 7 % SUBS);
		assert_int_equal(stoa_nats_publish(talker.nats, subject, NULL,
				     NULL, 0, STOA_STR("x")),
		    STOA_OK);
	}
	turn_until(is_all_heard);
	for (unsigned i = 0; i < SUBS; i++) {
		stoa_nats_unsubscribe(hearer.subs[i]);
	}
}

/* Ends itself, its neighbour, and begins another. */
static void
on_change(void *owner, const struct stoa_nats_msg *m)
{
	(void)owner;
	(void)m;
	heard.count++;
	stoa_nats_unsubscribe(hearer.subs[0]);
	stoa_nats_unsubscribe(hearer.subs[1]);
	hearer.subs[0] = hearer.subs[1] = NULL;
	subscribe(&hearer, 2, "change", on_echo);
}

static void
test_nats_subscriptions_change_while_one_hears(void **state)
{
	(void)state;
	subscribe(&hearer, 0, "change", on_change);
	subscribe(&hearer, 1, "change", on_change);
	settle(&hearer);
	expect(1);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(stoa_nats_publish(talker.nats, "change", NULL,
				     NULL, 0, STOA_STR("x")),
		    STOA_OK);
	}
	turn_until(is_all_heard);
	/* The rest of the five came with the first: nobody was there. */
	settle(&hearer);
	expect(1);
	assert_int_equal(stoa_nats_publish(talker.nats, "change", NULL, NULL, 0,
			     STOA_STR("")),
	    STOA_OK);
	turn_until(is_all_heard);
	assert_int_equal(heard.count, 1);
	stoa_nats_unsubscribe(hearer.subs[2]);
}

static void
on_reply(void *owner, const struct stoa_nats_msg *m)
{
	(void)owner;
	heard.count++;
	heard.no_responders += stoa_nats_is_no_responders(m);
	assert_true(stoa_str_has_prefix(
	    stoa_nats_subject(m), STOA_STR("_INBOX_test.reply.")));
}

static void
test_nats_tells_whose_request_nobody_heard(void **state)
{
	char reply[48];

	(void)state;
	subscribe(&hearer, 0, "_INBOX_test.reply.*", on_reply);
	settle(&hearer);
	expect(100);
	for (unsigned i = 0; i < 100; i++) {
		(void)snprintf(reply, sizeof(reply), "_INBOX_test.reply.%u", i);
		assert_int_equal(stoa_nats_publish(hearer.nats, "nobody", reply,
				     NULL, 0, STOA_STR("?")),
		    STOA_OK);
	}
	turn_until(is_all_heard);
	assert_int_equal(heard.no_responders, 100);
	/* An answer of one byte is an answer. */
	expect(1);
	assert_int_equal(stoa_nats_publish(talker.nats, "_INBOX_test.reply.7",
			     NULL, NULL, 0, STOA_STR("-")),
	    STOA_OK);
	turn_until(is_all_heard);
	assert_int_equal(heard.no_responders, 0);
	stoa_nats_unsubscribe(hearer.subs[0]);
}

/* ---- when the broker goes ---- */

static void
test_nats_comes_back_with_what_was_subscribed(void **state)
{
	static char data[16];

	(void)state;
	subscribe(&hearer, 0, "again", on_number);
	settle(&hearer);
	for (unsigned round = 0; round < 3; round++) {
		talker.downs = hearer.downs = 0;
		broker_kill(&broker);
		turn_until(are_down);
		broker_start(&broker);
		turn_until(are_up);
		settle(&hearer);
		expect(1000);
		numbers_publish(&talker, "again", 1000, data, sizeof(data));
		turn_until(is_all_heard);
		assert_int_equal(heard.out_of_order, 0);
	}
	assert_int_equal(hearer.fresh, 1);
	stoa_nats_unsubscribe(hearer.subs[0]);
}

/* The library notices on a thread of its own. */
static void
test_nats_notices_a_broker_that_hangs(void **state)
{
	(void)state;
	talker.downs = hearer.downs = 0;
	broker_pause(&broker);
	turn_until(are_down);
	broker_resume(&broker);
	turn_until(are_up);
	settle(&talker);
	settle(&hearer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nats_one_turn_may_say_much),
	    cmocka_unit_test(test_nats_refuses_what_is_too_long),
	    cmocka_unit_test(test_nats_last_words_are_sent),
	    cmocka_unit_test(test_nats_each_hears_its_own),
	    cmocka_unit_test(test_nats_subscriptions_change_while_one_hears),
	    cmocka_unit_test(test_nats_tells_whose_request_nobody_heard),
	    cmocka_unit_test(test_nats_comes_back_with_what_was_subscribed),
	    cmocka_unit_test(test_nats_notices_a_broker_that_hangs),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
