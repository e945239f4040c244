/* dsse.c - envelope out, envelope in. */
#include "worker/dsse.h"

#include "base/encode.h"
#include "base/json.h"

#include <string.h>

/* Body, base64, and the frame around it. */
#define ENVELOPE_SIZE_MAX ((size_t)1 << 20)

#define DID_PREFIX "did:key:z"

void
worker_did_print(
    const uint8_t public_key[STOA_ED25519_SIZE], struct stoa_buf *out)
{
	uint8_t bytes[2 + STOA_ED25519_SIZE] = {0xed, 0x01};

	memcpy(bytes + 2, public_key, STOA_ED25519_SIZE);
	stoa_buf_add_text(out, DID_PREFIX);
	stoa_base58_encode(out, stoa_str_of_bytes(bytes, sizeof(bytes)));
}

bool
worker_did_parse(struct stoa_str did, uint8_t ret_public[STOA_ED25519_SIZE])
{
	struct stoa_str prefix = STOA_STR(DID_PREFIX);
	struct stoa_buf bytes;
	bool ok;

	if (!stoa_str_has_prefix(did, prefix)) {
		return false;
	}
	stoa_buf_init(&bytes, STOA_POSITIONAL_BYTES_MAX);
	ok = stoa_base58_decode(&bytes, stoa_str_from(did, prefix.len)) &&
	     bytes.len == 2 + STOA_ED25519_SIZE &&
	     memcmp(bytes.data, "\xed\x01", 2) == 0;
	if (ok) {
		memcpy(ret_public, bytes.data + 2, STOA_ED25519_SIZE);
	}
	stoa_buf_fini(&bytes);
	return ok;
}

void
worker_dsse_pae(
    struct stoa_str type, struct stoa_str body, struct stoa_buf *out)
{
	stoa_buf_printf(out, "DSSEv1 %zu ", type.len);
	stoa_buf_add_str(out, type);
	stoa_buf_printf(out, " %zu ", body.len);
	stoa_buf_add_str(out, body);
}

void
worker_dsse_sign(struct stoa_str type, struct stoa_str body,
    const uint8_t seed[STOA_ED25519_SIZE], struct stoa_buf *out)
{
	uint8_t signature[STOA_ED25519_SIGNATURE_SIZE];
	uint8_t public_key[STOA_ED25519_SIZE];
	struct stoa_buf pae;

	stoa_buf_init(&pae, ENVELOPE_SIZE_MAX);
	worker_dsse_pae(type, body, &pae);
	stoa_assert(!pae.is_overflown);
	stoa_ed25519_sign(stoa_buf_str(&pae), seed, signature);
	stoa_buf_fini(&pae);
	stoa_ed25519_public(seed, public_key);
	stoa_buf_add_text(out, "{\"payloadType\":");
	stoa_buf_add_json(out, type);
	stoa_buf_add_text(out, ",\"payload\":\"");
	stoa_base64_encode(out, STOA_BASE64, body);
	stoa_buf_add_text(out, "\",\"signatures\":[{\"keyid\":\"");
	worker_did_print(public_key, out);
	stoa_buf_add_text(out, "\",\"sig\":\"");
	stoa_base64_encode(
	    out, STOA_BASE64, stoa_str_of_bytes(signature, sizeof(signature)));
	stoa_buf_add_text(out, "\"}]}\n");
}

/* A member that is base64 text, decoded into the arena. */
static bool
bytes_get(struct stoa_json object, const char *name, struct stoa_arena *arena,
    struct stoa_str *ret_bytes)
{
	struct stoa_str text;
	struct stoa_buf bytes;
	char *copy = NULL;

	if (!stoa_json_to_str(
		stoa_json_get(object, stoa_str_of(name)), arena, &text)) {
		return false;
	}
	stoa_buf_init(&bytes, ENVELOPE_SIZE_MAX);
	if (stoa_base64_decode(&bytes, STOA_BASE64, text)) {
		copy = stoa_arena_str(arena, stoa_buf_str(&bytes));
	}
	*ret_bytes = (struct stoa_str){copy, bytes.len};
	stoa_buf_fini(&bytes);
	return copy != NULL;
}

/* The only element of an array. */
static bool
single(struct stoa_json array, struct stoa_json *ret_value)
{
	struct stoa_json_member member;
	struct stoa_json_iter it;

	if (stoa_json_is_absent(array) ||
	    stoa_json_type(array) != STOA_JSON_ARRAY ||
	    stoa_json_count(array) != 1) {
		return false;
	}
	it = stoa_json_iter(array);
	if (!stoa_json_next(&it, &member)) {
		return false;
	}
	*ret_value = member.value;
	return true;
}

static bool
refuse(const char **ret_why, const char *why)
{
	*ret_why = why;
	return false;
}

bool
worker_dsse_open(struct stoa_str envelope, struct stoa_str type,
    struct stoa_arena *arena, struct stoa_str *ret_body,
    uint8_t ret_public[STOA_ED25519_SIZE], const char **ret_why)
{
	struct stoa_json root, signature;
	struct stoa_str body, bytes, did;
	struct stoa_buf pae;
	bool ok;

	if (!stoa_json_parse(envelope, STOA_JSON_UNIQUE_NAMES, &root, NULL)) {
		return refuse(ret_why, "the envelope is not JSON");
	}
	if (!stoa_json_is_str(
		stoa_json_get(root, STOA_STR("payloadType")), type)) {
		return refuse(ret_why, "the envelope is of another type");
	}
	if (!bytes_get(root, "payload", arena, &body)) {
		return refuse(ret_why, "the payload is not base64");
	}
	if (!single(stoa_json_get(root, STOA_STR("signatures")), &signature)) {
		return refuse(ret_why, "there is not exactly one signature");
	}
	if (!bytes_get(signature, "sig", arena, &bytes) ||
	    bytes.len != STOA_ED25519_SIGNATURE_SIZE) {
		return refuse(ret_why, "the signature is not 64 bytes");
	}
	if (!stoa_json_to_str(
		stoa_json_get(signature, STOA_STR("keyid")), arena, &did) ||
	    !worker_did_parse(did, ret_public)) {
		return refuse(ret_why, "the key id is not an Ed25519 did:key");
	}
	stoa_buf_init(&pae, ENVELOPE_SIZE_MAX);
	worker_dsse_pae(type, body, &pae);
	ok = !pae.is_overflown &&
	     stoa_ed25519_verify(stoa_buf_str(&pae), bytes, ret_public);
	stoa_buf_fini(&pae);
	*ret_body = body;
	return ok || refuse(ret_why, "the signature does not hold");
}
