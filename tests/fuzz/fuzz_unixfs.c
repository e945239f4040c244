/* fuzz_unixfs.c - any bytes as a CID, as a node, and as a store whose blocks
 * link to each other at will (hashes are not checked, so that trees with
 * loops, which no real store can hold, are met too). */
#include "storage/folder.h"
#include "storage/limits.h"
#include "storage/reader.h"

#include "base/check.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A walk may visit so many entries, a read so many bytes. */
#define ENTRIES_MAX 10000
#define BYTES_MAX   100000

static void
try_cid(struct stoa_str bytes)
{
	char text[STOA_CID_TEXT_SIZE];
	uint8_t again[STOA_CID_SIZE_MAX];
	struct stoa_cid cid, back;

	if (stoa_cid_decode(bytes, &cid) == STOA_OK) {
		stoa_assert(stoa_cid_encode(&cid, again) == bytes.len);
		stoa_assert(memcmp(again, bytes.data, bytes.len) == 0);
		stoa_assert(
		    stoa_cid_parse(stoa_str_of(stoa_cid_print(&cid, text)),
			&back) == STOA_OK ||
		    cid.version == 0);
	}
	if (stoa_cid_parse(bytes, &cid) == STOA_OK) {
		stoa_assert(stoa_cid_decode(stoa_str_of_bytes(again,
						stoa_cid_encode(&cid, again)),
				&back) == STOA_OK);
		stoa_assert(stoa_cid_is_equal(&cid, &back));
	}
}

static void
try_node(struct stoa_str bytes)
{
	struct storage_links links;
	struct storage_node node;
	struct storage_link link;
	uint64_t sum = 0;
	uint32_t count = 0;

	if (storage_node_decode(bytes, &node) != STOA_OK) {
		return;
	}
	links = storage_node_links(&node);
	while (storage_links_next(&links, &link)) {
		sum += link.file_size;
		count++;
	}
	stoa_assert(count == node.link_count);
	if (node.type == STORAGE_NODE_FILE) {
		stoa_assert(node.file_size == sum + node.data.len);
	}
}

/* Blocks: a length byte, the bytes. A CID means the block that the first byte
 * of its digest names. */
static enum stoa_status
get(void *context, const struct stoa_cid *cid, struct stoa_buf *ret_block)
{
	struct stoa_str rest = *(const struct stoa_str *)context;
	unsigned number = cid->digest[0];

	while (rest.len > 0) {
		size_t len = (uint8_t)rest.data[0];

		rest = stoa_str_from(rest, 1);
		len = len < rest.len ? len : rest.len;
		if (number-- == 0) {
			stoa_buf_add(ret_block, rest.data, len);
			return STOA_OK;
		}
		rest = stoa_str_from(rest, len);
	}
	return STOA_NOT_FOUND;
}

static bool
count_entry(void *context, const struct storage_link *link)
{
	unsigned *count = context;

	stoa_assert(link->name.len > 0 || link->name.data != NULL);
	return ++*count < ENTRIES_MAX;
}

static void
try_store(struct stoa_str bytes)
{
	static struct storage_reader reader;
	struct storage_source source = {get, &bytes};
	struct stoa_cid root = {.version = 1,
	    .digest_len = STOA_HASH_SIZE,
	    .codec = STOA_CODEC_DAG_PB,
	    .hash = STOA_MULTIHASH_SHA256};
	struct stoa_cid found;
	struct stoa_str run;
	unsigned count = 0;
	uint64_t at = 0;

	if (storage_reader_open(&reader, &source, &root) == STOA_OK) {
		while (at < BYTES_MAX &&
		       storage_reader_at(&reader, at, &run) == STOA_OK &&
		       run.len > 0) {
			at += run.len;
		}
	}
	storage_reader_close(&reader);
	if (storage_folder_walk(&source, &root, count_entry, &count) ==
	    STOA_OK) {
		stoa_assert(count < ENTRIES_MAX);
	}
	if (storage_path_resolve(&source, &root, STOA_STR("a/b"), &found) ==
	    STOA_OK) {
		stoa_assert(found.version <= 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stoa_str bytes = stoa_str_of_bytes(data, size);

	try_cid(bytes);
	try_node(bytes);
	try_store(bytes);
	return 0;
}
