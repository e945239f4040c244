/* test_kv.c - key-value buckets at a broker of the test's own. */
#include "../unit.h"

#include "broker.h"
#include "turn.h"

#include "edge/bus.h"
#include "port/clock.h"
#include "port/kv.h"

static struct broker broker;
static struct stoa_bus *bus;

/* What the last calls were answered. */
static struct {
	unsigned asked, answered;
	bool is_calling; /* inside a call: nothing may be answered yet */
	enum stoa_status status;
	uint64_t revision;
	char value[65536];
	size_t len;
	unsigned stored, conflicts;
} heard;

static bool
is_up(void)
{
	return stoa_bus_is_up(bus);
}

static bool
is_answered(void)
{
	return heard.answered == heard.asked;
}

static void
on_got(void *owner, enum stoa_status status, struct stoa_str value,
    uint64_t revision)
{
	assert_ptr_equal(owner, &heard);
	assert_false(heard.is_calling);
	heard.answered++;
	heard.status = status;
	heard.revision = revision;
	assert_true(value.len <= sizeof(heard.value));
	heard.len = status == STOA_OK ? value.len : 0;
	memcpy(heard.value, value.data == NULL ? "" : value.data, heard.len);
}

static void
on_stored(void *owner, enum stoa_status status, uint64_t revision)
{
	assert_ptr_equal(owner, &heard);
	assert_false(heard.is_calling);
	heard.answered++;
	heard.status = status;
	heard.revision = revision;
	heard.stored += status == STOA_OK;
	heard.conflicts += status == STOA_CONFLICT;
}

static void
begin(unsigned count)
{
	heard.asked = count;
	heard.answered = heard.stored = heard.conflicts = 0;
}

static void
get_ask(const char *bucket, const char *key)
{
	heard.is_calling = true;
	stoa_kv_get(bus, bucket, key, on_got, &heard);
	heard.is_calling = false;
}

static void
put_ask(const char *bucket, const char *key, struct stoa_str value,
    uint64_t expected)
{
	heard.is_calling = true;
	stoa_kv_put(bus, bucket, key, value, expected, on_stored, &heard);
	heard.is_calling = false;
}

static enum stoa_status
get(const char *bucket, const char *key)
{
	begin(1);
	get_ask(bucket, key);
	turn_until(is_answered);
	return heard.status;
}

static enum stoa_status
put(const char *bucket, const char *key, struct stoa_str value,
    uint64_t expected)
{
	begin(1);
	put_ask(bucket, key, value, expected);
	turn_until(is_answered);
	return heard.status;
}

static void
assert_value(struct stoa_str want)
{
	assert_int_equal(heard.len, want.len);
	assert_memory_equal(heard.value, want.data, want.len);
}

/* ---- the bucket, as provisioning makes it ---- */

static void
on_made(void *owner, enum stoa_status status, struct stoa_str reply,
    const char *detail)
{
	(void)owner;
	(void)detail;
	assert_int_equal(status, STOA_OK);
	assert_null(memmem(reply.data, reply.len, "\"error\"", 7));
	heard.answered++;
}

static void
bucket_make(const char *name, const char *rest)
{
	char subject[128], config[512];

	(void)snprintf(
	    subject, sizeof(subject), "$JS.API.STREAM.CREATE.KV_%s", name);
	(void)snprintf(config, sizeof(config),
	    "{\"name\":\"KV_%s\",\"subjects\":[\"$KV.%s.>\"],"
	    "\"retention\":\"limits\",\"storage\":\"file\","
	    "\"discard\":\"new\",\"max_msgs\":-1,\"max_bytes\":-1,"
	    "\"max_msg_size\":65536,\"max_msgs_per_subject\":1,"
	    "\"allow_direct\":true,\"allow_rollup_hdrs\":true,"
	    "\"num_replicas\":1%s}",
	    name, name, rest);
	begin(1);
	stoa_bus_ask(bus, subject, stoa_str_of(config), 5 * STOA_US_PER_S,
	    on_made, NULL);
	turn_until(is_answered);
}

#define AGE_MS 600 /* of the bucket "brief" */

static int
setup(void **state)
{
	const struct stoa_bus_options options = {
	    .loop = turn_loop(),
	    .url = broker.url,
	    .service = "test",
	    .is_client = true,
	};

	(void)state;
	broker_start(&broker);
	assert_int_equal(stoa_bus_open(&options, &bus), STOA_OK);
	turn_until(is_up);
	bucket_make("lasting", "");
	bucket_make(
	    "brief", ",\"max_age\":600000000,\"duplicate_window\":500000000");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	broker_end(&broker);
	return 0;
}

