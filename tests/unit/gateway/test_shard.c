/* test_shard.c - every rule of the gateway's connections, one after another.
 */
#include "../unit.h"

#include "discord.h"

static const char HELLO[] =
    "{\"op\":10,\"d\":{\"heartbeat_interval\":41250},\"s\":null,\"t\":null}";
static const char RESUMED[] =
    "{\"t\":\"RESUMED\",\"s\":%llu,\"op\":0,\"d\":{}}";

/* Connects again with the session, and goes on. */
static void
assert_resumes(struct discord *d, uint64_t seq)
{
	char want[64];

	assert_true(discord_wait_connect(d, 60 * STOA_US_PER_S));
	assert_string_equal(d->url, RESUME);
	discord_open(d);
	discord_say(d, HELLO);
	(void)snprintf(
	    want, sizeof(want), "\"seq\":%llu}", (unsigned long long)seq);
	assert_true(discord_was_sent(d, "{\"op\":6,"));
	assert_true(discord_was_sent(d, "\"session_id\":\"" SESSION "\""));
	assert_true(discord_was_sent(d, want));
	assert_int_equal(d->shard.state, SHARD_RESUMING);
}

/* Connects again without one, and asks whether it may identify. */
static void
assert_identifies(struct discord *d)
{
	unsigned queued = d->queued;

	assert_true(discord_wait_connect(d, 60 * STOA_US_PER_S));
	assert_string_equal(d->url, COMMON);
	discord_open(d);
	discord_say(d, HELLO);
	assert_int_equal(d->shard.state, SHARD_QUEUEING);
	assert_int_equal(d->queued, queued + 1);
	shard_grant(&d->shard, d->now_us);
	assert_true(discord_was_sent(d, "{\"op\":2,"));
	assert_true(discord_was_sent(d, "\"shard\":[3,8]"));
}

static void
test_shard_identifies_when_granted_and_stores_the_session_first(void **state)
{
	struct discord d;

	(void)state;
	discord_begin(&d);
	discord_start(&d, "", 0);
	assert_string_equal(d.url, COMMON);
	discord_open(&d);
	discord_say(&d, HELLO);
	assert_int_equal(d.sent_count, 0);
	assert_int_equal(d.queued, 1);
	shard_grant(&d.shard, d.now_us);
	assert_true(discord_was_sent(&d, "\"token\":\"" TOKEN "\""));
	assert_true(discord_was_sent(&d, "\"intents\":4609"));
	discord_say(&d,
	    "{\"t\":\"READY\",\"s\":1,\"op\":0,\"d\":{\"session_id\":"
	    "\"" SESSION "\",\"resume_gateway_url\":\"" RESUME "\"}}");
	assert_int_equal(d.shard.state, SHARD_READY);
	assert_int_equal(d.sessions, 1);
	assert_string_equal(d.shard.session.id, SESSION);
	assert_int_equal(d.taken_count, 1);
	assert_int_equal(d.shard.counts.identifies, 1);
}

static void
test_shard_resumes_what_another_process_left(void **state)
{
	struct discord d;

	(void)state;
	discord_begin(&d);
	discord_start(&d, SESSION, 41);
	assert_string_equal(d.url, RESUME);
	discord_open(&d);
	discord_say(&d, HELLO);
	assert_true(discord_was_sent(&d, "\"seq\":41}"));
	discord_dispatch(&d, 42);
	discord_sayf(&d, RESUMED, 43ull);
	assert_int_equal(d.shard.state, SHARD_READY);
	assert_int_equal(d.taken_count, 2);
	assert_int_equal(d.shard.counts.identifies, 0);
	assert_int_equal(d.shard.counts.resumed, 1);
}

/* The process died before the place had moved beyond READY. */
static void
test_shard_takes_a_ready_that_is_repeated(void **state)
{
	struct discord d;

	(void)state;
	discord_begin(&d);
	discord_start(&d, SESSION, 0);
	discord_open(&d);
	discord_say(&d, HELLO);
	assert_true(discord_was_sent(&d, "\"seq\":0}"));
	discord_say(&d,
	    "{\"t\":\"READY\",\"s\":1,\"op\":0,\"d\":{\"session_id\":"
	    "\"" SESSION "\",\"resume_gateway_url\":\"" RESUME "\"}}");
	discord_dispatch(&d, 2);
	discord_sayf(&d, RESUMED, 3ull);
	assert_int_equal(d.shard.state, SHARD_READY);
	assert_int_equal(d.taken_count, 3);
	assert_int_equal(d.sessions, 0);
	assert_int_equal(d.shard.counts.bad_payloads, 0);
}

