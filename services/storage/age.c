/* age.c - seals and opens age files. */
#include "storage/age.h"

#include "storage/age_header.h"
#include "storage/check.h"

#include "base/aead.h"
#include "base/encode.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#define FILE_KEY_SIZE 16
#define NONCE_SIZE    STOA_AEAD_NONCE_SIZE
#define TAG_SIZE      STOA_AEAD_TAG_SIZE
#define SALT_SIZE     16 /* the nonce of the payload */

#define LABEL_X25519 "age-encryption.org/v1/X25519"

/* ---- primitives ------------------------------------------------------------
 */

/* Nothing is vouched for beside the text. */
#define AEAD(key, nonce) ((struct stoa_aead){(key), (nonce), {NULL, 0}})

/* False for a point of low order: the result would be all zeros. */
static bool
x25519(const uint8_t *secret, const uint8_t *point, uint8_t *shared)
{
	EVP_PKEY *ours =
	    EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, secret, 32);
	EVP_PKEY *theirs =
	    EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, point, 32);
	EVP_PKEY_CTX *ctx = ours == NULL ? NULL : EVP_PKEY_CTX_new(ours, NULL);
	size_t len = 32;
	bool ok = theirs != NULL && ctx != NULL &&
		  EVP_PKEY_derive_init(ctx) == 1 &&
		  EVP_PKEY_derive_set_peer(ctx, theirs) == 1 &&
		  EVP_PKEY_derive(ctx, shared, &len) == 1 && len == 32;

	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(theirs);
	EVP_PKEY_free(ours);
	return ok;
}

static struct stoa_hash
wrap_key(const uint8_t *shared, const uint8_t *share, const uint8_t *recipient)
{
	uint8_t salt[64];

	memcpy(salt, share, 32);
	memcpy(salt + 32, recipient, 32);
	return stoa_hkdf_sha256(stoa_str_of_bytes(salt, sizeof(salt)),
	    stoa_str_of_bytes(shared, 32), STOA_STR(LABEL_X25519));
}

static struct stoa_hash
header_mac(const uint8_t *file_key, struct stoa_str authentic)
{
	struct stoa_hash key = stoa_hkdf_sha256(STOA_STR(""),
	    stoa_str_of_bytes(file_key, FILE_KEY_SIZE), STOA_STR("header"));
	struct stoa_hash mac = stoa_hmac_sha256(stoa_hash_str(&key), authentic);

	OPENSSL_cleanse(&key, sizeof(key));
	return mac;
}

static void
payload_key(const uint8_t *file_key, const void *salt,
    uint8_t to[static STORAGE_AGE_KEY_SIZE])
{
	struct stoa_hash key = stoa_hkdf_sha256(
	    stoa_str_of_bytes(salt, SALT_SIZE),
	    stoa_str_of_bytes(file_key, FILE_KEY_SIZE), STOA_STR("payload"));

	memcpy(to, key.bytes, sizeof(key.bytes));
	OPENSSL_cleanse(&key, sizeof(key));
}

static void
chunk_nonce(uint64_t number, bool is_last, uint8_t nonce[static NONCE_SIZE])
{
	memset(nonce, 0, NONCE_SIZE);
	for (int i = 0; i < 8; i++) {
		nonce[10 - i] = (uint8_t)(number >> (8 * i));
	}
	nonce[11] = is_last;
}

/* ---- identities ------------------------------------------------------------
 */

struct storage_identity
storage_identity_of_key(const uint8_t secret[static STORAGE_AGE_KEY_SIZE])
{
	static const uint8_t base_point[32] = {9};
	struct storage_identity identity;
	bool ok;

	memcpy(identity.secret, secret, sizeof(identity.secret));
	ok = x25519(identity.secret, base_point, identity.recipient);
	stoa_assert(ok); /* the base point has the full order */
	return identity;
}

struct storage_identity
storage_identity_of(struct stoa_str service_secret, struct stoa_str community)
{
	struct stoa_hash key = stoa_hkdf_sha256(
	    STOA_STR("stoa storage identity"), service_secret, community);
	struct storage_identity identity = storage_identity_of_key(key.bytes);

	OPENSSL_cleanse(&key, sizeof(key));
	return identity;
}

void
storage_identity_wipe(struct storage_identity *identity)
{
	OPENSSL_cleanse(identity, sizeof(*identity));
}

/* ---- sealing ---------------------------------------------------------------
 */

