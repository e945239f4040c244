/* test_snapshot.c - a start from a snapshot is a start from the whole copy. */
#include "base/hasher.h"
#include "base/image.h"
#include "domain/record.h"
#include "domain/replica.h"
#include "fake/sim.h"

#include "../unit.h"

#include <stdlib.h>

/* ---- a domain that adds numbers up ---- */

static void *
sum_new(struct stoa_str community, uint64_t seed)
{
	(void)community;
	(void)seed;
	return calloc(1, sizeof(uint64_t));
}

static bool
sum_apply(void *state, const struct stoa_fact *fact)
{
	const Stoa__Journal__Head *e = (const Stoa__Journal__Head *)fact->event;
	uint64_t *sum = state;

	*sum = *sum * 31 + e->index; /* their order matters */
	return true;
}

static void
sum_digest(const void *state, struct stoa_hasher *h)
{
	const uint64_t *sum = state;

	stoa_hasher_number(h, (int64_t)*sum);
}

static void
sum_save(const void *state, struct stoa_buf *out)
{
	const uint64_t *sum = state;

	stoa_image_put_number(out, *sum);
}

static bool
sum_load(void *state, struct stoa_str bytes)
{
	struct stoa_image in = {.rest = bytes};
	uint64_t *sum = state;

	*sum = stoa_image_number(&in);
	return !in.is_bad && in.rest.len == 0;
}

static struct stoa_core sums = {
    .name = "sums",
    .event = &stoa__journal__head__descriptor,
    .state_new = sum_new,
    .state_free = free,
    .apply = sum_apply,
    .digest = sum_digest,
    .image_version = 1,
    .save = sum_save,
    .load = sum_load,
};

/* ---- a copy ---- */

#define COMMUNITIES 3

static struct world {
	struct sim *sim;
	struct sim_broker *broker;
	struct stoa_copy *copy;
	struct stoa_arena arena;
	uint64_t index[COMMUNITIES];
	struct stoa_hash hash[COMMUNITIES];
	uint64_t sequence;
	struct stoa_buf snapshot;
} w;

static int
begin(void **state)
{
	(void)state;
	w = (struct world){.sim = sim_new(1)};
	w.broker = sim_broker_new(w.sim);
	w.copy = sim_copy_new(w.sim);
	stoa_arena_init(&w.arena, NULL, 0, (size_t)1 << 20);
	stoa_buf_init(&w.snapshot, (size_t)1 << 20);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	stoa_buf_fini(&w.snapshot);
	stoa_arena_fini(&w.arena);
	sim_copy_free(w.copy);
	sim_broker_free(w.broker);
	sim_free(w.sim);
	return 0;
}

/* One record of a community with one entry, as a replica writes it. */
static void
append(unsigned community, uint64_t number)
{
	char name[8], id[32];
	Stoa__Journal__Head event = STOA__JOURNAL__HEAD__INIT;
	Stoa__Journal__Entry entry = STOA__JOURNAL__ENTRY__INIT;
	Stoa__Journal__Entry *entries[] = {&entry};
	Stoa__Journal__Batch batch = STOA__JOURNAL__BATCH__INIT;
	ProtobufCBinaryData data;
	struct stoa_frame frame = {.sequence = ++w.sequence, .epoch = 1};
	struct stoa_str bytes;

	stoa_arena_reset(&w.arena);
	(void)snprintf(name, sizeof(name), "c_%u", community);
	(void)snprintf(id, sizeof(id), "cmd-%u", (unsigned)w.sequence);
	event.index = number;
	bytes = stoa_pack(&w.arena, &event.base);
	data =
	    (ProtobufCBinaryData){bytes.len, (uint8_t *)(uintptr_t)bytes.data};
	entry.actor = (char *)(uintptr_t) "u_a";
	entry.command_id = id;
	entry.time_us = (int64_t)w.sequence;
	entry.events = &data;
	entry.n_events = 1;
	batch.community = name;
	batch.index = ++w.index[community];
	if (batch.index > 1) {
		batch.previous.data = w.hash[community].bytes;
		batch.previous.len = sizeof(w.hash[community].bytes);
	}
	batch.entries = entries;
	batch.n_entries = 1;
	frame.record = stoa_pack(&w.arena, &batch.base);
	frame.followed = w.sequence;
	w.hash[community] = stoa_record_hash(frame.record);
	(void)stoa_copy_append(w.copy, &frame);
}

