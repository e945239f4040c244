/* storage_tool.c - a store from the command line, for benches and tests:
 *
 *	storage_tool add STORE FILE [PROFILE]	adds, syncs, pins; prints CID
 *	storage_tool cid FILE [PROFILE]		prints the CID, stores nothing
 *	storage_tool cat STORE CID [OFFSET LEN]	writes the bytes
 *	storage_tool pins STORE			prints pinned CIDs
 *	storage_tool unpin STORE CID NAME	the name is the file's, as added
 *	storage_tool collect STORE
 *	storage_tool stat STORE
 *	storage_tool loop STORE SEED		adds random files for ever,
 *prints each CID once it is durable
 *
 * FILE may be -, for standard input.
 */
#include "storage/add.h"
#include "storage/reader.h"
#include "storage/store.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static _Noreturn void
die(const char *what, enum stoa_status status)
{
	fprintf(
	    stderr, "storage_tool: %s: %s\n", what, stoa_status_text(status));
	exit(1);
}

static void
check(const char *what, enum stoa_status status)
{
	if (status != STOA_OK) {
		die(what, status);
	}
}

static struct storage_store *
open_store(const char *path)
{
	struct storage_store *store;

	check(path, storage_store_open(path, NULL, &store));
	return store;
}

static struct stoa_cid
read_cid(const char *text)
{
	struct stoa_cid cid;

	check(text, stoa_cid_parse(stoa_str_of(text), &cid));
	return cid;
}

/* A name of profile.h, or custom:CHUNK:WIDTH:RAW:VERSION. */
static const struct storage_profile *
profile_of(int argc, char **argv, int at)
{
	static struct storage_profile custom;
	const struct storage_profile *profile;
	int raw;

	if (argc <= at) {
		return storage_profile_default();
	}
	if (sscanf(argv[at], "custom:%u:%u:%d:%u", &custom.chunk_size,
		&custom.width, &raw, &custom.cid_version) == 4) {
		custom.has_raw_leaves = raw == 1;
		return &custom;
	}
	profile = storage_profile_find(stoa_str_of(argv[at]));
	if (profile == NULL) {
		die(argv[at], STOA_NOT_FOUND);
	}
	return profile;
}

static int
open_file(const char *path)
{
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO
					: open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		die(path, STOA_NOT_FOUND);
	}
	return fd;
}

static void
print_cid(const struct stoa_cid *cid)
{
	char text[STOA_CID_TEXT_SIZE];

	printf("%s\n", stoa_cid_print(cid, text));
	(void)fflush(stdout);
}

static int
do_add(int argc, char **argv)
{
	const struct storage_profile *profile = profile_of(argc, argv, 4);
	struct storage_store *store = open_store(argv[2]);
	struct storage_hashers *hashers;
	struct storage_add *add;
	struct storage_child root;
	int fd = open_file(argv[3]);
	struct rusage usage;
	ssize_t got;

	check("threads", storage_hashers_open(&hashers));
	check("add", storage_add_open(hashers, store, profile, &add));
	do {
		char *room;
		size_t len;

		check("add", storage_add_room(add, &room, &len));
		got = read(fd, room, len);
		if (got < 0) {
			die(argv[3], STOA_IO);
		}
		storage_add_grow(add, (size_t)got);
	} while (got > 0);
	check("add", storage_add_end_file(add, &root));
	check("commit", storage_add_commit(add));
	check("pin", storage_store_pin(store, &root.cid, stoa_str_of(argv[3])));
	print_cid(&root.cid);
	storage_add_close(add);
	storage_hashers_close(hashers);
	storage_store_close(store);
	(void)close(fd);
	(void)getrusage(RUSAGE_SELF, &usage);
	fprintf(stderr, "rss_kib=%ld\n", usage.ru_maxrss);
	return 0;
}

static enum stoa_status
drop_block(void *context, const struct stoa_cid *cid, struct stoa_str block)
{
	(void)context;
	(void)cid;
	(void)block;
	return STOA_OK;
}