static enum stoa_status
write_header(
    const uint8_t *file_key, const uint8_t *recipient, struct stoa_buf *out)
{
	static const uint8_t zeros[NONCE_SIZE];
	uint8_t wrapped[FILE_KEY_SIZE + TAG_SIZE], random[32], shared[32];
	struct storage_identity once;
	struct stoa_hash key, mac;
	size_t start = out->len;
	bool ok;

	if (RAND_bytes(random, sizeof(random)) != 1) {
		return STOA_INTERNAL;
	}
	once = storage_identity_of_key(random);
	ok = x25519(once.secret, recipient, shared);
	key = wrap_key(shared, once.recipient, recipient);
	ok = ok && stoa_aead_seal(&AEAD(key.bytes, zeros),
		       stoa_str_of_bytes(file_key, FILE_KEY_SIZE), wrapped);
	OPENSSL_cleanse(random, sizeof(random));
	OPENSSL_cleanse(shared, sizeof(shared));
	OPENSSL_cleanse(&key, sizeof(key));
	if (!ok) {
		storage_identity_wipe(&once);
		return STOA_INTERNAL;
	}
	stoa_buf_add_text(out, STORAGE_AGE_VERSION_LINE "-> X25519 ");
	stoa_base64_encode(
	    out, STOA_BASE64_NOPAD, stoa_str_of_bytes(once.recipient, 32));
	stoa_buf_add_text(out, "\n");
	stoa_base64_encode(
	    out, STOA_BASE64_NOPAD, stoa_str_of_bytes(wrapped, 32));
	stoa_buf_add_text(out, "\n---");
	mac = header_mac(file_key, stoa_str_from(stoa_buf_str(out), start));
	stoa_buf_add_text(out, " ");
	stoa_base64_encode(out, STOA_BASE64_NOPAD, stoa_hash_str(&mac));
	stoa_buf_add_text(out, "\n");
	storage_identity_wipe(&once);
	return out->is_overflown ? STOA_NO_MEMORY : STOA_OK;
}

enum stoa_status
storage_seal_begin(struct storage_seal *seal,
    const uint8_t recipient[static STORAGE_AGE_KEY_SIZE], struct stoa_buf *out)
{
	uint8_t file_key[FILE_KEY_SIZE], salt[SALT_SIZE];
	enum stoa_status status;

	*seal = (struct storage_seal){0};
	stoa_buf_init(&seal->pending, (size_t)2 * STORAGE_AGE_CHUNK_SIZE);
	if (RAND_bytes(file_key, sizeof(file_key)) != 1 ||
	    RAND_bytes(salt, sizeof(salt)) != 1) {
		return STOA_INTERNAL;
	}
	status = write_header(file_key, recipient, out);
	stoa_buf_add(out, salt, sizeof(salt));
	payload_key(file_key, salt, seal->key);
	OPENSSL_cleanse(file_key, sizeof(file_key));
	return status;
}

static enum stoa_status
seal_chunk(
    struct storage_seal *seal, size_t len, bool is_last, struct stoa_buf *out)
{
	uint8_t nonce[NONCE_SIZE];
	uint8_t *to = stoa_buf_reserve(out, len + TAG_SIZE);
	struct stoa_str plain = {stoa_buf_str(&seal->pending).data, len};

	if (to == NULL || seal->pending.is_overflown) {
		return STOA_NO_MEMORY;
	}
	chunk_nonce(seal->chunk++, is_last, nonce);
	if (!stoa_aead_seal(&AEAD(seal->key, nonce), plain, to)) {
		return STOA_INTERNAL;
	}
	stoa_buf_grow(out, len + TAG_SIZE);
	stoa_buf_consume(&seal->pending, len);
	return STOA_OK;
}

/* A full chunk is sealed only when a byte follows it: it might be the last. */
enum stoa_status
storage_seal_add(
    struct storage_seal *seal, struct stoa_str plain, struct stoa_buf *out)
{
	while (plain.len > 0) {
		size_t room;

		if (seal->pending.len == STORAGE_AGE_CHUNK_SIZE) {
			STORAGE_CHECK(seal_chunk(
			    seal, STORAGE_AGE_CHUNK_SIZE, false, out));
		}
		room = STORAGE_AGE_CHUNK_SIZE - seal->pending.len;
		room = room < plain.len ? room : plain.len;
		stoa_buf_add(&seal->pending, plain.data, room);
		plain = stoa_str_from(plain, room);
	}
	return STOA_OK;
}

enum stoa_status
storage_seal_end(struct storage_seal *seal, struct stoa_buf *out)
{
	return seal_chunk(seal, seal->pending.len, true, out);
}

void
storage_seal_fini(struct storage_seal *seal)
{
	if (seal->pending.data != NULL) {
		OPENSSL_cleanse(seal->pending.data, seal->pending.size);
	}
	stoa_buf_fini(&seal->pending);
	OPENSSL_cleanse(seal->key, sizeof(seal->key));
}

/* ---- opening ---------------------------------------------------------------
 */

