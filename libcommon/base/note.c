/* note.c - see note.h. */
#include "base/note.h"

#include "base/check.h"
#include "base/encode.h"

#include <inttypes.h>
#include <stdio.h>

#define KEY_ID_SIZE 4
#define ALGORITHM   0x01	    /* Ed25519 */
#define DASH	    "\xe2\x80\x94 " /* U+2014 and a space */

static void
key_id(const struct stoa_note_key *key, uint8_t ret_id[KEY_ID_SIZE])
{
	static const uint8_t middle[] = {'\n', ALGORITHM};
	struct stoa_sha256 sha;
	struct stoa_hash hash;

	stoa_sha256_init(&sha);
	stoa_sha256_add(&sha, key->name, strlen(key->name));
	stoa_sha256_add(&sha, middle, sizeof(middle));
	stoa_sha256_add(&sha, key->public_key, sizeof(key->public_key));
	hash = stoa_sha256_end(&sha);
	memcpy(ret_id, hash.bytes, KEY_ID_SIZE);
}

static bool
name_is_valid(struct stoa_str name)
{
	if (name.len == 0 || name.len > STOA_NOTE_NAME_MAX) {
		return false;
	}
	for (size_t i = 0; i < name.len; i++) {
		if ((unsigned char)name.data[i] <= ' ' ||
		    (unsigned char)name.data[i] >= 0x7f ||
		    name.data[i] == '+') {
			return false;
		}
	}
	return true;
}

/* ---- writing ---- */

static void
body_print(struct stoa_buf *out, const struct stoa_note *note)
{
	stoa_buf_printf(out, "%s\n%" PRIu64 "\n", note->origin, note->size);
	stoa_base64_encode(out, STOA_BASE64, stoa_hash_str(&note->root));
	stoa_buf_add_text(out, "\n");
}

static void
signature_print(struct stoa_buf *out, const struct stoa_note_key *key,
    const uint8_t signature[STOA_ED25519_SIGNATURE_SIZE])
{
	uint8_t bytes[KEY_ID_SIZE + STOA_ED25519_SIGNATURE_SIZE];

	key_id(key, bytes);
	memcpy(bytes + KEY_ID_SIZE, signature, STOA_ED25519_SIGNATURE_SIZE);
	stoa_buf_printf(out, "\n" DASH "%s ", key->name);
	stoa_base64_encode(
	    out, STOA_BASE64, stoa_str_of_bytes(bytes, sizeof(bytes)));
	stoa_buf_add_text(out, "\n");
}

void
stoa_note_sign(struct stoa_buf *out, const struct stoa_note *note,
    const char *name, const uint8_t seed[STOA_ED25519_SIZE])
{
	uint8_t signature[STOA_ED25519_SIGNATURE_SIZE];
	struct stoa_note_key key;
	struct stoa_buf body;

	stoa_assert(name_is_valid(stoa_str_of(name)) &&
		    name_is_valid(stoa_str_of(note->origin)));
	(void)snprintf(key.name, sizeof(key.name), "%s", name);
	stoa_ed25519_public(seed, key.public_key);
	stoa_buf_init(&body, STOA_NOTE_SIZE_MAX);
	body_print(&body, note);
	stoa_ed25519_sign(stoa_buf_str(&body), seed, signature);
	stoa_buf_add_str(out, stoa_buf_str(&body));
	signature_print(out, &key, signature);
	stoa_buf_fini(&body);
}

/* ---- reading ---- */

static bool
decoded(struct stoa_str text, uint8_t *to, size_t size)
{
	struct stoa_buf b;
	bool ok;

	stoa_buf_init(&b, size + 4);
	ok = stoa_base64_decode(&b, STOA_BASE64, text) && !b.is_overflown &&
	     b.len == size;
	if (ok) {
		memcpy(to, b.data, size);
	}
	stoa_buf_fini(&b);
	return ok;
}