static void
test_shard_reconnects_when_told_even_before_hello(void **state)
{
	struct discord d;

	(void)state;
	discord_begin(&d);
	discord_start(&d, SESSION, 5);
	discord_open(&d);
	discord_say(&d, "{\"op\":7,\"d\":null,\"s\":null,\"t\":null}");
	assert_int_equal(d.close_code, 4000);
	assert_resumes(&d, 5);
	discord_sayf(&d, RESUMED, 6ull);
	discord_say(&d, "{\"op\":7,\"d\":null}");
	assert_resumes(&d, 6);
}

static void
test_shard_keeps_or_drops_the_session_as_invalid_session_says(void **state)
{
	struct discord d;

	(void)state;
	discord_begin(&d);
	discord_ready(&d);
	discord_say(&d, "{\"op\":9,\"d\":true}");
	assert_int_equal(d.close_code, 4000);
	/* One to five seconds, says Discord. */
	assert_false(discord_wait_connect(&d, 900 * STOA_US_PER_MS));
	assert_resumes(&d, 1);
	discord_say(&d, "{\"op\":9,\"d\":false}");
	assert_identifies(&d);
}

static void
test_shard_ends_a_connection_that_does_not_acknowledge(void **state)
{
	struct discord d;
	unsigned sent;

	(void)state;
	discord_begin(&d);
	discord_ready(&d);
	sent = d.sent_count;
	discord_wait(&d, 42 * STOA_US_PER_S);
	assert_int_equal(d.sent_count, sent + 1);
	assert_true(discord_was_sent(&d, "{\"op\":1,\"d\":1}"));
	discord_say(&d, "{\"op\":11}");
	discord_wait(&d, 42 * STOA_US_PER_S);
	assert_int_equal(d.sent_count, sent + 2);
	assert_int_equal(d.closes, 0);
	discord_wait(&d, 42 * STOA_US_PER_S);
	assert_int_equal(d.closes, 1);
	assert_int_equal(d.close_code, 4000);
	assert_int_equal(d.shard.counts.zombies, 1);
	assert_resumes(&d, 1);
}

static void
test_shard_waits_for_no_acknowledgement_while_it_cannot_read(void **state)
{
	struct discord d;

	(void)state;
	discord_begin(&d);
	discord_ready(&d);
	shard_set_deaf(&d.shard, true, d.now_us);
	discord_wait(&d, 200 * STOA_US_PER_S);
	assert_int_equal(d.closes, 0);
	assert_true(discord_was_sent(&d, "{\"op\":1,"));
	shard_set_deaf(&d.shard, false, d.now_us);
	discord_wait(&d, 90 * STOA_US_PER_S);
	assert_int_equal(d.closes, 1);
}

static void
test_shard_beats_when_asked(void **state)
{
	struct discord d;

	(void)state;
	discord_begin(&d);
	discord_ready(&d);
	discord_dispatch(&d, 2);
	discord_say(&d, "{\"op\":1,\"d\":null}");
	assert_true(discord_was_sent(&d, "{\"op\":1,\"d\":2}"));
}

/* Discord's table of close codes. */
static void
test_shard_follows_the_table_of_close_codes(void **state)
{
	static const struct {
		unsigned code;
		bool is_resumed;
	} rows[] = {
	    {0, true},
	    {1000, true},
	    {1001, true},
	    {1006, true},
	    {4000, true},
	    {4001, true},
	    {4002, true},
	    {4003, false},
	    {4005, true},
	    {4007, false},
	    {4008, true},
	    {4009, false},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct discord d;

		discord_begin(&d);
		discord_ready(&d);
		discord_close(&d, rows[i].code);
		if (rows[i].is_resumed) {
			assert_resumes(&d, 1);
		} else {
			assert_identifies(&d);
		}
	}
}

static void
test_shard_stops_when_only_a_person_can_mend_it(void **state)
{
	static const struct {
		unsigned code;
		enum shard_fatal fatal;
	} rows[] = {
	    {4004, SHARD_FATAL_TOKEN},
	    {4010, SHARD_FATAL_SHARD},
	    {4011, SHARD_FATAL_COUNT},
	    {4012, SHARD_FATAL_VERSION},
	    {4013, SHARD_FATAL_INTENTS},
	    {4014, SHARD_FATAL_ALLOWED},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct discord d;

		discord_begin(&d);
		discord_ready(&d);
		discord_close(&d, rows[i].code);
		assert_int_equal(d.shard.state, SHARD_STOPPED);
		assert_int_equal(d.shard.fatal, rows[i].fatal);
		assert_non_null(shard_fatal_text(d.shard.fatal));
		assert_false(discord_wait_connect(&d, 3600 * STOA_US_PER_S));
	}
}