bool
storage_age_is_sealed(struct stoa_str start)
{
	return stoa_str_has_prefix(start, STOA_STR(STORAGE_AGE_VERSION_LINE));
}

static bool
unwrap(const struct storage_identity *identity,
    const struct storage_age_stanza *stanza,
    uint8_t file_key[static FILE_KEY_SIZE], bool *ret_is_invalid)
{
	static const uint8_t zeros[NONCE_SIZE];
	struct stoa_hash key;
	uint8_t shared[32];
	bool ok;

	if (!x25519(identity->secret, stanza->share, shared)) {
		*ret_is_invalid = true;
		return false;
	}
	key = wrap_key(shared, stanza->share, identity->recipient);
	ok = stoa_aead_open(&AEAD(key.bytes, zeros),
	    stoa_str_of_bytes(stanza->body, sizeof(stanza->body)), file_key);
	OPENSSL_cleanse(&key, sizeof(key));
	OPENSSL_cleanse(shared, sizeof(shared));
	return ok;
}

static enum stoa_status
find_file_key(const struct storage_identity *identity,
    const struct storage_age_header *header,
    uint8_t file_key[static FILE_KEY_SIZE])
{
	for (size_t i = 0; i < header->count; i++) {
		bool is_invalid = false;

		if (header->stanzas[i].is_x25519 &&
		    unwrap(
			identity, &header->stanzas[i], file_key, &is_invalid)) {
			return STOA_OK;
		}
		if (is_invalid) {
			return STOA_INVALID;
		}
	}
	return STOA_DENIED;
}

/* An age file of `size` bytes has a last chunk with at least a tag; an empty
 * last chunk only when it is the only one. */
static enum stoa_status
set_sizes(struct storage_unseal *unseal, uint64_t size)
{
	uint64_t sealed;

	if (size < unseal->payload_start + TAG_SIZE) {
		return STOA_CORRUPT;
	}
	sealed = size - unseal->payload_start;
	unseal->chunk_count = (sealed - 1) / STORAGE_AGE_SEALED_SIZE + 1;
	unseal->plain_size = sealed - unseal->chunk_count * TAG_SIZE;
	if (sealed < unseal->chunk_count * TAG_SIZE ||
	    (unseal->chunk_count > 1 &&
		unseal->plain_size <=
		    (unseal->chunk_count - 1) * STORAGE_AGE_CHUNK_SIZE)) {
		return STOA_CORRUPT;
	}
	return STOA_OK;
}

enum stoa_status
storage_unseal_begin(const struct storage_identity *identity,
    struct stoa_str start, uint64_t size, struct storage_unseal *ret_unseal)
{
	struct storage_age_header header;
	struct storage_unseal unseal = {0};
	uint8_t file_key[FILE_KEY_SIZE];
	struct stoa_hash mac, want;

	if (!storage_age_header_parse(start, &header)) {
		return STOA_INVALID;
	}
	STORAGE_CHECK(find_file_key(identity, &header, file_key));
	mac = header_mac(file_key, header.authentic);
	memcpy(want.bytes, header.mac, sizeof(want.bytes));
	if (!stoa_hash_is_equal(&mac, &want) ||
	    start.len - header.len < SALT_SIZE) {
		OPENSSL_cleanse(file_key, sizeof(file_key));
		return start.len - header.len < SALT_SIZE ? STOA_INVALID
							  : STOA_CORRUPT;
	}
	payload_key(file_key, start.data + header.len, unseal.key);
	OPENSSL_cleanse(file_key, sizeof(file_key));
	unseal.payload_start = header.len + SALT_SIZE;
	STORAGE_CHECK(set_sizes(&unseal, size));
	*ret_unseal = unseal;
	return STOA_OK;
}

uint64_t
storage_unseal_offset(const struct storage_unseal *unseal, uint64_t number)
{
	return unseal->payload_start + number * STORAGE_AGE_SEALED_SIZE;
}

enum stoa_status
storage_unseal_chunk(const struct storage_unseal *unseal, uint64_t number,
    struct stoa_str sealed, uint8_t *plain, size_t *ret_len)
{
	uint8_t nonce[NONCE_SIZE];

	stoa_assert(number < unseal->chunk_count);
	if (sealed.len < TAG_SIZE || sealed.len > STORAGE_AGE_SEALED_SIZE) {
		return STOA_CORRUPT;
	}
	chunk_nonce(number, number + 1 == unseal->chunk_count, nonce);
	if (!stoa_aead_open(&AEAD(unseal->key, nonce), sealed, plain)) {
		return STOA_CORRUPT;
	}
	*ret_len = sealed.len - TAG_SIZE;
	return STOA_OK;
}

void
storage_unseal_fini(struct storage_unseal *unseal)
{
	OPENSSL_cleanse(unseal, sizeof(*unseal));
}
