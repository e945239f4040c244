/* blocks.h - blocks in memory: what builders emit and readers get. */
#ifndef STOA_TESTS_STORAGE_BLOCKS_H
#define STOA_TESTS_STORAGE_BLOCKS_H

#include "storage/source.h"
#include "storage/tree.h"

#include "base/map.h"

struct blocks {
	struct stoa_map map; /* digest -> struct stoa_buf */
	size_t get_count;
};

void blocks_init(struct blocks *b);
void blocks_fini(struct blocks *b);

/* A storage_emit_fn; fails the test when the CID is not of the block. */
enum stoa_status blocks_put(
    void *blocks, const struct stoa_cid *cid, struct stoa_str block);

/* A raw or dag-pb block put by hand. */
struct stoa_cid blocks_add(
    struct blocks *b, uint64_t codec, struct stoa_str block);

struct storage_source blocks_source(struct blocks *b);

/* A whole file, by the profile. */
struct storage_child blocks_add_file(struct blocks *b,
    const struct storage_profile *profile, struct stoa_str content);

#endif
