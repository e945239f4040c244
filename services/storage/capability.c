/* capability.c - signs and checks tokens. */
#include "storage/capability.h"

#include "base/encode.h"
#include "base/hash.h"

#include <string.h>

#define VERSION	     1
#define FLAG_PRIVATE 1
#define HEAD_SIZE    (3 + 16 + STORAGE_NONCE_SIZE + 1)

static void
put64(uint8_t *to, uint64_t value)
{
	for (int i = 0; i < 8; i++) {
		to[i] = (uint8_t)(value >> (56 - 8 * i));
	}
}

static uint64_t
get64(const uint8_t *from)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++) {
		value = value << 8 | from[i];
	}
	return value;
}

/* The secret also makes keys elsewhere; the label keeps the uses apart. */
static struct stoa_hash
tag_of(struct stoa_str bytes, struct stoa_str secret)
{
	static const char label[] = "stoa storage capability";
	struct stoa_hmac hmac;

	stoa_hmac_init(&hmac, secret);
	stoa_hmac_add(&hmac, label, sizeof(label));
	stoa_hmac_add(&hmac, bytes.data, bytes.len);
	return stoa_hmac_end(&hmac);
}

void
storage_capability_sign(const struct storage_capability *capability,
    struct stoa_str secret, struct stoa_buf *token)
{
	uint8_t bytes[STORAGE_CAPABILITY_BYTES_MAX];
	size_t community_len = strlen(capability->community);
	size_t len = HEAD_SIZE;
	struct stoa_hash tag;

	stoa_assert(community_len <= STORAGE_COMMUNITY_LEN_MAX);
	bytes[0] = VERSION;
	bytes[1] = (uint8_t)capability->operation;
	bytes[2] = capability->is_private ? FLAG_PRIVATE : 0;
	put64(bytes + 3, (uint64_t)capability->expires.us);
	put64(bytes + 11, capability->size_max);
	memcpy(bytes + 19, capability->nonce, STORAGE_NONCE_SIZE);
	bytes[HEAD_SIZE - 1] = (uint8_t)community_len;
	memcpy(bytes + len, capability->community, community_len);
	len += community_len;
	if (capability->operation == STORAGE_READ) {
		len += stoa_cid_encode(&capability->cid, bytes + len);
	}
	tag = tag_of(stoa_str_of_bytes(bytes, len), secret);
	memcpy(bytes + len, tag.bytes, STOA_HASH_SIZE);
	stoa_base64_encode(token, STOA_BASE64URL_NOPAD,
	    stoa_str_of_bytes(bytes, len + STOA_HASH_SIZE));
}

/* What was signed is ours, but may be of a later version. */
static bool
decode(struct stoa_str bytes, struct storage_capability *capability)
{
	const uint8_t *p = (const uint8_t *)bytes.data;
	struct stoa_str rest;
	size_t community_len;

	if (bytes.len < HEAD_SIZE || p[0] != VERSION ||
	    (p[1] != STORAGE_READ && p[1] != STORAGE_WRITE) ||
	    p[2] > FLAG_PRIVATE) {
		return false;
	}
	capability->operation = (enum storage_operation)p[1];
	capability->is_private = p[2] == FLAG_PRIVATE;
	capability->expires.us = (int64_t)get64(p + 3);
	capability->size_max = get64(p + 11);
	memcpy(capability->nonce, p + 19, STORAGE_NONCE_SIZE);
	community_len = p[HEAD_SIZE - 1];
	rest = stoa_str_from(bytes, HEAD_SIZE);
	if (community_len > STORAGE_COMMUNITY_LEN_MAX ||
	    community_len > rest.len) {
		return false;
	}
	memcpy(capability->community, rest.data, community_len);
	capability->community[community_len] = '\0';
	rest = stoa_str_from(rest, community_len);
	if (capability->operation == STORAGE_WRITE) {
		return rest.len == 0;
	}
	return stoa_cid_decode(rest, &capability->cid) == STOA_OK;
}

static enum stoa_status
verify(struct stoa_str bytes, struct stoa_str secret, struct stoa_wall now,
    struct storage_capability *ret_capability)
{
	struct storage_capability capability = {0};
	struct stoa_hash have, want;

	if (bytes.len < STOA_HASH_SIZE) {
		return STOA_UNAUTHENTIC;
	}
	bytes.len -= STOA_HASH_SIZE;
	memcpy(have.bytes, bytes.data + bytes.len, STOA_HASH_SIZE);
	want = tag_of(bytes, secret);
	if (!stoa_hash_is_equal(&have, &want) || !decode(bytes, &capability)) {
		return STOA_UNAUTHENTIC;
	}
	if (!stoa_wall_is_before(now, capability.expires)) {
		return STOA_EXPIRED;
	}
	*ret_capability = capability;
	return STOA_OK;
}

enum stoa_status
storage_capability_verify(struct stoa_str token, struct stoa_str secret,
    struct stoa_wall now, struct storage_capability *ret_capability)
{
	struct stoa_buf bytes;
	enum stoa_status status = STOA_UNAUTHENTIC;

	stoa_buf_init(&bytes, STORAGE_CAPABILITY_BYTES_MAX);
	if (token.len <= STORAGE_CAPABILITY_TEXT_MAX &&
	    stoa_base64_decode(&bytes, STOA_BASE64URL_NOPAD, token)) {
		status =
		    verify(stoa_buf_str(&bytes), secret, now, ret_capability);
	}
	stoa_buf_fini(&bytes);
	return status;
}
