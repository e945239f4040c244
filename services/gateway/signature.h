/* signature.h - whether a request comes from Discord.
 *
 * Discord signs the bytes of X-Signature-Timestamp followed by the raw body
 * with Ed25519 (RFC 8032) and sends the signature in hexadecimal digits as
 * X-Signature-Ed25519; the application's public key is shown in the developer
 * portal. That alone would make every request good for ever, so the time,
 * seconds since 1970, must also be within GATEWAY_SIGNATURE_US of ours.
 *
 * Reads nothing of the body. A key may be used by several threads at once. */
#ifndef GATEWAY_SIGNATURE_H
#define GATEWAY_SIGNATURE_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define SIGNATURE_HEADER      "X-Signature-Ed25519"
#define SIGNATURE_TIME_HEADER "X-Signature-Timestamp"

enum signature_verdict {
	SIGNATURE_GOOD,
	SIGNATURE_MISSING, /* one of the two headers is not there */
	SIGNATURE_FORM,	   /* not 128 hexadecimal digits, not whole seconds */
	SIGNATURE_STALE,   /* too old, or ahead of our clock */
	SIGNATURE_WRONG,   /* of other bytes, or by another key */
};

struct signature_key;

struct signature_parts {
	const char *signature; /* header; NULL: absent */
	const char *timestamp; /* header; NULL: absent */
	struct stoa_str body;
};

/* `hex`: 64 hexadecimal digits. False: it is not. */
bool signature_key_open(const char *hex, struct signature_key **ret_key);
void signature_key_close(struct signature_key *key);

/* Ed25519 alone: whether `hex` is the key's signature of `message`. */
bool signature_verify(
    const struct signature_key *key, const char *hex, struct stoa_str message);

/* The headers alone, before there is a body: GOOD means "may still be". */
enum signature_verdict signature_check_headers(
    const struct signature_parts *parts, int64_t now_us);

/* All of it. */
enum signature_verdict signature_check(const struct signature_key *key,
    const struct signature_parts *parts, int64_t now_us);

/* For a person; NULL for GOOD. */
const char *signature_verdict_text(enum signature_verdict verdict);

#endif