/* ---- values ---- */

static void
test_kv_get_finds_nothing_where_nothing_is(void **state)
{
	(void)state;
	assert_int_equal(get("lasting", "nothing"), STOA_NOT_FOUND);
	assert_int_equal(heard.revision, 0);
}

static void
test_kv_get_gives_what_was_put(void **state)
{
	uint64_t first;

	(void)state;
	assert_int_equal(
	    put("lasting", "shard.8.3", STOA_STR("one"), STOA_KV_ANY), STOA_OK);
	first = heard.revision;
	assert_true(first > 0);
	assert_int_equal(get("lasting", "shard.8.3"), STOA_OK);
	assert_value(STOA_STR("one"));
	assert_int_equal(heard.revision, first);
	assert_int_equal(
	    put("lasting", "shard.8.3", STOA_STR("two"), STOA_KV_ANY), STOA_OK);
	assert_true(heard.revision > first);
	assert_int_equal(get("lasting", "shard.8.3"), STOA_OK);
	assert_value(STOA_STR("two"));
	/* Its neighbours are others. */
	assert_int_equal(get("lasting", "shard.8"), STOA_NOT_FOUND);
	assert_int_equal(get("lasting", "shard.8.30"), STOA_NOT_FOUND);
}

static void
test_kv_put_carries_any_bytes(void **state)
{
	static char bytes[60000];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		bytes[i] = (char)(i * 7);
	}
	assert_int_equal(
	    put("lasting", "bytes", stoa_str_of_bytes(bytes, sizeof(bytes)), 0),
	    STOA_OK);
	assert_int_equal(get("lasting", "bytes"), STOA_OK);
	assert_value(stoa_str_of_bytes(bytes, sizeof(bytes)));
	assert_int_equal(
	    put("lasting", "zero", stoa_str_of_bytes("", 1), 0), STOA_OK);
	assert_int_equal(get("lasting", "zero"), STOA_OK);
	assert_int_equal(heard.len, 1);
}

static void
test_kv_put_refuses_more_than_the_bucket_takes(void **state)
{
	static char bytes[65537];

	(void)state;
	assert_int_equal(
	    put("lasting", "large", stoa_str_of_bytes(bytes, sizeof(bytes)), 0),
	    STOA_UNAVAILABLE);
	assert_int_equal(get("lasting", "large"), STOA_NOT_FOUND);
}

static void
test_kv_takes_the_longest_key(void **state)
{
	char key[STOA_KV_KEY_LEN_MAX + 1];

	(void)state;
	memset(key, 'k', sizeof(key) - 1);
	key[sizeof(key) - 1] = '\0';
	assert_int_equal(put("lasting", key, STOA_STR("x"), 0), STOA_OK);
	assert_int_equal(get("lasting", key), STOA_OK);
	key[sizeof(key) - 2] = 'j';
	assert_int_equal(get("lasting", key), STOA_NOT_FOUND);
}

/* ---- compare and set ---- */

static void
test_kv_put_replaces_only_the_expected_revision(void **state)
{
	uint64_t first, second;

	(void)state;
	assert_int_equal(put("lasting", "lease", STOA_STR("a"), 0), STOA_OK);
	first = heard.revision;
	assert_int_equal(
	    put("lasting", "lease", STOA_STR("b"), 0), STOA_CONFLICT);
	assert_int_equal(
	    put("lasting", "lease", STOA_STR("b"), first + 1), STOA_CONFLICT);
	assert_int_equal(
	    put("lasting", "lease", STOA_STR("b"), first), STOA_OK);
	second = heard.revision;
	assert_true(second > first);
	/* A former owner is kept out. */
	assert_int_equal(
	    put("lasting", "lease", STOA_STR("c"), first), STOA_CONFLICT);
	assert_int_equal(get("lasting", "lease"), STOA_OK);
	assert_value(STOA_STR("b"));
	assert_int_equal(heard.revision, second);
	/* A revision of another key is none of this one. */
	assert_int_equal(put("lasting", "other", STOA_STR("x"), 0), STOA_OK);
	assert_int_equal(put("lasting", "lease", STOA_STR("c"), heard.revision),
	    STOA_CONFLICT);
}

static void
test_kv_put_lets_one_of_many_win(void **state)
{
	(void)state;
	begin(20);
	for (unsigned i = 0; i < 20; i++) {
		put_ask("lasting", "race", STOA_STR("me"), 0);
	}
	turn_until(is_answered);
	assert_int_equal(heard.stored, 1);
	assert_int_equal(heard.conflicts, 19);
}

