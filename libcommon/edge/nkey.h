/* nkey.h - NATS nkeys: Ed25519 keys in the broker's text form.
 * Source: nats-io/nkeys; text is base32 (RFC 4648, upper case, no padding) of
 * prefix, key and CRC-16/XMODEM, little-endian. */
#ifndef STOA_EDGE_NKEY_H
#define STOA_EDGE_NKEY_H

#include "base/status.h"

#include <stdint.h>

/* "U" and 55 characters, or "SU" and 56 for a seed, and a zero byte. */
#define STOA_NKEY_TEXT_SIZE 60

struct stoa_nkey {
	uint8_t seed[32];
	uint8_t public_key[32];
};

/* A fresh user key from the system's random source. */
STOA_MUST_USE enum stoa_status stoa_nkey_make(struct stoa_nkey *ret_key);

void stoa_nkey_print_public(
    const struct stoa_nkey *k, char text[static STOA_NKEY_TEXT_SIZE]);
void stoa_nkey_print_seed(
    const struct stoa_nkey *k, char text[static STOA_NKEY_TEXT_SIZE]);

/* INVALID: not a user seed in the text form. */
STOA_MUST_USE enum stoa_status stoa_nkey_parse_seed(
    const char *text, struct stoa_nkey *ret_key);

/* The public key that belongs to the seed in a file; wipes what it read. */
STOA_MUST_USE enum stoa_status stoa_nkey_public_of_file(
    const char *path, char ret_text[static STOA_NKEY_TEXT_SIZE]);

void stoa_nkey_wipe(struct stoa_nkey *k);

#endif
