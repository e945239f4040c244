/* evm_siwe.h - ERC-4361, sign-in with Ethereum: the message that proves to
 * our web origin whose wallet it is.
 *
 * Strict: a text is taken only if writing what was read gives the same text.
 * So there are two blank lines without a statement, LF only, no last LF, the
 * address has its checksum, a statement has none but RFC 3986's characters
 * and spaces (no line breaks). Layer 1, pure; what is read borrows from the
 * text. */
#ifndef CHAIN_EVM_SIWE_H
#define CHAIN_EVM_SIWE_H

#include "chain/evm_address.h"
#include "chain/evm_limits.h"

#include "base/buf.h"
#include "base/status.h"

/* RFC 3339. Texts that are empty are not in the message. */
struct evm_siwe {
	struct stoa_str scheme; /* of the origin; may be empty */
	struct stoa_str domain; /* RFC 3986 authority */
	struct evm_address address;
	struct stoa_str statement; /* may be empty */
	struct stoa_str uri;
	uint64_t chain_id;
	struct stoa_str nonce; /* at least 8 letters and digits */
	struct stoa_str issued_at;
	struct stoa_str expiration_time;		   /* may be empty */
	struct stoa_str not_before;			   /* may be empty */
	struct stoa_str request_id;			   /* may be empty */
	struct stoa_str resources[EVM_SIWE_RESOURCES_MAX]; /* URIs */
	size_t resource_count;
};

/* Appends the message. INVALID when a field is not what it must be,
 * TOO_LARGE; then what was appended is of no use. */
STOA_MUST_USE enum stoa_status evm_siwe_write(
    const struct evm_siwe *siwe, struct stoa_buf *b);

/* *ret_why (may be NULL), on failure, is a static text. INVALID, TOO_LARGE,
 * NO_MEMORY. */
STOA_MUST_USE enum stoa_status evm_siwe_read(
    struct stoa_str text, struct evm_siwe *ret_siwe, const char **ret_why);

/* What a message must say to be ours; what it signs is
 * evm_message_hash(text), and whose signature it is the caller checks. */
struct evm_siwe_expected {
	struct stoa_str domain;
	struct stoa_str nonce;
	struct stoa_str request_id; /* empty: any */
	uint64_t chain_id;	    /* 0: any */
	int64_t now;		    /* seconds since 1970, UTC */
};

/* NULL, or what is not as expected, as a static text. */
const char *evm_siwe_fault(
    const struct evm_siwe *siwe, const struct evm_siwe_expected *expected);

/* RFC 3339 date and time as seconds since 1970 (fractions are dropped). */
STOA_MUST_USE bool evm_siwe_seconds(struct stoa_str text, int64_t *ret_seconds);

#endif
