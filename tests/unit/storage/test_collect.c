/* Collection frees what nothing needs and never what somebody adds, however
 * the two meet. */
#include "storage/add.h"
#include "storage/reader.h"
#include "storage/store.h"

#include "base/rng.h"

#include "../unit.h"
#include "disk_fake.h"

#include <pthread.h>

static const struct storage_options options = {
    .pack_size = 65536, .reserve_bytes = 1};
static const struct storage_profile profile = {.name = "narrow",
    .chunk_size = 4096,
    .width = 4,
    .cid_version = 1,
    .has_raw_leaves = true};

static struct storage_store *store;
static struct storage_hashers *hashers;

static int
open_all(void **state)
{
	(void)state;
	disk_fake_reset(3);
	assert_int_equal(storage_store_open("fake", &options, &store), STOA_OK);
	assert_int_equal(storage_hashers_open(&hashers), STOA_OK);
	return 0;
}

static int
close_all(void **state)
{
	(void)state;
	storage_hashers_close(hashers);
	storage_store_close(store);
	disk_fake_reset(3);
	return 0;
}

/* Runs on several threads, where only stoa_assert may fail a test.
 * The file `number`: its content follows from it, and neighbours share their
 * first leaves. */
static struct stoa_cid
add_file(uint32_t number, bool is_pinned)
{
	struct storage_add *add;
	struct storage_child root;
	struct stoa_rng rng;
	enum stoa_status status;

	do {
		status = storage_add_open(hashers, store, &profile, &add);
	} while (status == STOA_BUSY);
	stoa_assert(status == STOA_OK);
	stoa_rng_init(&rng, number / 4);
	for (int i = 0; i < 4096 / 8 * 5; i++) {
		uint64_t word = stoa_rng_next(&rng);

		if (i == 4096 / 8 * 3) {
			stoa_rng_init(&rng, 1000000 + number);
		}
		stoa_assert(
		    storage_add_write(add,
			stoa_str_of_bytes(&word, sizeof(word))) == STOA_OK);
	}
	stoa_assert(storage_add_end_file(add, &root) == STOA_OK);
	stoa_assert(storage_add_commit(add) == STOA_OK);
	if (is_pinned) {
		stoa_assert(storage_store_pin(store, &root.cid, STOA_STR("")) ==
			    STOA_OK);
	}
	storage_add_close(add);
	return root.cid;
}

static enum stoa_status
read_file(const struct stoa_cid *cid)
{
	struct storage_reader *reader = malloc(sizeof(*reader));
	struct storage_source source = storage_store_source(store);
	enum stoa_status status;
	uint64_t at = 0;

	stoa_assert(reader != NULL);
	status = storage_reader_open(reader, &source, cid);
	while (status == STOA_OK && at < storage_reader_size(reader)) {
		struct stoa_str bytes;

		status = storage_reader_at(reader, at, &bytes);
		at += status == STOA_OK ? bytes.len : 0;
	}
	storage_reader_close(reader);
	free(reader);
	return status;
}

static void
collect(struct storage_collected *sum)
{
	assert_int_equal(storage_store_collect(store, sum), STOA_OK);
}

static void
test_collect_frees_what_is_not_pinned_at_the_second_time(void **state)
{
	struct stoa_cid kept = add_file(0, true), dropped = add_file(4, false);
	struct storage_collected sum;
	struct storage_stat before, after;

	(void)state;
	collect(&sum);
	assert_int_equal(read_file(&dropped), STOA_OK);
	storage_store_stat(store, &before);
	collect(&sum);
	storage_store_stat(store, &after);
	assert_int_equal(read_file(&kept), STOA_OK);
	/* Half of the pack is live: it stays as it is. */
	assert_int_equal(before.blocks, after.blocks);
	assert_int_equal(
	    storage_store_unpin(store, &kept, STOA_STR("")), STOA_OK);
	collect(&sum);
	assert_int_equal(read_file(&kept), STOA_OK);
	collect(&sum);
	assert_int_equal(sum.packs_removed, 1);
	storage_store_stat(store, &after);
	assert_int_equal(after.blocks, 0);
	assert_int_equal(after.block_bytes, 0);
	assert_int_equal(read_file(&kept), STOA_NOT_FOUND);
	assert_int_equal(read_file(&dropped), STOA_NOT_FOUND);
}

