/* cid.c - content identifiers as bytes and as text. */
#include "base/cid.h"

#include "base/buf.h"
#include "base/encode.h"

#include <string.h>

/* Multiformats limits a varint to 63 bits. */
#define VARINT_BYTES_MAX 9

struct stoa_cid
stoa_cid_of_hash(unsigned version, uint64_t codec, const struct stoa_hash *hash)
{
	struct stoa_cid cid = {
	    .version = (uint8_t)version,
	    .digest_len = STOA_HASH_SIZE,
	    .codec = codec,
	    .hash = STOA_MULTIHASH_SHA256,
	};

	stoa_assert(version == 1 || version == 0);
	stoa_assert(version == 1 || codec == STOA_CODEC_DAG_PB);
	memcpy(cid.digest, hash->bytes, STOA_HASH_SIZE);
	return cid;
}

struct stoa_cid
stoa_cid_of_block(unsigned version, uint64_t codec, struct stoa_str block)
{
	struct stoa_hash hash = stoa_sha256(block);

	return stoa_cid_of_hash(version, codec, &hash);
}

size_t
stoa_cid_encode(const struct stoa_cid *cid, uint8_t *to)
{
	size_t size = 0;

	if (cid->version == 1) {
		to[size++] = 1;
		size += stoa_varint_put(to + size, cid->codec);
	}
	size += stoa_varint_put(to + size, cid->hash);
	size += stoa_varint_put(to + size, cid->digest_len);
	memcpy(to + size, cid->digest, cid->digest_len);
	return size + cid->digest_len;
}

static enum stoa_status
multihash_cut(struct stoa_str *rest, struct stoa_cid *cid)
{
	uint64_t len;
	size_t len_min;

	if (!stoa_varint_cut(rest, VARINT_BYTES_MAX, &cid->hash) ||
	    !stoa_varint_cut(rest, VARINT_BYTES_MAX, &len)) {
		return STOA_INVALID;
	}
	len_min =
	    cid->hash == STOA_MULTIHASH_IDENTITY ? 0 : STOA_CID_DIGEST_MIN;
	if (len < len_min || len > STOA_CID_DIGEST_MAX || len > rest->len ||
	    (cid->hash == STOA_MULTIHASH_SHA256 && len != STOA_HASH_SIZE)) {
		return STOA_INVALID;
	}
	memcpy(cid->digest, rest->data, (size_t)len);
	cid->digest_len = (uint8_t)len;
	*rest = stoa_str_from(*rest, (size_t)len);
	return STOA_OK;
}

enum stoa_status
stoa_cid_cut(struct stoa_str *rest, struct stoa_cid *ret_cid)
{
	struct stoa_cid cid = {0};
	struct stoa_str at = *rest;
	uint64_t version;
	enum stoa_status status;

	if (stoa_str_has_prefix(at, STOA_STR("\x12\x20"))) {
		cid.codec = STOA_CODEC_DAG_PB;
	} else {
		if (!stoa_varint_cut(&at, VARINT_BYTES_MAX, &version)) {
			return STOA_INVALID;
		}
		if (version != 1) {
			return STOA_UNSUPPORTED;
		}
		cid.version = 1;
		if (!stoa_varint_cut(&at, VARINT_BYTES_MAX, &cid.codec)) {
			return STOA_INVALID;
		}
	}
	status = multihash_cut(&at, &cid);
	if (status != STOA_OK) {
		return status;
	}
	*rest = at;
	*ret_cid = cid;
	return STOA_OK;
}

enum stoa_status
stoa_cid_decode(struct stoa_str bytes, struct stoa_cid *ret_cid)
{
	struct stoa_cid cid;
	enum stoa_status status = stoa_cid_cut(&bytes, &cid);

	if (status == STOA_OK && bytes.len != 0) {
		status = STOA_INVALID;
	}
	if (status == STOA_OK) {
		*ret_cid = cid;
	}
	return status;
}

