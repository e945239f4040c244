/* note.h - signed checkpoints of a log, as any transparency log writes them.
 *
 * Sources: C2SP signed-note and tlog-checkpoint. The text is three lines, then
 * an empty one and the signature:
 *   <origin> LF <tree size> LF <base64 of the RFC 6962 root> LF LF
 *   EM DASH SP <key name> SP <base64 of key id (4 bytes) || signature (64)> LF
 * The signature is over the three lines. The key id is the first 4 bytes of
 * SHA-256(name || LF || 0x01 || public key). A verifier key is
 * "<name>+<key id in hexadecimal>+<base64 of 0x01 || public key>". Layer 1,
 * pure. */
#ifndef STOA_BASE_NOTE_H
#define STOA_BASE_NOTE_H

#include "base/buf.h"
#include "base/ed25519.h"
#include "base/hash.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define STOA_NOTE_NAME_MAX 100
#define STOA_NOTE_SIZE_MAX 1024

struct stoa_note {
	char origin[STOA_NOTE_NAME_MAX + 1];
	uint64_t size; /* of the tree */
	struct stoa_hash root;
};

/* Neither may hold a space, a plus or a line end. */
struct stoa_note_key {
	char name[STOA_NOTE_NAME_MAX + 1];
	uint8_t public_key[STOA_ED25519_SIZE];
};

/* Appends the note, signed. */
void stoa_note_sign(struct stoa_buf *out, const struct stoa_note *note,
    const char *name, const uint8_t seed[STOA_ED25519_SIZE]);

/* True only for the very bytes that stoa_note_sign makes: nothing in them can
 * be changed. False with *ret_why (static). */
bool stoa_note_verify(struct stoa_str text, const struct stoa_note_key *key,
    struct stoa_note *ret_note, const char **ret_why);

void stoa_note_key_print(struct stoa_buf *out, const struct stoa_note_key *key);
bool stoa_note_key_parse(struct stoa_str text, struct stoa_note_key *ret_key);

#endif