/* Five failures in a row and a minute, then the common address; if that does
 * not answer either it is no fault of the host. */
static void
test_shard_gives_up_a_dead_host_but_not_the_session(void **state)
{
	struct discord d;
	unsigned failures = 0;

	(void)state;
	discord_begin(&d);
	discord_start(&d, SESSION, 9);
	while (strcmp(d.url, RESUME) == 0 && failures < 1000) {
		failures++;
		discord_close(&d, 0);
		assert_true(discord_wait_connect(&d, 60 * STOA_US_PER_S));
	}
	assert_in_range(failures, GATEWAY_HOST_FAILURES, 100);
	assert_true(d.now_us - 1000 * STOA_US_PER_S >= 60 * STOA_US_PER_S);
	assert_string_equal(d.url, COMMON);
	/* The common one is down as well: back to the host. */
	discord_close(&d, 0);
	assert_true(discord_wait_connect(&d, 60 * STOA_US_PER_S));
	assert_string_equal(d.url, RESUME);
	while (strcmp(d.url, RESUME) == 0) {
		discord_close(&d, 0);
		assert_true(discord_wait_connect(&d, 60 * STOA_US_PER_S));
	}
	discord_open(&d);
	discord_say(&d, HELLO);
	assert_true(discord_was_sent(&d, "{\"op\":6,"));
	assert_int_equal(d.shard.counts.identifies, 0);
}

static void
test_shard_takes_no_dispatch_twice(void **state)
{
	struct discord d;

	(void)state;
	discord_begin(&d);
	discord_ready(&d);
	discord_dispatch(&d, 2);
	discord_dispatch(&d, 2);
	discord_dispatch(&d, 1);
	discord_dispatch(&d, 3);
	assert_int_equal(d.taken_count, 3);
	assert_int_equal(d.shard.counts.duplicates, 2);
}

/* What is missing, and what comes in the wrong order, is asked for again. */
static void
test_shard_heals_a_gap_by_resuming(void **state)
{
	struct discord d;

	(void)state;
	discord_begin(&d);
	discord_ready(&d);
	discord_dispatch(&d, 2);
	discord_dispatch(&d, 4);
	assert_int_equal(d.taken_count, 2);
	assert_int_equal(d.close_code, 4000);
	assert_resumes(&d, 2);
	discord_dispatch(&d, 3);
	discord_dispatch(&d, 4);
	discord_sayf(&d, RESUMED, 5ull);
	assert_int_equal(d.taken_count, 5);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(d.taken[i], i + 1);
	}
}

static void
test_shard_accepts_a_gap_that_stays(void **state)
{
	struct discord d;
	unsigned closes;

	(void)state;
	discord_begin(&d);
	discord_ready(&d);
	discord_dispatch(&d, 3);
	assert_resumes(&d, 1);
	closes = d.closes;
	discord_dispatch(&d, 3);
	assert_int_equal(d.closes, closes);
	assert_int_equal(d.taken[d.taken_count - 1], 3);
	/* The missing one comes late after all. */
	discord_dispatch(&d, 2);
	assert_int_equal(d.taken[d.taken_count - 1], 2);
	assert_int_equal(d.shard.session.seq, 3);
}

static void
test_shard_does_not_loop_over_what_it_cannot_read(void **state)
{
	struct discord d;

	(void)state;
	discord_begin(&d);
	discord_ready(&d);
	discord_say(&d, "{\"t\":\"X\",\"s\":2,\"op\":0,\"d\":{\"a\"");
	assert_int_equal(d.shard.counts.bad_payloads, 1);
	assert_resumes(&d, 1);
	d.is_unreadable = true;
	discord_dispatch(&d, 2);
	assert_resumes(&d, 1);
	/* Twice the same: it is left out. */
	discord_dispatch(&d, 2);
	d.is_unreadable = false;
	discord_dispatch(&d, 3);
	assert_int_equal(d.shard.session.seq, 3);
	assert_int_equal(d.taken[d.taken_count - 1], 3);
}

/* What was given up and comes late is no reason to go back for. */
static void
test_shard_goes_not_back_for_what_came_late(void **state)
{
	struct discord d;
	unsigned closes;

	(void)state;
	discord_begin(&d);
	discord_ready(&d);
	discord_dispatch(&d, 3);
	assert_resumes(&d, 1);
	discord_dispatch(&d, 3);
	discord_dispatch(&d, 4);
	closes = d.closes;
	d.is_unreadable = true;
	discord_dispatch(&d, 2);
	d.is_unreadable = false;
	assert_int_equal(d.closes, closes);
	assert_int_equal(d.shard.session.seq, 4);
	discord_dispatch(&d, 5);
	assert_int_equal(d.taken[d.taken_count - 1], 5);
}

