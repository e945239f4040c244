/* evm_address.h - accounts, and their text with a checksum (EIP-55).
 * Layer 1, pure. */
#ifndef CHAIN_EVM_ADDRESS_H
#define CHAIN_EVM_ADDRESS_H

#include "base/check.h"
#include "base/hash.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define EVM_ADDRESS_SIZE 20

struct evm_address {
	uint8_t bytes[EVM_ADDRESS_SIZE];
};

/* "0x" and 40 hexadecimal digits whose case is the checksum. Use it for what
 * a person typed or a configuration says. */
STOA_MUST_USE bool evm_address_parse_strict(
    struct stoa_str text, struct evm_address *ret_address);

/* Also without any checksum: all letters of one case, as nodes answer. Mixed
 * case must be right. */
STOA_MUST_USE bool evm_address_parse(
    struct stoa_str text, struct evm_address *ret_address);

#define EVM_ADDRESS_TEXT_SIZE 43
const char *evm_address_print(
    const struct evm_address *address, char text[static EVM_ADDRESS_TEXT_SIZE]);

bool evm_address_is_equal(
    const struct evm_address *a, const struct evm_address *b);

/* The account of a public key: 64 bytes, both coordinates big-endian. */
struct evm_address evm_address_of_public(const uint8_t public_key[64]);

/* Where `deployer` makes a contract whose creation code has the Keccak-256
 * `code` (EIP-1014, CREATE2). */
struct evm_address evm_address_of_create2(const struct evm_address *deployer,
    const struct stoa_hash *salt, const struct stoa_hash *code);

static inline struct stoa_str
evm_address_str(const struct evm_address *address)
{
	return stoa_str_of_bytes(address->bytes, EVM_ADDRESS_SIZE);
}

#endif
