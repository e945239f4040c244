/* bundle.h - a community's journal in one file, to be verified anywhere.
 *
 * "stoa-bundle/1" LF, then pieces: 4 bytes of length, big-endian, and so many
 * bytes. The first piece is a signed checkpoint (base/note.h) whose origin is
 * "stoa/<domain>/<community>"; the others are the records, in order, as many
 * as the checkpoint says. Nothing else: every byte is either checked for what
 * it is or covered by the signature. */
#ifndef STOA_BUNDLE_H
#define STOA_BUNDLE_H

#include "base/buf.h"
#include "base/note.h"

/* A gigabyte: more than any community's journal of votes. */
#define BUNDLE_SIZE_MAX ((size_t)1024 * 1024 * 1024)
#define BUNDLE_MAGIC	"stoa-bundle/1\n"

void bundle_begin(struct stoa_buf *out, struct stoa_str checkpoint);
void bundle_add(struct stoa_buf *out, struct stoa_str record);

/* Reads along: begin, then next until it is over. */
struct bundle {
	struct stoa_str rest;
	struct stoa_note note;
	struct stoa_str domain, community; /* of the note's origin */
};

/* False with *ret_why (static): no bundle, not signed by this key, or not with
 * exactly the records that its checkpoint stands for. */
bool bundle_open(struct stoa_str bytes, const struct stoa_note_key *key,
    struct bundle *ret_bundle, const char **ret_why);

/* False: there is no further record. */
bool bundle_next(struct bundle *b, struct stoa_str *ret_record);

/* The signing key of a home, and its verifier key; false with the reason
 * appended to `error`. Wipe the seed after use. */
struct home;
bool bundle_key_read(const struct home *home,
    uint8_t ret_seed[STOA_ED25519_SIZE], struct stoa_note_key *ret_key,
    struct stoa_buf *error);

#endif