/* A place before the first would be the last of all. */
static void
test_shard_takes_no_dispatch_without_a_number(void **state)
{
	static const char *const numbers[] = {"0", "null"};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(numbers); i++) {
		struct discord d;

		discord_begin(&d);
		discord_start(&d, SESSION, 4);
		discord_open(&d);
		discord_say(&d, HELLO);
		discord_sayf(
		    &d, "{\"t\":\"X\",\"s\":%s,\"op\":0,\"d\":{}}", numbers[i]);
		assert_int_equal(d.taken_count, 0);
		assert_int_equal(d.shard.counts.bad_payloads, 1);
		assert_resumes(&d, 4);
	}
}

static void
test_shard_sends_nothing_that_discord_would_close_for(void **state)
{
	char text[GATEWAY_SEND_MAX + 1];
	struct discord d;
	unsigned sent = 0;

	(void)state;
	discord_begin(&d);
	discord_ready(&d);
	memset(text, ' ', sizeof(text));
	assert_false(shard_send(
	    &d.shard, stoa_str_of_bytes(text, sizeof(text)), d.now_us));
	assert_true(shard_send(
	    &d.shard, stoa_str_of_bytes(text, GATEWAY_SEND_MAX), d.now_us));
	while (shard_send(&d.shard, STOA_STR("{}"), d.now_us)) {
		sent++;
	}
	/* Twenty of the minute's 120 stay free for heartbeats. */
	assert_in_range(sent, 90, 100);
	discord_say(&d, "{\"op\":1,\"d\":null}");
	assert_true(discord_was_sent(&d, "{\"op\":1,"));
	discord_wait(&d, 61 * STOA_US_PER_S);
	discord_say(&d, "{\"op\":11}");
	assert_true(shard_send(&d.shard, STOA_STR("{}"), d.now_us));
}

static void
test_shard_counts_rate_limited_and_goes_on(void **state)
{
	struct discord d;

	(void)state;
	discord_begin(&d);
	discord_ready(&d);
	discord_say(&d,
	    "{\"t\":\"RATE_LIMITED\",\"s\":2,\"op\":0,\"d\":{\"opcode\":8,"
	    "\"retry_after\":29.5,\"meta\":{}}}");
	assert_int_equal(d.shard.counts.rate_limited, 1);
	assert_int_equal(d.shard.state, SHARD_READY);
	assert_int_equal(d.taken_count, 2);
}

static void
test_shard_gives_up_who_never_greets_or_never_answers(void **state)
{
	struct discord d;

	(void)state;
	discord_begin(&d);
	discord_start(&d, SESSION, 1);
	discord_open(&d);
	discord_wait(&d, GATEWAY_HELLO_US);
	assert_int_equal(d.closes, 1);
	assert_true(discord_wait_connect(&d, 10 * STOA_US_PER_S));
	discord_open(&d);
	discord_say(&d, HELLO);
	discord_wait(&d, GATEWAY_READY_US);
	assert_int_equal(d.closes, 2);
	assert_int_equal(d.shard.counts.identifies, 0);
}

/* Discord goes down: attempts become rare, and never turn into identifies. */
static void
test_shard_backs_off_without_losing_the_session(void **state)
{
	struct discord d;

	(void)state;
	discord_begin(&d);
	discord_ready(&d);
	discord_close(&d, 0);
	for (int64_t end_us = d.now_us + 3600 * STOA_US_PER_S;
	     d.now_us < end_us;) {
		if (!discord_wait_connect(&d, 61 * STOA_US_PER_S)) {
			break;
		}
		discord_close(&d, 0);
	}
	assert_in_range(d.connects, 100, 400);
	assert_string_equal(d.shard.session.id, SESSION);
	assert_int_equal(d.shard.counts.identifies, 1);
}

static void
test_shard_stop_leaves_the_session_resumable(void **state)
{
	struct discord d;

	(void)state;
	discord_begin(&d);
	discord_ready(&d);
	shard_stop(&d.shard);
	assert_int_equal(d.close_code, 4000);
	assert_int_equal(d.shard.state, SHARD_IDLE);
	assert_string_equal(d.shard.session.id, SESSION);
	assert_false(discord_wait_connect(&d, 60 * STOA_US_PER_S));
}

