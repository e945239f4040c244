/* What a store promises, on the simulated disk. */
#include "storage/store.h"

#include "storage/add.h"
#include "storage/reader.h"

#include "../unit.h"
#include "disk_fake.h"

static const struct storage_options options = {
    .pack_size = 8192, .reserve_bytes = 1000};

static struct storage_store *
open_store(void)
{
	struct storage_store *store;

	assert_int_equal(storage_store_open("fake", &options, &store), STOA_OK);
	return store;
}

static struct storage_store *
new_store(void)
{
	disk_fake_reset(1);
	return open_store();
}

static struct stoa_cid
cid_of(const char *text)
{
	return stoa_cid_of_block(1, STOA_CODEC_RAW, stoa_str_of(text));
}

static enum stoa_status
put(struct storage_store *store, const char *text)
{
	struct stoa_hash hash = stoa_sha256(stoa_str_of(text));

	return storage_store_put(
	    store, &hash, STOA_CODEC_RAW, stoa_str_of(text));
}

static enum stoa_status
get(struct storage_store *store, const char *text)
{
	struct stoa_cid cid = cid_of(text);
	struct stoa_buf block;
	enum stoa_status status;

	stoa_buf_init(&block, STORAGE_BLOCK_SIZE_MAX);
	status = storage_store_get(store, &cid, &block);
	if (status == STOA_OK) {
		assert_str(stoa_buf_str(&block), text);
	}
	stoa_buf_fini(&block);
	return status;
}

static void
test_blocks_are_there_after_reopening(void **state)
{
	struct storage_store *store = new_store();
	struct storage_stat stat;
	char text[64];

	(void)state;
	for (int i = 0; i < 500; i++) {
		(void)snprintf(text, sizeof(text), "block number %d", i);
		assert_int_equal(put(store, text), STOA_OK);
	}
	assert_int_equal(storage_store_sync(store), STOA_OK);
	storage_store_close(store);
	store = open_store();
	storage_store_stat(store, &stat);
	assert_int_equal(stat.blocks, 500);
	assert_true(stat.packs > 3);
	assert_int_equal(stat.damage.cut_bytes, 0);
	for (int i = 0; i < 500; i++) {
		(void)snprintf(text, sizeof(text), "block number %d", i);
		assert_int_equal(get(store, text), STOA_OK);
	}
	assert_int_equal(get(store, "another"), STOA_NOT_FOUND);
	storage_store_close(store);
}

static void
test_put_stores_equal_blocks_once(void **state)
{
	struct storage_store *store = new_store();
	struct storage_stat stat;

	(void)state;
	assert_int_equal(put(store, "same"), STOA_OK);
	assert_int_equal(put(store, "same"), STOA_OK);
	storage_store_stat(store, &stat);
	assert_int_equal(stat.blocks, 1);
	assert_int_equal(stat.block_bytes, 4);
	storage_store_close(store);
}

/* Each byte of a tail flipped, one after another: whatever was acknowledged is
 * read right or refused, and can be added again. */
static void
test_a_flipped_byte_is_never_read_as_right(void **state)
{
	static const char *const texts[] = {"alpha", "beta", "gamma", "delta"};
	struct storage_store *store = new_store();
	struct stoa_buf *file, original;
	unsigned refused = 0;

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(texts); i++) {
		assert_int_equal(put(store, texts[i]), STOA_OK);
		assert_int_equal(storage_store_sync(store), STOA_OK);
	}
	storage_store_close(store);
	file = disk_fake_file("000001.tail");
	assert_non_null(file);
	stoa_buf_init(&original, 65536);
	stoa_buf_add_str(&original, stoa_buf_str(file));
	for (size_t at = 0; at < original.len; at++) {
		unsigned lost = 0;

		stoa_buf_clear(file);
		stoa_buf_add_str(file, stoa_buf_str(&original));
		file->data[at] ^= 0x40;
		store = open_store();
		for (size_t i = 0; i < STOA_COUNT(texts); i++) {
			enum stoa_status status = get(store, texts[i]);

			assert_true(status == STOA_OK ||
				    status == STOA_NOT_FOUND ||
				    status == STOA_CORRUPT);
			lost += status != STOA_OK;
			assert_int_equal(put(store, texts[i]), STOA_OK);
			assert_int_equal(get(store, texts[i]), STOA_OK);
		}
		assert_true(lost <= 1); /* the others are found again */
		refused += lost;
		storage_store_close(store);
	}
	/* The four blocks, headers included, and nothing else. */
	assert_int_equal(refused, 4 * 56 + 5 + 4 + 5 + 5);
	stoa_buf_fini(&original);
}

