/* age.h - private blobs in the age format, version 1 (C2SP age), with one
 * X25519 recipient: anybody with the identity can open them with the age tool.
 *
 * A random file key is wrapped for the recipient; the content follows in
 * chunks of 64 KiB, each sealed by ChaCha20-Poly1305 under a nonce that counts
 * and marks the last one, so that any part can be opened by itself and a cut
 * or reordered file is refused. The CID is that of the sealed bytes. Equal
 * contents are sealed differently: who sees CIDs learns nothing about them.
 * Layer 3 (random source). */
#ifndef STORAGE_AGE_H
#define STORAGE_AGE_H

#include "base/buf.h"
#include "base/hash.h"
#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define STORAGE_AGE_KEY_SIZE	32
#define STORAGE_AGE_CHUNK_SIZE	65536
#define STORAGE_AGE_SEALED_SIZE (STORAGE_AGE_CHUNK_SIZE + 16)

/* Larger headers than ours come from other tools; this many bytes of header
 * are read at most. */
#define STORAGE_AGE_HEADER_MAX 8192

struct storage_identity {
	uint8_t secret[STORAGE_AGE_KEY_SIZE];
	uint8_t recipient[STORAGE_AGE_KEY_SIZE];
};

/* The identity of a community under the service's secret. Wipe after use. */
struct storage_identity storage_identity_of(
    struct stoa_str service_secret, struct stoa_str community);
struct storage_identity storage_identity_of_key(
    const uint8_t secret[static STORAGE_AGE_KEY_SIZE]);
void storage_identity_wipe(struct storage_identity *identity);

/* ---- sealing ---------------------------------------------------------------
 */

struct storage_seal {
	uint8_t key[STORAGE_AGE_KEY_SIZE];
	uint64_t chunk;
	struct stoa_buf pending; /* less than two chunks of plain bytes */
};

/* Appends header and payload nonce. Refuses INTERNAL (no randomness). */
STOA_MUST_USE enum stoa_status storage_seal_begin(struct storage_seal *seal,
    const uint8_t recipient[static STORAGE_AGE_KEY_SIZE], struct stoa_buf *out);

/* Appends the sealed form of every chunk that is complete. */
STOA_MUST_USE enum stoa_status storage_seal_add(
    struct storage_seal *seal, struct stoa_str plain, struct stoa_buf *out);

/* Appends the last chunk, which may be empty only when it is the first. */
STOA_MUST_USE enum stoa_status storage_seal_end(
    struct storage_seal *seal, struct stoa_buf *out);

/* In every case; wipes. */
void storage_seal_fini(struct storage_seal *seal);

/* ---- opening ---------------------------------------------------------------
 */

struct storage_unseal {
	uint8_t key[STORAGE_AGE_KEY_SIZE];
	uint64_t payload_start; /* of the first chunk */
	uint64_t plain_size;
	uint64_t chunk_count;
};

/* Whether bytes begin like an age file. */
bool storage_age_is_sealed(struct stoa_str start);

/* Reads the header out of the first bytes of a file of `size` bytes. Refuses:
 * INVALID (not an age file, or malformed), DENIED (for somebody else), CORRUPT
 * (the header or the size has been changed). */
STOA_MUST_USE enum stoa_status storage_unseal_begin(
    const struct storage_identity *identity, struct stoa_str start,
    uint64_t size, struct storage_unseal *ret_unseal);

/* Opens chunk `number` (its sealed bytes are given) into `plain`, which has
 * room for a chunk. Refuses CORRUPT. */
STOA_MUST_USE enum stoa_status storage_unseal_chunk(
    const struct storage_unseal *unseal, uint64_t number,
    struct stoa_str sealed, uint8_t *plain, size_t *ret_len);

/* Where the sealed bytes of chunk `number` lie. */
uint64_t storage_unseal_offset(
    const struct storage_unseal *unseal, uint64_t number);

void storage_unseal_fini(struct storage_unseal *unseal);

#endif
