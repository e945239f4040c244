/* id.c - ids and slots out of hashes. */
#include "base/id.h"

#include "base/hash.h"
#include "base/hasher.h"

#include <stdio.h>

static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";

static struct stoa_id
id_of_hash(char prefix, const struct stoa_hash *hash)
{
	struct stoa_id id = {.text = {prefix, '_'}};
	uint64_t bits = 0;

	for (int i = 0; i < 7; i++) {
		bits = bits << 8 | hash->bytes[i];
	}
	for (int i = 0; i < STOA_ID_DIGITS; i++) {
		id.text[2 + i] = digits[bits >> (51 - 5 * i) & 31];
	}
	return id;
}

struct stoa_id
stoa_id_derive(char prefix, struct stoa_str community, struct stoa_str actor,
    struct stoa_str command_id, uint32_t ordinal)
{
	struct stoa_hasher hasher;
	struct stoa_hash hash;

	stoa_hasher_init(&hasher);
	stoa_hasher_number(&hasher, prefix);
	stoa_hasher_text(&hasher, community);
	stoa_hasher_text(&hasher, actor);
	stoa_hasher_text(&hasher, command_id);
	stoa_hasher_number(&hasher, ordinal);
	hash = stoa_hasher_end(&hasher);
	return id_of_hash(prefix, &hash);
}

struct stoa_id
stoa_id_of_bytes(char prefix, struct stoa_str bytes)
{
	struct stoa_hash hash = stoa_sha256(bytes);

	return id_of_hash(prefix, &hash);
}

bool
stoa_id_is_valid(char prefix, struct stoa_str text)
{
	if (text.len != 2 + STOA_ID_DIGITS || text.data[0] != prefix ||
	    text.data[1] != '_') {
		return false;
	}
	for (size_t i = 2; i < text.len; i++) {
		if (memchr(digits, text.data[i], 32) == NULL) {
			return false;
		}
	}
	return true;
}

uint8_t
stoa_slot_of(struct stoa_str community)
{
	return stoa_sha256(community).bytes[0];
}
