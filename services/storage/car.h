/* car.h - CARv1 (ipld content-addressable archives): a header that names the
 * root, then length, CID and bytes of each block. Layer 2, pure. */
#ifndef STORAGE_CAR_H
#define STORAGE_CAR_H

#include "storage/limits.h"

#include "base/buf.h"
#include "base/cid.h"
#include "base/str.h"

#include <stdint.h>

#define STORAGE_CAR_HEADER_MAX	(STOA_CID_SIZE_MAX + 64)
#define STORAGE_CAR_SECTION_MAX (STORAGE_BLOCK_SIZE_MAX + STOA_CID_SIZE_MAX)

#define STORAGE_CAR_TYPE \
	"application/vnd.ipld.car; version=1; order=dfs; dups=y"

/* Appends the header with its length; one root. */
void storage_car_put_header(struct stoa_buf *out, const struct stoa_cid *root);

void storage_car_put_block(
    struct stoa_buf *out, const struct stoa_cid *cid, struct stoa_str block);

/* Splits a section (without its length). Refuses INVALID. */
STOA_MUST_USE enum stoa_status storage_car_section(struct stoa_str section,
    struct stoa_cid *ret_cid, struct stoa_str *ret_block);

#endif
