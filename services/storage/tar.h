/* tar.h - a tar stream (POSIX ustar and pax, GNU long names), read as it comes
 * and written as it goes.
 *
 * Reading is strict about what could hurt: checksums, sizes, names. Paths are
 * made relative: "./" and trailing slashes are dropped; absolute paths and
 * ".." are refused. Files, folders and symbolic links are taken; hard links,
 * devices and fifos are refused by name. Layer 2, pure. */
#ifndef STORAGE_TAR_H
#define STORAGE_TAR_H

#include "storage/limits.h"

#include "base/buf.h"
#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define STORAGE_TAR_BLOCK 512

enum storage_tar_kind {
	STORAGE_TAR_FILE, /* then its bytes, then FILE_END */
	STORAGE_TAR_BYTES,
	STORAGE_TAR_FILE_END,
	STORAGE_TAR_FOLDER,
	STORAGE_TAR_SYMLINK,
};

/* Borrowed for the call. */
struct storage_tar_event {
	enum storage_tar_kind kind;
	struct stoa_str path;	/* FILE, FOLDER, SYMLINK; never empty */
	struct stoa_str target; /* SYMLINK */
	struct stoa_str bytes;	/* BYTES */
};

/* Anything but STOA_OK ends the reading. */
typedef enum stoa_status storage_tar_fn(
    void *context, const struct storage_tar_event *event);

struct storage_tar {
	storage_tar_fn *fn;
	void *context;
	int state;
	uint8_t header[STORAGE_TAR_BLOCK];
	size_t header_len;
	uint64_t left;	  /* of the present member's bytes */
	uint64_t padding; /* behind them */
	char type;
	unsigned zero_blocks;
	struct stoa_buf extra; /* a pax header or a long name being read */
	struct stoa_buf path;
	struct stoa_buf target;
	bool has_path; /* from extra, for the next member */
	bool has_target;
	bool has_size;
	uint64_t size;
	const char *refusal;
};

void storage_tar_init(
    struct storage_tar *tar, storage_tar_fn *fn, void *context);
void storage_tar_fini(struct storage_tar *tar);

/* Refuses: INVALID (see storage_tar_refusal), TOO_LARGE, UNSUPPORTED, and what
 * the callback returns. */
STOA_MUST_USE enum stoa_status storage_tar_add(
    struct storage_tar *tar, struct stoa_str bytes);

/* The stream is over. Refuses INVALID when it was cut. */
STOA_MUST_USE enum stoa_status storage_tar_end(struct storage_tar *tar);

/* Why it was refused, in words; NULL when the callback refused. */
const char *storage_tar_refusal(const struct storage_tar *tar);

/* ---- writing ---------------------------------------------------------------
 */

/* Appends the header of a member, pax included where ustar has no room.
 * `target` is for symbolic links. A file's bytes follow, then the padding. */
void storage_tar_put_member(struct stoa_buf *out, enum storage_tar_kind kind,
    struct stoa_str path, struct stoa_str target, uint64_t size);

/* Zeros up to the next block, and the two blocks of the end. */
void storage_tar_put_padding(struct stoa_buf *out, uint64_t size);
void storage_tar_put_end(struct stoa_buf *out);

#endif