static int
do_cid(int argc, char **argv)
{
	static struct storage_tree tree;
	const struct storage_profile *profile = profile_of(argc, argv, 3);
	int fd = open_file(argv[2]);
	char *data = malloc(profile->chunk_size);
	struct storage_child root;
	struct stoa_buf room;
	size_t len = 0;
	ssize_t got;

	stoa_buf_init(&room, STORAGE_BLOCK_SIZE_MAX);
	storage_tree_init(&tree, profile, drop_block, NULL);
	do {
		got = data == NULL
			  ? -1
			  : read(fd, data + len, profile->chunk_size - len);
		if (got < 0) {
			die(argv[2], STOA_IO);
		}
		len += (size_t)got;
		if (len == profile->chunk_size ||
		    (got == 0 && (len > 0 || tree.depth == 0))) {
			struct stoa_str block = storage_leaf_block(
			    profile, (struct stoa_str){data, len}, &room);
			struct stoa_hash hash = stoa_sha256(block);
			struct storage_child leaf =
			    storage_leaf_child(profile, &hash, len, block.len);

			check("tree", storage_tree_add(&tree, &leaf));
			len = 0;
		}
	} while (got > 0);
	check("tree", storage_tree_end(&tree, &root));
	print_cid(&root.cid);
	storage_tree_fini(&tree);
	stoa_buf_fini(&room);
	free(data);
	(void)close(fd);
	return 0;
}

static int
do_cat(int argc, char **argv)
{
	static struct storage_reader reader;
	struct storage_store *store = open_store(argv[2]);
	struct storage_source source = storage_store_source(store);
	struct stoa_cid cid = read_cid(argv[3]);
	uint64_t at = argc > 4 ? strtoull(argv[4], NULL, 10) : 0;
	uint64_t left = argc > 5 ? strtoull(argv[5], NULL, 10) : UINT64_MAX;
	struct stoa_str bytes;

	check(argv[3], storage_reader_open(&reader, &source, &cid));
	while (left > 0) {
		check(argv[3], storage_reader_at(&reader, at, &bytes));
		if (bytes.len == 0) {
			break;
		}
		if (bytes.len > left) {
			bytes.len = (size_t)left;
		}
		if (fwrite(bytes.data, 1, bytes.len, stdout) != bytes.len) {
			die("standard output", STOA_IO);
		}
		at += bytes.len;
		left -= bytes.len;
	}
	storage_reader_close(&reader);
	storage_store_close(store);
	return 0;
}

static bool
print_pin(void *context, const struct stoa_cid *root, struct stoa_str name)
{
	(void)context;
	(void)name;
	print_cid(root);
	return true;
}

static int
do_pins(int argc, char **argv)
{
	struct storage_store *store = open_store(argv[2]);

	(void)argc;
	check("pins", storage_store_pins(store, print_pin, NULL));
	storage_store_close(store);
	return 0;
}

static int
do_unpin(int argc, char **argv)
{
	struct storage_store *store = open_store(argv[2]);
	struct stoa_cid cid = read_cid(argv[3]);

	(void)argc;
	check(argv[3], storage_store_unpin(store, &cid, stoa_str_of(argv[4])));
	storage_store_close(store);
	return 0;
}

static int
do_collect(int argc, char **argv)
{
	struct storage_store *store = open_store(argv[2]);
	struct storage_collected sum;

	(void)argc;
	check("collect", storage_store_collect(store, &sum));
	printf("packs_removed=%" PRIu64 " bytes_freed=%" PRIu64
	       " bytes_moved=%" PRIu64 "\n",
	    sum.packs_removed, sum.bytes_freed, sum.bytes_moved);
	storage_store_close(store);
	return 0;
}

static int
do_stat(int argc, char **argv)
{
	struct storage_store *store = open_store(argv[2]);
	struct storage_stat s;

	(void)argc;
	storage_store_stat(store, &s);
	printf("blocks=%" PRIu64 " bytes=%" PRIu64 " packs=%" PRIu64
	       " pins=%" PRIu64 " bad_blocks=%" PRIu64 " bad_bytes=%" PRIu64
	       " broken_chains=%" PRIu64 " lost_tables=%" PRIu64
	       " cut_bytes=%" PRIu64 "\n",
	    s.blocks, s.block_bytes, s.packs, s.pins, s.damage.bad_blocks,
	    s.damage.bad_bytes, s.damage.broken_chains, s.damage.lost_tables,
	    s.damage.cut_bytes);
	storage_store_close(store);
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int args;
		int (*run)(int argc, char **argv);
	} rows[] = {
	    {"add", 4, do_add},
	    {"cid", 3, do_cid},
	    {"cat", 4, do_cat},
	    {"pins", 3, do_pins},
	    {"unpin", 5, do_unpin},
	    {"collect", 3, do_collect},
	    {"stat", 3, do_stat},
	};

	for (size_t i = 0; i < STOA_COUNT(rows) && argc > 1; i++) {
		if (strcmp(argv[1], rows[i].name) == 0 &&
		    argc >= rows[i].args) {
			return rows[i].run(argc, argv);
		}
	}
	fprintf(stderr, "storage_tool: see the head of its source\n");
	return 2;
}