static bool
body_parse(struct stoa_str *rest, struct stoa_note *note)
{
	struct stoa_str origin = stoa_str_cut(rest, '\n');
	struct stoa_str size = stoa_str_cut(rest, '\n');
	struct stoa_str root = stoa_str_cut(rest, '\n');
	int64_t number;

	if (!name_is_valid(origin) || !stoa_str_to_i64(size, &number) ||
	    number < 0 ||
	    !decoded(root, note->root.bytes, sizeof(note->root.bytes))) {
		return false;
	}
	memcpy(note->origin, origin.data, origin.len);
	note->origin[origin.len] = '\0';
	note->size = (uint64_t)number;
	return true;
}

bool
stoa_note_verify(struct stoa_str text, const struct stoa_note_key *key,
    struct stoa_note *ret_note, const char **ret_why)
{
	struct stoa_str rest = text, line;
	uint8_t bytes[KEY_ID_SIZE + STOA_ED25519_SIGNATURE_SIZE];
	struct stoa_buf again;
	bool ok;

	*ret_why = "it is not a signed checkpoint";
	if (text.len > STOA_NOTE_SIZE_MAX || !body_parse(&rest, ret_note) ||
	    rest.len < 1 + sizeof(DASH)) {
		return false;
	}
	line = stoa_str_from(rest, 1 + sizeof(DASH) - 1);
	(void)stoa_str_cut(&line, ' ');
	if (line.len == 0 ||
	    !decoded((struct stoa_str){line.data, line.len - 1}, bytes,
		sizeof(bytes))) {
		return false;
	}
	/* What is read must be what would be written, byte for byte. */
	stoa_buf_init(&again, STOA_NOTE_SIZE_MAX);
	body_print(&again, ret_note);
	*ret_why = "its signature is not this key's";
	ok = stoa_ed25519_verify(stoa_buf_str(&again),
	    stoa_str_of_bytes(bytes + KEY_ID_SIZE, STOA_ED25519_SIGNATURE_SIZE),
	    key->public_key);
	signature_print(&again, key, bytes + KEY_ID_SIZE);
	ok = ok && stoa_str_is_equal(stoa_buf_str(&again), text);
	stoa_buf_fini(&again);
	return ok;
}

/* ---- verifier keys ---- */

void
stoa_note_key_print(struct stoa_buf *out, const struct stoa_note_key *key)
{
	uint8_t id[KEY_ID_SIZE], bytes[1 + STOA_ED25519_SIZE] = {ALGORITHM};

	key_id(key, id);
	memcpy(bytes + 1, key->public_key, STOA_ED25519_SIZE);
	stoa_buf_printf(out, "%s+", key->name);
	stoa_hex_encode(out, stoa_str_of_bytes(id, sizeof(id)));
	stoa_buf_add_text(out, "+");
	stoa_base64_encode(
	    out, STOA_BASE64, stoa_str_of_bytes(bytes, sizeof(bytes)));
}

bool
stoa_note_key_parse(struct stoa_str text, struct stoa_note_key *ret_key)
{
	struct stoa_str rest = text;
	struct stoa_str name = stoa_str_cut(&rest, '+');
	uint8_t bytes[1 + STOA_ED25519_SIZE];
	struct stoa_buf again;
	bool ok;

	(void)stoa_str_cut(&rest, '+');
	if (!name_is_valid(name) || !decoded(rest, bytes, sizeof(bytes)) ||
	    bytes[0] != ALGORITHM) {
		return false;
	}
	memcpy(ret_key->name, name.data, name.len);
	ret_key->name[name.len] = '\0';
	memcpy(ret_key->public_key, bytes + 1, STOA_ED25519_SIZE);
	stoa_buf_init(&again, STOA_NOTE_SIZE_MAX);
	stoa_note_key_print(&again, ret_key);
	ok = stoa_str_is_equal(stoa_buf_str(&again), text);
	stoa_buf_fini(&again);
	return ok;
}
