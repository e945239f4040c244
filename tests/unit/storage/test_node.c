/* What the decoder takes and what it refuses. Blocks are put together by hand
 * from the fields of dag-pb and UnixFS. */
#include "storage/node.h"

#include "base/encode.h"
#include "storage/limits.h"
#include "storage/protobuf.h"

#include "../unit.h"

/* CIDv1 raw identity of nothing: the shortest Hash field there is. */
#define HASH   "0a0401550000"
#define FILE0  "120a" HASH "12001800" /* a link with an empty name, Tsize 0 */
#define NAME_A "120b" HASH "1201611800"
#define NAME_B "120b" HASH "1201621800"

static enum stoa_status
decode(const char *hex, struct storage_node *ret_node)
{
	static struct stoa_buf bytes;
	enum stoa_status status;

	stoa_buf_fini(&bytes);
	stoa_buf_init(&bytes, STORAGE_BLOCK_SIZE_MAX);
	assert_true(stoa_hex_decode(&bytes, stoa_str_of(hex)));
	status = storage_node_decode(stoa_buf_str(&bytes), ret_node);
	return status;
}

static void
test_decode_takes_what_others_write(void **state)
{
	static const struct {
		const char *hex;
		enum storage_node_type type;
		uint64_t file_size;
		uint32_t link_count;
	} rows[] = {
	    {"0a0408021800", STORAGE_NODE_FILE, 0, 0},
	    {"0a0708021201781801", STORAGE_NODE_FILE, 1, 0},
	    {"0a0708001201781801", STORAGE_NODE_RAW, 1, 0},
	    {"0a020801", STORAGE_NODE_DIRECTORY, 0, 0},
	    {"0a0408011800", STORAGE_NODE_DIRECTORY, 0, 0},
	    {NAME_A NAME_B "0a020801", STORAGE_NODE_DIRECTORY, 0, 2},
	    /* Data before Links: not written any more, but read by all. */
	    {"0a020801" NAME_A, STORAGE_NODE_DIRECTORY, 0, 1},
	    {FILE0 "0a06080218052005", STORAGE_NODE_FILE, 5, 1},
	    {"0a0508041201"
	     "2e",
		STORAGE_NODE_SYMLINK, 0, 0},
	    {"0a080805120028223008", STORAGE_NODE_SHARD, 0, 0},
	    {"0a080805120028223010", STORAGE_NODE_SHARD, 0, 0},
	    /* mode 0644 and a time */
	    {"0a0b0802180038a40342020801", STORAGE_NODE_FILE, 0, 0},
	    {"0a0d0802180042070801"
	     "1501000000",
		STORAGE_NODE_FILE, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct storage_node node;

		assert_int_equal(decode(rows[i].hex, &node), STOA_OK);
		assert_int_equal(node.type, rows[i].type);
		assert_int_equal(node.file_size, rows[i].file_size);
		assert_int_equal(node.link_count, rows[i].link_count);
	}
}

static void
test_decode_refuses_what_is_malformed(void **state)
{
	static const char *const rows[] = {
	    "",			      /* no Data */
	    "0a00",		      /* no Type */
	    "0a02",		      /* torn */
	    "0a0208",		      /* torn inside */
	    "0a020801ff",	      /* a torn tag behind */
	    "0a0208010a020801",	      /* Data twice */
	    "0a0408010801",	      /* Type twice */
	    "0a020806",		      /* no such type */
	    "1a0108010a020801",	      /* an unknown field of PBNode */
	    "0a0408015001",	      /* an unknown field of Data */
	    "0a0308018100",	      /* a tag that is not minimal */
	    NAME_A "0a020801" NAME_B, /* Data between Links */
	    NAME_A NAME_A "0a020801", /* one name twice */
	    NAME_B NAME_A "0a020801", /* not in order */
	    "12000a020801",	      /* the negative dag-pb fixtures: */
	    "12020a000a020801", "120212000a020801",
	    "120b1209736f6d65206e616d650a020801", "120218000a020801",
	    "120318f2070a020801",
	    "120a1200" HASH "18000a020801", /* Name before Hash */
	    "120c" HASH HASH "0a020801",    /* Hash twice */
	    FILE0 "0a0408021800",	    /* a link without a size */
	    "0a06080218052005",		    /* a size without a link */
	    FILE0 "0a06080218062005",	    /* they do not add up */
	    NAME_A "0a06080218052005",	    /* a name in a file */
	    "0a0708021201781802",	    /* filesize of another */
	    "0a080805120028213008",	    /* another hash than murmur3 */
	    "0a080805120028223004",	    /* a fan-out below 8 */
	    "0a08080512002822300c",	    /* not a power of two */
	    "0a09080512002822308010",	    /* 2048 */
	    "0a0a08051202010128223008",	    /* a bitmap that is too long */
	    "0a060805120030"
	    "08", /* no hash type */
	    "0a0d0802180042070801"
	    "1500000000", /* zero nanoseconds */
	    "0a0d0802180042070801"
	    "1500ca9a3b", /* 10^9 nanoseconds */
	    "0a0808021800"
	    "42021001",		    /* no seconds */
	    "0a0708011201781801",   /* a directory with bytes */
	    FILE0 "0a050804120178", /* a symbolic link with links */
	};

	(void)state;
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		struct storage_node node;

		if (decode(rows[i], &node) != STOA_CORRUPT) {
			fail_msg("row %zu was taken: %s", i, rows[i]);
		}
	}
}

