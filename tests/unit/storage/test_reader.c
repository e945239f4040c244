#include "storage/reader.h"

#include "../unit.h"
#include "blocks.h"
#include "stream.h"

static const struct storage_profile narrow = {
    .chunk_size = 16, .width = 2, .has_raw_leaves = true, .cid_version = 1};
static const struct storage_profile wrapped = {
    .chunk_size = 16, .width = 3, .has_raw_leaves = false, .cid_version = 0};

static char content[1000];
static struct storage_reader reader;

static void
fill(void)
{
	struct stream stream;

	stream_open(&stream, STOA_STR("reader"));
	stream_read(&stream, content, sizeof(content));
	stream_close(&stream);
}

/* Every offset and a spread of lengths, jumping forwards and backwards. */
static void
check_ranges(const struct storage_profile *profile, size_t size)
{
	struct blocks blocks;
	struct storage_child root;
	struct storage_source source;

	blocks_init(&blocks);
	root =
	    blocks_add_file(&blocks, profile, (struct stoa_str){content, size});
	source = blocks_source(&blocks);
	assert_int_equal(
	    storage_reader_open(&reader, &source, &root.cid), STOA_OK);
	assert_int_equal(storage_reader_size(&reader), size);
	for (size_t i = 0; i <= size; i++) {
		size_t offset = i * 7919 % (size + 1);
		size_t len = i * 31 % 70, got = 0;
		size_t want = len < size - offset ? len : size - offset;
		char bytes[70];

		assert_int_equal(
		    storage_reader_read(&reader, offset, bytes, len, &got),
		    STOA_OK);
		assert_int_equal(got, want);
		assert_memory_equal(bytes, content + offset, got);
	}
	storage_reader_close(&reader);
	blocks_fini(&blocks);
}

static void
test_read_gives_every_range(void **state)
{
	static const size_t sizes[] = {
	    0, 1, 15, 16, 17, 32, 33, 48, 64, 65, 500, 1000};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(sizes); i++) {
		check_ranges(&narrow, sizes[i]);
		check_ranges(&wrapped, sizes[i]);
	}
}

static void
test_reading_on_gets_each_block_once(void **state)
{
	struct blocks blocks;
	struct storage_source source;
	struct storage_child root;
	size_t got;
	char byte;

	(void)state;
	blocks_init(&blocks);
	root = blocks_add_file(
	    &blocks, &narrow, (struct stoa_str){content, sizeof(content)});
	source = blocks_source(&blocks);
	assert_int_equal(
	    storage_reader_open(&reader, &source, &root.cid), STOA_OK);
	for (size_t i = 0; i < sizeof(content); i++) {
		assert_int_equal(
		    storage_reader_read(&reader, i, &byte, 1, &got), STOA_OK);
		assert_int_equal(byte, content[i]);
	}
	assert_int_equal(blocks.get_count, blocks.map.count);
	storage_reader_close(&reader);
	blocks_fini(&blocks);
}

/* A parent that claims another size for its child than the child has. */
static void
test_read_refuses_a_child_of_another_size(void **state)
{
	struct blocks blocks;
	struct stoa_buf block, sizes;
	struct stoa_cid leaf, root;
	struct storage_source source;
	size_t got;
	char bytes[10];

	(void)state;
	blocks_init(&blocks);
	stoa_buf_init(&block, 1000);
	stoa_buf_init(&sizes, 1000);
	leaf = blocks_add(&blocks, STOA_CODEC_RAW, STOA_STR("four"));
	storage_node_add_link(&block, &leaf, STOA_STR(""), 5);
	storage_node_add_block_size(&sizes, 5);
	storage_node_add_file(&block, 5, stoa_buf_str(&sizes));
	root = blocks_add(&blocks, STOA_CODEC_DAG_PB, stoa_buf_str(&block));
	source = blocks_source(&blocks);
	assert_int_equal(storage_reader_open(&reader, &source, &root), STOA_OK);
	assert_int_equal(
	    storage_reader_read(&reader, 0, bytes, 5, &got), STOA_CORRUPT);
	storage_reader_close(&reader);
	stoa_buf_fini(&block);
	stoa_buf_fini(&sizes);
	blocks_fini(&blocks);
}