static void
test_a_cut_tail_keeps_what_is_whole(void **state)
{
	struct storage_store *store = new_store();
	struct stoa_buf *file, original;

	(void)state;
	assert_int_equal(put(store, "first"), STOA_OK);
	assert_int_equal(storage_store_sync(store), STOA_OK);
	assert_int_equal(put(store, "second"), STOA_OK);
	assert_int_equal(storage_store_sync(store), STOA_OK);
	storage_store_close(store);
	file = disk_fake_file("000001.tail");
	stoa_buf_init(&original, 65536);
	stoa_buf_add_str(&original, stoa_buf_str(file));
	for (size_t len = 0; len <= original.len; len++) {
		/* head 56, block 56 + 5, commit 56, block 56 + 6, commit */
		enum stoa_status first = len >= 117 ? STOA_OK : STOA_NOT_FOUND;
		enum stoa_status second = len >= 235 ? STOA_OK : STOA_NOT_FOUND;

		stoa_buf_clear(file);
		stoa_buf_add(file, original.data, len);
		store = open_store();
		assert_int_equal(get(store, "first"), first);
		assert_int_equal(get(store, "second"), second);
		assert_int_equal(put(store, "third"), STOA_OK);
		assert_int_equal(storage_store_sync(store), STOA_OK);
		storage_store_close(store);
		store = open_store();
		assert_int_equal(get(store, "first"), first);
		assert_int_equal(get(store, "third"), STOA_OK);
		storage_store_close(store);
	}
	stoa_buf_fini(&original);
}

/* A sealed pack whose table is damaged is read whole. */
static void
test_a_lost_table_costs_time_and_no_block(void **state)
{
	struct storage_store *store = new_store();
	struct storage_stat stat;
	struct stoa_buf *file;
	char text[64];

	(void)state;
	for (int i = 0; i < 200; i++) {
		(void)snprintf(text, sizeof(text), "block %d", i);
		assert_int_equal(put(store, text), STOA_OK);
	}
	storage_store_close(store);
	file = disk_fake_file("000001.pack");
	assert_non_null(file);
	file->data[file->len - 200] ^= 1;
	store = open_store();
	storage_store_stat(store, &stat);
	assert_int_equal(stat.damage.lost_tables, 1);
	for (int i = 0; i < 200; i++) {
		(void)snprintf(text, sizeof(text), "block %d", i);
		assert_int_equal(get(store, text), STOA_OK);
	}
	storage_store_close(store);
}

static void
test_rot_in_a_sealed_pack_is_refused_and_heals(void **state)
{
	struct storage_store *store = new_store();
	struct stoa_buf *file;
	struct storage_stat stat;
	uint32_t cursor = 0;
	uint64_t bad = 0;
	char text[64];

	(void)state;
	for (int i = 0; i < 200; i++) {
		(void)snprintf(text, sizeof(text), "block %d", i);
		assert_int_equal(put(store, text), STOA_OK);
	}
	file = disk_fake_file("000001.pack");
	file->data[56 + 56] ^= 1; /* the first byte of the first block */
	do {
		assert_int_equal(
		    storage_store_scrub(store, &cursor, &bad), STOA_OK);
	} while (cursor != 0);
	assert_int_equal(bad, 1);
	assert_int_equal(get(store, "block 0"), STOA_CORRUPT);
	storage_store_stat(store, &stat);
	assert_int_equal(stat.bad_reads, 2);
	assert_int_equal(put(store, "block 0"), STOA_OK);
	assert_int_equal(get(store, "block 0"), STOA_OK);
	storage_store_close(store);
}

static void
test_a_failed_sync_stops_writing_for_good(void **state)
{
	struct storage_store *store = new_store();

	(void)state;
	assert_int_equal(put(store, "kept"), STOA_OK);
	assert_int_equal(storage_store_sync(store), STOA_OK);
	assert_int_equal(put(store, "lost"), STOA_OK);
	disk_fake_fail_sync_after(1);
	assert_int_equal(storage_store_sync(store), STOA_IO);
	/* The disk would say yes now; the pages are gone all the same. */
	assert_int_equal(storage_store_sync(store), STOA_IO);
	assert_int_equal(put(store, "more"), STOA_IO);
	assert_int_equal(get(store, "kept"), STOA_OK);
	storage_store_close(store);
	store = open_store();
	assert_int_equal(get(store, "kept"), STOA_OK);
	assert_int_equal(put(store, "more"), STOA_OK);
	assert_int_equal(storage_store_sync(store), STOA_OK);
	storage_store_close(store);
}

static void
test_a_full_disk_refuses_and_loses_nothing(void **state)
{
	struct storage_store *store = new_store();

	(void)state;
	assert_int_equal(put(store, "before"), STOA_OK);
	disk_fake_set_free(1003);
	assert_int_equal(put(store, "four"), STOA_NO_SPACE);
	assert_int_equal(put(store, "3ok"), STOA_OK);
	/* Somebody else took the reserve: half a frame arrives. */
	disk_fake_set_free(1 << 20);
	disk_fake_fail_write_after(1, STOA_NO_SPACE);
	assert_int_equal(put(store, "half of this"), STOA_NO_SPACE);
	assert_int_equal(get(store, "half of this"), STOA_NOT_FOUND);
	assert_int_equal(put(store, "after"), STOA_OK);
	assert_int_equal(storage_store_sync(store), STOA_OK);
	storage_store_close(store);
	store = open_store();
	assert_int_equal(get(store, "before"), STOA_OK);
	assert_int_equal(get(store, "3ok"), STOA_OK);
	assert_int_equal(get(store, "after"), STOA_OK);
	assert_int_equal(get(store, "half of this"), STOA_NOT_FOUND);
	storage_store_close(store);
}