static void
test_kv_put_of_nothing_takes_the_key_away(void **state)
{
	uint64_t gone;

	(void)state;
	assert_int_equal(put("lasting", "brief", STOA_STR("a"), 0), STOA_OK);
	assert_int_equal(
	    put("lasting", "brief", STOA_STR(""), heard.revision), STOA_OK);
	gone = heard.revision;
	assert_int_equal(get("lasting", "brief"), STOA_NOT_FOUND);
	assert_int_equal(heard.revision, gone);
	assert_int_equal(put("lasting", "brief", STOA_STR("b"), gone), STOA_OK);
	assert_int_equal(get("lasting", "brief"), STOA_OK);
	assert_value(STOA_STR("b"));
}

/* One identify in five seconds rests on this. */
static void
test_kv_put_waits_until_the_broker_has_forgotten(void **state)
{
	int64_t began = stoa_clock_mono(NULL).us;
	unsigned conflicts = 0;

	(void)state;
	assert_int_equal(put("brief", "slot", STOA_STR("a"), 0), STOA_OK);
	while (put("brief", "slot", STOA_STR("b"), 0) == STOA_CONFLICT) {
		conflicts++;
	}
	assert_int_equal(heard.status, STOA_OK);
	assert_true(conflicts > 0);
	assert_true(
	    stoa_clock_mono(NULL).us - began >= AGE_MS * STOA_US_PER_MS);
	assert_int_equal(get("brief", "slot"), STOA_OK);
	assert_value(STOA_STR("b"));
}

/* ---- a broker that is not there ---- */

static void
test_kv_says_that_there_is_no_bucket(void **state)
{
	(void)state;
	assert_int_equal(
	    put("nowhere", "a", STOA_STR("b"), 0), STOA_UNAVAILABLE);
	/* A read is tried until its time is over: it may come yet. */
	assert_int_equal(get("nowhere", "a"), STOA_TIMEOUT);
}

static void
test_kv_does_not_know_what_a_hanging_broker_did(void **state)
{
	uint64_t before;
	bool is_old;

	(void)state;
	assert_int_equal(put("lasting", "hang", STOA_STR("a"), 0), STOA_OK);
	before = heard.revision;
	broker_pause(&broker);
	assert_int_equal(
	    put("lasting", "hang", STOA_STR("b"), before), STOA_TIMEOUT);
	broker_resume(&broker);
	assert_int_equal(get("lasting", "hang"), STOA_OK);
	is_old = heard.revision == before;
	assert_value(is_old ? STOA_STR("a") : STOA_STR("b"));
	/* Whoever has read it may go on. */
	assert_int_equal(
	    put("lasting", "hang", STOA_STR("c"), heard.revision), STOA_OK);
}

static void
test_kv_get_outlasts_a_restart(void **state)
{
	(void)state;
	assert_int_equal(put("lasting", "kept", STOA_STR("kept"), 0), STOA_OK);
	broker_kill(&broker);
	begin(1);
	get_ask("lasting", "kept");
	broker_start(&broker);
	turn_until(is_answered);
	turn_until(is_up);
	assert_int_equal(get("lasting", "kept"), STOA_OK);
	assert_value(STOA_STR("kept"));
}

static void
test_kv_answers_when_the_bus_closes(void **state)
{
	(void)state;
	begin(2);
	get_ask("lasting", "a");
	put_ask("lasting", "a", STOA_STR("b"), STOA_KV_ANY);
	stoa_bus_close(bus);
	assert_true(is_answered());
	assert_int_equal(heard.status, STOA_CLOSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_kv_get_finds_nothing_where_nothing_is),
	    cmocka_unit_test(test_kv_get_gives_what_was_put),
	    cmocka_unit_test(test_kv_put_carries_any_bytes),
	    cmocka_unit_test(test_kv_put_refuses_more_than_the_bucket_takes),
	    cmocka_unit_test(test_kv_takes_the_longest_key),
	    cmocka_unit_test(test_kv_put_replaces_only_the_expected_revision),
	    cmocka_unit_test(test_kv_put_lets_one_of_many_win),
	    cmocka_unit_test(test_kv_put_of_nothing_takes_the_key_away),
	    cmocka_unit_test(test_kv_put_waits_until_the_broker_has_forgotten),
	    cmocka_unit_test(test_kv_says_that_there_is_no_bucket),
	    cmocka_unit_test(test_kv_does_not_know_what_a_hanging_broker_did),
	    cmocka_unit_test(test_kv_get_outlasts_a_restart),
	    /* Closes the bus: the last one. */
	    cmocka_unit_test(test_kv_answers_when_the_bus_closes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