static void
append_many(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		append(i * i % COMMUNITIES, i + 7);
	}
}

/* ---- starts ---- */

static void
on_nothing(void *owner, struct stoa_str community, const char *text)
{
	(void)owner;
	(void)community;
	(void)text;
}

static void
on_committed(void *owner, const struct stoa_commit *commit)
{
	uint64_t *told = owner;

	(void)commit;
	++*told;
}

static void
on_stopped(void *owner, const char *text)
{
	(void)owner;
	fail_msg("%s", text);
}

struct start {
	struct stoa_hash digest; /* of all heads */
	uint64_t told;
	struct stoa_replica_stats stats;
};

static struct start
start(struct stoa_str snapshot)
{
	static const struct stoa_replica_events events = {
	    .committed = on_committed,
	    .alarm = on_nothing,
	    .stopped = on_stopped,
	};
	struct start s = {0};
	struct stoa_replica_options options = {
	    .core = &sums,
	    .count = 1,
	    .seed = 3,
	    .nonce = 1,
	    .clock = sim_clock(w.sim),
	    .copy = w.copy,
	    .snapshot = snapshot,
	    .stream = sim_stream_new(w.broker),
	    .events = &events,
	    .owner = &s.told,
	};
	struct stoa_replica *r;
	struct stoa_hasher h;
	struct stoa_str community;
	size_t cursor = 0;

	assert_int_equal(stoa_replica_new(&options, &r), STOA_OK);
	stoa_hasher_init(&h);
	while ((community = stoa_replica_next(r, &cursor)).data != NULL) {
		struct stoa_replica_head head;

		assert_true(stoa_replica_head(r, community, &head));
		stoa_hasher_text(&h, community);
		stoa_hasher_number(&h, (int64_t)head.index);
		stoa_hasher_text(&h, stoa_hash_str(&head.hash));
		stoa_hasher_text(&h, stoa_hash_str(&head.state_hash));
		stoa_hasher_text(&h, stoa_hash_str(&head.tree_root));
	}
	s.digest = stoa_hasher_end(&h);
	stoa_replica_stats(r, &s.stats);
	stoa_replica_free(r);
	sim_stream_free(options.stream);
	while (sim_step(w.sim)) { /* its connection ends */
	}
	return s;
}

static enum stoa_status
make(struct stoa_str before)
{
	struct stoa_replica_options options = {
	    .core = &sums,
	    .copy = w.copy,
	    .snapshot = before,
	};

	stoa_buf_clear(&w.snapshot);
	return stoa_snapshot_make(&options, &w.snapshot);
}

/* Gives what the snapshot spared. */
static uint64_t
assert_same(struct stoa_str snapshot)
{
	struct start whole = start((struct stoa_str){NULL, 0});
	struct start s = start(snapshot);

	assert_true(stoa_hash_is_equal(&whole.digest, &s.digest));
	assert_int_equal(whole.stats.followed, s.stats.followed);
	assert_int_equal(whole.stats.community_count, s.stats.community_count);
	return s.stats.snapshot_bytes;
}

/* ---- tests ---- */

static void
test_a_start_reads_what_came_after(void **state)
{
	uint64_t size;
	struct start s;

	(void)state;
	append_many(30);
	size = sim_copy_size(w.copy);
	assert_int_equal(make((struct stoa_str){NULL, 0}), STOA_OK);
	assert_int_equal(
	    stoa_snapshot_covers(stoa_buf_str(&w.snapshot), &sums), size);
	assert_int_equal(assert_same(stoa_buf_str(&w.snapshot)), size);
	append_many(20);
	assert_int_equal(assert_same(stoa_buf_str(&w.snapshot)), size);
	s = start(stoa_buf_str(&w.snapshot));
	assert_int_equal(s.told, 20);
}

