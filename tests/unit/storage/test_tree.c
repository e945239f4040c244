/* The CIDs of unixfs_cid.csv. Rows above 300 MB only with
 * STOA_VECTORS_LARGE=1 (make test-storage-large). */
#include "storage/tree.h"

#include "../unit.h"
#include "stream.h"

#define SIZE_SMALL (300 * 1000 * 1000)

static unsigned rows_checked;
static uint64_t emitted_size;

static enum stoa_status
emit(void *context, const struct stoa_cid *cid, struct stoa_str block)
{
	(void)context;
	assert_true(stoa_cid_is_of(cid, block));
	emitted_size += block.len;
	return STOA_OK;
}

static int64_t
number(struct stoa_str text)
{
	int64_t value;

	assert_true(stoa_str_to_i64(text, &value));
	return value;
}

static struct storage_child
build(const struct storage_profile *profile, struct stoa_str seed, int64_t size)
{
	static struct storage_tree tree;
	char *data = malloc(profile->chunk_size);
	struct storage_child root;
	struct stoa_buf room;
	struct stream stream;

	stoa_buf_init(&room, STORAGE_BLOCK_SIZE_MAX);
	stream_open(&stream, seed);
	storage_tree_init(&tree, profile, emit, NULL);
	emitted_size = 0;
	do {
		size_t len = size < (int64_t)profile->chunk_size
				 ? (size_t)size
				 : profile->chunk_size;
		struct stoa_str block;
		struct stoa_hash hash;
		struct storage_child leaf;

		stream_read(&stream, data, len);
		block = storage_leaf_block(
		    profile, (struct stoa_str){data, len}, &room);
		hash = stoa_sha256(block);
		leaf = storage_leaf_child(profile, &hash, len, block.len);
		emitted_size += block.len;
		assert_int_equal(storage_tree_add(&tree, &leaf), STOA_OK);
		size -= (int64_t)len;
	} while (size > 0);
	assert_int_equal(storage_tree_end(&tree, &root), STOA_OK);
	storage_tree_fini(&tree);
	stream_close(&stream);
	stoa_buf_fini(&room);
	free(data);
	return root;
}

/* profile,chunk,width,raw,version,seed,size,cid,cumulative,filesize,origin */
static void
check_row(struct stoa_str column[static ROW_COLUMNS_MAX])
{
	struct storage_profile profile = {
	    .chunk_size = (uint32_t)number(column[1]),
	    .width = (uint32_t)number(column[2]),
	    .has_raw_leaves = number(column[3]) == 1,
	    .cid_version = (unsigned)number(column[4]),
	};
	int64_t size = number(column[6]);
	char text[STOA_CID_TEXT_SIZE];
	struct storage_child root;

	if (size > SIZE_SMALL && getenv("STOA_VECTORS_LARGE") == NULL) {
		return;
	}
	root = build(&profile, column[5], size);
	assert_str(column[7], stoa_cid_print(&root.cid, text));
	assert_true(root.tsize == (uint64_t)number(column[8]));
	assert_true(root.tsize == emitted_size);
	assert_true(root.file_size == (uint64_t)number(column[9]));
	rows_checked++;
}

static void
test_tree_gives_the_published_cids(void **state)
{
	(void)state;
	each_row("tests/vectors/unixfs/unixfs_cid.csv", check_row);
	assert_int_equal(
	    rows_checked, getenv("STOA_VECTORS_LARGE") == NULL ? 95 : 106);
}

/* The profiles that have rows of their own are those of the table. */
static void
test_profiles_are_those_of_the_vectors(void **state)
{
	const struct storage_profile *p;

	(void)state;
	p = storage_profile_find(STOA_STR("unixfs-v1-2025"));
	assert_ptr_equal(p, storage_profile_default());
	assert_int_equal(p->chunk_size, 1048576);
	assert_int_equal(p->width, 1024);
	assert_true(p->has_raw_leaves);
	assert_int_equal(p->cid_version, 1);
	p = storage_profile_find(STOA_STR("unixfs-v1-256k"));
	assert_int_equal(p->chunk_size, 262144);
	assert_int_equal(p->width, 174);
	assert_true(p->has_raw_leaves);
	p = storage_profile_find(STOA_STR("unixfs-v0-2015"));
	assert_int_equal(p->cid_version, 0);
	assert_false(p->has_raw_leaves);
	assert_null(storage_profile_find(STOA_STR("unixfs-v1")));
}

static enum stoa_status
refuse(void *context, const struct stoa_cid *cid, struct stoa_str block)
{
	(void)context;
	(void)cid;
	(void)block;
	return STOA_NO_SPACE;
}

static void
test_tree_stops_when_a_block_is_refused(void **state)
{
	static struct storage_tree tree;
	const struct storage_profile profile = {.chunk_size = 1,
	    .width = 2,
	    .has_raw_leaves = true,
	    .cid_version = 1};
	struct stoa_hash hash = stoa_sha256(STOA_STR("x"));
	struct storage_child leaf = storage_leaf_child(&profile, &hash, 1, 1);

	(void)state;
	storage_tree_init(&tree, &profile, refuse, NULL);
	assert_int_equal(storage_tree_add(&tree, &leaf), STOA_OK);
	assert_int_equal(storage_tree_add(&tree, &leaf), STOA_OK);
	assert_int_equal(storage_tree_add(&tree, &leaf), STOA_NO_SPACE);
	storage_tree_fini(&tree);
}

static void
test_tree_refuses_sizes_beyond_64_bits(void **state)
{
	static struct storage_tree tree;
	const struct storage_profile *profile = storage_profile_default();
	struct stoa_hash hash = stoa_sha256(STOA_STR("x"));
	struct storage_child leaf = storage_leaf_child(profile, &hash, 1, 1);

	(void)state;
	leaf.file_size = UINT64_MAX;
	storage_tree_init(&tree, profile, emit, NULL);
	assert_int_equal(storage_tree_add(&tree, &leaf), STOA_OK);
	assert_int_equal(storage_tree_add(&tree, &leaf), STOA_TOO_LARGE);
	storage_tree_fini(&tree);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_tree_gives_the_published_cids),
	    cmocka_unit_test(test_profiles_are_those_of_the_vectors),
	    cmocka_unit_test(test_tree_stops_when_a_block_is_refused),
	    cmocka_unit_test(test_tree_refuses_sizes_beyond_64_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