static void
test_collect_moves_what_is_pinned_out_of_sparse_packs(void **state)
{
	struct stoa_cid kept[10];
	struct storage_collected sum;
	struct storage_stat before, after;

	(void)state;
	for (uint32_t i = 0; i < 100; i++) {
		struct stoa_cid cid = add_file(i * 4, i % 10 == 0);

		if (i % 10 == 0) {
			kept[i / 10] = cid;
		}
	}
	storage_store_stat(store, &before);
	collect(&sum);
	collect(&sum);
	storage_store_stat(store, &after);
	assert_true(sum.packs_removed > before.packs / 2);
	assert_true(sum.bytes_moved > 0);
	assert_true(after.block_bytes < before.block_bytes / 4);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(read_file(&kept[i]), STOA_OK);
	}
	/* ... and it is all still there for the next process. */
	storage_store_close(store);
	assert_int_equal(storage_store_open("fake", &options, &store), STOA_OK);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(read_file(&kept[i]), STOA_OK);
	}
}

static void
test_a_lease_keeps_what_was_touched_under_it(void **state)
{
	struct storage_lease lease = {0};
	struct stoa_cid cid;
	struct storage_collected sum;

	(void)state;
	assert_int_equal(storage_lease_take(store, &lease), STOA_OK);
	cid = add_file(0, false);
	for (int i = 0; i < 4; i++) {
		collect(&sum);
		assert_int_equal(read_file(&cid), STOA_OK);
	}
	storage_lease_end(store, &lease);
	collect(&sum);
	assert_int_equal(read_file(&cid), STOA_NOT_FOUND);
}

#define FILES_EACH 120

struct adder {
	pthread_t thread;
	uint32_t first;
	struct stoa_cid cids[FILES_EACH];
};

/* Adds files, pins half of them, takes back a quarter; shares blocks with the
 * other adder's files. */
static void *
keep_adding(void *context)
{
	struct adder *a = context;

	for (uint32_t i = 0; i < FILES_EACH; i++) {
		a->cids[i] = add_file(a->first + i * 2, i % 2 == 0);
		if (i % 4 == 2) {
			stoa_assert(storage_store_unpin(store, &a->cids[i - 2],
					STOA_STR("")) == STOA_OK);
		}
		/* What is not pinned may be gone two collections later. */
		stoa_assert(i % 2 == 1 || read_file(&a->cids[i]) == STOA_OK);
	}
	return NULL;
}

static void *
keep_collecting(void *context)
{
	bool *stop = context;
	struct storage_collected sum;

	while (!__atomic_load_n(stop, __ATOMIC_ACQUIRE)) {
		stoa_assert(storage_store_collect(store, &sum) == STOA_OK);
	}
	return NULL;
}

static void
test_collecting_in_a_loop_loses_nothing_that_is_pinned(void **state)
{
	static struct adder adders[2];
	pthread_t collector;
	bool stop = false;
	struct storage_collected sum;

	(void)state;
	assert_int_equal(
	    pthread_create(&collector, NULL, keep_collecting, &stop), 0);
	for (uint32_t i = 0; i < 2; i++) {
		adders[i].first = i;
		assert_int_equal(pthread_create(&adders[i].thread, NULL,
				     keep_adding, &adders[i]),
		    0);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(adders[i].thread, NULL), 0);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	assert_int_equal(pthread_join(collector, NULL), 0);
	collect(&sum);
	collect(&sum);
	for (int i = 0; i < 2; i++) {
		for (uint32_t j = 0; j < FILES_EACH; j++) {
			const struct stoa_cid *cid = &adders[i].cids[j];

			if (storage_store_is_pinned(store, cid, STOA_STR(""))) {
				assert_int_equal(read_file(cid), STOA_OK);
			} else {
				assert_true(j % 4 != 2);
			}
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_collect_frees_what_is_not_pinned_at_the_second_time,
		open_all, close_all),
	    cmocka_unit_test_setup_teardown(
		test_collect_moves_what_is_pinned_out_of_sparse_packs, open_all,
		close_all),
	    cmocka_unit_test_setup_teardown(
		test_a_lease_keeps_what_was_touched_under_it, open_all,
		close_all),
	    cmocka_unit_test_setup_teardown(
		test_collecting_in_a_loop_loses_nothing_that_is_pinned,
		open_all, close_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