static void
test_open_refuses_directories_and_foreign_hashes(void **state)
{
	struct blocks blocks;
	struct storage_source source;
	struct stoa_cid cid;

	(void)state;
	blocks_init(&blocks);
	source = blocks_source(&blocks);
	cid = blocks_add(
	    &blocks, STOA_CODEC_DAG_PB, STOA_STR("\x0a\x02\x08\x01"));
	assert_int_equal(
	    storage_reader_open(&reader, &source, &cid), STOA_INVALID);
	storage_reader_close(&reader);
	cid.hash = 0x1e;
	assert_int_equal(
	    storage_reader_open(&reader, &source, &cid), STOA_UNSUPPORTED);
	storage_reader_close(&reader);
	cid = stoa_cid_of_block(1, STOA_CODEC_RAW, STOA_STR("absent"));
	assert_int_equal(
	    storage_reader_open(&reader, &source, &cid), STOA_NOT_FOUND);
	storage_reader_close(&reader);
	cid.codec = STOA_CODEC_DAG_CBOR;
	cid = blocks_add(&blocks, STOA_CODEC_DAG_CBOR, STOA_STR("\xa0"));
	assert_int_equal(
	    storage_reader_open(&reader, &source, &cid), STOA_UNSUPPORTED);
	storage_reader_close(&reader);
	blocks_fini(&blocks);
}

static void
test_identity_cids_carry_their_own_bytes(void **state)
{
	struct blocks blocks;
	struct storage_source source;
	struct stoa_cid cid = {.version = 1,
	    .codec = STOA_CODEC_RAW,
	    .hash = STOA_MULTIHASH_IDENTITY,
	    .digest_len = 5,
	    .digest = "hello"};
	char bytes[8];
	size_t got;

	(void)state;
	blocks_init(&blocks);
	source = blocks_source(&blocks);
	assert_int_equal(storage_reader_open(&reader, &source, &cid), STOA_OK);
	assert_int_equal(
	    storage_reader_read(&reader, 1, bytes, 8, &got), STOA_OK);
	assert_int_equal(got, 4);
	assert_memory_equal(bytes, "ello", 4);
	storage_reader_close(&reader);
	blocks_fini(&blocks);
}

/* 70 levels of one-child nodes around a leaf. */
static void
test_read_refuses_a_tree_without_end(void **state)
{
	struct blocks blocks;
	struct stoa_cid cid;
	struct storage_source source;
	size_t got;
	char byte;

	(void)state;
	blocks_init(&blocks);
	cid = blocks_add(&blocks, STOA_CODEC_RAW, STOA_STR("x"));
	for (int i = 0; i < STORAGE_READ_DEPTH_MAX; i++) {
		struct stoa_buf block, sizes;

		stoa_buf_init(&block, 1000);
		stoa_buf_init(&sizes, 1000);
		storage_node_add_link(&block, &cid, STOA_STR(""), 1);
		storage_node_add_block_size(&sizes, 1);
		storage_node_add_file(&block, 1, stoa_buf_str(&sizes));
		cid = blocks_add(
		    &blocks, STOA_CODEC_DAG_PB, stoa_buf_str(&block));
		stoa_buf_fini(&block);
		stoa_buf_fini(&sizes);
	}
	source = blocks_source(&blocks);
	assert_int_equal(storage_reader_open(&reader, &source, &cid), STOA_OK);
	assert_int_equal(
	    storage_reader_read(&reader, 0, &byte, 1, &got), STOA_TOO_LARGE);
	storage_reader_close(&reader);
	blocks_fini(&blocks);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_read_gives_every_range),
	    cmocka_unit_test(test_reading_on_gets_each_block_once),
	    cmocka_unit_test(test_read_refuses_a_child_of_another_size),
	    cmocka_unit_test(test_open_refuses_directories_and_foreign_hashes),
	    cmocka_unit_test(test_identity_cids_carry_their_own_bytes),
	    cmocka_unit_test(test_read_refuses_a_tree_without_end),
	};

	fill();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
