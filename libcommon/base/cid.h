/* cid.h - content identifiers (multiformats/cid): what a block is called.
 *
 * A CID is version, codec (what the bytes mean) and multihash (which bytes).
 * Version 0 is a bare SHA-256 multihash of a dag-pb block. Decoding is strict:
 * shortest varints of at most nine bytes, the whole input used, digests of 20
 * to 128 bytes (identity: 0 to 128). Hash functions other than SHA-256 and
 * identity decode, so that they can be refused by name; nothing here can
 * check them. Layer 1, pure. */
#ifndef STOA_BASE_CID_H
#define STOA_BASE_CID_H

#include "base/hash.h"
#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Codes of the multicodec table. */
#define STOA_CODEC_RAW	    0x55
#define STOA_CODEC_DAG_PB   0x70
#define STOA_CODEC_DAG_CBOR 0x71

#define STOA_MULTIHASH_IDENTITY 0x00
#define STOA_MULTIHASH_SHA256	0x12

/* Kubo's bounds: larger digests are blocks in disguise, smaller ones weak. */
#define STOA_CID_DIGEST_MAX 128
#define STOA_CID_DIGEST_MIN 20

/* Version, two varints, two bytes of length, the digest. */
#define STOA_CID_SIZE_MAX (1 + 9 + 9 + 2 + STOA_CID_DIGEST_MAX)

/* The longest in base32 with its prefix, and a zero byte. */
#define STOA_CID_TEXT_SIZE (1 + (STOA_CID_SIZE_MAX * 8 + 4) / 5 + 1)

struct stoa_cid {
	uint8_t version; /* 0 or 1 */
	uint8_t digest_len;
	uint64_t codec;
	uint64_t hash; /* multihash code */
	uint8_t digest[STOA_CID_DIGEST_MAX];
};

/* The CID of a block whose SHA-256 is known; version 0 means dag-pb. */
struct stoa_cid stoa_cid_of_hash(
    unsigned version, uint64_t codec, const struct stoa_hash *hash);

/* ... and of the block itself. */
struct stoa_cid stoa_cid_of_block(
    unsigned version, uint64_t codec, struct stoa_str block);

/* Writes at most STOA_CID_SIZE_MAX bytes and returns how many. */
size_t stoa_cid_encode(const struct stoa_cid *cid, uint8_t *to);

/* All of `bytes`. Refuses: INVALID, and UNSUPPORTED for other versions. */
STOA_MUST_USE enum stoa_status stoa_cid_decode(
    struct stoa_str bytes, struct stoa_cid *ret_cid);

/* Cuts one CID off the front of `*rest`, which stays on refusal. */
STOA_MUST_USE enum stoa_status stoa_cid_cut(
    struct stoa_str *rest, struct stoa_cid *ret_cid);

/* Base32 (version 1) or base58btc (version 0), terminated; returns `text`. */
const char *stoa_cid_print(
    const struct stoa_cid *cid, char text[static STOA_CID_TEXT_SIZE]);

/* Version 0 in base58btc, version 1 in base32 (b), base58btc (z), base36 (k)
 * or base64url (u). Refuses: INVALID, UNSUPPORTED (another base or version). */
STOA_MUST_USE enum stoa_status stoa_cid_parse(
    struct stoa_str text, struct stoa_cid *ret_cid);

/* Equal bytes, so that versions 0 and 1 of one block differ. */
bool stoa_cid_is_equal(const struct stoa_cid *a, const struct stoa_cid *b);

/* Whether `block` is what the CID names. False for hash functions other than
 * SHA-256 and identity. Costs a SHA-256 of the block. */
bool stoa_cid_is_of(const struct stoa_cid *cid, struct stoa_str block);

/* "sha2-256", "identity", ...; "an unknown hash function" if not known. */
const char *stoa_cid_hash_name(const struct stoa_cid *cid);

#endif
