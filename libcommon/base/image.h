/* image.h - a state as bytes, and back: what a snapshot is made of.
 *
 * Numbers are LEB128 (base 128, low group first), texts carry their length,
 * messages are packed protobuf. Whoever reads must know what was written: an
 * image has no names, and is read by the very version that wrote it. Layer 1,
 * pure. */
#ifndef STOA_BASE_IMAGE_H
#define STOA_BASE_IMAGE_H

#include "base/buf.h"
#include "base/hash.h"
#include "base/str.h"

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void stoa_image_put_number(struct stoa_buf *b, uint64_t value);
void stoa_image_put_signed(struct stoa_buf *b, int64_t value);
void stoa_image_put_bytes(struct stoa_buf *b, struct stoa_str bytes);
void stoa_image_put_text(struct stoa_buf *b, const char *text); /* or NULL */
void stoa_image_put_message(
    struct stoa_buf *b, const ProtobufCMessage *message); /* or NULL */

void stoa_image_put_hash(struct stoa_buf *b, const struct stoa_hash *hash);

/* Reading goes on after a fault, with zeros: the caller asks once. */
struct stoa_image {
	struct stoa_str rest;
	bool is_bad;
};

uint64_t stoa_image_number(struct stoa_image *i);
int64_t stoa_image_signed(struct stoa_image *i);

/* At most `max`, or the image is bad and 0 is given: for what is going to be
 * allocated or indexed by. */
uint64_t stoa_image_below(struct stoa_image *i, uint64_t max);

struct stoa_str stoa_image_bytes(struct stoa_image *i); /* within the image */

/* The next `len` bytes as they are; NULL when there are fewer. */
const void *stoa_image_raw(struct stoa_image *i, size_t len);

struct stoa_hash stoa_image_hash(struct stoa_image *i);

/* A copy of its own, the caller's; NULL where NULL was put. */
char *stoa_image_text(struct stoa_image *i);
void *stoa_image_message(
    struct stoa_image *i, const ProtobufCMessageDescriptor *type);

#endif