static void
test_shard_leave_ends_the_session(void **state)
{
	struct discord d;

	(void)state;
	discord_begin(&d);
	discord_ready(&d);
	d.is_left = true;
	shard_leave(&d.shard);
	assert_int_equal(d.close_code, 1000);
	assert_int_equal(d.shard.state, SHARD_IDLE);
	assert_string_equal(d.shard.session.id, "");
	assert_false(discord_wait_connect(&d, 60 * STOA_US_PER_S));
}

static void
test_shard_has_caught_up_with_the_answer_to_a_later_heartbeat(void **state)
{
	struct discord d;

	(void)state;
	discord_begin(&d);
	discord_ready(&d);
	/* One that was sent before says nothing. */
	discord_say(&d, "{\"op\":1,\"d\":null}");
	discord_dispatch(&d, 2);
	assert_false(shard_catch_up(&d.shard, d.now_us));
	assert_true(discord_was_sent(&d, "{\"op\":1,\"d\":2}"));
	assert_int_equal(d.sent_count, 3); /* identify, two heartbeats */
	discord_say(&d, "{\"op\":11}");
	assert_false(shard_catch_up(&d.shard, d.now_us));
	discord_say(&d, "{\"op\":11}");
	assert_true(shard_catch_up(&d.shard, d.now_us));
	assert_int_equal(d.sent_count, 3);
}

static void
test_shard_asks_again_when_the_connection_that_was_asked_is_gone(void **state)
{
	struct discord d;

	(void)state;
	discord_begin(&d);
	discord_ready(&d);
	assert_false(shard_catch_up(&d.shard, d.now_us));
	discord_close(&d, 0);
	assert_false(shard_catch_up(&d.shard, d.now_us));
	assert_resumes(&d, 1);
	assert_false(shard_catch_up(&d.shard, d.now_us));
	assert_true(discord_was_sent(&d, "{\"op\":6,"));
	discord_dispatch(&d, 2);
	discord_sayf(&d, RESUMED, 3ull);
	assert_false(shard_catch_up(&d.shard, d.now_us));
	assert_true(discord_was_sent(&d, "{\"op\":1,\"d\":3}"));
	discord_say(&d, "{\"op\":11}");
	assert_true(shard_catch_up(&d.shard, d.now_us));
	/* It stays so: what comes later is nobody's business. */
	discord_close(&d, 0);
	assert_true(shard_catch_up(&d.shard, d.now_us));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_shard_identifies_when_granted_and_stores_the_session_first),
	    cmocka_unit_test(test_shard_resumes_what_another_process_left),
	    cmocka_unit_test(test_shard_takes_a_ready_that_is_repeated),
	    cmocka_unit_test(test_shard_reconnects_when_told_even_before_hello),
	    cmocka_unit_test(
		test_shard_keeps_or_drops_the_session_as_invalid_session_says),
	    cmocka_unit_test(
		test_shard_ends_a_connection_that_does_not_acknowledge),
	    cmocka_unit_test(
		test_shard_waits_for_no_acknowledgement_while_it_cannot_read),
	    cmocka_unit_test(test_shard_beats_when_asked),
	    cmocka_unit_test(test_shard_follows_the_table_of_close_codes),
	    cmocka_unit_test(test_shard_stops_when_only_a_person_can_mend_it),
	    cmocka_unit_test(
		test_shard_gives_up_a_dead_host_but_not_the_session),
	    cmocka_unit_test(test_shard_takes_no_dispatch_twice),
	    cmocka_unit_test(test_shard_heals_a_gap_by_resuming),
	    cmocka_unit_test(test_shard_accepts_a_gap_that_stays),
	    cmocka_unit_test(test_shard_does_not_loop_over_what_it_cannot_read),
	    cmocka_unit_test(test_shard_goes_not_back_for_what_came_late),
	    cmocka_unit_test(test_shard_takes_no_dispatch_without_a_number),
	    cmocka_unit_test(
		test_shard_sends_nothing_that_discord_would_close_for),
	    cmocka_unit_test(test_shard_counts_rate_limited_and_goes_on),
	    cmocka_unit_test(
		test_shard_gives_up_who_never_greets_or_never_answers),
	    cmocka_unit_test(test_shard_backs_off_without_losing_the_session),
	    cmocka_unit_test(test_shard_stop_leaves_the_session_resumable),
	    cmocka_unit_test(test_shard_leave_ends_the_session),
	    cmocka_unit_test(
		test_shard_has_caught_up_with_the_answer_to_a_later_heartbeat),
	    cmocka_unit_test(
		test_shard_asks_again_when_the_connection_that_was_asked_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