static bool
count_pin(void *context, const struct stoa_cid *root, struct stoa_str name)
{
	int *count = context;

	(void)root;
	assert_true(stoa_str_has_prefix(name, STOA_STR("name")));
	(*count)++;
	return true;
}

static void
test_pins_last_and_can_be_taken_back(void **state)
{
	struct storage_store *store = new_store();
	struct stoa_cid one = cid_of("one"), two = cid_of("two");
	char name[STORAGE_PIN_NAME_MAX + 1];
	int count = 0;

	(void)state;
	memset(name, 'n', sizeof(name));
	assert_int_equal(put(store, "one"), STOA_OK);
	assert_int_equal(put(store, "two"), STOA_OK);
	assert_int_equal(
	    storage_store_pin(store, &one, STOA_STR("name 1")), STOA_OK);
	assert_int_equal(
	    storage_store_pin(store, &two, STOA_STR("name 2")), STOA_OK);
	assert_int_equal(storage_store_pin(store, &two,
			     (struct stoa_str){name, sizeof(name)}),
	    STOA_INVALID);
	assert_int_equal(
	    storage_store_unpin(store, &one, STOA_STR("name 1")), STOA_OK);
	assert_int_equal(storage_store_unpin(store, &one, STOA_STR("name 1")),
	    STOA_NOT_FOUND);
	storage_store_close(store);
	store = open_store();
	assert_false(storage_store_is_pinned(store, &one, STOA_STR("name 1")));
	assert_true(storage_store_is_pinned(store, &two, STOA_STR("name 2")));
	assert_int_equal(storage_store_pins(store, count_pin, &count), STOA_OK);
	assert_int_equal(count, 1);
	storage_store_close(store);
}

static void
test_pin_refuses_a_tree_that_is_not_whole(void **state)
{
	struct storage_store *store = new_store();
	struct stoa_cid absent = cid_of("absent"), root;
	struct stoa_buf block;
	struct stoa_hash hash;

	(void)state;
	assert_int_equal(
	    storage_store_pin(store, &absent, STOA_STR("")), STOA_NOT_FOUND);
	stoa_buf_init(&block, 1000);
	storage_node_add_link(&block, &absent, STOA_STR("child"), 6);
	storage_node_add_directory(&block);
	hash = stoa_sha256(stoa_buf_str(&block));
	root = stoa_cid_of_hash(1, STOA_CODEC_DAG_PB, &hash);
	assert_int_equal(storage_store_put(store, &hash, STOA_CODEC_DAG_PB,
			     stoa_buf_str(&block)),
	    STOA_OK);
	assert_int_equal(
	    storage_store_pin(store, &root, STOA_STR("")), STOA_NOT_FOUND);
	assert_int_equal(put(store, "absent"), STOA_OK);
	assert_int_equal(
	    storage_store_pin(store, &root, STOA_STR("")), STOA_OK);
	root.codec = STOA_CODEC_DAG_CBOR;
	assert_int_equal(
	    storage_store_pin(store, &root, STOA_STR("")), STOA_UNSUPPORTED);
	stoa_buf_fini(&block);
	storage_store_close(store);
}

static void
test_damaged_pins_stop_collection(void **state)
{
	struct storage_store *store = new_store();
	struct stoa_cid one = cid_of("one"), two = cid_of("two");
	struct storage_collected sum;
	struct storage_stat stat;

	(void)state;
	assert_int_equal(put(store, "one"), STOA_OK);
	assert_int_equal(put(store, "two"), STOA_OK);
	assert_int_equal(
	    storage_store_pin(store, &one, STOA_STR("1")), STOA_OK);
	assert_int_equal(
	    storage_store_pin(store, &two, STOA_STR("2")), STOA_OK);
	storage_store_close(store);
	disk_fake_file("pins")->data[20] ^= 1;
	store = open_store();
	storage_store_stat(store, &stat);
	assert_true(stat.are_pins_damaged);
	assert_true(storage_store_is_pinned(store, &two, STOA_STR("2")));
	assert_int_equal(storage_store_collect(store, &sum), STOA_CORRUPT);
	assert_int_equal(get(store, "one"), STOA_OK);
	storage_store_close(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_blocks_are_there_after_reopening),
	    cmocka_unit_test(test_put_stores_equal_blocks_once),
	    cmocka_unit_test(test_a_flipped_byte_is_never_read_as_right),
	    cmocka_unit_test(test_a_cut_tail_keeps_what_is_whole),
	    cmocka_unit_test(test_a_lost_table_costs_time_and_no_block),
	    cmocka_unit_test(test_rot_in_a_sealed_pack_is_refused_and_heals),
	    cmocka_unit_test(test_a_failed_sync_stops_writing_for_good),
	    cmocka_unit_test(test_a_full_disk_refuses_and_loses_nothing),
	    cmocka_unit_test(test_pins_last_and_can_be_taken_back),
	    cmocka_unit_test(test_pin_refuses_a_tree_that_is_not_whole),
	    cmocka_unit_test(test_damaged_pins_stop_collection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
