/* range.h - the Range header of HTTP (RFC 9110, section 14), one range of
 * bytes. Layer 2, pure. */
#ifndef STORAGE_RANGE_H
#define STORAGE_RANGE_H

#include "base/str.h"

#include <stdint.h>

enum storage_range_kind {
	STORAGE_RANGE_ALL,    /* no range, or one to be ignored */
	STORAGE_RANGE_PART,   /* `start` and `len` are set */
	STORAGE_RANGE_OUTSIDE /* nothing of it lies within `size` */
};

struct storage_range {
	enum storage_range_kind kind;
	uint64_t start;
	uint64_t len;
};

/* `header` may be empty. Several ranges and other units are ignored, as the
 * standard allows. */
struct storage_range storage_range_parse(struct stoa_str header, uint64_t size);

#endif
