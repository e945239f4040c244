/* age_header.h - the text that an age file begins with, stanza by stanza.
 * Layer 2, pure; used by age only. */
#ifndef STORAGE_AGE_HEADER_H
#define STORAGE_AGE_HEADER_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORAGE_AGE_VERSION_LINE "age-encryption.org/v1\n"

/* Recipients of one file that are looked at. */
#define STORAGE_AGE_STANZAS_MAX 64

struct storage_age_stanza {
	bool is_x25519;
	uint8_t share[32];
	uint8_t body[32];
};

struct storage_age_header {
	struct storage_age_stanza stanzas[STORAGE_AGE_STANZAS_MAX];
	size_t count;
	struct stoa_str authentic; /* what the MAC covers */
	uint8_t mac[32];
	size_t len; /* up to the payload */
};

/* Strict, as the specification asks: LF only, canonical base64, full lines of
 * 64 columns and a shorter last one. False when anything is amiss. */
bool storage_age_header_parse(
    struct stoa_str start, struct storage_age_header *ret_header);

#endif
