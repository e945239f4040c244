/* node.h - one block of a UnixFS tree: dag-pb around UnixFS Data.
 *
 * Standards: ipld dag-pb (a PBNode is written Links first, then Data; a PBLink
 * is Hash, Name, Tsize) and the UnixFS schema (Raw 0, Directory 1, File 2,
 * Metadata 3, Symlink 4, HAMTShard 5). Encoding follows what all
 * implementations write: an explicit empty Name in the links of files, block
 * sizes unpacked, filesize even when it is 0.
 *
 * Decoding is strict and allocates nothing: a node borrows its block. It
 * refuses: unknown or misplaced fields, links out of their form, counts of
 * links and block sizes that differ, names in the links of files, fan-outs
 * that are no power of two or above 1024, nanoseconds out of range, sizes
 * that do not add up. Names of directories are checked against each other
 * only where they are neighbours in a sorted block. Layer 2, pure. */
#ifndef STORAGE_NODE_H
#define STORAGE_NODE_H

#include "base/buf.h"
#include "base/cid.h"
#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum storage_node_type {
	STORAGE_NODE_RAW = 0, /* deprecated leaf form; read only */
	STORAGE_NODE_DIRECTORY = 1,
	STORAGE_NODE_FILE = 2,
	STORAGE_NODE_METADATA = 3, /* never written by anybody; refused */
	STORAGE_NODE_SYMLINK = 4,
	STORAGE_NODE_SHARD = 5,
};

struct storage_node {
	enum storage_node_type type;
	struct stoa_str data; /* file bytes, link target or bitmap */
	uint64_t file_size;   /* own bytes and those of all children */
	uint64_t fanout;      /* shards only */
	uint32_t link_count;
	/* Private: cursors over the validated block. */
	struct stoa_str links;
	struct stoa_str fields;
};

struct storage_link {
	struct stoa_cid cid;
	struct stoa_str name;
	uint64_t tsize;
	uint64_t file_size; /* the child's bytes; files only, else 0 */
};

/* Refuses: CORRUPT (not a UnixFS node), UNSUPPORTED (Metadata), TOO_LARGE. */
STOA_MUST_USE enum stoa_status storage_node_decode(
    struct stoa_str block, struct storage_node *ret_node);

/* A raw leaf as a node: a file without links. */
struct storage_node storage_node_of_raw(struct stoa_str block);

/* The node of a block by the codec of its CID. Refuses UNSUPPORTED for codecs
 * other than raw and dag-pb. */
STOA_MUST_USE enum stoa_status storage_node_of_block(const struct stoa_cid *cid,
    struct stoa_str block, struct storage_node *ret_node);

struct storage_links {
	struct stoa_str links;
	struct stoa_str fields;
	bool is_file;
};

/* Walks the links in their order; false at the end. */
struct storage_links storage_node_links(const struct storage_node *node);
bool storage_links_next(
    struct storage_links *links, struct storage_link *ret_link);

/* ---- encoding ------------------------------------------------------------
 */

/* Appends one PBLink, its field header included. */
void storage_node_add_link(struct stoa_buf *links, const struct stoa_cid *cid,
    struct stoa_str name, uint64_t tsize);

/* How many bytes that appends. */
size_t storage_node_link_size(
    const struct stoa_cid *cid, struct stoa_str name, uint64_t tsize);

/* Appends a whole leaf: PBNode of a File that holds `data`. */
void storage_node_add_leaf(struct stoa_buf *block, struct stoa_str data);

/* Appends the Data part of an inner node; `block_sizes` are fields 4 already
 * encoded by storage_node_add_block_size. */
void storage_node_add_file(
    struct stoa_buf *block, uint64_t file_size, struct stoa_str block_sizes);
void storage_node_add_block_size(struct stoa_buf *block_sizes, uint64_t size);

/* The Data part of a directory, of a shard and of a symbolic link. `bitmap` is
 * big-endian and written without its leading zero bytes. */
void storage_node_add_directory(struct stoa_buf *block);
void storage_node_add_shard(
    struct stoa_buf *block, struct stoa_str bitmap, uint64_t fanout);
void storage_node_add_symlink(struct stoa_buf *block, struct stoa_str target);

#endif