static void
test_one_goes_on_from_the_one_before(void **state)
{
	struct stoa_buf before;

	(void)state;
	stoa_buf_init(&before, (size_t)1 << 20);
	append_many(10);
	assert_int_equal(make((struct stoa_str){NULL, 0}), STOA_OK);
	stoa_buf_add_str(&before, stoa_buf_str(&w.snapshot));
	assert_int_equal(make(stoa_buf_str(&before)), STOA_NOT_FOUND);
	append_many(10);
	assert_int_equal(make(stoa_buf_str(&before)), STOA_OK);
	assert_int_equal(
	    assert_same(stoa_buf_str(&w.snapshot)), sim_copy_size(w.copy));
	stoa_buf_fini(&before);
}

static void
test_a_spoiled_one_is_passed_over(void **state)
{
	(void)state;
	append_many(12);
	assert_int_equal(make((struct stoa_str){NULL, 0}), STOA_OK);
	for (size_t i = 0; i < w.snapshot.len; i++) {
		w.snapshot.data[i] ^= 1;
		assert_int_equal(assert_same(stoa_buf_str(&w.snapshot)), 0);
		w.snapshot.data[i] ^= 1;
		assert_int_equal(
		    assert_same((struct stoa_str){w.snapshot.data, i}), 0);
	}
	assert_true(assert_same(stoa_buf_str(&w.snapshot)) > 0);
}

static void
test_one_of_another_copy_is_passed_over(void **state)
{
	uint64_t size;

	(void)state;
	append_many(20);
	size = sim_copy_size(w.copy);
	append_many(1);
	assert_int_equal(make((struct stoa_str){NULL, 0}), STOA_OK);
	/* What was written last is lost, then something else is written. */
	sim_copy_cut(w.copy, size);
	assert_int_equal(assert_same(stoa_buf_str(&w.snapshot)), 0);
	append(2, 99);
	assert_int_equal(assert_same(stoa_buf_str(&w.snapshot)), 0);
}

static void
test_one_of_another_version_is_passed_over(void **state)
{
	(void)state;
	append_many(20);
	assert_int_equal(make((struct stoa_str){NULL, 0}), STOA_OK);
	sums.image_version++;
	assert_int_equal(assert_same(stoa_buf_str(&w.snapshot)), 0);
	sums.image_version--;
	sums.name = "other";
	assert_int_equal(assert_same(stoa_buf_str(&w.snapshot)), 0);
	sums.name = "sums";
	assert_true(assert_same(stoa_buf_str(&w.snapshot)) > 0);
}

static void
test_a_damaged_copy_gets_none(void **state)
{
	struct stoa_buf before;

	(void)state;
	stoa_buf_init(&before, (size_t)1 << 20);
	append_many(20);
	assert_int_equal(make((struct stoa_str){NULL, 0}), STOA_OK);
	stoa_buf_add_str(&before, stoa_buf_str(&w.snapshot));
	append_many(5);
	sim_copy_flip(w.copy, sim_copy_size(w.copy) / 3);
	assert_int_equal(make((struct stoa_str){NULL, 0}), STOA_CORRUPT);
	/* Even where the one before spares the reading. */
	assert_int_equal(make(stoa_buf_str(&before)), STOA_CORRUPT);
	stoa_buf_fini(&before);
}

static void
test_an_empty_copy_gets_none(void **state)
{
	(void)state;
	assert_int_equal(make((struct stoa_str){NULL, 0}), STOA_NOT_FOUND);
	sums.save = NULL;
	assert_int_equal(make((struct stoa_str){NULL, 0}), STOA_UNSUPPORTED);
	sums.save = sum_save;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_a_start_reads_what_came_after),
	    TEST(test_one_goes_on_from_the_one_before),
	    TEST(test_a_spoiled_one_is_passed_over),
	    TEST(test_one_of_another_copy_is_passed_over),
	    TEST(test_one_of_another_version_is_passed_over),
	    TEST(test_a_damaged_copy_gets_none),
	    TEST(test_an_empty_copy_gets_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
