/* dedup.h - which commands of a community have been answered, and where.
 *
 * Key: (actor, command id) as 16 bytes of their hash; value: where the entry
 * stands in the own copy, and 16 bytes of what the command said. Oldest first
 * in a ring: entries leave when they are older than DOMAIN_DEDUP_AGE_US. */
#ifndef STOA_DOMAIN_DEDUP_H
#define STOA_DOMAIN_DEDUP_H

#include "base/image.h"
#include "base/str.h"
#include "base/time.h"

#include <stdbool.h>
#include <stdint.h>

#define DEDUP_KEY_SIZE 16

struct dedup_key {
	uint8_t bytes[DEDUP_KEY_SIZE];
};

struct dedup_digest {
	uint8_t bytes[16];
};

struct dedup_entry {
	struct dedup_key key;
	struct dedup_digest digest;
	int64_t time_us;
	uint64_t offset;   /* of the frame in the copy */
	uint32_t position; /* in the record */
};

struct dedup {
	struct dedup_entry *ring; /* a power of two, or NULL */
	uint32_t *index;	  /* slot -> ring place + 1, 0 free */
	size_t ring_size;
	size_t first;
	size_t count;
};

void dedup_init(struct dedup *d);
void dedup_fini(struct dedup *d);

struct dedup_key dedup_key_of(struct stoa_str actor, struct stoa_str id);

/* NULL when it is not there. Valid until the next change. */
const struct dedup_entry *dedup_find(
    const struct dedup *d, const struct dedup_key *key);

/* Forgets what is too old at `now`, then tells whether one more fits. */
bool dedup_has_room(struct dedup *d, struct stoa_wall now);

/* False: it is there already, and stays as it is. Aborts when out of memory:
 * the count is bounded. */
bool dedup_add(struct dedup *d, const struct dedup_entry *entry);

/* For snapshots; false: the image is no such thing, and `d` is empty. */
void dedup_save(const struct dedup *d, struct stoa_buf *out);
bool dedup_load(struct dedup *d, struct stoa_image *in);
void dedup_skip(struct stoa_image *in);

#endif
