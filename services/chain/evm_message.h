/* evm_message.h - what wallets sign for people: ERC-191, version 0x45
 * ("personal messages"), and version 0x01, the frame of EIP-712.
 * Layer 1, pure. */
#ifndef CHAIN_EVM_MESSAGE_H
#define CHAIN_EVM_MESSAGE_H

#include "base/buf.h"
#include "base/hash.h"

/* The bytes whose hash is signed: the prefix, the length in bytes as decimal
 * text, the message. */
void evm_message_payload(struct stoa_buf *b, struct stoa_str message);
struct stoa_hash evm_message_hash(struct stoa_str message);

/* 0x19 0x01, the domain's separator, the struct's hash. */
#define EVM_TYPED_PAYLOAD_SIZE 66
void evm_message_typed_payload(const struct stoa_hash *domain,
    const struct stoa_hash *message, uint8_t ret_bytes[EVM_TYPED_PAYLOAD_SIZE]);
struct stoa_hash evm_message_typed_hash(
    const struct stoa_hash *domain, const struct stoa_hash *message);

#endif
