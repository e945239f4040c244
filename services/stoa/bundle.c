/* bundle.c - see bundle.h. */
#include "stoa/bundle.h"

#include "base/encode.h"
#include "base/merkle.h"
#include "domain/record.h"
#include "edge/secret.h"
#include "stoa/home.h"

#include <openssl/crypto.h>
#include <stdio.h>

#define ORIGIN_PREFIX "stoa/"

/* ---- writing ---- */

void
bundle_add(struct stoa_buf *out, struct stoa_str piece)
{
	const uint8_t len[] = {(uint8_t)(piece.len >> 24),
	    (uint8_t)(piece.len >> 16), (uint8_t)(piece.len >> 8),
	    (uint8_t)piece.len};

	stoa_buf_add(out, len, sizeof(len));
	stoa_buf_add_str(out, piece);
}

void
bundle_begin(struct stoa_buf *out, struct stoa_str checkpoint)
{
	stoa_buf_add_text(out, BUNDLE_MAGIC);
	bundle_add(out, checkpoint);
}

/* ---- reading ---- */

static bool
piece_read(struct stoa_str *rest, struct stoa_str *ret_piece)
{
	const uint8_t *p = (const uint8_t *)rest->data;
	size_t len;

	if (rest->len < 4) {
		return false;
	}
	len =
	    (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	if (len > rest->len - 4) {
		return false;
	}
	*ret_piece = stoa_str_of_bytes(rest->data + 4, len);
	*rest = stoa_str_from(*rest, 4 + len);
	return true;
}

/* What the signature covers: so many records, and the root of their tree. */
static bool
is_whole(const struct bundle *b)
{
	struct stoa_str rest = b->rest, record;
	struct stoa_merkle tree;
	struct stoa_hash root;

	stoa_merkle_init(&tree);
	while (piece_read(&rest, &record)) {
		struct stoa_hash leaf = stoa_record_hash(record);

		stoa_merkle_add(&tree, &leaf);
	}
	root = stoa_merkle_root(&tree);
	return rest.len == 0 && tree.count == b->note.size &&
	       stoa_hash_is_equal(&root, &b->note.root);
}

bool
bundle_open(struct stoa_str bytes, const struct stoa_note_key *key,
    struct bundle *b, const char **ret_why)
{
	struct stoa_str magic = STOA_STR(BUNDLE_MAGIC);
	struct stoa_str checkpoint, origin;

	*ret_why = "it is not a bundle";
	if (!stoa_str_has_prefix(bytes, magic)) {
		return false;
	}
	b->rest = stoa_str_from(bytes, magic.len);
	if (!piece_read(&b->rest, &checkpoint) ||
	    !stoa_note_verify(checkpoint, key, &b->note, ret_why)) {
		return false;
	}
	*ret_why = "its checkpoint is of another log";
	origin = stoa_str_of(b->note.origin);
	if (!stoa_str_has_prefix(origin, STOA_STR(ORIGIN_PREFIX))) {
		return false;
	}
	origin = stoa_str_from(origin, sizeof(ORIGIN_PREFIX) - 1);
	b->domain = stoa_str_cut(&origin, '/');
	b->community = origin;
	if (b->domain.len == 0 || b->community.len == 0) {
		return false;
	}
	*ret_why = "its records are not those of the checkpoint";
	return is_whole(b);
}

bool
bundle_next(struct bundle *b, struct stoa_str *ret_record)
{
	return piece_read(&b->rest, ret_record);
}

/* ---- keys ---- */

bool
bundle_key_read(const struct home *home, uint8_t ret_seed[STOA_ED25519_SIZE],
    struct stoa_note_key *ret_key, struct stoa_buf *error)
{
	char path[HOME_PATH_MAX], text[2 * STOA_ED25519_SIZE + 2];
	enum stoa_status status = stoa_secret_read(
	    home_path(home, "keys/log-sign.secret", path), text, sizeof(text));
	struct stoa_buf seed;
	bool ok;

	if (status != STOA_OK) {
		stoa_buf_printf(error, "%s: %s; `stoa up` makes one", path,
		    stoa_status_text(status));
		return false;
	}
	stoa_buf_init(&seed, STOA_ED25519_SIZE);
	ok = stoa_hex_decode(&seed, stoa_str_of(text)) &&
	     seed.len == STOA_ED25519_SIZE;
	OPENSSL_cleanse(text, sizeof(text));
	if (ok) {
		memcpy(ret_seed, seed.data, STOA_ED25519_SIZE);
		OPENSSL_cleanse(seed.data, seed.len);
		(void)snprintf(ret_key->name, sizeof(ret_key->name), "stoa");
		stoa_ed25519_public(ret_seed, ret_key->public_key);
	} else {
		stoa_buf_printf(
		    error, "%s: must hold 64 hexadecimal digits", path);
	}
	stoa_buf_fini(&seed);
	return ok;
}