const char *
stoa_cid_print(const struct stoa_cid *cid, char text[static STOA_CID_TEXT_SIZE])
{
	uint8_t bytes[STOA_CID_SIZE_MAX];
	struct stoa_str all = {
	    (const char *)bytes, stoa_cid_encode(cid, bytes)};
	struct stoa_buf b;

	stoa_buf_init(&b, STOA_CID_TEXT_SIZE - 1);
	if (cid->version == 0) {
		stoa_base58_encode(&b, all);
	} else {
		stoa_buf_add_byte(&b, 'b');
		stoa_base32_encode(&b, all);
	}
	memcpy(text, stoa_buf_str(&b).data, b.len);
	text[b.len] = '\0';
	stoa_buf_fini(&b);
	return text;
}

static enum stoa_status
decode_multibase(struct stoa_buf *b, struct stoa_str text)
{
	struct stoa_str digits = stoa_str_from(text, 1);
	bool ok;

	switch (text.data[0]) {
	case 'b':
		ok = stoa_base32_decode(b, digits);
		break;
	case 'z':
		ok = stoa_base58_decode(b, digits);
		break;
	case 'k':
		ok = stoa_base36_decode(b, digits);
		break;
	case 'u':
		ok = stoa_base64_decode(b, STOA_BASE64URL_NOPAD, digits);
		break;
	default:
		return STOA_UNSUPPORTED;
	}
	return ok ? STOA_OK : STOA_INVALID;
}

enum stoa_status
stoa_cid_parse(struct stoa_str text, struct stoa_cid *ret_cid)
{
	/* A version 0 CID is always 46 characters and starts with "Qm"; no
	 * multibase prefix is a 'Q'. */
	bool is_v0 =
	    text.len == 46 && stoa_str_has_prefix(text, STOA_STR("Qm"));
	struct stoa_buf bytes;
	struct stoa_cid cid;
	enum stoa_status status;

	if (text.len < 2) {
		return STOA_INVALID;
	}
	stoa_buf_init(&bytes, STOA_CID_TEXT_SIZE);
	if (is_v0) {
		status =
		    stoa_base58_decode(&bytes, text) ? STOA_OK : STOA_INVALID;
	} else {
		status = decode_multibase(&bytes, text);
	}
	if (status == STOA_OK) {
		status = stoa_cid_decode(stoa_buf_str(&bytes), &cid);
	}
	/* A version 0 CID behind a multibase prefix is not a CID. */
	if (status == STOA_OK && (cid.version == 0) != is_v0) {
		status = STOA_INVALID;
	}
	if (status == STOA_OK) {
		*ret_cid = cid;
	}
	stoa_buf_fini(&bytes);
	return status;
}

bool
stoa_cid_is_equal(const struct stoa_cid *a, const struct stoa_cid *b)
{
	return a->version == b->version && a->codec == b->codec &&
	       a->hash == b->hash && a->digest_len == b->digest_len &&
	       memcmp(a->digest, b->digest, a->digest_len) == 0;
}

bool
stoa_cid_is_of(const struct stoa_cid *cid, struct stoa_str block)
{
	struct stoa_hash hash;

	if (cid->hash == STOA_MULTIHASH_IDENTITY) {
		return block.len == cid->digest_len &&
		       memcmp(block.data, cid->digest, block.len) == 0;
	}
	if (cid->hash != STOA_MULTIHASH_SHA256) {
		return false;
	}
	hash = stoa_sha256(block);
	return memcmp(hash.bytes, cid->digest, STOA_HASH_SIZE) == 0;
}

const char *
stoa_cid_hash_name(const struct stoa_cid *cid)
{
	static const struct {
		uint64_t code;
		const char *name;
	} rows[] = {
	    {STOA_MULTIHASH_IDENTITY, "identity"},
	    {0x11, "sha1"},
	    {STOA_MULTIHASH_SHA256, "sha2-256"},
	    {0x13, "sha2-512"},
	    {0x14, "sha3-512"},
	    {0x16, "sha3-256"},
	    {0x1b, "keccak-256"},
	    {0x1e, "blake3"},
	    {0x20, "sha2-384"},
	    {0x1012, "sha2-256-trunc254-padded"},
	    {0xb220, "blake2b-256"},
	    {0xb260, "blake2s-256"},
	};

	for (size_t i = 0; i < STOA_COUNT(rows); i++) {
		if (rows[i].code == cid->hash) {
			return rows[i].name;
		}
	}
	return "an unknown hash function";
}
