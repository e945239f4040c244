/* Directories made by somebody who means harm. */
#include "storage/folder.h"

#include "../unit.h"
#include "blocks.h"

#include "storage/murmur3.h"

static struct blocks blocks;

static int
begin(void **state)
{
	(void)state;
	blocks_init(&blocks);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	blocks_fini(&blocks);
	return 0;
}

static bool
count(void *context, const struct storage_link *link)
{
	(void)link;
	(*(unsigned *)context)++;
	return true;
}

static enum stoa_status
walk(const struct stoa_cid *root, unsigned *ret_count)
{
	struct storage_source source = blocks_source(&blocks);

	*ret_count = 0;
	return storage_folder_walk(&source, root, count, ret_count);
}

/* A shard with these links; each name begins with its bucket. */
static struct stoa_cid
shard_of(const char *const *names, const struct stoa_cid *cids, size_t number)
{
	struct stoa_buf block;
	uint8_t bitmap[32] = {0};
	struct stoa_cid cid;

	stoa_buf_init(&block, 1 << 20);
	for (size_t i = 0; i < number; i++) {
		unsigned bucket = (unsigned)strtoul(
		    (char[]){names[i][0], names[i][1], '\0'}, NULL, 16);

		bitmap[31 - bucket / 8] |= (uint8_t)(1u << bucket % 8);
		storage_node_add_link(
		    &block, &cids[i], stoa_str_of(names[i]), 1);
	}
	storage_node_add_shard(
	    &block, stoa_str_of_bytes(bitmap, sizeof(bitmap)), 256);
	cid = blocks_add(&blocks, STOA_CODEC_DAG_PB, stoa_buf_str(&block));
	stoa_buf_fini(&block);
	return cid;
}

static struct stoa_cid
leaf(void)
{
	return blocks_add(&blocks, STOA_CODEC_RAW, STOA_STR("x"));
}

/* 470.txt belongs into 00, 6E, ...; hello.txt into DF. */
static void
test_walk_takes_a_shard_whose_names_lie_right(void **state)
{
	struct stoa_cid cids[] = {leaf(), leaf()};
	const char *names[] = {"00470.txt", "DFhello.txt"};
	struct stoa_cid root = shard_of(names, cids, 2);
	struct storage_source source = blocks_source(&blocks);
	struct storage_link link;
	unsigned number;

	(void)state;
	assert_int_equal(walk(&root, &number), STOA_OK);
	assert_int_equal(number, 2);
	assert_int_equal(
	    storage_folder_find(&source, &root, STOA_STR("470.txt"), &link),
	    STOA_OK);
	/* 742.txt has the same bucket, but is not there. */
	assert_int_equal(
	    storage_folder_find(&source, &root, STOA_STR("742.txt"), &link),
	    STOA_NOT_FOUND);
}

static void
test_walk_refuses_a_name_in_the_wrong_bucket(void **state)
{
	struct stoa_cid cids[] = {leaf()};
	const char *names[] = {"01470.txt"};
	struct stoa_cid root = shard_of(names, cids, 1);
	unsigned number;

	(void)state;
	assert_int_equal(walk(&root, &number), STOA_CORRUPT);
	assert_int_equal(number, 0);
}

/* Each level links the next from all 256 buckets: 256^8 paths to one entry. */
static void
test_walk_ends_in_a_maze(void **state)
{
	static char texts[256][3];
	const char *names[256];
	struct stoa_cid cids[256];
	const char *last[] = {"00470.txt"};
	struct stoa_cid entry = leaf();
	struct stoa_cid cid = shard_of(last, &entry, 1);
	unsigned number;

	(void)state;
	for (int level = 0; level < 7; level++) {
		for (unsigned i = 0; i < 256; i++) {
			(void)snprintf(texts[i], sizeof(texts[i]), "%02X", i);
			names[i] = texts[i];
			cids[i] = cid;
		}
		cid = shard_of(names, cids, 256);
	}
	assert_int_equal(walk(&cid, &number), STOA_CORRUPT);
	assert_true(blocks.get_count < 100);
}

/* The same maze without any entry: an empty shard ends it. */
static void
test_walk_ends_in_an_empty_maze(void **state)
{
	const char *names[] = {"00", "01"};
	struct stoa_cid cid = shard_of(NULL, NULL, 0);
	unsigned number;

	(void)state;
	assert_int_equal(walk(&cid, &number), STOA_OK);
	for (int level = 0; level < 7; level++) {
		struct stoa_cid cids[] = {cid, cid};

		cid = shard_of(names, cids, 2);
	}
	assert_int_equal(walk(&cid, &number), STOA_CORRUPT);
	assert_true(blocks.get_count < 100);
}

static void
test_find_refuses_a_bitmap_that_lies(void **state)
{
	struct stoa_cid entry = leaf(), root;
	struct storage_source source = blocks_source(&blocks);
	struct storage_link link;
	struct stoa_buf block;
	static const uint8_t bitmap[32] = {[31] = 3}; /* one bit too many */

	(void)state;
	stoa_buf_init(&block, 1000);
	storage_node_add_link(&block, &entry, STOA_STR("00470.txt"), 1);
	storage_node_add_shard(
	    &block, stoa_str_of_bytes(bitmap, sizeof(bitmap)), 256);
	root = blocks_add(&blocks, STOA_CODEC_DAG_PB, stoa_buf_str(&block));
	assert_int_equal(
	    storage_folder_find(&source, &root, STOA_STR("470.txt"), &link),
	    STOA_CORRUPT);
	stoa_buf_fini(&block);
}

static void
test_resolve_follows_and_limits_paths(void **state)
{
	struct storage_source source = blocks_source(&blocks);
	static char long_path[STORAGE_PATH_LEN_MAX + 1];
	struct stoa_cid file = leaf(), cid = file, found;
	struct stoa_buf block;

	(void)state;
	stoa_buf_init(&block, 1000);
	for (int i = 0; i < 3; i++) {
		stoa_buf_clear(&block);
		storage_node_add_link(&block, &cid, STOA_STR("d"), 1);
		storage_node_add_directory(&block);
		cid = blocks_add(
		    &blocks, STOA_CODEC_DAG_PB, stoa_buf_str(&block));
	}
	assert_int_equal(
	    storage_path_resolve(&source, &cid, STOA_STR("/d//d/d/"), &found),
	    STOA_OK);
	assert_true(stoa_cid_is_equal(&found, &file));
	assert_int_equal(
	    storage_path_resolve(&source, &cid, STOA_STR("d/e"), &found),
	    STOA_NOT_FOUND);
	assert_int_equal(
	    storage_path_resolve(&source, &cid, STOA_STR("d/d/d/d"), &found),
	    STOA_INVALID);
	memset(long_path, '/', sizeof(long_path));
	assert_int_equal(
	    storage_path_resolve(&source, &cid,
		(struct stoa_str){long_path, sizeof(long_path)}, &found),
	    STOA_TOO_LARGE);
	stoa_buf_fini(&block);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_walk_takes_a_shard_whose_names_lie_right, begin, end),
	    cmocka_unit_test_setup_teardown(
		test_walk_refuses_a_name_in_the_wrong_bucket, begin, end),
	    cmocka_unit_test_setup_teardown(
		test_walk_ends_in_a_maze, begin, end),
	    cmocka_unit_test_setup_teardown(
		test_walk_ends_in_an_empty_maze, begin, end),
	    cmocka_unit_test_setup_teardown(
		test_find_refuses_a_bitmap_that_lies, begin, end),
	    cmocka_unit_test_setup_teardown(
		test_resolve_follows_and_limits_paths, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
