/* The CIDs of unixfs_dirs.csv, and what a directory refuses. */
#include "storage/directory.h"

#include "storage/folder.h"

#include "../unit.h"
#include "blocks.h"
#include "stream.h"

static struct blocks blocks;
static unsigned rows_checked;

static size_t
number(struct stoa_str text)
{
	int64_t value;

	assert_true(stoa_str_to_i64(text, &value));
	return (size_t)value;
}

static size_t
make_name(struct stream *stream, char *name, size_t len)
{
	static const char alphabet[] =
	    "abcdefghijklmnopqrstuvwxyz01234567890-_";

	stream_read(stream, name, len);
	for (size_t i = 0; i < len; i++) {
		name[i] = alphabet[(uint8_t)name[i] % 39];
	}
	return len;
}

static bool
count_entry(void *context, const struct storage_link *link)
{
	size_t *count = context;

	assert_true(link->name.len > 0);
	(*count)++;
	return true;
}

/* Every entry can be found again by its name and by walking. */
static void
check_reading(const struct storage_directory *d, const struct stoa_cid *root)
{
	struct storage_source source = blocks_source(&blocks);
	struct storage_link link;
	size_t count = 0;

	for (size_t i = 0; i < d->count; i += 97) {
		assert_int_equal(storage_folder_find(
				     &source, root, d->entries[i].name, &link),
		    STOA_OK);
		assert_true(
		    stoa_cid_is_equal(&link.cid, &d->entries[i].child.cid));
	}
	assert_int_equal(
	    storage_folder_find(&source, root, STOA_STR("no such"), &link),
	    STOA_NOT_FOUND);
	assert_int_equal(
	    storage_folder_walk(&source, root, count_entry, &count), STOA_OK);
	assert_int_equal(count, d->count);
}

/* profile,names_seed,n_files,name_len,last_name_len,content,kind,cid,origin */
static void
check_row(struct stoa_str column[static ROW_COLUMNS_MAX])
{
	const struct storage_profile *profile = storage_profile_find(column[0]);
	size_t count = number(column[2]);
	char name[256], text[STOA_CID_TEXT_SIZE];
	struct storage_directory d;
	struct storage_child file, root;
	struct storage_node node;
	struct stoa_buf block;
	struct storage_source source = blocks_source(&blocks);
	struct stream stream;

	stream_open(&stream, column[1]);
	storage_directory_init(&d, profile);
	file = blocks_add_file(&blocks, profile, column[5]);
	for (size_t i = 0; i < count; i++) {
		size_t len = make_name(
		    &stream, name, number(column[i + 1 < count ? 3 : 4]));

		assert_int_equal(storage_directory_add(
				     &d, (struct stoa_str){name, len}, &file),
		    STOA_OK);
	}
	assert_int_equal(
	    storage_directory_end(&d, blocks_put, &blocks, &root), STOA_OK);
	assert_str(column[7], stoa_cid_print(&root.cid, text));
	stoa_buf_init(&block, STORAGE_BLOCK_SIZE_MAX);
	assert_int_equal(
	    storage_source_node(&source, &root.cid, &block, &node), STOA_OK);
	assert_int_equal(
	    node.type, stoa_str_is_equal(column[6], STOA_STR("hamt"))
			   ? STORAGE_NODE_SHARD
			   : STORAGE_NODE_DIRECTORY);
	check_reading(&d, &root.cid);
	stoa_buf_fini(&block);
	storage_directory_fini(&d);
	stream_close(&stream);
	rows_checked++;
}

static void
test_directory_gives_the_published_cids(void **state)
{
	(void)state;
	blocks_init(&blocks);
	each_row("tests/vectors/unixfs/unixfs_dirs.csv", check_row);
	assert_int_equal(rows_checked, 14);
	blocks_fini(&blocks);
}

static void
test_add_refuses_bad_names(void **state)
{
	static const struct {
		struct stoa_str name;
		enum stoa_status want;
	} rows[] = {
	    {STOA_STR("a"), STOA_OK},
	    {STOA_STR("..."), STOA_OK},
	    {STOA_STR(""), STOA_INVALID},
	    {STOA_STR("."), STOA_INVALID},
	    {STOA_STR(".."), STOA_INVALID},
	    {STOA_STR("a/b"), STOA_INVALID},
	    {STOA_STR("a\0b"), STOA_INVALID},
	    {STOA_STR("\xff"), STOA_INVALID},
	};
	struct storage_child child = {0};
	struct storage_directory d;
	char name[STORAGE_NAME_LEN_MAX + 1];

	(void)state;
	storage_directory_init(&d, storage_profile_default());
	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		assert_int_equal(
		    storage_directory_add(&d, rows[i].name, &child),
		    rows[i].want);
	}
	memset(name, 'n', sizeof(name));
	assert_int_equal(storage_directory_add(
			     &d, (struct stoa_str){name, sizeof(name)}, &child),
	    STOA_INVALID);
	assert_int_equal(storage_directory_add(&d,
			     (struct stoa_str){name, sizeof(name) - 1}, &child),
	    STOA_OK);
	storage_directory_fini(&d);
}

static void
test_end_refuses_a_name_twice(void **state)
{
	struct storage_child child = {0};
	struct storage_directory d;

	(void)state;
	storage_directory_init(&d, storage_profile_default());
	assert_int_equal(
	    storage_directory_add(&d, STOA_STR("a"), &child), STOA_OK);
	assert_int_equal(
	    storage_directory_add(&d, STOA_STR("b"), &child), STOA_OK);
	assert_int_equal(
	    storage_directory_add(&d, STOA_STR("a"), &child), STOA_OK);
	assert_int_equal(
	    storage_directory_end(&d, blocks_put, NULL, &child), STOA_EXISTS);
	storage_directory_fini(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_directory_gives_the_published_cids),
	    cmocka_unit_test(test_add_refuses_bad_names),
	    cmocka_unit_test(test_end_refuses_a_name_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