static void
test_decode_refuses_sizes_that_wrap(void **state)
{
	struct storage_node node;

	(void)state;
	assert_int_equal(decode(FILE0 FILE0 "0a16080218ffffffffffffffffff01"
					    "20ffffffffffffffffff01"
					    "2001",
			     &node),
	    STOA_CORRUPT);
}

static void
test_decode_refuses_metadata_and_large_blocks(void **state)
{
	static char large[STORAGE_BLOCK_SIZE_MAX + 1];
	struct storage_node node;

	(void)state;
	assert_int_equal(decode("0a020803", &node), STOA_UNSUPPORTED);
	assert_int_equal(
	    storage_node_decode((struct stoa_str){large, sizeof(large)}, &node),
	    STOA_TOO_LARGE);
}

static void
test_encode_decodes_to_the_same(void **state)
{
	struct stoa_cid cid =
	    stoa_cid_of_block(1, STOA_CODEC_RAW, STOA_STR("x"));
	struct stoa_buf block, sizes;
	struct storage_node node;
	struct storage_links links;
	struct storage_link link;

	(void)state;
	stoa_buf_init(&block, 1000);
	stoa_buf_init(&sizes, 1000);
	for (uint64_t i = 1; i <= 3; i++) {
		size_t before = block.len;

		storage_node_add_link(&block, &cid, STOA_STR(""), i * 1000);
		assert_int_equal(block.len - before,
		    storage_node_link_size(&cid, STOA_STR(""), i * 1000));
		storage_node_add_block_size(&sizes, i * 100);
	}
	storage_node_add_file(&block, 600, stoa_buf_str(&sizes));
	assert_int_equal(
	    storage_node_decode(stoa_buf_str(&block), &node), STOA_OK);
	assert_int_equal(node.file_size, 600);
	links = storage_node_links(&node);
	for (uint64_t i = 1; i <= 3; i++) {
		assert_true(storage_links_next(&links, &link));
		assert_true(stoa_cid_is_equal(&link.cid, &cid));
		assert_int_equal(link.tsize, i * 1000);
		assert_int_equal(link.file_size, i * 100);
	}
	assert_false(storage_links_next(&links, &link));
	stoa_buf_clear(&block);
	storage_node_add_symlink(&block, STOA_STR("../target"));
	assert_int_equal(
	    storage_node_decode(stoa_buf_str(&block), &node), STOA_OK);
	assert_int_equal(node.type, STORAGE_NODE_SYMLINK);
	assert_str(node.data, "../target");
	stoa_buf_fini(&block);
	stoa_buf_fini(&sizes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_decode_takes_what_others_write),
	    cmocka_unit_test(test_decode_refuses_what_is_malformed),
	    cmocka_unit_test(test_decode_refuses_sizes_that_wrap),
	    cmocka_unit_test(test_decode_refuses_metadata_and_large_blocks),
	    cmocka_unit_test(test_encode_decodes_to_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
