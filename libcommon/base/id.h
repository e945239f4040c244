/* id.h - names of things, derived from the command that made them.
 *
 * No core has a random source: an id is a prefix and ten base32 characters
 * (50 bits) of SHA-256 over (prefix, community, actor, command id, ordinal),
 * so a repeated command names the same thing. Layer 1, pure. */
#ifndef STOA_BASE_ID_H
#define STOA_BASE_ID_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define STOA_ID_DIGITS 10
#define STOA_ID_SIZE   16 /* "m_" and ten digits, a zero byte, room */

struct stoa_id {
	char text[STOA_ID_SIZE];
};

/* `prefix` is one letter: 'c' community, 'u' member, 'j' job, 'm' model,
 * 'h' hold, 't' transfer. */
struct stoa_id stoa_id_derive(char prefix, struct stoa_str community,
    struct stoa_str actor, struct stoa_str command_id, uint32_t ordinal);

/* An id from key material that is unique by itself. */
struct stoa_id stoa_id_of_bytes(char prefix, struct stoa_str bytes);

/* Prefix, underscore, ten base32 digits: nothing else. */
bool stoa_id_is_valid(char prefix, struct stoa_str text);

static inline struct stoa_str
stoa_id_str(const struct stoa_id *id)
{
	return stoa_str_of(id->text);
}

/* Which of the 256 slots a community belongs to: the first byte of SHA-256
 * of its id. Pinned by a test vector: it stands in every subject. */
uint8_t stoa_slot_of(struct stoa_str community);

#endif
